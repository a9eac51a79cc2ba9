"""
What Meta's networks share: one Graph API, one signature, one way of saying no.

Facebook, Messenger, Instagram and WhatsApp differ in payloads, not in manners. An app has one
webhook address for all its pages, so entries name the account that they are for.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http, Response
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Checked,
    Connection,
    Field,
    Heard,
    NotYet,
    Outgoing,
    Quota,
    Read,
    Receipt,
    Rejected,
    Removed,
    Sent,
    TryLater,
    Unrecognised,
    Unsupported,
    Way,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.answers import is_ours
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import refuse

GRAPH = "https://graph.facebook.com/v24.0"
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
PERCENT = _("percent")
_USED = ("call_count", "total_time", "total_cputime")
OUTSIDE_WINDOW = frozenset({2018278, 2534022})
"""Subcodes of error 10: the person has not written for 24 hours."""
_SPENT = frozenset({4, 17, 32, 341, 613, *range(80001, 80015), 130429, 131048})
_PAIR, _PAIR_SECONDS = 131056, 6.0
"""WhatsApp takes one message every six seconds to one person; others need not wait for that."""
_PASSING = frozenset({1, 2, 131000, 131016, 133016})
_LOST = frozenset({102, 190, 463, 467})

APP_FIELDS = (
    Field("app_id", _("App ID"), _("On the dashboard of your app at developers.facebook.com.")),
    Field(
        "app_secret",
        _("App secret"),
        _("Under App settings › Basic. Every delivery is checked with it."),
        kind="secret",
    ),
)
VERIFY_FIELD = Field(
    "verify_token",
    _("Verify token"),
    _("Any words of your choice; enter the same in the app’s webhook settings."),
)


# ── Deliveries ───────────────────────────────────────────────────────────────────────────────


def entries(said: Mapping[str, Any], about: str) -> Iterator[dict[str, Any]]:
    """
    The changes and messages of a delivery, each with the account it is for and its time.

    about: what deliveries of this network are about ("page", …). Raises Unrecognised.
    """
    if said.get("object") != about:
        raise Unrecognised(f"object {said.get('object')!r}")
    for entry in _listed(said, "entry"):
        here = {"account": str(entry.get("id", "")), "time": entry.get("time")}
        for change in _listed(entry, "changes"):
            yield here | {"field": change.get("field"), "value": change.get("value") or {}}
        for name in ("messaging", "standby"):
            for message in _listed(entry, name):
                yield here | {"messaging": message}


def _listed(said: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = said.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unrecognised(f"“{name}” is not a list of objects")
    return found


# ── Asking ─────────────────────────────────────────────────────────────────────────────────


def ask(
    connection: Connection,
    http: Http,
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    token: str = "",
) -> Any:
    """What the Graph API answers, as JSON; raises the refusal that its error stands for."""
    shown = token or connection.values["token"]
    url = f"{GRAPH}/{path}"
    response = tokens.ask(http, method, url, shown, raise_for, params=params, json=body)
    try:
        return response.json()
    except ValueError as error:
        raise Unrecognised(f"{path}: not JSON") from error


def page_of(connection: Connection, http: Http, path: str, params: Mapping[str, str]) -> Response:
    """A page to be kept as it came."""
    token = connection.values["token"]
    return tokens.ask(http, "GET", f"{GRAPH}/{path}", token, raise_for, params=params)


def raise_for(response: Response) -> NoReturn:
    """
    The refusal that an error of the Graph API stands for.

    Codes: developers.facebook.com/docs/graph-api/guides/error-handling and, for WhatsApp,
    …/docs/whatsapp/cloud-api/support/error-codes.
    """
    try:
        error = response.json()["error"]
        code, said = int(error["code"]), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError):
        refuse(response)
    subcode = int(error.get("error_subcode") or 0)
    reason = f"{code}/{subcode} {said}"
    if code in _SPENT:
        raise TryLater(reason, _regained(response))
    if code == _PAIR:
        raise NotYet(
            _PAIR_SECONDS, _("WhatsApp takes one message every six seconds to one person.")
        )
    if code in _PASSING or error.get("is_transient"):
        raise TryLater(reason)
    if subcode in OUTSIDE_WINDOW or code == 131047:
        raise Rejected(
            "window_closed",
            _("The person has not written within the time that Meta allows for an answer."),
            _("Answer publicly, or wait until they write again."),
        )
    if code in _LOST or code in (3, 10) or 200 <= code < 300:
        raise AccessLost(reason)
    raise Rejected(f"meta_{code}", _said(error, said))


def _said(error: Mapping[str, Any], message: str) -> str:
    """Meta's words for people where it has any, else those for developers."""
    return str(error.get("error_user_msg") or message)[:300]


