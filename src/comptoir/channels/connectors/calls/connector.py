"""
What was said in phone calls to a number at Twilio.

Two of Twilio's products speak: recordings transcribed (twilio.com/docs/voice/twiml/record) and
Real-Time Transcription (twilio.com/docs/voice/twiml/transcription), one sentence at a time.
Transcripts of other telephone systems are imported as files.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.base.http import Http
from comptoir.channels.connector import (
    Checked,
    Connection,
    Connector,
    Heard,
    Raw,
    Read,
    Reply,
    Request,
    Unrecognised,
    Unsupported,
)
from comptoir.channels.connectors.twilio import rest
from comptoir.channels.incoming import Incoming


class Calls(Connector):
    kind = "calls"
    channel = "phone"
    label = _("Phone calls (Twilio)")
    summary = _(
        "Transcripts of calls to a number at Twilio, sorted like everything else. A call is"
        " answered by calling back; transcripts of other systems are imported as files."
    )
    fields = rest.FIELDS
    pushes = True

    def check(self, connection: Connection, http: Http) -> Checked:
        return rest.check(connection, http)

    def verify(self, connection: Connection, request: Request) -> None:
        rest.verify(connection, request)

    def delivery_key(self, connection: Connection, request: Request) -> str:
        found = dict(rest.form(request.body))
        sid = found.get("TranscriptionSid", "")
        return f"{sid} {found.get('SequenceId', '')}".strip() if sid else ""

    def acknowledge(self, connection: Connection, request: Request) -> Reply:
        return Reply(body="<Response></Response>", media_type="text/xml")

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        return [rest.fields_of(raw) | {"received_at": rest.received(raw)}]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if "TranscriptionEvent" in entry:
            return [_sentence(connection, entry)]
        if entry.get("TranscriptionStatus") != "completed":
            raise Unsupported(f"transcription {entry.get('TranscriptionStatus')}")
        text = entry.get("TranscriptionText", "").strip()
        if not text:
            raise Unsupported("nothing was said")
        at = datetime.fromisoformat(entry["received_at"])
        return [_heard(connection, entry, entry["TranscriptionSid"], text, at, own=False)]


def _sentence(connection: Connection, entry: dict[str, str]) -> Heard:
    """One final sentence of a call that goes on; the agent's side is ours."""
    if entry["TranscriptionEvent"] != "transcription-content" or entry.get("Final") != "true":
        raise Unsupported(entry["TranscriptionEvent"])
    try:
        text = str(json.loads(entry["TranscriptionData"])["transcript"]).strip()
        at = datetime.fromisoformat(entry["Timestamp"]).astimezone(UTC)
    except (ValueError, KeyError, TypeError) as error:
        raise Unrecognised(f"no transcript: {error}") from error
    own = entry.get("Track") == "outbound_track"
    key = f"{entry['CallSid']}:{entry.get('SequenceId', '')}"
    return _heard(connection, entry, key, text, at, own=own)


def _heard(
    connection: Connection,
    entry: dict[str, str],
    key: str,
    text: str,
    at: datetime,
    own: bool,
) -> Heard:
    caller = entry.get("From") or entry.get("Caller") or ""
    number = connection.own.get("handle", "")
    message = Incoming(
        external_id=key,
        channel=connection.channel,
        kind="message",
        sent_at=at,
        author_handle=number if own else caller,
        text=text,
        url=entry.get("RecordingUrl", ""),
        language=entry.get("LanguageCode", "")[:2],
        own=own,
        conversation=entry.get("CallSid", key),
    )
    return Heard([message], json.dumps(entry, ensure_ascii=False))
