"""Google's tokens: an hour each, from a refresh token of the brand's own client."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.channels.connector import AccessLost, Connection, Field
from comptoir.channels.refusing import refuse

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
    if response.status in (400, 401):
        raise AccessLost(f"token: {response.status}")
    if not response.ok:
        refuse(response)
    said = response.json()
    ends = clock.now() + timedelta(seconds=int(said["expires_in"]))
    return {"access": said["access_token"], "access_ends": ends.isoformat()}


def lasting(connection: Connection, http: Http) -> dict[str, str]:
    """The token at hand while it lasts, else a fresh one."""
    values: Mapping[str, str] = connection.values
    token, ends = values.get("access", ""), values.get("access_ends", "")
    if token and ends and datetime.fromisoformat(ends) > clock.now():
        return {"access": token, "access_ends": ends}
    return renew(connection, http)
