"""
Comments below a brand's own videos on TikTok, by the Accounts API of TikTok for Business.

business-api.tiktok.com/portal/docs. TikTok opens it to apps that it has approved. It announces
deletions; new comments it announces too, but without saying whether the brand itself wrote
them, so those are asked for. Errors come with HTTP 200 and a code of their own.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

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
    Raw,
    Read,
    Rejected,
    Removed,
    Request,
    Sent,
    TryLater,
    Unrecognised,
    Unsigned,
    Unsupported,
    Way,
    Words,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.answers import is_ours
from comptoir.channels.connectors.bodies import list_of, object_of
from comptoir.channels.connectors.times import instant
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import refuse, rejected

API = "https://business-api.tiktok.com/open_api/v1.3"
_LENGTH = 150
_VIDEOS = "20"
_PAGE = "30"
_PAGES = 5
_REPLIES = 10
"""Comments of one video whose replies are asked for at a time; TikTok grants 40 calls a minute."""
_PATIENCE = 300.0
_FRESH = 300
_NO_PERMISSION, _NO_OBJECT, _TOO_MANY, _NO_APP, _NO_TOKEN = 40001, 40007, 40100, 40101, 40105
_BROKEN = 50000
_ACTIONS = {
    "hide": ("hide", "HIDE"),
    "unhide": ("hide", "UNHIDE"),
    "like": ("like", "LIKE"),
}

Known = Mapping[str, int]
"""How many replies each comment had, by its number."""


class TikTok(Connector):
    kind = "tiktok"
    channel = "tiktok"
    label = _("TikTok")
    summary = _(
        "Comments below your own videos, and public replies. Only for apps that TikTok has"
        " approved for its Accounts API."
    )
    fields = (
        Field("client_id", _("App ID"), _("Of your app at business-api.tiktok.com.")),
        Field("client_secret", _("App secret"), kind="secret"),
        Field("refresh_token", _("Refresh token"), _("Of the brand’s account, with the rights to list videos and to read and manage comments; the guide says how."), kind="secret"),
    )  # fmt: skip
    pushes = True
    every = 300.0
    sends = True
    actions = ("hide", "unhide", "like")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        fresh = tokens.lasting(connection, "open_id") or self.renew(connection, http)
        params = {
            "business_id": fresh["open_id"],
            "fields": json.dumps(["username", "display_name"]),
        }
        said = ask(connection, http, "GET", "business/get", params, token=fresh["access"])[1]
        return Checked(
            name=f"@{said['username']}",
            own={"id": fresh["open_id"], "handle": said["username"]},
            handles=(said["username"],),
            expires_at=datetime.fromisoformat(fresh["access_ends"]),
            values=fresh,
        )

    def renew(self, connection: Connection, http: Http) -> Mapping[str, str]:
        """Access lasts a day; each refresh token takes the place of the one before."""
        body = {
            "client_id": connection.values["client_id"],
            "client_secret": connection.values["client_secret"],
            "grant_type": "refresh_token",
            "refresh_token": connection.values["refresh_token"],
        }
        try:
            said = _data(http.request("POST", f"{API}/tt_user/oauth2/refresh_token/", json=body))
        except (Rejected, AccessLost) as refused:
            raise AccessLost(f"token: {refused}", _("TikTok no longer takes the refresh token."), _("Let the account’s owner authorise the app again and enter the new refresh token: one lasts a year.")) from refused  # fmt: skip
        return {
            "access": said["access_token"],
            "access_ends": tokens.after(said["expires_in"]),
            "refresh_token": said.get("refresh_token") or connection.values["refresh_token"],
            "open_id": said["open_id"],
        }

    def subscribe(self, connection: Connection, http: Http) -> None:
        """One address for all accounts of the app: the last one connected takes it."""
        body = _app(connection) | {"callback_url": connection.webhook}
        ask(connection, http, "POST", "business/webhook/update", body=body)

    def unsubscribe(self, connection: Connection, http: Http) -> None:
        """Only an address of this account: another account of the app may have its own there."""
        app = _app(connection)
        there = ask(connection, http, "GET", "business/webhook/list", app)[1]
        if there.get("callback_url") == connection.webhook:
            ask(connection, http, "POST", "business/webhook/delete", body=app)

    # Hearing

    def verify(self, connection: Connection, request: Request) -> None:
        header = request.headers.get("tiktok-signature", "")
        parts = dict(one.strip().partition("=")[::2] for one in header.split(","))
        stamp = parts.get("t", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
            raise Unsigned("TikTok-Signature names no time")
        key = connection.values["client_secret"].encode()
        wanted = hmac.new(key, f"{stamp}.".encode() + request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(parts.get("s", "").encode(), wanted.encode()):
            raise Unsigned("TikTok-Signature does not fit the body")
        if abs(request.at.timestamp() - int(stamp)) > _FRESH:
            raise Unsigned("TikTok-Signature is stale")

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        """The newest videos, then what is new below each; every video moves the cursor on."""
        params = {
            "business_id": connection.own["id"],
            "fields": json.dumps(["item_id", "create_time", "caption", "share_url"]),
            "max_count": _VIDEOS,
        }
        response, said = ask(connection, http, "GET", "business/video/list", params)
        known: Mapping[str, Known] = connection.cursor.get("videos") or {}
        listed = [str(one["item_id"]) for one in said["videos"]]
        kept = {video: known[video] for video in listed if video in known}
        if len(kept) < len(listed):
            yield Page([Raw(response.body)], {"videos": dict(kept)})
        for video in listed:
            old = known.get(video)
            raws, kept[video] = self._comments(connection, http, video, old, deep=bool(known))
            if raws or kept[video] != old:
                yield Page(raws, {"videos": dict(kept)})

    def _comments(
        self, connection: Connection, http: Http, video: str, old: Known | None, *, deep: bool
    ) -> tuple[list[Raw], Known]:
        """
        What is new below a video, oldest first, and what is known of its newest comments now.

        deep: read on until something known; else, on the first poll, one page alone.
        """
        params = {
            "business_id": connection.own["id"],
            "video_id": video,
            "include_replies": "true",
            "sort_field": "create_time",
            "sort_order": "desc",
            "max_count": _PAGE,
        }
        before = old or {}
        raws: list[Raw] = []
        now: dict[str, int] = {}
        for number in range(_PAGES if deep else 1):
            response, said = ask(connection, http, "GET", "business/comment/list", params)
            counts = {str(one["comment_id"]): int(one["replies"]) for one in said["comments"]}
            if any(before.get(key) != count for key, count in counts.items()):
                raws.append(Raw(response.body))
            if number == 0:
                now = counts
                grown = [one for one in said["comments"] if _has_grown(one, before)]
                raws += self._replies(connection, http, video, grown[:_REPLIES])
                now |= {key: before[key] for key in map(_number, grown[_REPLIES:])}
            if not said.get("has_more") or not counts or not before.keys().isdisjoint(counts):
                break
            params["cursor"] = str(said["cursor"])
        return raws[::-1], now

    def _replies(
        self, connection: Connection, http: Http, video: str, comments: Iterable[Mapping[str, Any]]
    ) -> list[Raw]:
        """Replies beyond the three that come with a comment."""
        return [Raw(_replies_to(connection, http, video, _number(one))[0].body) for one in comments]

    # Understanding

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        said = object_of(raw.body)
        if "event" in said:
            return [said]
        data = said.get("data")
        if not isinstance(data, dict):
            raise Unrecognised("no data")
        found = list_of(data, "videos" if "videos" in data else "comments")
        return list(_flat(reversed(found)))

    def addressee(self, connection: Connection, entry: Any) -> str:
        return str(entry.get("user_openid", "")) if isinstance(entry, dict) else ""

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if not isinstance(entry, dict):
            raise Unrecognised("not an object")
        if "event" in entry:
            return [_event(entry)]
        if "comment_id" in entry:
            return [_comment(connection, entry)]
        if "item_id" in entry:
            return [_video(connection, entry)]
        raise Unrecognised("neither a video nor a comment")

    def details(self, connection: Connection, raw: str) -> Sequence[tuple[Words, Words]]:
        picture = json.loads(raw).get("image_url")
        return ((_("Picture"), str(picture)),) if picture else ()

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        if asked.kind != "comment":
            return ()
        note = _("No links; TikTok hides replies that resemble one another.")
        return (Way("public", _("Public reply"), _LENGTH, note=note),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        video, comment = _parts(outgoing.to)
        body = {
            "business_id": connection.own["id"],
            "video_id": video,
            "comment_id": comment,
            "text": outgoing.text,
        }
        said = ask(connection, http, "POST", "business/comment/reply/create", body=body)[1]
        return _sent(connection, said)

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        try:
            said = _replies_to(connection, http, *_parts(outgoing.to))[1]
        except Rejected as refused:  # replies below a reply are listed with the comment above
            raise CannotTell(str(refused)) from refused
        for one in said["comments"]:
            if not one.get("owner"):
                continue
            if is_ours(outgoing, str(one.get("text", "")), instant(one.get("create_time"))):
                return _sent(connection, one)
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        video, comment = _parts(external_id)
        path, word = _ACTIONS[action]
        body = {"business_id": connection.own["id"], "comment_id": comment, "action": word}
        if path == "hide":
            body["video_id"] = video
        ask(connection, http, "POST", f"business/comment/{path}", body=body)


def ask(
    connection: Connection,
    http: Http,
    method: str,
    path: str,
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    token: str = "",
) -> tuple[Response, Any]:
    """What TikTok answers, and its data; raises what its code stands for."""
    headers = {"access-token": token or connection.values.get("access", "")}
    response = http.request(method, f"{API}/{path}/", params=params, json=body, headers=headers)
    return response, _data(response)


def _data(response: Response) -> Any:
    if not response.ok:
        refuse(response)
    try:
        said = response.json()
        code = int(said["code"])
    except (ValueError, KeyError, TypeError) as error:
        raise Unrecognised(f"no code: {error}") from error
    if code != 0:
        _refuse(code, str(said.get("message", "")))
    return said.get("data") or {}


def _refuse(code: int, words: str) -> NoReturn:
    reason = f"{code} {words}"
    if code == _TOO_MANY:
        raise TryLater(reason, _PATIENCE)
    if code >= _BROKEN:
        raise TryLater(reason)
    if code == _NO_TOKEN:
        raise AccessLost(reason)
    if code in (_NO_PERMISSION, _NO_APP):
        raise AccessLost(reason, _("TikTok refuses the app or its rights."), _("Check the app’s approval and the rights of the consent, then connect again."))  # fmt: skip
    if code == _NO_OBJECT:
        raise Rejected("gone", _("This comment or video no longer exists."))
    raise rejected(code, words)


def _app(connection: Connection) -> dict[str, str]:
    return {
        "app_id": connection.values["client_id"],
        "secret": connection.values["client_secret"],
        "event_type": "COMMENT",
    }


def _replies_to(
    connection: Connection, http: Http, video: str, comment: str
) -> tuple[Response, Any]:
    params = {
        "business_id": connection.own["id"],
        "video_id": video,
        "comment_id": comment,
        "sort_field": "create_time",
        "sort_order": "desc",
        "max_count": _PAGE,
    }
    return ask(connection, http, "GET", "business/comment/reply/list", params)


def _number(comment: Mapping[str, Any]) -> str:
    return str(comment["comment_id"])


def _has_grown(comment: Mapping[str, Any], before: Known) -> bool:
    """Whether a known comment has new replies, and more of them than came with it."""
    count = int(comment["replies"])
    shown = len(comment.get("reply_list") or [])
    return count > before.get(_number(comment), count) and count > shown


def _flat(found: Iterable[Any]) -> Iterator[Any]:
    """Comments, each followed by the replies that came with it."""
    for one in found:
        replies = one.get("reply_list") if isinstance(one, dict) else None
        if not replies:
            yield one
            continue
        yield {name: value for name, value in one.items() if name != "reply_list"}
        yield from reversed(replies)


def _event(entry: Mapping[str, Any]) -> Read:
    """An announcement; what it says is JSON inside JSON."""
    if entry["event"] != "comment.update":
        raise Unsupported(str(entry["event"]))
    said = object_of(entry["content"])
    if said["comment_action"] != "delete":
        raise Unsupported(f"comment.update {said['comment_action']}")
    return Removed([_key(said["video_id"], said["comment_id"])])


def _comment(connection: Connection, said: Mapping[str, Any]) -> Heard:
    video, above = str(said["video_id"]), said.get("parent_comment_id")
    message = Incoming(
        external_id=_key(video, said["comment_id"]),
        channel=connection.channel,
        kind="comment",
        sent_at=instant(said.get("create_time")),
        author_handle=said.get("username") or said["unique_identifier"],
        author_name=said.get("display_name") or "",
        text=said.get("text") or "",
        url=_address(connection, video),
        in_reply_to=_key(video, above) if above else video,
        likes=said.get("likes"),
        replies=said.get("replies"),
        own=bool(said.get("owner")),
    )
    return Heard([message], json.dumps(said, ensure_ascii=False))


def _video(connection: Connection, said: Mapping[str, Any]) -> Heard:
    video = str(said["item_id"])
    message = Incoming(
        external_id=video,
        channel=connection.channel,
        kind="post",
        sent_at=instant(said.get("create_time")),
        author_handle=connection.own["handle"],
        text=said.get("caption") or "",
        url=said.get("share_url") or _address(connection, video),
        own=True,
    )
    return Heard([message], json.dumps(said, ensure_ascii=False))


def _key(video: Any, comment: Any) -> str:
    """A comment is answered and hidden under its video, so its name holds both."""
    return f"{video}_{comment}"


def _parts(external_id: str) -> tuple[str, str]:
    video, _dash, comment = external_id.partition("_")
    if not comment:
        raise Rejected("not_a_comment", _("Only comments can be answered, hidden or liked."))
    return video, comment


def _address(connection: Connection, video: str) -> str:
    return f"https://www.tiktok.com/@{connection.own['handle']}/video/{video}"


def _sent(connection: Connection, said: Mapping[str, Any]) -> Sent:
    video = str(said["video_id"])
    at = instant(said["create_time"]) if said.get("create_time") else clock.now()
    key = _key(video, said["comment_id"])
    return Sent(key, at, _address(connection, video), json.dumps(said))
