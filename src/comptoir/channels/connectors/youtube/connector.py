"""
Comments below the videos of a YouTube channel, by the Data API v3.

developers.google.com/youtube/v3/docs. YouTube announces no comments, so they are asked for; a
day holds 10,000 units of which a list costs 1 and an answer 50, so the day's use is counted.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http, Response
from comptoir.channels.connector import (
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
    Sent,
    SignIn,
    TryLater,
    Unrecognised,
    Way,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.answers import is_ours
from comptoir.channels.connectors.bodies import list_of, object_of
from comptoir.channels.connectors.google import oauth
from comptoir.channels.connectors.times import moment
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import refuse

API = "https://www.googleapis.com/youtube/v3"
UNITS = 10_000
"""A day's units, until midnight in California."""
_ZONE = ZoneInfo("America/Los_Angeles")
_LENGTH = 10_000
_PAGES = 10
_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_BUSY = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "processingFailure", "backendError"}
)
_REFUSED = {
    "commentsDisabled": _("Comments are turned off below this video."),
    "commentThreadNotFound": _("This comment no longer exists."),
    "parentCommentNotFound": _("This comment no longer exists."),
    "commentNotFound": _("This comment no longer exists."),
    "commentTextTooLong": _("The answer is too long for YouTube."),
}


class YouTube(Connector):
    kind = "youtube"
    channel = "youtube"
    label = _("YouTube")
    summary = _(
        "Comments below the videos of your channel, and answers. YouTube has no private messages,"
        " and grants 10,000 units a day: asking costs 1, answering or hiding 50."
    )
    fields = (
        *oauth.CLIENT_FIELDS,
        Field(
            "refresh_token",
            _("Refresh token"),
            _("Of the channel’s account, for the scope youtube.force-ssl; the guide says how."),
            kind="secret",
            granted=True,
        ),
    )
    every = 300.0
    quota_unit = _("units")
    sends = True
    actions = ("hide", "unhide", "delete")

    # Connecting

    def sign_in(self, values: Mapping[str, str]) -> SignIn:
        return oauth.sign_in("https://www.googleapis.com/auth/youtube.force-ssl")

    def check(self, connection: Connection, http: Http) -> Checked:
        fresh = oauth.lasting(connection, http)
        token = fresh["access"]
        params = {"part": "snippet", "mine": "true"}
        response = _ask(connection, http, "GET", "channels", params, token=token)
        found = response.json().get("items", [])
        if not found:
            raise Rejected(
                "no_channel", _("This account has no YouTube channel."), field="refresh_token"
            )
        said = found[0]["snippet"]
        own = {"id": found[0]["id"], "handle": said.get("customUrl", "").lstrip("@")}
        return Checked(
            name=said["title"],
            own=own,
            handles=(own["id"], *([own["handle"]] if own["handle"] else [])),
            expires_at=datetime.fromisoformat(fresh["access_ends"]),
            values=fresh,
        )

    def renew(self, connection: Connection, http: Http) -> Mapping[str, str]:
        return oauth.renew(connection, http)

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        """Threads newest first, back to the last one seen; then replies beyond those shown."""
        seen = str(connection.cursor.get("seen", ""))
        used = _used(connection)
        pages: list[Response] = []
        newest, asked = seen, _threads(connection)
        for _number in range(_PAGES if seen else 1):
            response = _ask(connection, http, "GET", "commentThreads", asked)
            said, used = response.json(), used + 1
            pages.append(response)
            times = [_newest(one) for one in said.get("items", [])]
            newest = max([newest, *times])
            if not said.get("nextPageToken") or not times or min(times) <= seen:
                break
            asked["pageToken"] = said["nextPageToken"]
        raws = []
        for response in reversed(pages):
            raws.append(Raw(response.body))
            for thread in _unfinished(response.json(), seen):
                params = {"part": "snippet", "parentId": thread, "maxResults": "100"}
                raws.append(Raw(_ask(connection, http, "GET", "comments", params).body))
                used += 1
        cursor = {"seen": newest, "used": used, "day": _today()}
        yield Page(raws if newest != seen else [], cursor, quota=_quota(used))

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        found = []
        for item in reversed(list_of(object_of(raw.body), "items")):
            if item.get("kind") == "youtube#commentThread":
                found.append(item["snippet"]["topLevelComment"])
                found += reversed((item.get("replies") or {}).get("comments", []))
            else:
                found.append(item)
        return found

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        said = entry.get("snippet") if isinstance(entry, dict) else None
        if entry.get("kind") != "youtube#comment" or not said:
            raise Unrecognised(f"kind {entry.get('kind')!r}")
        author = (said.get("authorChannelId") or {}).get("value", "")
        video, parent = said.get("videoId", ""), said.get("parentId", "")
        message = Incoming(
            external_id=entry["id"],
            channel=connection.channel,
            kind="comment",
            sent_at=moment(said.get("publishedAt")),
            author_handle=author or said.get("authorDisplayName", ""),
            author_name=said.get("authorDisplayName", ""),
            text=said.get("textOriginal") or said.get("textDisplay", ""),
            url=f"https://www.youtube.com/watch?v={video}&lc={entry['id']}" if video else "",
            in_reply_to=parent,
            likes=said.get("likeCount"),
            own=author == connection.own.get("id"),
        )
        return [Heard([message], json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        note = _("Costs 50 of the day’s 10,000 units.")
        return (Way("public", _("Public reply"), _LENGTH, note=note),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        snippet = {"parentId": _thread(outgoing), "textOriginal": outgoing.text}
        params = {"part": "snippet"}
        said = _ask(connection, http, "POST", "comments", params, {"snippet": snippet})
        return _sent(said.json())

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        params = {
            "part": "snippet", "parentId": _thread(outgoing), "maxResults": "100",
            "textFormat": "plainText",
        }  # fmt: skip
        found = _ask(connection, http, "GET", "comments", params).json()
        for said in found.get("items", []):
            about = said["snippet"]
            ours = (about.get("authorChannelId") or {}).get("value") == connection.own["id"]
            words = about.get("textOriginal") or about.get("textDisplay", "")
            if ours and is_ours(outgoing, words, moment(about["publishedAt"])):
                return _sent(said)
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        if action == "delete":
            _ask(connection, http, "DELETE", "comments", {"id": external_id})
            return
        status = {"hide": "heldForReview", "unhide": "published"}[action]
        params = {"id": external_id, "moderationStatus": status}
        _ask(connection, http, "POST", "comments/setModerationStatus", params)


def _ask(
    connection: Connection,
    http: Http,
    method: str,
    path: str,
    params: Mapping[str, str],
    body: Mapping[str, Any] | None = None,
    token: str = "",
) -> Response:
    shown = token or connection.values.get("access", "")
    url = f"{API}/{path}"
    return tokens.ask(http, method, url, shown, _refuse, params=params, json=body)


def _refuse(response: Response) -> NoReturn:
    try:
        error = response.json()["error"]
        reason = str((error.get("errors") or [{}])[0].get("reason", ""))
        words = str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        reason = words = ""
    if reason in _SPENT:
        raise TryLater(reason, (_midnight() - clock.now()).total_seconds())
    if reason in _BUSY:
        raise TryLater(reason)
    if reason in _REFUSED:
        raise Rejected(reason, _REFUSED[reason])
    refuse(response, words)


def _threads(connection: Connection) -> dict[str, str]:
    return {
        "part": "snippet,replies",
        "allThreadsRelatedToChannelId": connection.own["id"],
        "order": "time",
        "maxResults": "100",
        "textFormat": "plainText",
    }


def _newest(thread: Mapping[str, Any]) -> str:
    """When something was last said in a thread, as far as the list shows."""
    shown = [
        thread["snippet"]["topLevelComment"],
        *(thread.get("replies") or {}).get("comments", []),
    ]
    return max(str(one["snippet"]["publishedAt"]) for one in shown)


def _unfinished(said: Mapping[str, Any], seen: str) -> list[str]:
    """Threads with something new that have more replies than the list shows."""
    return [
        one["id"]
        for one in said.get("items", [])
        if one["snippet"].get("totalReplyCount", 0)
        > len((one.get("replies") or {}).get("comments", []))
        and _newest(one) > seen
    ]


def _thread(outgoing: Outgoing) -> str:
    """Replies hang on the first comment: the part of an id before its dot."""
    return outgoing.to.partition(".")[0]


def _sent(said: Mapping[str, Any]) -> Sent:
    return Sent(said["id"], moment(said["snippet"].get("publishedAt")), raw=json.dumps(said))


def _today() -> str:
    return clock.now().astimezone(_ZONE).date().isoformat()


def _midnight() -> datetime:
    local = clock.now().astimezone(_ZONE) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _used(connection: Connection) -> int:
    """Units that hearing has used today; YouTube does not say how many are left."""
    same_day = connection.cursor.get("day") == _today()
    return int(connection.cursor.get("used", 0)) if same_day else 0


def _quota(used: int) -> Quota:
    return Quota(max(0, UNITS - used), UNITS, _midnight())
