"""
An account on X, by its API v2: mentions, replies, its own posts, and direct messages.

docs.x.com. Requests are signed as OAuth 1.0a asks (tokens that do not expire). X charges for
what is read and written; prices are shown before an answer leaves.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from oauthlib.oauth1 import Client

from comptoir.base import clock
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
    Page,
    Quota,
    Raw,
    Read,
    Rejected,
    Removed,
    Reply,
    Request,
    Sent,
    Unsigned,
    Unsupported,
    Way,
)
from comptoir.channels.connectors.bodies import list_of, object_in, object_of
from comptoir.channels.connectors.times import instant, moment
from comptoir.channels.incoming import Incoming, Kind
from comptoir.channels.refusing import refuse

API = "https://api.x.com/2"
CREATE, CREATE_WITH_LINK = 15_000, 200_000
"""Prices in millionths of a dollar, 2026: a post, and one with a link. A read costs 5,000."""
_LENGTH = 280
_MESSAGE_LENGTH = 10_000
_URL = 23
_LINK = re.compile(r"https?://\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|fr|org|net|io|eu|be|ch|shop)\b\S*")
_LIGHT = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
_POSTS = {
    "max_results": "100",
    "tweet.fields": (
        "author_id,conversation_id,created_at,in_reply_to_user_id,lang,note_tweet,"
        "public_metrics,referenced_tweets"
    ),
    "expansions": "author_id,in_reply_to_user_id",
    "user.fields": "name,public_metrics,username",
}
_TALK = {
    "max_results": "100",
    "event_types": "MessageCreate",
    "dm_event.fields": "created_at,dm_conversation_id,event_type,id,sender_id,text",
    "expansions": "sender_id",
    "user.fields": "name,username",
}
_PAGES = 10
_NOT_PERMITTED = ("reply", "not permitted", "mention", "message")
"""Words of refusals that concern one answer and not the account."""


class X(Connector):
    kind = "x"
    channel = "x"
    label = _("X")
    summary = _(
        "Mentions, replies and direct messages of an account. X charges for each post that is read"
        " and for each that is written."
    )
    fields = (
        Field("consumer_key", _("API key"), _("Under Keys and tokens of your app at developer.x.com.")),
        Field("consumer_secret", _("API key secret"), kind="secret"),
        Field("token", _("Access token"), _("Of the brand’s account, with rights to read, write and direct messages."), kind="secret"),
        Field("token_secret", _("Access token secret"), kind="secret"),
    )  # fmt: skip
    pushes = True
    every = 120.0
    sends = True
    actions = ("hide", "unhide", "like")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        me = ask(connection, http, "GET", "users/me").json()["data"]
        own = {"id": me["id"], "handle": me["username"]}
        return Checked(name=f"@{me['username']}", own=own, handles=(me["username"],))

    # Hearing: pushed (Account Activity, where the plan has it)

    def handshake(self, connection: Connection, request: Request) -> Reply | None:
        """The challenge-response check (CRC)."""
        token = request.query.get("crc_token")
        if request.method != "GET" or not token:
            return None
        body = {"response_token": _digest(connection, token.encode())}
        return Reply(body=json.dumps(body), media_type="application/json")

    def verify(self, connection: Connection, request: Request) -> None:
        given = request.headers.get("x-twitter-webhooks-signature", "")
        if not hmac.compare_digest(given.encode(), _digest(connection, request.body).encode()):
            raise Unsigned("x-twitter-webhooks-signature does not fit the body")

    # Hearing: asked

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        cursor = dict(connection.cursor)
        me = connection.own["id"]
        for name in ("mentions", "tweets"):
            for response in _since(connection, http, f"users/{me}/{name}", name, cursor):
                raws = [Raw(response.body)]
                yield Page(raws, dict(cursor), f"{name}_from" in cursor, _quota(response))
        yield from self._messages(connection, http, cursor)

    def _messages(
        self, connection: Connection, http: Http, cursor: dict[str, Any]
    ) -> Iterator[Page]:
        """Direct messages, newest first and without since_id: read back to the last one seen."""
        seen = str(cursor.get("messages", ""))
        pages: list[Response] = []
        newest, asked = seen, dict(_TALK)
        for _number in range(_PAGES if seen else 1):
            try:
                response = ask(connection, http, "GET", "dm_events", asked)
            except AccessLost:
                return  # this app may not read direct messages: posts are heard all the same
            said = response.json()
            ids = [one["id"] for one in said.get("data", [])]
            if ids and max(ids, key=_age) != seen:
                pages.append(response)
                newest = max([*ids, newest], key=_age)
            after = (said.get("meta") or {}).get("next_token")
            if not after or not ids or _age(min(ids, key=_age)) <= _age(seen):
                break
            asked["pagination_token"] = after
        for response in reversed(pages):
            if response is pages[0]:
                cursor["messages"] = newest
            yield Page([Raw(response.body)], dict(cursor))

    # Understanding

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        said = object_of(raw.body)
        if "for_user_id" in said:
            return list(_activity(said))
        people = {one["id"]: one for one in (said.get("includes") or {}).get("users", [])}
        found = list_of({"data": []} | said, "data")
        return [{"said": one, "people": people} for one in reversed(found)]

    def addressee(self, connection: Connection, entry: Any) -> str:
        return str(entry.get("account", ""))

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if "deleted" in entry:
            return [Removed([entry["deleted"]])]
        if "old" in entry:
            return [_old_post(connection, entry["old"])]
        if "old_message" in entry:
            return [_old_message(connection, entry["old_message"], entry["people"])]
        said = entry.get("said")
        if said is None:
            raise Unsupported(str(entry.get("event")))
        if "event_type" in said or "dm_conversation_id" in said:
            return [_message(connection, said, entry["people"])]
        return [_post(connection, said, entry["people"])]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        prices: dict[str, Any] = {"price": CREATE, "price_with_link": CREATE_WITH_LINK}
        private = Way("private", _("Direct message"), _MESSAGE_LENGTH, price=CREATE)
        if asked.kind == "message":
            return (private,)
        return (Way("public", _("Public reply"), _LENGTH, **prices), private)

    def length(self, text: str) -> int:
        """Weighted as X does: a link counts 23, most letters 1, emoji and CJK 2."""
        rest, links = _LINK.subn("", text)
        weights = (1 if any(a <= ord(one) <= b for a, b in _LIGHT) else 2 for one in _joined(rest))
        return links * _URL + sum(weights)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        if outgoing.visibility == "private":
            path = f"dm_conversations/with/{self._person(connection, outgoing, http)}/messages"
            said = ask(connection, http, "POST", path, body={"text": outgoing.text}).json()["data"]
            return Sent(str(said["dm_event_id"]), clock.now(), raw=json.dumps(said))
        body = {"text": outgoing.text, "reply": {"in_reply_to_tweet_id": outgoing.to}}
        said = ask(connection, http, "POST", "tweets", body=body).json()["data"]
        return _posted(connection, str(said["id"]), clock.now(), said)

    def _person(self, connection: Connection, outgoing: Outgoing, http: Http) -> str:
        """The number of the person whom we answer."""
        path = f"users/by/username/{outgoing.to_handle}"
        found = ask(connection, http, "GET", path).json()
        if "data" not in found:
            raise Rejected("gone", _("This account no longer exists."))
        return str(found["data"]["id"])

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        since = (outgoing.queued_at or clock.now()) - timedelta(minutes=1)
        if outgoing.visibility == "private":
            person = self._person(connection, outgoing, http)
            path, asked = f"dm_conversations/with/{person}/dm_events", _TALK
        else:
            path, asked = f"users/{connection.own['id']}/tweets", _POSTS
        for said in ask(connection, http, "GET", path, asked).json().get("data", []):
            at = moment(said.get("created_at"))
            by = said.get("sender_id") or said.get("author_id")
            if by != connection.own["id"] or at < since or not _same(said, outgoing):
                continue
            if outgoing.visibility == "private":
                return Sent(str(said["id"]), at, raw=json.dumps(said))
            return _posted(connection, str(said["id"]), at, said)
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        if action == "like":
            path, body = f"users/{connection.own['id']}/likes", {"tweet_id": external_id}
            ask(connection, http, "POST", path, body=body)
        else:
            hidden = {"hidden": action == "hide"}
            ask(connection, http, "PUT", f"tweets/{external_id}/hidden", body=hidden)


def ask(
    connection: Connection,
    http: Http,
    method: str,
    path: str,
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
) -> Response:
    """What X answers; raises what its error stands for."""
    values = connection.values
    signer = Client(
        values["consumer_key"], values["consumer_secret"], values["token"], values["token_secret"]
    )
    url = f"{API}/{path}" + (f"?{urlencode(params)}" if params else "")
    signed, headers, _body = signer.sign(url, method)
    response = http.request(method, signed, json=body, headers=dict(headers))
    if not response.ok:
        _refuse(response)
    return response


def _refuse(response: Response) -> NoReturn:
    """X gives a problem (RFC 7807) with its errors."""
    said = object_in(response)
    words, kind = str(said.get("detail") or said.get("title") or ""), str(said.get("type", ""))
    if kind.endswith("/usage-capped") or response.status == 402:
        raise AccessLost(words, _("The credit or the plan of your app at X is used up."), _("Add credit at developer.x.com; what was missed is read then."))  # fmt: skip
    if response.status == 403 and "duplicate" in words.lower():
        raise Rejected("duplicate", _("X refuses the same words twice."), _("Change a word."))
    if response.status == 403 and any(word in words.lower() for word in _NOT_PERMITTED):
        raise Rejected("not_permitted", words)
    refuse(response, words)


def _since(
    connection: Connection, http: Http, path: str, name: str, cursor: dict[str, Any]
) -> Iterator[Response]:
    """
    Pages newer than what the cursor has seen of a place, newest first; the cursor follows.

    Between two pages it holds how far down they are read: what stops there (a limit, used-up
    credit) goes on there, so that nothing is lost and nothing is paid for twice.
    """
    seen, half = str(cursor.get(name, "")), f"{name}_from"
    newest, until = cursor.get(half) or (seen, "")
    asked = dict(_POSTS) | ({"since_id": seen} if seen else {})
    while True:
        response = ask(
            connection, http, "GET", path, asked | ({"until_id": until} if until else {})
        )
        meta = response.json().get("meta") or {}
        if meta.get("result_count"):
            newest = max(newest, str(meta["newest_id"]), key=_age)
            until = str(meta["oldest_id"])
        if seen and meta.get("result_count") and meta.get("next_token"):
            cursor[half] = [newest, until]
            yield response
            continue
        was_half = cursor.pop(half, None)
        if newest:
            cursor[name] = newest
        if meta.get("result_count") or was_half:
            yield response
        return


def _age(identifier: str) -> tuple[int, str]:
    """Ids are numbers that grow with time."""
    return len(identifier), identifier


def _digest(connection: Connection, signed: bytes) -> str:
    key = connection.values["consumer_secret"].encode()
    made = hmac.new(key, signed, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(made).decode()}"


def _quota(response: Response) -> Quota | None:
    told = [
        response.headers.get(f"x-rate-limit-{name}", "") for name in ("remaining", "limit", "reset")
    ]
    if not all(one.isdigit() for one in told):
        return None
    return Quota(int(told[0]), int(told[1]), datetime.fromtimestamp(int(told[2]), UTC))


def _address(handle: str, key: str) -> str:
    return f"https://x.com/{handle}/status/{key}"


def _posted(connection: Connection, key: str, at: datetime, said: Mapping[str, Any]) -> Sent:
    return Sent(key, at, _address(connection.own["handle"], key), json.dumps(said))


def _same(said: Mapping[str, Any], outgoing: Outgoing) -> bool:
    """The words we sent: X adds the handles answered in front and shortens links."""
    if outgoing.visibility == "public":
        above = [
            one["id"] for one in said.get("referenced_tweets", []) if one["type"] == "replied_to"
        ]
        if outgoing.to not in above:
            return False
    there = re.sub(r"^(@\w+\s+)+", "", str(said.get("text", "")))
    wanted = re.sub(r"^(@\w+\s+)+", "", outgoing.text)
    return (
        re.sub(r"https?://\S+", "·", there).split() == re.sub(r"https?://\S+", "·", wanted).split()
    )


def _post(connection: Connection, said: Mapping[str, Any], people: Mapping[str, Any]) -> Heard:
    by = people.get(said["author_id"], {})
    above = {one["type"]: one["id"] for one in said.get("referenced_tweets", [])}
    kind: Kind = "post"
    for name, made in (("replied_to", "reply"), ("retweeted", "repost"), ("quoted", "quote")):
        if name in above:
            kind = made  # type: ignore[assignment]  # a literal of Kind
            break
    counts = said.get("public_metrics") or {}
    asked = people.get(said.get("in_reply_to_user_id", ""), {})
    handle = by.get("username") or said["author_id"]
    message = Incoming(
        external_id=str(said["id"]),
        channel=connection.channel,
        kind=kind,
        sent_at=moment(said.get("created_at")),
        author_handle=handle,
        author_name=by.get("name", ""),
        text=(said.get("note_tweet") or {}).get("text") or said.get("text", ""),
        url=_address(handle, str(said["id"])),
        in_reply_to=above.get("replied_to", ""),
        in_reply_to_handle=asked.get("username", "") if "replied_to" in above else "",
        repost_of=above.get("retweeted", ""),
        quote_of=above.get("quoted", ""),
        language=said.get("lang", "") if said.get("lang") not in ("und", "zxx", "qme") else "",
        likes=counts.get("like_count"),
        reposts=counts.get("retweet_count"),
        replies=counts.get("reply_count"),
        quotes=counts.get("quote_count"),
        views=counts.get("impression_count"),
        followers=(by.get("public_metrics") or {}).get("followers_count"),
        own=said["author_id"] == connection.own.get("id"),
    )
    return Heard([message], json.dumps(said, ensure_ascii=False))


def _message(connection: Connection, said: Mapping[str, Any], people: Mapping[str, Any]) -> Heard:
    if said.get("event_type", "MessageCreate") != "MessageCreate":
        raise Unsupported(str(said.get("event_type")))
    by = people.get(said["sender_id"], {})
    message = Incoming(
        external_id=str(said["id"]),
        channel=connection.channel,
        kind="message",
        sent_at=moment(said.get("created_at")),
        author_handle=by.get("username") or said["sender_id"],
        author_name=by.get("name", ""),
        text=said.get("text", ""),
        own=said["sender_id"] == connection.own.get("id"),
        conversation=str(said["dm_conversation_id"]),
    )
    return Heard([message], json.dumps(said, ensure_ascii=False))


def _activity(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Account Activity tells events in the shapes of API 1.1."""
    here = {"account": str(said["for_user_id"])}
    for name, found in said.items():
        for one in found if isinstance(found, list) else []:
            if name == "tweet_create_events":
                yield here | {"old": one}
            elif name == "tweet_delete_events":
                yield here | {"deleted": str(one["status"]["id"])}
            elif name == "direct_message_events":
                yield here | {"old_message": one, "people": said.get("users", {})}
            else:
                yield here | {"event": name}


