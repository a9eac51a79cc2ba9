"""
Anything else: a program that posts signed JSON, and is posted the answers.

Signatures follow Standard Webhooks (standardwebhooks.com), both ways, so that ready-made
libraries make and check them in every language.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.channels.connector import (
    Asked,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    Outgoing,
    Raw,
    Read,
    Receipt,
    Rejected,
    Removed,
    Request,
    Sent,
    Unrecognised,
    Unsigned,
    Way,
)
from comptoir.channels.connectors.bodies import list_of, object_of
from comptoir.channels.incoming import Incoming, Kind
from comptoir.channels.refusing import refuse

TOLERANCE = timedelta(minutes=5)
_COUNTS = ("likes", "reposts", "replies", "quotes", "views", "followers")
_WORDS = (
    "author_name", "text", "title", "url", "in_reply_to", "repost_of", "quote_of", "language",
    "conversation",
)  # fmt: skip
_KINDS = get_args(Kind)


class Webhook(Connector):
    kind = "webhook"
    channel = "api"
    label = _("Signed webhook")
    summary = _(
        "Messages from any program of yours, posted as JSON with a signature (Standard Webhooks),"
        " and the answers posted back to it."
    )
    fields = (
        Field(
            "secret",
            _("Signing secret"),
            _(
                "“whsec_” and 24 to 64 bytes in base64; make one with any Standard Webhooks library."
            ),
            kind="secret",
        ),
        Field(
            "answers",
            _("Address for answers"),
            _("Where Comptoir posts what your team answers; empty when nothing can be answered."),
            kind="url",
            required=False,
        ),
    )
    pushes = True
    sends = True
    keeps = ("content-type", "webhook-id", "webhook-timestamp")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        try:
            size = len(key_of(connection))
        except ValueError:
            size = 0
        if not 24 <= size <= 64:
            raise Rejected(
                "bad_secret",
                _("This is no secret of Standard Webhooks."),
                _("It begins with “whsec_”, then come 24 to 64 bytes in base64."),
                field="secret",
            )
        return Checked(name="", own={"id": ""})

    # Hearing

    def verify(self, connection: Connection, request: Request) -> None:
        identity = request.headers.get("webhook-id", "")
        stamp = request.headers.get("webhook-timestamp", "")
        if not identity or not stamp.isdigit():
            raise Unsigned("webhook-id or webhook-timestamp is missing")
        if abs(request.at.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
            raise Unsigned("webhook-timestamp is more than five minutes off")
        try:
            key = key_of(connection)
        except ValueError as error:
            raise Unsigned("the secret entered cannot be read") from error
        made = signature(key, identity, stamp, request.body).encode()
        given = request.headers.get("webhook-signature", "").split(" ")
        if not any(hmac.compare_digest(one.encode(), made) for one in given):
            raise Unsigned("webhook-signature does not fit the body")

    def delivery_key(self, connection: Connection, request: Request) -> str:
        return request.headers.get("webhook-id", "")

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        return list_of(object_of(raw.body), "messages")

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if not isinstance(entry, dict):
            raise Unrecognised("a message is not an object")
        if entry.get("deleted") is True:
            return [Removed([_word(entry, "id")])]
        if "state" in entry:
            return [_receipt(entry)]
        message = Incoming(
            external_id=_word(entry, "id"),
            channel=connection.channel,
            kind=_kind(entry),
            sent_at=_moment(entry.get("sent_at")),
            author_handle=_word(entry, "author"),
            rating=_number(entry, "rating"),
            own=entry.get("own") if isinstance(entry.get("own"), bool) else None,
            **{name: _word(entry, name, "") for name in _WORDS},  # type: ignore[arg-type]
            **{name: _count(entry, name) for name in _COUNTS},  # type: ignore[arg-type]
        )
        return [Heard([message], json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        if not connection.values.get("answers"):
            closed = _("No address for answers was entered for this account.")
            return (Way("public", _("Answer"), closed=closed),)
        private = asked.kind in ("message", "email")
        return (Way("private" if private else "public", _("Answer")),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        """The key is the webhook-id: a program that keeps it never takes an answer twice."""
        said = {
            "type": "answer",
            "id": outgoing.key,
            "text": outgoing.text,
            "visibility": outgoing.visibility,
            "in_reply_to": outgoing.to,
            "to": outgoing.to_handle,
        }
        body = json.dumps(said, ensure_ascii=False).encode()
        stamp = str(int(clock.now().timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": outgoing.key,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(key_of(connection), outgoing.key, stamp, body),
        }
        response = http.request("POST", connection.values["answers"], data=body, headers=headers)
        if not response.ok:
            refuse(response)
        try:
            told = response.json()
        except ValueError:
            told = None
        named = told.get("id") if isinstance(told, dict) else None
        return Sent(
            str(named or outgoing.key), clock.now(), raw=response.body.decode("utf-8", "replace")
        )

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        """
        None: it is simply posted again.

        Standard Webhooks asks receivers to drop an id that they have seen.
        """
        return None


def key_of(connection: Connection) -> bytes:
    """The bytes of the secret. Raises ValueError."""
    return base64.b64decode(connection.values["secret"].removeprefix("whsec_"), validate=True)


def signature(key: bytes, identity: str, stamp: str, body: bytes) -> str:
    """
    As Standard Webhooks makes it: HMAC-SHA256 of "id.timestamp.body", in base64, after "v1,".

    >>> signature(b"k" * 24, "msg_1", "1700000000", b"{}")[:3]
    'v1,'
    """
    signed = f"{identity}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _word(entry: Mapping[str, Any], name: str, otherwise: str | None = None) -> str:
    found = entry.get(name, otherwise)
    if found is None and otherwise is not None:
        return otherwise
    if not isinstance(found, str | int) or isinstance(found, bool) or (found == "" != otherwise):
        raise Unrecognised(f"“{name}” is not a text: {found!r}"[:200])
    return str(found)


def _kind(entry: Mapping[str, Any]) -> Any:
    found = entry.get("kind", "message")
    if found not in _KINDS:
        raise Unrecognised(f"“kind” is none of {', '.join(_KINDS)}: {found!r}"[:200])
    return found


def _number(entry: Mapping[str, Any], name: str) -> float | None:
    found = entry.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise Unrecognised(f"“{name}” is not a number: {found!r}"[:200])
    return float(found)


def _count(entry: Mapping[str, Any], name: str) -> int | None:
    found = _number(entry, name)
    if found is not None and (found < 0 or found != int(found)):
        raise Unrecognised(f"“{name}” is not a count: {found!r}")
    return None if found is None else int(found)


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise Unrecognised(f"“sent_at” is not a time in ISO 8601: {value!r}"[:200]) from error
    if found.tzinfo is None:
        raise Unrecognised(f"“sent_at” lacks its offset from UTC: {value!r}")
    return found.astimezone(UTC)


def _receipt(entry: Mapping[str, Any]) -> Receipt:
    state = entry["state"]
    if state not in ("delivered", "read", "failed"):
        raise Unrecognised(f"“state” is none of delivered, read, failed: {state!r}"[:200])
    at = _moment(entry.get("at"))
    sentence = _word(entry, "reason", "")
    return Receipt(_word(entry, "id"), state, at, sentence=sentence, key=_word(entry, "key", ""))
