"""
Reviews of places on Google, and the owner's reply to each.

developers.google.com/my-business/content/review-data (v4). Google opens it to projects that it
has approved: until then every request is refused with a quota of 0.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

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
    Raw,
    Read,
    Rejected,
    Sent,
    SignIn,
    Unrecognised,
    Way,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.bodies import list_of, object_in, object_of
from comptoir.channels.connectors.google import oauth
from comptoir.channels.connectors.reviews import replies
from comptoir.channels.connectors.times import moment
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import refuse

API = "https://mybusiness.googleapis.com/v4"
INFORMATION = "https://mybusinessbusinessinformation.googleapis.com/v1"
_STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
_PAGES = 10


class GoogleReviews(Connector):
    kind = "google"
    channel = "google"
    label = _("Google reviews")
    summary = _(
        "Reviews of a place of yours on Google Maps, and the owner’s reply. Google must have"
        " approved your project for its Business Profile API."
    )
    fields = (
        *oauth.CLIENT_FIELDS,
        Field(
            "refresh_token",
            _("Refresh token"),
            _("Of an owner of the place, for the scope business.manage; the guide says how."),
            kind="secret",
            granted=True,
        ),
        Field("place", _("Place"), _("accounts/123/locations/456, as Google’s API calls it.")),
    )
    every = 900.0
    sends = True

    # Connecting

    def sign_in(self, values: Mapping[str, str]) -> SignIn:
        return oauth.sign_in("https://www.googleapis.com/auth/business.manage")

    def check(self, connection: Connection, http: Http) -> Checked:
        place = connection.values["place"].strip("/")
        parts = place.split("/")
        if len(parts) != 4 or parts[0] != "accounts" or parts[2] != "locations":
            raise Rejected(
                "bad_place",
                _("The place must look like accounts/123/locations/456."),
                _("List accounts and locations with Google’s API Explorer, as the guide shows."),
                field="place",
            )
        fresh = oauth.lasting(connection, http)
        url = f"{INFORMATION}/{'/'.join(parts[2:])}"
        wanted = {"readMask": "title"}
        said = tokens.ask(http, "GET", url, fresh["access"], _refuse, params=wanted).json()
        title = said.get("title", place)
        return Checked(
            name=title,
            own={"id": place, "handle": title},
            handles=(title,),
            expires_at=datetime.fromisoformat(fresh["access_ends"]),
            values=fresh,
        )

    def renew(self, connection: Connection, http: Http) -> Mapping[str, str]:
        return oauth.renew(connection, http)

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        """Newest change first, back to the last one seen: an edited review comes again."""
        seen = str(connection.cursor.get("seen", ""))
        pages: list[Response] = []
        newest = seen
        asked = {"pageSize": "50", "orderBy": "updateTime desc"}
        for _number in range(_PAGES if seen else 1):
            response = _ask(
                connection, http, "GET", f"{connection.own['id']}/reviews", params=asked
            )
            said = response.json()
            times = [str(one["updateTime"]) for one in said.get("reviews", [])]
            if times and max(times) > seen:
                pages.append(response)
                newest = max(newest, *times)
            if not said.get("nextPageToken") or not times or min(times) <= seen:
                break
            asked["pageToken"] = said["nextPageToken"]
        for response in reversed(pages):
            yield Page([Raw(response.body)], {"seen": newest if response is pages[0] else seen})

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        return list_of(object_of(raw.body), "reviews")[::-1]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if not isinstance(entry, dict) or "reviewId" not in entry:
            raise Unrecognised("not a review")
        by = entry.get("reviewer") or {}
        said = [
            Incoming(
                external_id=entry["reviewId"],
                channel=connection.channel,
                kind="review",
                sent_at=moment(entry.get("createTime")),
                author_handle="" if by.get("isAnonymous") else by.get("displayName", ""),
                author_name=by.get("displayName", ""),
                text=_original(entry.get("comment", "")),
                rating=_STARS.get(entry.get("starRating", "")),
                own=False,
            )
        ]
        reply = entry.get("reviewReply")
        if reply and reply.get("comment"):
            text, at = _original(reply["comment"]), moment(reply.get("updateTime"))
            said.append(replies.heard(connection, entry["reviewId"], text, at))
        return [Heard(said, json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        return (replies.way(),)

    def length(self, text: str) -> int:
        """Google counts bytes."""
        return len(text.encode())

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        path = f"{connection.own['id']}/reviews/{outgoing.to}/reply"
        said = _ask(connection, http, "PUT", path, json={"comment": outgoing.text}).json()
        at = moment(said["updateTime"]) if said.get("updateTime") else clock.now()
        return Sent(replies.key(outgoing.to), at, raw=json.dumps(said, ensure_ascii=False))

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        path = f"{connection.own['id']}/reviews/{outgoing.to}"
        reply = _ask(connection, http, "GET", path).json().get("reviewReply")
        return replies.found(outgoing, reply, "comment", "updateTime")


def _ask(connection: Connection, http: Http, method: str, path: str, **told: Any) -> Response:
    token = connection.values.get("access", "")
    return tokens.ask(http, method, f"{API}/{path}", token, _refuse, **told)


def _refuse(response: Response) -> NoReturn:
    error = object_in(response).get("error")
    refuse(response, str(error.get("message", "")) if isinstance(error, dict) else "")


def _original(comment: str) -> str:
    """What was written: Google puts a translation in front, or after."""
    before, mark, after = comment.partition("(Original)")
    if mark:
        return after.strip()
    return before.partition("(Translated by Google)")[0].strip()
