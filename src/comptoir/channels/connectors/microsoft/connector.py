"""
A mailbox of Microsoft's, which takes no password: as `email`, with access that its owner granted.

learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from comptoir.base.http import Http
from comptoir.channels.connector import Checked, Connection, Field, SignIn
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.email.connector import Email

LOGIN = "https://login.microsoftonline.com"
_SCOPES = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
    "offline_access",
)
SERVERS: Mapping[str, Mapping[str, str]] = {
    "work": {"imap_host": "outlook.office365.com", "smtp_host": "smtp.office365.com"},
    "personal": {"imap_host": "outlook.office365.com", "smtp_host": "smtp-mail.outlook.com"},
}
SECURITY: Mapping[str, str] = {"imap_security": "tls", "smtp_security": "starttls"}
_LATER = ("folder", "history", "read_sent", "signature")


class Microsoft(Email):
    kind = "microsoft"
    label = _("Outlook and Microsoft 365")
    summary = _(
        "A mailbox of Microsoft’s, read as mail arrives and answered from it. Its owner grants"
        " access at Microsoft; no password is kept."
    )
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "address",
            _("Address of the mailbox"),
            _("A shared mailbox is signed in to by somebody who may read it and send as it."),
            kind="email",
        ),
        Field("from_name", _("Name that customers see"), required=False),
        Field(
            "account",
            _("Kind of account"),
            kind="choice",
            choices={
                "work": _("Microsoft 365, of an organisation"),
                "personal": _("Outlook.com, Hotmail or Live"),
            },
            default="work",
        ),
        Field(
            "client_id",
            _("Application (client) ID"),
            _("Of your application at entra.microsoft.com; the guide says how to register it."),
        ),
        Field(
            "client_secret",
            _("Client secret"),
            _("Its value, not its ID. It ends on the day chosen there."),
            kind="secret",
        ),
        Field(
            "tenant",
            _("Directory (tenant) ID"),
            _("Of an application for one organisation only; left empty: any organisation."),
            required=False,
        ),
        Field(
            "refresh_token",
            _("Refresh token"),
            _("Comes by itself when you sign in."),
            kind="secret",
            granted=True,
        ),
        *(field for field in Email.fields if field.name in _LATER),
    )

    def sign_in(self, values: Mapping[str, str]) -> SignIn:
        asked = {"login_hint": values.get("address", ""), "prompt": "select_account"}
        page = f"{_login(values)}/authorize"
        return SignIn("Microsoft", page, f"{_login(values)}/token", _SCOPES, asked)

    def check(self, connection: Connection, http: Http) -> Checked:
        fresh = tokens.lasting(connection) or self.renew(connection, http)
        servers = {**SECURITY, **SERVERS[connection.values.get("account") or "work"]}
        values = {**servers, **fresh}
        asked = replace(connection, values={**connection.values, **values})
        checked = super().check(asked, http)
        expires_at = datetime.fromisoformat(fresh["access_ends"])
        return replace(checked, expires_at=expires_at, values=values)

    def renew(self, connection: Connection, http: Http) -> dict[str, str]:
        """Access lasts an hour or so; each refresh token takes the place of the one before."""
        return tokens.renewed(
            http,
            f"{_login(connection.values)}/token",
            connection,
            _("Microsoft no longer takes the access that was granted."),
            _(
                "Sign in again. Access ends when it is unused for 90 days, when the password"
                " changes, or when the client secret ends."
            ),
            scope=" ".join(_SCOPES),
        )


def _login(values: Mapping[str, str]) -> str:
    """Microsoft's page and tokens, for whom the application was registered."""
    if values.get("account") == "personal":
        return f"{LOGIN}/consumers/oauth2/v2.0"
    tenant = quote(values.get("tenant", "").strip() or "organizations", safe="")
    return f"{LOGIN}/{tenant}/oauth2/v2.0"
