"""Reviews of Acme: pushed and signed, asked page by page, answered in public."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from threading import Event
from typing import Any

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
    Receipt,
    Rejected,
    Removed,
    Reply,
    Request,
    Sent,
    Unrecognised,
    Unsigned,
    Unsupported,
    Visibility,
    Way,
)
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import refuse

API = "https://api.acme.example/v1"
FRESH_SECONDS = 300
PUBLIC: Visibility = "public"


class AcmeReviews(Connector):
    kind = "acme"
    channel = "acme"
    label = "Acme Reviews"
    summary = "Reviews of your shop on Acme. A review can be answered once."
    fields = (
        Field("key", "API key", kind="secret"),
        Field("secret", "Signing secret", kind="secret"),
        Field("shop", "Name of the shop at Acme"),
    )
    pushes = True
    every = 60.0
    sends = True
    keeps = ("content-type", "acme-signature")

    def check(self, connection: Connection, http: Http) -> Checked:
        said = self._ask(connection, http, "GET", "/me").json()
        if said["shop"] != connection.values["shop"]:
            raise Rejected(
                "other_shop",
                "This key belongs to another shop.",
                "Check the name of the shop.",
                field="shop",
            )
        return Checked(said["name"], own={"id": said["id"]}, handles=[said["handle"]])

    def subscribe(self, connection: Connection, http: Http) -> None:
        self._ask(connection, http, "PUT", "/hook", {"url": connection.webhook})

    def unsubscribe(self, connection: Connection, http: Http) -> None:
        self._ask(connection, http, "DELETE", "/hook")

    def handshake(self, connection: Connection, request: Request) -> Reply | None:
        challenge = request.query.get("acme.challenge")
        return None if challenge is None else Reply(body=challenge)

    def verify(self, connection: Connection, request: Request) -> None:
        parts = dict(
            pair.partition("=")[::2]
            for pair in request.headers.get("acme-signature", "").split(",")
        )
        stamp, given = parts.get("t", ""), parts.get("v1", "")
        expected = signature(connection.values["secret"], stamp, request.body)
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise Unsigned("signature")
        if not stamp.isdigit() or abs(request.at.timestamp() - int(stamp)) > FRESH_SECONDS:
            raise Unsigned("stale")

    def delivery_key(self, connection: Connection, request: Request) -> str:
        return request.headers.get("acme-delivery", "")

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        after = connection.cursor.get("after", "")
        while True:
            response = self._ask(connection, http, "GET", "/events", params={"after": after})
            said = response.json()
            after = said["next"]
            yield Page(
                raws=[Raw(response.body)] if said["events"] else [],
                cursor={"after": after},
                more=said["more"],
                quota=_quota(response),
            )
            if not said["more"]:
                return

    def wait(self, connection: Connection, stop: Event, http: Http) -> bool:
        return False

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        try:
            return list(json.loads(raw.body)["events"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unrecognised("no JSON with events") from error

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        kind = entry.get("type") if isinstance(entry, dict) else None
        if kind == "review.posted":
            return [Heard([_review(entry["review"])], json.dumps(entry, ensure_ascii=False))]
        if kind == "review.replied":
            return [Heard([_reply(entry["reply"])], json.dumps(entry, ensure_ascii=False))]
        if kind == "review.deleted":
            return [Removed([entry["review"]["id"]])]
        if kind == "reply.published":
            return [Receipt(entry["reply"]["id"], "delivered", _time(entry["at"]))]
        if kind == "survey.closed":
            raise Unsupported(kind)
        raise Unrecognised(f"type {kind!r}")

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        return [Way(PUBLIC, "Public reply", max_length=500)]

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        said = self._ask(
            connection,
            http,
            "POST",
            f"/reviews/{outgoing.to}/reply",
            {"text": outgoing.text, "key": outgoing.key},
        )
        return Sent(said.json()["id"], _time(said.json()["at"]), raw=said.body.decode())

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        found = self._ask(
            connection, http, "GET", f"/reviews/{outgoing.to}/reply", params={"key": outgoing.key}
        ).json()
        return Sent(found["id"], _time(found["at"])) if found.get("id") else None

    def _ask(
        self,
        connection: Connection,
        http: Http,
        method: str,
        path: str,
        body: Any = None,
        params: dict[str, str] | None = None,
    ) -> Response:
        headers = {"authorization": f"Bearer {connection.values['key']}"}
        response = http.request(method, API + path, json=body, params=params, headers=headers)
        return response if response.ok else refuse(response)


def signature(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _review(said: Any) -> Incoming:
    return Incoming(
        external_id=said["id"],
        channel="acme",
        kind="review",
        sent_at=_time(said["written_at"]),
        author_handle=said["author"]["handle"],
        author_name=said["author"].get("name", ""),
        title=said.get("title", ""),
        text=said["text"],
        rating=said["score"] / 2,  # Acme scores out of ten
    )


def _reply(said: Any) -> Incoming:
    return Incoming(
        external_id=said["id"],
        channel="acme",
        kind="reply",
        sent_at=_time(said["written_at"]),
        author_handle=said["shop"],
        text=said["text"],
        in_reply_to=said["review"],
        own=True,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _quota(response: Response) -> Quota | None:
    headers = response.headers
    if "x-ratelimit-remaining" not in headers:
        return None
    return Quota(
        left=int(headers["x-ratelimit-remaining"]),
        limit=int(headers["x-ratelimit-limit"]),
        resets_at=datetime.fromtimestamp(int(headers["x-ratelimit-reset"]), UTC),
    )
