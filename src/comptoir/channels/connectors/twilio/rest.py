"""
Twilio's signature and its REST API, for text messages and calls alike.

twilio.com/docs/usage/security#validating-requests.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http, Response
from comptoir.channels.connector import (
    AccessLost,
    Checked,
    Connection,
    Field,
    Raw,
    Rejected,
    Request,
    TryLater,
    Unrecognised,
    Unsigned,
)
from comptoir.channels.refusing import refuse

API = "https://api.twilio.com/2010-04-01/Accounts"
FIELDS = (
    Field("account_sid", _("Account SID"), _("On the first page of Twilio’s console.")),
    Field(
        "auth_token",
        _("Auth token"),
        _("At the same place. Every delivery is checked with it."),
        kind="secret",
    ),
    Field("number", _("Phone number"), _("With its country: +33 1 23 45 67 89.")),
)
# twilio.com/docs/api/errors: the number cannot or does not want to be reached.
_REFUSED = {
    21211: _("This is not a phone number that can be reached."),
    21408: _("Your Twilio account may not send to this country."),
    21610: _("This person has unsubscribed from your messages (STOP)."),
    21614: _("This number cannot receive text messages."),
}


def verify(connection: Connection, request: Request) -> None:
    """X-Twilio-Signature: HMAC-SHA1 of the address and the sorted fields of the form."""
    given = request.headers.get("x-twilio-signature", "").encode()
    key = connection.values["auth_token"].encode()
    fields = form(request.body)
    for url in addresses(request.url):
        made = base64.b64encode(hmac.new(key, _signed(url, fields), hashlib.sha1).digest())
        if hmac.compare_digest(given, made):
            return
    raise Unsigned("X-Twilio-Signature does not fit")


def _signed(url: str, fields: Sequence[tuple[str, str]]) -> bytes:
    named: dict[str, set[str]] = {}
    for name, value in fields:
        named.setdefault(name, set()).add(value)
    return (url + "".join(f"{n}{v}" for n in sorted(named) for v in sorted(named[n]))).encode()


def addresses(url: str) -> list[str]:
    """The address as Twilio may have written it: with and without the usual port."""
    scheme, _sign, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    port = {"https": ":443", "http": ":80"}.get(scheme, "")
    bare = host.removesuffix(port)
    return [f"{scheme}://{bare}{slash}{path}", f"{scheme}://{bare}{port}{slash}{path}"]


def form(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form body. Raises Unrecognised."""
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body))
    except (UnicodeDecodeError, ValueError) as error:
        raise Unrecognised(f"not a form: {error}") from error


def fields_of(raw: Raw) -> dict[str, str]:
    """The fields of a kept delivery, each once."""
    found = dict(form(raw.body))
    if "AccountSid" not in found:
        raise Unrecognised("no AccountSid")
    return found


def received(raw: Raw) -> str:
    """When a delivery came: Twilio does not say when a message was written."""
    return (raw.received_at or clock.now()).isoformat()


def ask(
    connection: Connection,
    http: Http,
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
) -> Any:
    """What Twilio answers, as JSON; raises what its error stands for."""
    sid = connection.values["account_sid"]
    response = http.request(
        method,
        f"{API}/{sid}/{path}.json" if path else f"{API}/{sid}.json",
        params=params,
        data=data,
        auth=(sid, connection.values["auth_token"]),
    )
    if not response.ok:
        _refuse(response)
    return response.json()


def _refuse(response: Response) -> NoReturn:
    try:
        code, said = int(response.json().get("code") or 0), str(response.json().get("message", ""))
    except (ValueError, AttributeError, TypeError):
        code, said = 0, ""
    if code in _REFUSED:
        raise Rejected(f"twilio_{code}", _REFUSED[code])
    if code in (20003, 20005):
        raise AccessLost(said)
    if code in (20429, 14107, 30001):
        raise TryLater(said)
    refuse(response, said)


def check(connection: Connection, http: Http) -> Checked:
    """Who the account is, and whether the number belongs to it."""
    account = ask(connection, http, "GET", "")
    number = plain(connection.values["number"])
    path = "IncomingPhoneNumbers"
    there = ask(connection, http, "GET", path, params={"PhoneNumber": number})
    found = there.get("incoming_phone_numbers", [])
    if not found:
        raise Rejected(
            "unknown_number",
            _("This number does not belong to the account at Twilio."),
            _("Check the number, with its country."),
            field="number",
        )
    own = {"id": found[0]["sid"], "handle": number, "account": account.get("friendly_name", "")}
    return Checked(name=number, own=own, handles=(number,))


def set_address(connection: Connection, http: Http, name: str) -> None:
    """Have the number call us: its setting `name` (SmsUrl, say) becomes our address."""
    path = f"IncomingPhoneNumbers/{connection.own['id']}"
    method = name.replace("Url", "Method")
    ask(connection, http, "POST", path, data={name: connection.webhook, method: "POST"})


def plain(number: str) -> str:
    """
    A number as Twilio writes it.

    >>> plain("+33 1 23-45")
    '+3312345'
    """
    return "+" + "".join(one for one in number if one.isdigit())


def moment(value: str | None) -> datetime:
    """A time of the REST API (RFC 2822). Raises Unrecognised."""
    try:
        return parsedate_to_datetime(value or "").astimezone(UTC)
    except (ValueError, TypeError) as error:
        raise Unrecognised(f"no time: {value!r}") from error