def quota(response: Response) -> Quota | None:
    """What is left, in percent: Meta says how much of each of several limits is used."""
    used = max(_usage(response, *_USED), default=None)
    if used is None:
        return None
    pause = _regained(response)
    resets_at = clock.now() + timedelta(seconds=pause) if pause else None
    return Quota(max(0, 100 - round(used)), 100, resets_at)


def _regained(response: Response) -> float | None:
    """Seconds until calls are granted again, from X-Business-Use-Case-Usage (in minutes)."""
    return 60 * max(_usage(response, "estimated_time_to_regain_access"), default=0.0) or None


def _usage(response: Response, *names: str) -> list[float]:
    """Numbers under these names in X-Business-Use-Case-Usage, and X-App-Usage where it is sent."""
    try:
        cases = json.loads(response.headers.get("x-business-use-case-usage", "{}"))
        whole = json.loads(response.headers.get("x-app-usage", "{}"))
        told = [whole, *(one for each in cases.values() for one in each)]
        return [float(one[name]) for one in told for name in names if one.get(name) is not None]
    except (ValueError, AttributeError, TypeError):
        return []


def check_token(connection: Connection, http: Http, wanted: Sequence[str]) -> Checked:
    """Whether the token is valid, until when, and which of the wanted rights it lacks."""
    app = f"{connection.values['app_id']}|{connection.values['app_secret']}"
    params = {"input_token": connection.values["token"]}
    told = ask(connection, http, "GET", "debug_token", params=params, token=app).get("data", {})
    if not told.get("is_valid"):
        raise AccessLost(str((told.get("error") or {}).get("message", "invalid token")))
    ends = int(told.get("expires_at") or 0)
    lacking = [scope for scope in wanted if scope not in told.get("scopes", wanted)]
    return Checked(
        name="",
        expires_at=datetime.fromtimestamp(ends, UTC) if ends else None,
        warning=_lacking(lacking),
    )


def _lacking(scopes: Sequence[str]) -> Any:
    if not scopes:
        return ""
    return format_lazy(
        _("The token lacks rights: {scopes}. What needs them will not work."),
        scopes=", ".join(scopes),
    )


def call_us(connection: Connection, http: Http, what: str, fields: Sequence[str]) -> None:
    """Have the app call us of `what` ("page", "instagram"), unless it calls somebody already."""
    app = f"{connection.values['app_id']}|{connection.values['app_secret']}"
    path = f"{connection.values['app_id']}/subscriptions"
    there = ask(connection, http, "GET", path, token=app).get("data", [])
    if any(one.get("object") == what and one.get("active") for one in there):
        return
    body = {
        "object": what,
        "callback_url": connection.webhook,
        "verify_token": connection.values["verify_token"],
        "fields": ",".join(fields),
    }
    ask(connection, http, "POST", path, body=body, token=app)


# ── Messages between a person and the brand (Messenger, Instagram) ─────────────────────────


def talk(connection: Connection, entry: Mapping[str, Any]) -> list[Read]:
    """What one “messaging” entry says."""
    said = entry["messaging"]
    if "delivery" in said:
        at = _milliseconds(said["delivery"].get("watermark"))
        return [Receipt(mid, "delivered", at) for mid in said["delivery"].get("mids", [])]
    if isinstance(said.get("read"), Mapping) and said["read"].get("mid"):
        return [Receipt(said["read"]["mid"], "read", _milliseconds(said.get("timestamp")))]
    message = said.get("message") or said.get("postback")
    if not message or not message.get("mid"):
        raise Unsupported(next(iter(set(said) - {"sender", "recipient", "timestamp"}), "empty"))
    if message.get("is_deleted"):
        return [Removed([message["mid"]])]
    return [Heard([_message(connection, said, message)], json.dumps(said, ensure_ascii=False))]


def _message(
    connection: Connection, said: Mapping[str, Any], message: Mapping[str, Any]
) -> Incoming:
    sender, recipient = str(said["sender"]["id"]), str(said["recipient"]["id"])
    own = bool(message.get("is_echo")) or sender == connection.own.get("id")
    return Incoming(
        external_id=message["mid"],
        channel=connection.channel,
        kind="message",
        sent_at=_milliseconds(said.get("timestamp")),
        author_handle=(connection.own.get("handle") or sender) if own else sender,
        text=_words(message),
        own=own,
        conversation=recipient if own else sender,
    )


