"""Google's tokens: an hour each, from a refresh token of the brand's own client."""

from django.utils.translation import gettext_lazy as _

from comptoir.base.http import Http
from comptoir.channels.connector import Connection, Field
from comptoir.channels.connectors import tokens

TOKENS = "https://oauth2.googleapis.com/token"
CLIENT_FIELDS = (
    Field("client_id", _("OAuth client ID"), _("Of a desktop client at console.cloud.google.com.")),
    Field("client_secret", _("OAuth client secret"), kind="secret"),
)


def renew(connection: Connection, http: Http) -> dict[str, str]:
    """A fresh token and its end. Raises AccessLost when the refresh token was withdrawn."""
    data = {
        "grant_type": "refresh_token",
        "client_id": connection.values["client_id"],
        "client_secret": connection.values["client_secret"],
        "refresh_token": connection.values["refresh_token"],
    }
    response = http.request("POST", TOKENS, data=data)
    return tokens.granted(response)


def lasting(connection: Connection, http: Http) -> dict[str, str]:
    """The token at hand while it lasts, else a fresh one."""
    return tokens.lasting(connection) or renew(connection, http)
