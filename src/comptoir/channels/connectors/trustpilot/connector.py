"""
Reviews of a company on Trustpilot, and public replies to them.

developers.trustpilot.com. Reviews are asked for by the private API, which needs a company's
own key and secret.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

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
    Unrecognised,
    Way,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.bodies import list_of, object_of
from comptoir.channels.connectors.reviews import replies
from comptoir.channels.connectors.times import moment
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import refuse

API = "https://api.trustpilot.com/v1"
_PAGE = 100
_PAGES = 10


class Trustpilot(Connector):
    kind = "trustpilot"
    channel = "trustpilot"
    label = _("Trustpilot")
    summary = _("Reviews of your company, and your public reply below each: Trustpilot allows one.")
    fields = (
        Field("domain", _("Your domain on Trustpilot"), _("lumio.example, say.")),
        Field("key", _("API key"), _("In Trustpilot Business › Integrations › Developers.")),
        Field("secret", _("API secret"), kind="secret"),
        Field("user", _("Business user ID"), _("Who signs the replies.")),
    )
    every = 600.0
    sends = True

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        fresh = self.renew(connection, http)
        params = {"name": connection.values["domain"]}
        headers = {"apikey": connection.values["key"]}
        found = http.request("GET", f"{API}/business-units/find", params=params, headers=headers)
        if found.status == 404:
            raise Rejected(
                "unknown_domain",
                _("Trustpilot knows no company under this domain."),
                field="domain",
            )
        if not found.ok:
            refuse(found)
        unit = found.json()
        own = {"id": unit["id"], "handle": unit["displayName"]}
        return Checked(
            name=unit["displayName"],
            own=own,
            handles=(unit["displayName"],),
            expires_at=datetime.fromisoformat(fresh["access_ends"]),
            values=fresh,
        )

    def renew(self, connection: Connection, http: Http) -> Mapping[str, str]:
        """Client credentials: a token for some hundred hours."""
        response = http.request(
            "POST",
            f"{API}/oauth/oauth-business-users-for-applications/accesstoken",
            data={"grant_type": "client_credentials"},
            auth=(connection.values["key"], connection.values["secret"]),
        )
        return tokens.granted(response)

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        seen = str(connection.cursor.get("seen", ""))
        pages: list[Response] = []
        newest = seen
        for number in range(1, (_PAGES if seen else 1) + 1):
            params = {"orderBy": "createdat.desc", "perPage": str(_PAGE), "page": str(number)}
            path = f"private/business-units/{connection.own['id']}/reviews"
            response = _ask(connection, http, "GET", path, params=params)
            times = [str(one["createdAt"]) for one in response.json().get("reviews", [])]
            if times:
                pages.append(response)
                newest = max(newest, *times)
            if len(times) < _PAGE or min(times) <= seen:
                break
        for response in reversed(pages):
            cursor = {"seen": newest if response is pages[0] else seen}
            yield Page([Raw(response.body)], cursor)

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        return list_of(object_of(raw.body), "reviews")[::-1]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if not isinstance(entry, dict) or "stars" not in entry:
            raise Unrecognised("not a review")
        by = entry.get("consumer") or {}
        said = [
            Incoming(
                external_id=entry["id"],
                channel=connection.channel,
                kind="review",
                sent_at=moment(entry.get("createdAt")),
                author_handle=str(by.get("id") or by.get("displayName") or ""),
                author_name=by.get("displayName") or "",
                title=entry.get("title") or "",
                text=entry.get("text") or "",
                url=f"https://www.trustpilot.com/reviews/{entry['id']}",
                language=(entry.get("language") or "")[:2],
                rating=float(entry["stars"]),
                likes=entry.get("numberOfLikes"),
                own=False,
            )
        ]
        reply = entry.get("companyReply")
        if reply and reply.get("text"):
            at = moment(reply.get("createdAt"))
            said.append(replies.heard(connection, entry["id"], reply["text"], at))
        return [Heard(said, json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        return (replies.way(),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        body = {"authorBusinessUserId": connection.values["user"], "message": outgoing.text}
        _ask(connection, http, "POST", f"private/reviews/{outgoing.to}/reply", json=body)
        return Sent(replies.key(outgoing.to), clock.now())

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        found = _ask(connection, http, "GET", f"private/reviews/{outgoing.to}").json()
        return replies.found(outgoing, found.get("companyReply"), "text", "createdAt")


def _ask(connection: Connection, http: Http, method: str, path: str, **told: Any) -> Response:
    token = connection.values.get("access", "")
    return tokens.ask(http, method, f"{API}/{path}", token, **told)
