"""
Signing in at the network: access is granted on its own page, so that nobody copies a token.

OAuth 2's authorization code (RFC 6749, 4.1) with PKCE (RFC 7636). What was entered waits,
encrypted, with whoever asked; the network sends them back with a code, which is exchanged for a
refresh token, and the account is connected as if the token had been entered.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

import structlog
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir import conf
from comptoir.base import clock
from comptoir.base import secrets as sealing
from comptoir.base.errors import Problem
from comptoir.base.http import Http, Response, guarded
from comptoir.base.models import User
from comptoir.channels import connecting
from comptoir.channels.connector import Connector, SignIn
from comptoir.channels.entering import entered
from comptoir.channels.health import ConnectedView

log = structlog.get_logger(__name__)

PATIENCE = timedelta(minutes=30)
"""How long somebody may take at the network."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the person goes now, and what they bring back (encrypted): `finish` takes it."""

    page: str
    sealed: str


@dataclass(frozen=True, slots=True)
class _Pending:
    kind: str
    account: int
    name: str
    values: dict[str, str]
    state: str
    verifier: str
    until: str


def address() -> str:
    """Where networks send people back to: the same for every brand, as it is entered there once."""
    return f"{conf.current().address}/signed-in/"


def begin(
    kind: str, name: str, values: Mapping[str, str], *, account_id: int | None = None
) -> Begun:
    """
    The network's page for what was entered. account_id: of an account that is connected anew.

    Raises a FieldProblem for anything else that is missing, as `connect` does.
    """
    made = connecting.installed(kind)
    given = connecting.with_kept(made, account_id, values) if account_id else dict(values)
    given = entered(made, given, granted=False)
    where = _page(made, given)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    asked = {
        "response_type": "code",
        "client_id": given["client_id"],
        "redirect_uri": address(),
        "scope": " ".join(where.scopes),
        "state": state,
        **where.asked,
    }
    if where.proves:
        asked |= {"code_challenge": _challenge(verifier), "code_challenge_method": "S256"}
    until = (clock.now() + PATIENCE).isoformat()
    pending = _Pending(kind, account_id or 0, name, given, state, verifier, until)
    return Begun(f"{where.page}?{urlencode(asked)}", sealing.encrypt(json.dumps(asdict(pending))))


def finish(
    sealed: str, said: Mapping[str, str], *, actor: User | None, http: Http | None = None
) -> ConnectedView:
    """
    Connect with what the network sent back. said: "code" and "state", or "error".

    Raises Problem: when it took too long, was refused, was not begun here, or as `connect`.
    """
    pending = _opened(sealed)
    if not secrets.compare_digest(said.get("state", ""), pending.state):
        raise Problem(
            "not_begun_here",
            _("This sign-in was not begun here, or another one was begun since."),
            _("Begin again, in one window."),
        )
    made = connecting.installed(pending.kind)
    where = _page(made, pending.values)
    if not said.get("code"):
        raise _refused(where, said)
    http = http or guarded()
    values = pending.values | {where.fills: _exchanged(where, pending, said["code"], http)}
    if pending.account:
        return connecting.reconnect(pending.account, values, actor=actor, http=http)
    return connecting.connect(pending.kind, pending.name, values, actor=actor, http=http)


def waiting(sealed: str) -> tuple[str, int | None]:
    """Which form a sign-in was begun on: its connector's kind, and the account connected anew."""
    pending = _opened(sealed)
    return pending.kind, pending.account or None


def _opened(sealed: str) -> _Pending:
    try:
        pending = _Pending(**json.loads(sealing.decrypt(sealed)))
    except (sealing.Unreadable, ValueError, TypeError) as error:
        raise Problem(
            "not_begun_here",
            _("This sign-in was not begun here, or another one was begun since."),
            _("Begin again, in one window."),
        ) from error
    if clock.now() > datetime.fromisoformat(pending.until):
        raise Problem(
            "took_too_long",
            _("More than half an hour went by since this sign-in was begun."),
            _("Begin again."),
        )
    return pending


def _page(made: Connector, values: Mapping[str, str]) -> SignIn:
    where = made.sign_in(values)
    if where is None:
        raise Problem(
            "no_sign_in",
            format_lazy(_("{name} has no sign-in of this kind."), name=made.label),
        )
    return where


def _exchanged(where: SignIn, pending: _Pending, code: str, http: Http) -> str:
    """The refresh token that a code stands for (RFC 6749, 4.1.3)."""
    values = pending.values
    client = {name: values[name] for name in ("client_id", "client_secret") if values.get(name)}
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": address()}
    if where.proves:
        asked["code_verifier"] = pending.verifier
    shown = (values["client_id"], values.get("client_secret", "")) if where.basic else None
    with connecting.refusals(str(where.name)):
        response = http.request(
            "POST", where.token, data=asked if shown else {**asked, **client}, auth=shown
        )
    granted = _object(response)
    if response.ok and granted.get("refresh_token"):
        return granted["refresh_token"]
    if response.ok:
        raise Problem(
            "not_lasting",
            format_lazy(
                _("{name} granted access for an hour only, without a refresh token."),
                name=where.name,
            ),
            _(
                "Take away the access granted before, in the account’s own settings, and begin again."
            ),
        )
    raise _refused(where, granted)


def _object(response: Response) -> dict[str, str]:
    """The texts of a JSON object; {} of anything else."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def _refused(where: SignIn, said: Mapping[str, str]) -> Problem:
    """The errors of RFC 6749 (4.1.2.1 and 5.2), in words; the network's own words beside them."""
    code = said.get("error", "")
    words = " ".join(said.get("error_description", "").split())[:300]
    log.info("granting.refused", network=str(where.name), error=code[:80], words=words)
    if code == "access_denied":
        return Problem(
            "not_granted",
            format_lazy(_("Access was not granted at {name}."), name=where.name),
            _("Begin again when you are ready to grant it."),
        )
    if code in ("invalid_client", "unauthorized_client"):
        return Problem(
            "client_refused",
            format_lazy(
                _("{name} does not know this client, or its secret is wrong."), name=where.name
            ),
            _("Check the client ID and its secret; a secret can have ended."),
        )
    if words:
        sentence = format_lazy(_("{name} refused: {words}"), name=where.name, words=words)
    else:
        sentence = format_lazy(_("{name} refused without a reason."), name=where.name)
    return Problem(
        "sign_in_refused",
        sentence,
        _("Check the client, the address to come back to, and what it may ask for."),
    )


def _challenge(verifier: str) -> str:
    """S256 of RFC 7636, 4.2."""
    return urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