def _old_post(connection: Connection, said: Mapping[str, Any]) -> Heard:
    by = said["user"]
    told = {
        "id": said["id_str"],
        "author_id": by["id_str"],
        "created_at": datetime.strptime(said["created_at"], "%a %b %d %H:%M:%S %z %Y").isoformat(),
        "text": (said.get("extended_tweet") or {}).get("full_text") or said.get("text", ""),
        "lang": said.get("lang", ""),
        "in_reply_to_user_id": said.get("in_reply_to_user_id_str") or "",
        "referenced_tweets": [
            {"type": kind, "id": key}
            for kind, key in (
                ("replied_to", said.get("in_reply_to_status_id_str")),
                ("retweeted", (said.get("retweeted_status") or {}).get("id_str")),
                ("quoted", said.get("quoted_status_id_str")),
            )
            if key
        ],
    }
    followers = {"followers_count": by.get("followers_count")}
    people = {
        by["id_str"]: {
            "username": by["screen_name"],
            "name": by["name"],
            "public_metrics": followers,
        },
        told["in_reply_to_user_id"]: {"username": said.get("in_reply_to_screen_name") or ""},
    }
    return _post(connection, told, people)


def _old_message(
    connection: Connection, said: Mapping[str, Any], people: Mapping[str, Any]
) -> Heard:
    if said.get("type") != "message_create":
        raise Unsupported(str(said.get("type")))
    made = said["message_create"]
    sender, recipient = made["sender_id"], made["target"]["recipient_id"]
    told = {
        "id": said["id"],
        "sender_id": sender,
        "created_at": instant(said["created_timestamp"], 1000).isoformat(),
        "text": made["message_data"]["text"],
        "dm_conversation_id": "-".join(sorted((sender, recipient), key=_age)),
    }
    named = {
        key: {"username": one.get("screen_name", ""), "name": one.get("name", "")}
        for key, one in people.items()
    }
    return _message(connection, told, named)


def _joined(text: str) -> str:
    """Emoji of several signs count as one: what joins and colours them is left out."""
    return re.sub("\u200d.|[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]", "", text)
