"""
A Facebook page with its Messenger.

Webhooks for pages: developers.facebook.com/docs/graph-api/webhooks/reference/page. The page's
feed is also asked now and then, because a webhook that was missed is never sent again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.channels.connector import (
    Asked,
    Checked,
    Connection,
    Field,
    Heard,
    Outgoing,
    Page,
    Raw,
    Read,
    Removed,
    Sent,
    Unrecognised,
    Unsupported,
    Way,
)
from comptoir.channels.connectors.bodies import object_of
from comptoir.channels.connectors.meta import graph
from comptoir.channels.connectors.meta.network import MetaNetwork
from comptoir.channels.incoming import Incoming, Kind

SCOPES = (
    "pages_manage_engagement",
    "pages_manage_metadata",
    "pages_messaging",
    "pages_read_engagement",
    "pages_read_user_content",
)
SUBSCRIBED = (
    "feed",
    "mention",
    "message_deliveries",
    "message_echoes",
    "messages",
    "messaging_postbacks",
    "ratings",
)
_COMMENTS = "id,from,message,created_time,permalink_url,parent{id},attachment{media}"
_FEED = (
    "id,from,message,created_time,permalink_url,"
    f"comments.limit(50).order(reverse_chronological).filter(stream){{{_COMMENTS}}}"
)
_POSTS = frozenset({"post", "status", "photo", "video", "share", "link", "album", "event", "note"})
_COMMENT_LENGTH = 8000
_MESSAGE_LENGTH = 2000


class Facebook(MetaNetwork):
    kind = "facebook"
    channel = "facebook"
    label = _("Facebook page and Messenger")
    summary = _(
        "Comments, posts by visitors, mentions, recommendations and Messenger messages of one"
        " page. Groups and profiles of people are closed to applications by Facebook."
    )
    fields = (
        *graph.APP_FIELDS,
        Field(
            "token",
            _("Page access token"),
            _("A long-lived token of this page, with the rights named in the guide."),
            kind="secret",
        ),
        graph.VERIFY_FIELD,
    )
    every = 900.0
    quota_unit = graph.PERCENT
    actions = ("hide", "unhide", "delete", "like")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        checked = graph.check_token(connection, http, SCOPES)
        params = {"fields": "id,name,username,link"}
        me = graph.ask(connection, http, "GET", "me", params=params)
        handle = me.get("username") or me["id"]
        own = {"id": str(me["id"]), "handle": handle, "url": me.get("link", "")}
        return replace(checked, name=me["name"], own=own, handles=(handle, str(me["id"])))

    def subscribe(self, connection: Connection, http: Http) -> None:
        """The page calls the app, and the app calls us unless it calls somebody already."""
        params = {"subscribed_fields": ",".join(SUBSCRIBED)}
        path = f"{connection.own['id']}/subscribed_apps"
        graph.ask(connection, http, "POST", path, params=params)
        graph.call_us(connection, http, "page", SUBSCRIBED)

    def unsubscribe(self, connection: Connection, http: Http) -> None:
        graph.ask(connection, http, "DELETE", f"{connection.own['id']}/subscribed_apps")

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        params = {"fields": _FEED, "limit": "25"}
        response = graph.page_of(connection, http, f"{connection.own['id']}/feed", params)
        yield Page([Raw(response.body)], connection.cursor, quota=graph.quota(response))

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        said = object_of(raw.body)
        if isinstance(said.get("data"), list):
            return list(_polled(connection, said["data"]))
        return list(graph.entries(said, "page"))

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if "messaging" in entry:
            return graph.talk(connection, entry)
        read = {"feed": _feed, "mention": _mention, "ratings": _rating}.get(entry["field"])
        if read is None:
            raise Unsupported(str(entry["field"]))
        return read(connection, entry["value"])

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        return graph.ways(asked, _COMMENT_LENGTH, _MESSAGE_LENGTH)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        if outgoing.visibility == "private":
            return graph.send_message(connection, outgoing, http)
        body = {"message": outgoing.text, "fields": "id,created_time,permalink_url"}
        said = graph.ask(connection, http, "POST", f"{outgoing.to}/comments", body=body)
        return _comment_sent(said)

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        if outgoing.to_kind == "message":
            person = {"user_id": outgoing.to_handle}
            return graph.find_message(connection, outgoing, http, person)
        if outgoing.visibility == "private":
            return graph.find_message(connection, outgoing, http, {"limit": "25"})
        params = {"fields": _COMMENTS, "limit": "50", "order": "reverse_chronological"}
        there = graph.ask(connection, http, "GET", f"{outgoing.to}/comments", params=params)
        for said in there.get("data", []):
            if graph.ours(connection, outgoing, said, "message", "created_time"):
                return _comment_sent(said)
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        if action == "delete":
            graph.ask(connection, http, "DELETE", external_id)
        elif action == "like":
            graph.ask(connection, http, "POST", f"{external_id}/likes")
        else:
            body = {"is_hidden": action == "hide"}
            graph.ask(connection, http, "POST", external_id, body=body)


def _comment_sent(said: Mapping[str, Any]) -> Sent:
    at = graph.moment(said["created_time"]) if said.get("created_time") else clock.now()
    return Sent(str(said["id"]), at, url=said.get("permalink_url", ""), raw=json.dumps(said))


def _feed(connection: Connection, value: Mapping[str, Any]) -> list[Read]:
    item, verb = value.get("item"), value.get("verb")
    kind: Kind
    if item == "comment" and value.get("comment_id"):
        key, answers, kind = (
            value["comment_id"],
            value.get("parent_id") or value["post_id"],
            "comment",
        )
    elif item in _POSTS and value.get("post_id"):
        key, answers, kind = value["post_id"], "", "post"
    elif item in ("reaction", "like"):
        raise Unsupported(f"{item} {verb}")
    else:
        raise Unrecognised(f"feed {item!r} {verb!r}")
    if verb == "remove":
        return [Removed([str(key)])]
    if verb != "add" or not value.get("published", 1):
        raise Unsupported(f"{item} {verb}")
    return [_heard(connection, value, str(key), kind, str(answers))]


def _mention(connection: Connection, value: Mapping[str, Any]) -> list[Read]:
    """Somebody names the page elsewhere."""
    key = value.get("comment_id") or value.get("post_id")
    if value.get("verb") != "add" or not key:
        raise Unsupported(f"mention {value.get('verb')}")
    by = {"id": value.get("sender_id", ""), "name": value.get("sender_name", "")}
    said = {**value, "from": value.get("from") or by}
    if value.get("comment_id"):
        return [_heard(connection, said, str(key), "comment", str(value.get("post_id", "")))]
    return [_heard(connection, said, str(key), "post", "")]


def _rating(connection: Connection, value: Mapping[str, Any]) -> list[Read]:
    """A recommendation, for or against; Facebook gives no stars any more."""
    if value.get("item") != "rating" or value.get("verb") != "add":
        raise Unsupported(f"ratings {value.get('item')} {value.get('verb')}")
    by = {"id": value.get("reviewer_id", ""), "name": value.get("reviewer_name", "")}
    said = {**value, "from": by, "message": value.get("review_text", "")}
    sign = {"POSITIVE": "👍", "NEGATIVE": "👎"}.get(
        str(value.get("recommendation_type")).upper(), ""
    )
    return [_heard(connection, said, str(value["open_graph_story_id"]), "review", "", title=sign)]


def _heard(
    connection: Connection,
    value: Mapping[str, Any],
    key: str,
    kind: Kind,
    answers: str,
    title: str = "",
) -> Heard:
    by = value.get("from") or {}
    author = str(by.get("id") or "")
    message = Incoming(
        external_id=key,
        channel=connection.channel,
        kind=kind,
        sent_at=graph.moment(value.get("created_time")),
        author_handle=author,
        author_name=str(by.get("name") or ""),
        title=title,
        text=_words(value),
        url=value.get("permalink_url") or f"https://www.facebook.com/{key}",
        in_reply_to="" if answers == key else answers,
        own=author == connection.own.get("id"),
    )
    return Heard([message], json.dumps(value, ensure_ascii=False))


def _words(value: Mapping[str, Any]) -> str:
    """Text, and the address of a picture, which webhooks and lists give in different places."""
    media = ((value.get("attachment") or {}).get("media") or {}).get("image") or {}
    shown = value.get("photo") or value.get("video") or media.get("src")
    parts = [value.get("message") or "", shown or ""]
    return "\n".join(part for part in parts if part) or str(value.get("link") or "")


def _polled(connection: Connection, posts: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Posts and comments of the page's feed, as webhooks would have told them."""
    here = {"account": connection.own.get("id", ""), "time": None, "field": "feed"}
    for post in posts:
        told = {"item": "post", "verb": "add", "post_id": post["id"]}
        yield here | {"value": {**post, **told, "comments": None}}
        for comment in reversed((post.get("comments") or {}).get("data", [])):
            told = {"item": "comment", "verb": "add", "post_id": post["id"]}
            ids = {"comment_id": comment["id"], "parent_id": (comment.get("parent") or post)["id"]}
            yield here | {"value": {**comment, **told, **ids}}