def _words(message: Mapping[str, Any]) -> str:
    """Text, or the addresses of what was sent instead of words."""
    parts = [message.get("text") or message.get("title") or ""]
    for attached in message.get("attachments") or []:
        url = (attached.get("payload") or {}).get("url")
        parts.append(url or f"[{attached.get('type', 'attachment')}]")
    return "\n".join(part for part in parts if part)


def _milliseconds(value: Any) -> datetime:
    return moment(float(value or 0) / 1000)


def moment(value: Any) -> datetime:
    """
    A time of the Graph API: seconds since 1970, or ISO 8601 with an offset.

    Raises Unrecognised.
    """
    try:
        if isinstance(value, str) and not value.isdigit():
            return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
        seconds = float(value)
        if seconds <= 0:
            raise ValueError(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise Unrecognised(f"no time: {value!r}") from error


def ways(asked: Asked, comment_length: int, message_length: int) -> Sequence[Way]:
    """Messages are answered privately, comments also publicly, all else only so."""
    if asked.kind == "message":
        return (private_way(asked, message_length),)
    public = Way("public", _("Public reply"), comment_length)
    if asked.kind == "comment":
        return (public, private_reply_way(asked, message_length))
    return (public,)


def private_way(asked: Asked, limit: int) -> Way:
    """
    Answering a message: freely for 24 hours, by a person's hand for seven days.

    After one day only the tag HUMAN_AGENT is left, which machines may not use.
    """
    since = asked.last_private_at or asked.sent_at
    if asked.now < since + DAY:
        return Way("private", _("Message"), limit, closes_at=since + DAY)
    if asked.now < since + WEEK:
        return Way(
            "private", _("Message"), limit, closes_at=since + WEEK,
            note=_("More than a day has passed: only a person may still answer."),
        )  # fmt: skip
    return Way(
        "private", _("Message"), limit,
        closed=_("Meta closes a conversation seven days after the person’s last message."),
    )  # fmt: skip


def private_reply_way(asked: Asked, limit: int) -> Way:
    """One private message to somebody who commented, within seven days."""
    label = _("Private reply")
    if asked.now >= asked.sent_at + WEEK:
        return Way(
            "private", label, limit,
            closed=_("A comment can be answered privately for seven days only."),
        )  # fmt: skip
    note = _("Once only: the next private message is theirs to write.")
    return Way("private", label, limit, closes_at=asked.sent_at + WEEK, note=note)


def send_message(connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
    """To a person, or to whoever wrote a comment; after a day, as a person's late answer."""
    is_talk = outgoing.to_kind == "message"
    recipient = {"id": outgoing.to_handle} if is_talk else {"comment_id": outgoing.to}
    path = f"{connection.own['id']}/messages"
    body: dict[str, Any] = {
        "recipient": recipient,
        "messaging_type": "RESPONSE",
        "message": {"text": outgoing.text},
    }
    try:
        said = ask(connection, http, "POST", path, body=body)
    except Rejected as refused:
        if refused.code != "window_closed" or not is_talk:
            raise
        tagged = body | {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        said = ask(connection, http, "POST", path, body=tagged)
    return Sent(str(said["message_id"]), clock.now(), raw=json.dumps(said))


def find_message(
    connection: Connection, outgoing: Outgoing, http: Http, params: Mapping[str, str]
) -> Sent | None:
    """Whether a message of ours with these words is among the latest of a conversation."""
    wanted = {"fields": "messages.limit(25){id,message,from,created_time}", **params}
    path = f"{connection.own['id']}/conversations"
    found = ask(connection, http, "GET", path, params=wanted)
    for one in found.get("data", []):
        for said in one.get("messages", {}).get("data", []):
            if ours(connection, outgoing, said, "message", "created_time"):
                return Sent(said["id"], moment(said["created_time"]), raw=json.dumps(said))
    return None


def ours(
    connection: Connection, outgoing: Outgoing, said: Mapping[str, Any], text: str, time: str
) -> bool:
    """Whether the network's record is our answer: our account, the same words, since queued."""
    by = said.get("from") or {}
    if str(by.get("id", by.get("username", ""))) not in (
        connection.own.get("id"),
        connection.own.get("handle"),
    ):
        return False
    return is_ours(outgoing, str(said.get(text, "")), moment(said.get(time)))
