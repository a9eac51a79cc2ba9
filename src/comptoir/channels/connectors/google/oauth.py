"""Google's tokens: an hour each, from a refresh token of the brand's own client."""

from django.utils.translation import gettext_lazy as _

from comptoir.base.http import Http
from comptoir.channels.connector import Connection, Field, SignIn
from comptoir.channels.connectors import tokens

PAGE = "https://accounts.google.com/o/oauth2/v2/auth"
TOKENS = "https://oauth2.googleapis.com/token"
CLIENT_FIELDS = (
    Field(
        "client_id",
        _("OAuth client ID"),
        _("Of a client of the type “Web application” at console.cloud.google.com."),
    ),
    Field("client_secret", _("OAuth client secret"), kind="secret"),
)


def sign_in(scope: str) -> SignIn:
    """Google's page; it gives a refresh token only for offline access, and surely when it asks."""
    asked = {"access_type": "offline", "prompt": "consent"}
    return SignIn("Google", PAGE, TOKENS, [scope], asked)


def renew(connection: Connection, http: Http) -> dict[str, str]:
    """A fresh token and its end. Raises AccessLost when the refresh token was withdrawn."""
    return tokens.renewed(http, TOKENS, connection)


def lasting(connection: Connection, http: Http) -> dict[str, str]:
    """The token at hand while it lasts, else a fresh one."""
    return tokens.lasting(connection) or renew(connection, http)
