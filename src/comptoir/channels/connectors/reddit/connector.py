"""
An account on Reddit: replies, mentions and messages; and communities that it follows.

reddit.com/dev/api. Reddit asks companies for its approval before they use it; an account's
refresh token then opens it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from html import unescape
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
    Quota,
    Raw,
    Read,
    Rejected,
    Sent,
    SignIn,
    TryLater,
    Unrecognised,
    Unsupported,
    Way,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.answers import is_ours
from comptoir.channels.connectors.bodies import list_of, object_of
from comptoir.channels.connectors.times import instant
from comptoir.channels.incoming import Incoming, Kind

API = "https://oauth.reddit.com"
PAGE = "https://www.reddit.com/api/v1/authorize"
TOKENS = "https://www.reddit.com/api/v1/access_token"
_SCOPES = ("identity", "read", "privatemessages", "submit", "history")
_LENGTH = 10_000
_PAGE = 100
_PAGES = 5
_PASSING = frozenset({"RATELIMIT"})


class Reddit(Connector):
    kind = "reddit"
    channel = "reddit"
    label = _("Reddit")
    summary = _(
        "Replies, mentions and messages of an account, and all that is said in communities of your"
        " choice. Reddit must have approved your use of its API."
    )
    fields = (
        Field("client_id", _("Client ID"), _("Of a web app at reddit.com/prefs/apps.")),
        Field("client_secret", _("Client secret"), kind="secret"),
        Field(
            "refresh_token",
            _("Refresh token"),
            _("Permanent, with the scopes identity, read, privatemessages, submit and history."),
            kind="secret",
            granted=True,
        ),
        Field(
            "communities",
            _("Communities"),
            _("One name a line, without r/; empty for none."),
            kind="lines",
            required=False,
        ),
    )
    every = 120.0
    sends = True

    # Connecting

    def sign_in(self, values: Mapping[str, str]) -> SignIn:
        asked = {"duration": "permanent"}
        return SignIn("Reddit", PAGE, TOKENS, _SCOPES, asked, proves=False, basic=True)

    def check(self, connection: Connection, http: Http) -> Checked:
        fresh = self.renew(connection, http)
        me = _ask(connection, http, "GET", "api/v1/me", token=fresh["access"]).json()
        return Checked(
            name=f"u/{me['name']}",
            own={"id": me["id"], "handle": me["name"]},
            handles=(me["name"],),
            expires_at=datetime.fromisoformat(fresh["access_ends"]),
            values=fresh,
        )

    def renew(self, connection: Connection, http: Http) -> Mapping[str, str]:
        data = {"grant_type": "refresh_token", "refresh_token": connection.values["refresh_token"]}
        client = (connection.values["client_id"], connection.values["client_secret"])
        response = http.request("POST", TOKENS, data=data, auth=client)
        return tokens.granted(response)

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        cursor = dict(connection.cursor)
        names = [
            one.strip().removeprefix("r/")
            for one in connection.values.get("communities", "").splitlines()
        ]
        places = [
            "message/inbox",
            *(f"r/{n}/{kind}" for n in names if n for kind in ("new", "comments")),
        ]
        for place in places:
            pages, newest = _since(connection, http, place, float(cursor.get(place, 0)))
            for response in reversed(pages):
                if response is pages[0]:
                    cursor[place] = newest
                yield Page([Raw(response.body)], dict(cursor), quota=_quota(response))

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        listing = object_of(raw.body).get("data")
        if not isinstance(listing, dict):
            raise Unrecognised("no listing")
        return list_of(listing, "children")[::-1]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        said = entry.get("data") if isinstance(entry, dict) else None
        if not said or entry.get("kind") not in ("t1", "t3", "t4"):
            raise Unrecognised(
                f"kind {entry.get('kind')!r}" if isinstance(entry, dict) else "no object"
            )
        if not said.get("author"):
            raise Unsupported("its author is gone")
        private = entry["kind"] == "t4"
        kind: Kind = "message" if private else "post" if entry["kind"] == "t3" else "comment"
        message = Incoming(
            external_id=said["name"],
            channel=connection.channel,
            kind=kind,
            sent_at=instant(said.get("created_utc")),
            author_handle=said["author"],
            title=unescape(said.get("title") or said.get("subject") or "")
            if kind != "comment"
            else "",
            text=unescape(said.get("selftext") or said.get("body") or ""),
            url=_address(said),
            in_reply_to="" if private else said.get("parent_id") or "",
            likes=said.get("ups") if kind != "message" else None,
            replies=said.get("num_comments"),
            own=said["author"].lower() == connection.own.get("handle", "").lower(),
            conversation=(said.get("first_message_name") or said["name"]) if private else "",
        )
        return [Heard([message], json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        if asked.kind == "message":
            return (Way("private", _("Reddit message"), _LENGTH),)
        return (Way("public", _("Public reply"), _LENGTH),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        data = {"api_type": "json", "thing_id": outgoing.to, "text": outgoing.text}
        said = _ask(connection, http, "POST", "api/comment", data=data).json()["json"]
        if said.get("errors"):
            _refuse(said)
        return _sent(said["data"]["things"][0]["data"])

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        private = outgoing.to_kind == "message"
        path = "message/sent" if private else f"user/{connection.own['handle']}/comments"
        listing = _ask(connection, http, "GET", path, params={"limit": "50", "raw_json": "1"})
        for one in listing.json()["data"]["children"]:
            said = one["data"]
            if said.get("parent_id") != outgoing.to:
                continue
            if is_ours(outgoing, said.get("body") or "", instant(said.get("created_utc"))):
                return _sent(said)
        return None


def _ask(
    connection: Connection,
    http: Http,
    method: str,
    path: str,
    token: str = "",
    **told: Any,
) -> Response:
    shown = token or connection.values.get("access", "")
    return tokens.ask(http, method, f"{API}/{path}", shown, **told)


def _refuse(said: Mapping[str, Any]) -> NoReturn:
    """Reddit answers 200 with errors as [code, words, field]."""
    code, words = str(said["errors"][0][0]), str(said["errors"][0][1])
    if code in _PASSING:
        raise TryLater(words, float(said.get("ratelimit") or 60))
    if code in ("DELETED_LINK", "DELETED_COMMENT", "THREAD_LOCKED", "TOO_OLD"):
        raise Rejected(code.lower(), _("What you answer was deleted, locked or archived."))
    raise Rejected(f"reddit_{code.lower()}", words)


def _since(
    connection: Connection, http: Http, place: str, seen: float
) -> tuple[list[Response], float]:
    """Pages newest first, back to the last moment seen; deleted things break Reddit's own marks."""
    pages: list[Response] = []
    newest, after = seen, ""
    for _number in range(_PAGES if seen else 1):
        params = {"limit": str(_PAGE), "raw_json": "1"} | ({"after": after} if after else {})
        response = _ask(connection, http, "GET", place, params=params)
        listing = response.json()["data"]
        times = [float(one["data"]["created_utc"]) for one in listing["children"]]
        if times and max(times) > seen:
            pages.append(response)
            newest = max(newest, *times)
        after = listing.get("after") or ""
        if not after or not times or min(times) <= seen:
            break
    return pages, newest


def _quota(response: Response) -> Quota | None:
    """X-Ratelimit-Remaining and -Used are of the present ten minutes; -Reset in seconds."""
    try:
        left = float(response.headers["x-ratelimit-remaining"])
        used = float(response.headers["x-ratelimit-used"])
        resets = clock.now() + timedelta(seconds=float(response.headers["x-ratelimit-reset"]))
    except (KeyError, ValueError):
        return None
    return Quota(int(left), int(left + used), resets)


def _address(said: Mapping[str, Any]) -> str:
    path = said.get("permalink") or said.get("context") or ""
    return f"https://www.reddit.com{path}" if path else ""


def _sent(said: Mapping[str, Any]) -> Sent:
    return Sent(said["name"], instant(said.get("created_utc")), _address(said), json.dumps(said))
