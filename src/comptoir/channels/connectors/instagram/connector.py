"""
An Instagram professional account, reached through the Facebook page it is linked to.

Webhooks: developers.facebook.com/docs/graph-api/webhooks/reference/instagram. Media that tag
the account come by no webhook, so they are asked for, with the latest comments.
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
    Rejected,
    Sent,
    Unsupported,
    Way,
)
from comptoir.channels.connectors.bodies import object_of
from comptoir.channels.connectors.meta import graph
from comptoir.channels.connectors.meta.network import MetaNetwork
from comptoir.channels.incoming import Incoming, Kind

SCOPES = (
    "instagram_basic",
    "instagram_manage_comments",
    "instagram_manage_messages",
    "pages_manage_metadata",
)
SUBSCRIBED = ("comments", "live_comments", "mentions", "messages", "message_reactions")
_COMMENT = "id,text,timestamp,username,from"
_MEDIA = (
    "id,caption,timestamp,permalink,username,"
    f"comments.limit(50){{{_COMMENT},replies.limit(50){{{_COMMENT}}}}}"
)
_TAGGED = "id,caption,timestamp,permalink,username"
_LENGTH = 2200
_MESSAGE_LENGTH = 1000


class Instagram(MetaNetwork):
    kind = "instagram"
    channel = "instagram"
    label = _("Instagram")
    summary = _(
        "Comments, media that tag you and direct messages of a professional account. Stories,"
        " hashtags at large and personal accounts are closed to applications by Instagram."
    )
    fields = (
        *graph.APP_FIELDS,
        Field(
            "token",
            _("Page access token"),
            _("Of the Facebook page that the Instagram account is linked to."),
            kind="secret",
        ),
        graph.VERIFY_FIELD,
    )
    every = 900.0
    quota_unit = graph.PERCENT
    actions = ("hide", "unhide", "delete")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        checked = graph.check_token(connection, http, SCOPES)
        params = {"fields": "id,name,instagram_business_account{id,username,name}"}
        page = graph.ask(connection, http, "GET", "me", params=params)
        account = page.get("instagram_business_account")
        if not account:
            raise Rejected(
                "no_instagram_account",
                _("No Instagram account is linked to this Facebook page."),
                _("Link a professional account in the page’s settings, then try again."),
                field="token",
            )
        own = {"id": str(account["id"]), "handle": account["username"], "page": str(page["id"])}
        name = account.get("name") or account["username"]
        return replace(checked, name=name, own=own, handles=(account["username"],))

    def subscribe(self, connection: Connection, http: Http) -> None:
        """Instagram's messages come by way of the page; comments are the app's subscription."""
        params = {"subscribed_fields": "messages"}
        path = f"{connection.own['page']}/subscribed_apps"
        graph.ask(connection, http, "POST", path, params=params)
        graph.call_us(connection, http, "instagram", SUBSCRIBED)

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        for edge, fields in (("media", _MEDIA), ("tags", _TAGGED)):
            params = {"fields": fields, "limit": "25"}
            path = f"{connection.own['id']}/{edge}"
            response = graph.page_of(connection, http, path, params)
            yield Page([Raw(response.body)], connection.cursor, quota=graph.quota(response))

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        said = object_of(raw.body)
        if isinstance(said.get("data"), list):
            return list(_polled(connection, said["data"]))
        return list(graph.entries(said, "instagram"))

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if "messaging" in entry:
            return graph.talk(connection, entry)
        value = entry["value"]
        if entry["field"] in ("comments", "live_comments"):
            media = (value.get("media") or {}).get("id", "")
            answers = value.get("parent_id") or media
            return [_heard(connection, value, "comment", str(answers), entry["time"])]
        if entry["field"] == "media":
            return [_heard(connection, value, "post", "", entry["time"])]
        raise Unsupported(str(entry["field"]))

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        return graph.ways(asked, _LENGTH, _MESSAGE_LENGTH)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        if outgoing.visibility == "private":
            return graph.send_message(connection, outgoing, http)
        body = {"message": outgoing.text}
        said = graph.ask(connection, http, "POST", _replies(outgoing), body=body)
        return Sent(str(said["id"]), clock.now(), raw=json.dumps(said))

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        if outgoing.to_kind == "message" or outgoing.visibility == "private":
            person = {"user_id": outgoing.to_handle} if outgoing.to_kind == "message" else {}
            params = {"platform": "instagram", **person}
            return graph.find_message(connection, outgoing, http, params)
        params = {"fields": _COMMENT, "limit": "50"}
        there = graph.ask(connection, http, "GET", _replies(outgoing), params=params)
        for said in there.get("data", []):
            by = said.get("from") or {"username": said.get("username")}
            if graph.ours(connection, outgoing, {**said, "from": by}, "text", "timestamp"):
                at = graph.moment(said["timestamp"])
                return Sent(str(said["id"]), at, raw=json.dumps(said))
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        if action == "delete":
            graph.ask(connection, http, "DELETE", external_id)
        else:
            graph.ask(connection, http, "POST", external_id, body={"hide": action == "hide"})


def _replies(outgoing: Outgoing) -> str:
    """Comments are replied to; media that tag the account are commented on."""
    edge = "replies" if outgoing.to_kind == "comment" else "comments"
    return f"{outgoing.to}/{edge}"


def _heard(
    connection: Connection, value: Mapping[str, Any], kind: Kind, answers: str, time: Any
) -> Heard:
    by = value.get("from") or {}
    handle = str(by.get("username") or value.get("username") or by.get("id") or "")
    own = handle == connection.own.get("handle") or by.get("id") == connection.own.get("id")
    message = Incoming(
        external_id=str(value["id"]),
        channel=connection.channel,
        kind=kind,
        sent_at=graph.moment(value.get("timestamp") or time),
        author_handle=handle,
        text=str(value.get("text") or value.get("caption") or ""),
        url=str(value.get("permalink") or ""),
        in_reply_to=answers,
        own=own,
    )
    return Heard([message], json.dumps(value, ensure_ascii=False))


def _polled(connection: Connection, media: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Media and comments as webhooks would have told them."""
    here = {"account": connection.own.get("id", ""), "time": None}
    for one in media:
        yield here | {"field": "media", "value": {**one, "comments": None}}
        for comment in reversed((one.get("comments") or {}).get("data", [])):
            about = {"media": {"id": one["id"]}}
            yield here | {"field": "comments", "value": {**comment, **about, "replies": None}}
            for reply in (comment.get("replies") or {}).get("data", []):
                told = {**reply, **about, "parent_id": comment["id"]}
                yield here | {"field": "comments", "value": told}
