"""
An account on Mastodon: mentions, replies, direct messages and its own posts.

docs.joinmastodon.org/methods. Everything is asked for; an Idempotency-Key, which Mastodon
honours for an hour, keeps an answer from leaving twice.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext_lazy as _

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
    Refusal,
    Sent,
    Unrecognised,
    Unsupported,
    Way,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.bodies import json_of, object_in
from comptoir.channels.connectors.times import moment
from comptoir.channels.incoming import Incoming, Kind
from comptoir.channels.markup import text_of
from comptoir.channels.refusing import refuse

_PAGE = 40
_LENGTH = 500
_URL = 23
_LINKS = re.compile(r"https?://\S+")
_REMOTE = re.compile(r"(@\w+)@[\w.-]+")


class Mastodon(Connector):
    kind = "mastodon"
    channel = "mastodon"
    label = _("Mastodon")
    summary = _(
        "Mentions, replies and direct messages of an account on any Mastodon server. What others"
        " say without naming you does not reach an account."
    )
    fields = (
        Field("server", _("Address of the server"), _("https://mastodon.social, say."), "url"),
        Field(
            "token",
            _("Access token"),
            _(
                "Preferences › Development › New application, with read, write:statuses and write:favourites."
            ),
            kind="secret",
        ),
    )
    every = 60.0
    sends = True
    actions = ("like", "delete")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        me = _ask(connection, http, "GET", "/api/v1/accounts/verify_credentials").json()
        host = urlsplit(connection.values["server"]).hostname or ""
        own = {
            "id": str(me["id"]),
            "handle": me["acct"],
            "url": me["url"],
            "length": str(_longest(connection, http)),
        }
        handle = f"{me['acct']}@{host}"
        return Checked(name=f"@{handle}", own=own, handles=(me["acct"], handle))

    # Hearing

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        own = f"/api/v1/accounts/{connection.own['id']}/statuses"
        cursor = dict(connection.cursor)
        for name, path, asked in (
            ("notifications", "/api/v1/notifications", {"types[]": "mention"}),
            ("statuses", own, {"exclude_reblogs": "true"}),
        ):
            while True:
                after = {"min_id": cursor[name]} if cursor.get(name) else {}
                query = urlencode({**asked, **after, "limit": str(_PAGE)})
                response = _ask(connection, http, "GET", f"{path}?{query}")
                found = response.json()
                if not found:
                    break
                cursor[name] = max((str(one["id"]) for one in found), key=_age)
                more = bool(after) and len(found) == _PAGE
                yield Page([Raw(response.body)], dict(cursor), more, _quota(response))
                if not more:
                    break

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        found = json_of(raw.body)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise Unrecognised("not a list of objects")
        return sorted(found, key=lambda one: _age(str(one.get("id", ""))))

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        status = entry.get("status") if "type" in entry else entry
        if not status or entry.get("type", "mention") not in ("mention", "status"):
            raise Unsupported(str(entry.get("type")))
        if "content" not in status or "account" not in status:
            raise Unrecognised("neither a notification nor a status")
        by = status["account"]
        answers = str(status.get("in_reply_to_id") or "")
        message = Incoming(
            external_id=str(status["id"]),
            channel=connection.channel,
            kind=_kind(status, answers),
            sent_at=moment(status["created_at"]),
            author_handle=by["acct"],
            author_name=by.get("display_name") or "",
            title=status.get("spoiler_text") or "",
            text=_words(status),
            url=status.get("url") or status.get("uri") or "",
            in_reply_to=answers,
            language=(status.get("language") or "")[:2],
            likes=status.get("favourites_count"),
            reposts=status.get("reblogs_count"),
            replies=status.get("replies_count"),
            followers=by.get("followers_count"),
            own=str(by["id"]) == connection.own.get("id"),
        )
        return [Heard([message], json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        most = int(connection.own.get("length") or _LENGTH)
        private = Way(
            "private", _("Direct message"), most, note=_("Not encrypted: the servers can read it.")
        )
        if asked.kind == "message":
            return (private,)
        return (Way("public", _("Public reply"), most), private)

    def length(self, text: str) -> int:
        """Links count 23 characters, and of a remote handle only the name."""
        return len(_REMOTE.sub(r"\1", _LINKS.sub("x" * _URL, text)))

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        body = {
            "status": _addressed(outgoing),
            "in_reply_to_id": outgoing.to,
            "visibility": "direct" if outgoing.visibility == "private" else "public",
        }
        key = {"idempotency-key": outgoing.key}
        response = _ask(connection, http, "POST", "/api/v1/statuses", json=body, headers=key)
        return _sent(response.json())

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        path = f"/api/v1/accounts/{connection.own['id']}/statuses?limit=40&exclude_reblogs=true"
        words = text_of(_addressed(outgoing)).split()
        since = (outgoing.queued_at or datetime.min.replace(tzinfo=UTC)) - timedelta(minutes=1)
        for status in _ask(connection, http, "GET", path).json():
            at = datetime.fromisoformat(status["created_at"])
            same = str(status.get("in_reply_to_id")) == outgoing.to
            if same and at >= since and text_of(status["content"]).split() == words:
                return _sent(status)
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        if action == "like":
            _ask(connection, http, "POST", f"/api/v1/statuses/{external_id}/favourite")
        else:
            _ask(connection, http, "DELETE", f"/api/v1/statuses/{external_id}")


def _ask(connection: Connection, http: Http, method: str, path: str, **told: Any) -> Response:
    url = connection.values["server"].rstrip("/") + path
    return tokens.ask(http, method, url, connection.values["token"], _refuse, **told)


def _refuse(response: Response) -> NoReturn:
    refuse(response, str(object_in(response).get("error", "")))


def _longest(connection: Connection, http: Http) -> int:
    """How long a status may be on this server; those before Mastodon 4 do not say."""
    try:
        said = _ask(connection, http, "GET", "/api/v2/instance").json()
    except Refusal:
        return _LENGTH
    return int(said.get("configuration", {}).get("statuses", {}).get("max_characters", _LENGTH))


def _quota(response: Response) -> Quota | None:
    left = response.headers.get("x-ratelimit-remaining", "")
    limit = response.headers.get("x-ratelimit-limit", "")
    if not (left.isdigit() and limit.isdigit()):
        return None
    try:
        resets = datetime.fromisoformat(response.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        resets = None
    return Quota(int(left), int(limit), resets)


def _age(identifier: str) -> tuple[int, str]:
    """Ids grow with time; shorter numbers are older."""
    return len(identifier), identifier


def _kind(status: Mapping[str, Any], answers: str) -> Kind:
    if status.get("visibility") == "direct":
        return "message"
    return "reply" if answers else "post"


def _words(status: Mapping[str, Any]) -> str:
    pictures = [
        one.get("description") or one.get("url") or ""
        for one in status.get("media_attachments") or []
    ]
    return "\n".join(part for part in (text_of(status["content"]), *pictures) if part)


def _addressed(outgoing: Outgoing) -> str:
    """Only who is named in a status is told of it."""
    name = f"@{outgoing.to_handle}"
    return outgoing.text if name.lower() in outgoing.text.lower() else f"{name} {outgoing.text}"


def _sent(status: Mapping[str, Any]) -> Sent:
    at = moment(status["created_at"])
    return Sent(str(status["id"]), at, status.get("url") or "", json.dumps(status))
