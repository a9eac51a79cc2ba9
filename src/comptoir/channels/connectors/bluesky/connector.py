"""
An account on Bluesky: mentions, replies, quotes, and messages where the password allows.

docs.bsky.app. An answer's record key is made from its idempotency key, so writing it a second
time writes the same record and asking for it tells for sure whether it is there.
"""

import base64
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http, Response
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    CannotTell,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    Outgoing,
    Page,
    Quota,
    Raw,
    Read,
    Rejected,
    Sent,
    Unrecognised,
    Unsupported,
    Way,
)
from comptoir.channels.connectors.bodies import list_of, object_of
from comptoir.channels.connectors.times import moment
from comptoir.channels.incoming import Incoming, Kind
from comptoir.channels.refusing import refuse

_LENGTH = 300
_MESSAGE_LENGTH = 1000
_PAGES = 20
_BACK = timedelta(hours=3)
_POST = "app.bsky.feed.post"
_CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}
_TALK = frozenset({"mention", "reply", "quote"})
_LINKS = re.compile(rb"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_gone = _("The post you answer has been deleted, or its author has blocked this account.")
_EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})


class Bluesky(Connector):
    kind = "bluesky"
    channel = "bluesky"
    label = _("Bluesky")
    summary = _(
        "Mentions, replies, quotes and direct messages of an account. What others say without"
        " naming you does not reach an account."
    )
    fields = (
        Field("handle", _("Handle"), _("brand.bsky.social or your own domain.")),
        Field(
            "password",
            _("App password"),
            _("Settings › Privacy and security › App passwords; allow direct messages if wanted."),
            kind="secret",
        ),
        Field(
            "service", _("Address of the service"), kind="url", default="https://bsky.social",
        ),
    )  # fmt: skip
    every = 60.0
    sends = True
    actions = ("delete", "like")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        values = {name: connection.values.get(name, "") for name in ("access", "refresh")}
        session: Mapping[str, Any] | None = None
        if values["access"] and _ends(values["access"]) > clock.now():
            session = _xrpc(connection, http, "com.atproto.server.getSession").json()
        if session is None:
            session = _signed_in(connection, http)
            values = {"access": session["accessJwt"], "refresh": session["refreshJwt"]}
        own = {"id": session["did"], "handle": session["handle"]}
        own["messages"] = "yes" if _may_talk(connection, http, values["access"]) else ""
        return Checked(
            name=f"@{session['handle']}",
            own=own,
            handles=(session["handle"], session["did"]),
            expires_at=_ends(values["access"]),
            warning=""
            if own["messages"]
            else _("This app password does not open direct messages."),
            values=values,
        )

    def renew(self, connection: Connection, http: Http) -> Mapping[str, str] | None:
        """The session lasts two hours; it is refreshed, or begun anew with the password."""
        refresh = connection.values.get("refresh", "")
        response = _call(connection, http, "POST", "com.atproto.server.refreshSession", refresh)
        said = response.json() if response.ok else _signed_in(connection, http)
        return {"access": said["accessJwt"], "refresh": said["refreshJwt"]}

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        cursor = dict(connection.cursor)
        pages, then = self._new_pages(connection, http, cursor)
        for number, (fresh, quota) in enumerate(reversed(pages), 1):
            cursor |= then if number == len(pages) else {}
            body = json.dumps({"notifications": fresh}, ensure_ascii=False).encode()
            yield Page([Raw(body)], dict(cursor), quota=quota)
        if connection.own.get("messages"):
            yield from self._messages(connection, http, cursor)

    def _new_pages(
        self, connection: Connection, http: Http, cursor: Mapping[str, Any]
    ) -> tuple[list[tuple[list[Any], Quota | None]], dict[str, Any]]:
        """
        What was not read before, page by page, newest first; and the cursor after it.

        Bluesky sorts by the time that the writer's device gives where that is earlier, so what
        comes last can stand further down: the notifications of some hours are known one by one.
        """
        seen, known = str(cursor.get("seen", "")), frozenset(cursor.get("known", ()))
        back = moment(seen) - _BACK if seen else None
        pages: list[tuple[list[Any], Quota | None]] = []
        met: list[str] = []
        newest, at = seen, ""
        for _number in range(_PAGES if seen else 1):
            asked = {"limit": "100"} | ({"cursor": at} if at else {})
            path = "app.bsky.notification.listNotifications"
            response = _xrpc(connection, http, path, asked)
            said = response.json()
            found = said.get("notifications", [])
            fresh = [one for one in found if _digest(one) not in known]
            if fresh:
                pages.append((fresh, _quota(response)))
            met += map(_digest, found)
            times = [one["indexedAt"] for one in found]
            newest, at = max([newest, *times]), said.get("cursor", "")
            if not at or not times or (back and moment(min(times)) <= back):
                break
        return pages, {"seen": newest, "known": met}

    def _messages(
        self, connection: Connection, http: Http, cursor: Mapping[str, Any]
    ) -> Iterator[Page]:
        """The log of conversations, in its own order."""
        at = str(cursor.get("log", ""))
        for _number in range(_PAGES):
            asked = {"cursor": at} if at else {}
            response = _xrpc(connection, http, "chat.bsky.convo.getLog", asked, headers=_CHAT)
            said = response.json()
            if not said.get("logs"):
                return
            at = said.get("cursor", at)
            yield Page([Raw(response.body)], {**cursor, "log": at})

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        said = object_of(raw.body)
        if "logs" in said:
            return list_of(said, "logs")
        return list_of(said, "notifications")[::-1]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if not isinstance(entry, dict):
            raise Unrecognised("not an object")
        if "$type" in entry:
            return [_message(connection, entry)]
        if entry.get("reason") not in _TALK:
            raise Unsupported(str(entry.get("reason")))
        record, by = entry["record"], entry["author"]
        answers = ((record.get("reply") or {}).get("parent") or {}).get("uri", "")
        quoted = (record.get("embed") or {}).get("record") or {}
        quoted = quoted.get("record") or quoted  # one level deeper beside a picture or a card
        kind: Kind = "quote" if entry["reason"] == "quote" else "reply" if answers else "post"
        message = Incoming(
            external_id=entry["uri"],
            channel=connection.channel,
            kind=kind,
            sent_at=moment(entry.get("indexedAt") or record.get("createdAt")),
            author_handle=by["handle"],
            author_name=by.get("displayName") or "",
            text=record.get("text") or "",
            url=_address(entry["uri"], by["handle"]),
            in_reply_to=answers,
            quote_of=quoted.get("uri", "") if kind == "quote" else "",
            language=(record.get("langs") or [""])[0][:2],
            own=by["did"] == connection.own.get("id"),
        )
        return [Heard([message], json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        if asked.kind == "message":
            return (Way("private", _("Direct message"), _MESSAGE_LENGTH),)
        return (Way("public", _("Public reply"), _LENGTH),)

    def length(self, text: str) -> int:
        """Bluesky counts what people see as one character."""
        return graphemes(text)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        if outgoing.to_kind == "message":
            return self._send_message(connection, outgoing, http)
        now = clock.now()
        record = {
            "$type": _POST,
            "text": outgoing.text,
            "createdAt": (outgoing.queued_at or now).isoformat().replace("+00:00", "Z"),
            "reply": self._above(connection, outgoing.to, http),
            "facets": _facets(outgoing.text),
        }
        body = {
            "repo": connection.own["id"], "collection": _POST,
            "rkey": record_key(outgoing), "record": record,
        }  # fmt: skip
        said = _xrpc(connection, http, "com.atproto.repo.putRecord", body=body).json()
        return Sent(
            said["uri"], now, _address(said["uri"], connection.own["handle"]), json.dumps(said)
        )

    def _above(self, connection: Connection, uri: str, http: Http) -> dict[str, Any]:
        """The post answered and the one at the root of its thread, with their digests."""
        path = "app.bsky.feed.getPosts"
        posts = _xrpc(connection, http, path, {"uris": uri}).json().get("posts", [])
        if not posts:
            raise Rejected("gone", _gone)
        parent = {"uri": posts[0]["uri"], "cid": posts[0]["cid"]}
        root = (posts[0]["record"].get("reply") or {}).get("root") or parent
        return {"root": {"uri": root["uri"], "cid": root["cid"]}, "parent": parent}

    def _send_message(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        talk = outgoing.to.partition("#")[0]
        body = {"convoId": talk, "message": {"text": outgoing.text}}
        path = "chat.bsky.convo.sendMessage"
        said = _xrpc(connection, http, path, body=body, headers=_CHAT).json()
        return Sent(f"{talk}#{said['id']}", moment(said["sentAt"]), raw=json.dumps(said))

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        if outgoing.to_kind == "message":
            return self._find_message(connection, outgoing, http)
        asked = {"repo": connection.own["id"], "collection": _POST, "rkey": record_key(outgoing)}
        response = _call(connection, http, "GET", f"com.atproto.repo.getRecord?{urlencode(asked)}")
        if response.status == 400 and _error(response) in ("RecordNotFound", "InvalidRequest"):
            return None
        said = _checked(response).json()
        at = moment(said["value"]["createdAt"])
        return Sent(
            said["uri"], at, _address(said["uri"], connection.own["handle"]), json.dumps(said)
        )

    def _find_message(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        if outgoing.queued_at is None:
            raise CannotTell("no time to look from")
        talk = outgoing.to.partition("#")[0]
        asked = {"convoId": talk, "limit": "50"}
        path = "chat.bsky.convo.getMessages"
        found = _xrpc(connection, http, path, asked, headers=_CHAT).json()
        for said in found.get("messages", []):
            ours = said.get("sender", {}).get("did") == connection.own["id"]
            since = moment(said["sentAt"]) >= outgoing.queued_at - timedelta(minutes=1)
            if ours and since and said.get("text", "").split() == outgoing.text.split():
                return Sent(f"{talk}#{said['id']}", moment(said["sentAt"]), raw=json.dumps(said))
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        if not external_id.startswith("at://"):
            talk, _hash, number = external_id.partition("#")
            loved = {"convoId": talk, "messageId": number, "value": "❤️"}
            path = "chat.bsky.convo.addReaction"
            _xrpc(connection, http, path, body=loved, headers=_CHAT)
            return
        repo, collection, key = external_id.removeprefix("at://").split("/")
        if action == "delete":
            body: dict[str, Any] = {"repo": repo, "collection": collection, "rkey": key}
            _xrpc(connection, http, "com.atproto.repo.deleteRecord", body=body)
            return
        subject = self._above(connection, external_id, http)["parent"]
        record = {"subject": subject, "createdAt": clock.now().isoformat()}
        like = "app.bsky.feed.like"
        body = {"repo": connection.own["id"], "collection": like, "record": record}
        _xrpc(connection, http, "com.atproto.repo.createRecord", body=body)


def _signed_in(connection: Connection, http: Http) -> Mapping[str, Any]:
    body = {
        "identifier": connection.values["handle"].lstrip("@"),
        "password": connection.values["password"],
    }
    response = _call(connection, http, "POST", "com.atproto.server.createSession", "", body)
    if response.status == 401:
        raise AccessLost("createSession: 401")
    found: Mapping[str, Any] = _checked(response).json()
    return found


def _may_talk(connection: Connection, http: Http, access: str) -> bool:
    path = "chat.bsky.convo.listConvos?limit=1"
    return _call(connection, http, "GET", path, access, headers=_CHAT).ok


def _call(
    connection: Connection,
    http: Http,
    method: str,
    path: str,
    token: str | None = None,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    token = connection.values.get("access", "") if token is None else token
    bearer = {"authorization": f"Bearer {token}"} if token else {}
    service = connection.values["service"].rstrip("/")
    return http.request(
        method, f"{service}/xrpc/{path}", json=body, headers={**bearer, **(headers or {})}
    )


def _xrpc(
    connection: Connection,
    http: Http,
    path: str,
    asked: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A query, or a procedure when there is a body."""
    if asked:
        path = f"{path}?{urlencode(asked)}"
    method = "GET" if body is None else "POST"
    return _checked(_call(connection, http, method, path, None, body, headers))


def _checked(response: Response) -> Response:
    if not response.ok:
        if _error(response) in _EXPIRED:
            raise AccessLost(_error(response))
        refuse(response, _error(response))
    return response


def _error(response: Response) -> str:
    try:
        return str(response.json().get("error", ""))
    except (ValueError, AttributeError):
        return ""


def _quota(response: Response) -> Quota | None:
    told = [
        response.headers.get(f"ratelimit-{name}", "") for name in ("remaining", "limit", "reset")
    ]
    if not all(one.isdigit() for one in told):
        return None
    return Quota(int(told[0]), int(told[1]), datetime.fromtimestamp(int(told[2]), UTC))


def _ends(token: str) -> datetime:
    """When a JSON web token expires; it is the network's, so its signature is its affair."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (IndexError, ValueError, KeyError, TypeError):
        return clock.now()


def _message(connection: Connection, entry: Mapping[str, Any]) -> Heard:
    said = entry.get("message") or {}
    if not entry["$type"].endswith("#logCreateMessage") or "text" not in said:
        raise Unsupported(entry["$type"])
    sender, talk = said["sender"]["did"], entry["convoId"]
    message = Incoming(
        external_id=f"{talk}#{said['id']}",
        channel=connection.channel,
        kind="message",
        sent_at=moment(said["sentAt"]),
        author_handle=sender,
        text=said["text"],
        own=sender == connection.own.get("id"),
        conversation=talk,
    )
    return Heard([message], json.dumps(entry, ensure_ascii=False))


def record_key(outgoing: Outgoing) -> str:
    """
    A TID of the answer: the microsecond it was queued, and ten bits of its idempotency key.

    atproto.com/specs/tid: 53 bits of microseconds and 10 of a clock's name, in base 32.
    """
    queued = outgoing.queued_at or datetime(1970, 1, 1, tzinfo=UTC)
    micros = (queued - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    name = int.from_bytes(blake2b(outgoing.key.encode(), digest_size=2).digest()) % 1024
    number, digits = micros << 10 | name, []
    for _place in range(13):
        digits.append(_DIGITS[number & 31])
        number >>= 5
    return "".join(reversed(digits))


def graphemes(text: str) -> int:
    """What people see as one character: marks, joiners, skin tones and flags taken together."""
    count, joined, flag = 0, False, False
    for one in unicodedata.normalize("NFC", text):
        point = ord(one)
        extends = (
            unicodedata.category(one) in ("Mn", "Me", "Mc")
            or point == 0x200D
            or 0xFE00 <= point <= 0xFE0F
            or 0x1F3FB <= point <= 0x1F3FF
            or 0xE0020 <= point <= 0xE007F
        )
        regional = 0x1F1E6 <= point <= 0x1F1FF
        if not (extends or joined or (regional and flag)):
            count += 1
        flag = regional and not flag
        joined = point == 0x200D
    return count


def _facets(text: str) -> list[dict[str, Any]]:
    """Links, by their place in UTF-8: Bluesky shows none that is not marked."""
    return [
        {
            "index": {"byteStart": found.start(), "byteEnd": found.end()},
            "features": [
                {
                    "$type": "app.bsky.richtext.facet#link",
                    "uri": found[0].decode("utf-8", "replace"),
                }
            ],
        }
        for found in _LINKS.finditer(text.encode())
    ]


def _digest(notification: Mapping[str, Any]) -> str:
    return blake2b(notification["uri"].encode(), digest_size=6).hexdigest()


def _address(uri: str, handle: str) -> str:
    return f"https://bsky.app/profile/{handle}/post/{uri.rpartition('/')[2]}"
