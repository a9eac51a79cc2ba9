"""
A Slack app: alerts to the team, and the channels in which customers write (a community).

api.slack.com/apis/events-api. Slack wants an answer within three seconds and repeats what was
not answered; the event's id tells repetitions apart.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from html import unescape
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from comptoir.base.http import Http, Response
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    Outgoing,
    Raw,
    Read,
    Rejected,
    Removed,
    Reply,
    Request,
    Sent,
    TryLater,
    Unrecognised,
    Unsigned,
    Unsupported,
    Way,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.bodies import object_of
from comptoir.channels.connectors.times import instant
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import retry_after

API = "https://slack.com/api"
TOLERANCE = timedelta(minutes=5)
_LENGTH = 4000
_LOST = frozenset(
    {"invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed"}
)
_PASSING = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable"})
_NAMED = re.compile(r"<(?:[@#!]|https?:|mailto:)[^<>|]*(?:\|([^<>]*))?>")


class Slack(Connector):
    kind = "slack"
    channel = "slack"
    label = _("Slack")
    summary = _(
        "Alerts to your team, and messages of the channels and conversations to which you invite"
        " the app. Slack hears nothing where it was not invited."
    )
    fields = (
        Field("token", _("Bot token"), _("It begins with xoxb-."), kind="secret"),
        Field(
            "signing_secret",
            _("Signing secret"),
            _("Basic information › App credentials. Every delivery is checked with it."),
            kind="secret",
        ),
        Field(
            "alerts",
            _("Channel for alerts"),
            _("#care, say; empty when Slack is only heard."),
            required=False,
        ),
    )
    pushes = True
    sends = True
    alerts = True
    keeps = ("content-type", "x-slack-retry-num")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        me = _ask(connection, http, "auth.test", {})
        own = {"id": me["user_id"], "handle": me["user"], "team": me["team_id"], "url": me["url"]}
        name = f"{me['team']} ({me['user']})"
        return Checked(name=name, own=own, handles=(me["user_id"], me["user"]))

    # Hearing

    def handshake(self, connection: Connection, request: Request) -> Reply | None:
        """Slack checks the address with a signed challenge."""
        if b"url_verification" not in request.body:
            return None
        self.verify(connection, request)
        try:
            said = json.loads(request.body)
        except ValueError:
            return None
        if not isinstance(said, dict) or said.get("type") != "url_verification":
            return None
        return Reply(body=str(said.get("challenge", "")))

    def verify(self, connection: Connection, request: Request) -> None:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not stamp.isdigit():
            raise Unsigned("no X-Slack-Request-Timestamp")
        if abs(request.at.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
            raise Unsigned("X-Slack-Request-Timestamp is more than five minutes off")
        key = connection.values["signing_secret"].encode()
        signed = b"v0:" + stamp.encode() + b":" + request.body
        made = "v0=" + hmac.new(key, signed, hashlib.sha256).hexdigest()
        given = request.headers.get("x-slack-signature", "")
        if not hmac.compare_digest(given.encode(), made.encode()):
            raise Unsigned("X-Slack-Signature does not fit the body")

    def delivery_key(self, connection: Connection, request: Request) -> str:
        try:
            return str(json.loads(request.body).get("event_id") or "")
        except (ValueError, AttributeError):
            return ""

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        said = object_of(raw.body)
        if said.get("type") != "event_callback":
            raise Unrecognised("not an event of Slack’s")
        return [said.get("event") or {}]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if entry.get("type") != "message":
            raise Unsupported(str(entry.get("type")))
        kind, channel = entry.get("subtype", ""), str(entry.get("channel", ""))
        if kind == "message_deleted":
            return [Removed([f"{channel}:{entry.get('deleted_ts')}"])]
        if kind not in ("", "file_share", "thread_broadcast", "bot_message"):
            raise Unsupported(kind)
        by = str(entry.get("user") or entry.get("bot_id") or "")
        if not entry.get("ts") or not by:
            raise Unrecognised("a message without its time or author")
        above = entry.get("thread_ts")
        direct = entry.get("channel_type") == "im"
        message = Incoming(
            external_id=f"{channel}:{entry['ts']}",
            channel=connection.channel,
            kind="message" if direct else "reply" if above and above != entry["ts"] else "post",
            sent_at=instant(entry["ts"]),
            author_handle=by,
            text=_words(entry),
            in_reply_to=f"{channel}:{above}" if above and above != entry["ts"] else "",
            own=by == connection.own.get("id"),
            conversation=channel if direct else "",
        )
        return [Heard([message], json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        if asked.kind == "message":
            return (Way("private", _("Slack message"), _LENGTH),)
        return (Way("public", _("In the thread"), _LENGTH),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        """Our key travels as metadata of the message, so that it can be found again."""
        channel, _colon, stamp = outgoing.to.partition(":")
        body: dict[str, Any] = {
            "channel": channel,
            "text": escaped(outgoing.text),
            "metadata": {"event_type": "answer", "event_payload": {"key": outgoing.key}},
        }
        if outgoing.to_kind != "message":
            body["thread_ts"] = _root(outgoing, channel) or stamp
        said = _ask(connection, http, "chat.postMessage", body)
        return Sent(f"{said['channel']}:{said['ts']}", instant(said["ts"]), raw=json.dumps(said))

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        channel, _colon, stamp = outgoing.to.partition(":")
        body: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": 100}
        method = "conversations.history"
        if outgoing.to_kind != "message":
            method, body["ts"] = "conversations.replies", _root(outgoing, channel) or stamp
        for said in _ask(connection, http, method, body).get("messages", []):
            told = (said.get("metadata") or {}).get("event_payload") or {}
            if told.get("key") == outgoing.key:
                return Sent(f"{channel}:{said['ts']}", instant(said["ts"]), raw=json.dumps(said))
        return None

    def alert(self, connection: Connection, text: str, http: Http) -> None:
        """Say something to the team, in the channel for alerts."""
        body = {"channel": connection.values["alerts"], "text": escaped(text)}
        _ask(connection, http, "chat.postMessage", body)


def _ask(connection: Connection, http: Http, method: str, body: Mapping[str, Any]) -> Any:
    """Slack answers 200 with “ok”: false and a code in place of a status."""
    token = connection.values["token"]
    response = tokens.ask(http, "POST", f"{API}/{method}", token, json=body)
    said = response.json()
    if not said.get("ok"):
        _refuse(str(said.get("error", "")), response)
    return said


def _refuse(code: str, response: Response) -> NoReturn:
    if code in _LOST or code == "missing_scope":
        raise AccessLost(code)
    if code in _PASSING:
        raise TryLater(code, retry_after(response.headers))
    if code in ("channel_not_found", "not_in_channel", "is_archived"):
        raise Rejected(
            code,
            _("The app is not in this channel, or the channel is archived."),
            _("Invite it there (/invite), then send again."),
        )
    raise Rejected(f"slack_{code}", code)


def _root(outgoing: Outgoing, channel: str) -> str:
    """The first message of the thread that is here: Slack threads hang on their first."""
    first = next(iter(outgoing.thread), "")
    return first.removeprefix(f"{channel}:") if first.startswith(f"{channel}:") else ""


def _words(entry: Mapping[str, Any]) -> str:
    """Slack's own marks as people read them: names of links, addresses, plain signs."""

    def shown(found: re.Match[str]) -> str:
        return found[1] or found[0][1:-1].removeprefix("mailto:")

    files = [one.get("permalink") or one.get("name") or "" for one in entry.get("files") or []]
    text = unescape(_NAMED.sub(shown, str(entry.get("text") or "")))
    return "\n".join(part for part in (text, *files) if part)


def escaped(text: str) -> str:
    """So that a customer's words can neither ring everybody (<!channel>) nor hide a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
