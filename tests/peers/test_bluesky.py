"""Bluesky as its own servers speak it: accounts' server, directory and view (@atproto)."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from comptoir.base.http import Http, NoAnswer, Response
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Connection,
    Heard,
    Outgoing,
    Rejected,
    Unsupported,
)
from comptoir.channels.connectors.bluesky.connector import Bluesky
from comptoir.channels.incoming import Incoming

pytestmark = pytest.mark.peer
bluesky = Bluesky()
HERE = Path(__file__).parent / "bluesky"
POST = "app.bsky.feed.post"
PASSWORD = "mot de passe"
WITHIN = 30.0


@pytest.fixture(scope="module")
def view_database() -> Iterator[str]:
    """A database of its own for the view, which sorts what is said in PostgreSQL."""
    server = os.environ.get("PEERS_POSTGRES", "")
    if not server:
        pytest.skip("PEERS_POSTGRES does not name a server on which databases can be made")
    name = f"peers_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as made:
        made.execute(f"CREATE DATABASE {name}")
        yield f"{server.rpartition('/')[0]}/{name}"
        made.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def service(
    peers: Path, view_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the server on which accounts live, all others running beside it."""
    folder = tmp_path_factory.mktemp("bluesky")
    modules = {**os.environ, "NODE_PATH": str(peers.parent / "bluesky" / "node_modules")}
    command = ["node", str(HERE / "network.js"), view_database, "view", str(folder)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=modules) as running,
    ):
        assert running.stdout is not None
        line = running.stdout.readline()
        if not line:
            pytest.fail((folder / "log").read_text(encoding="utf-8"))
        yield json.loads(line)["accounts"].replace("localhost", "127.0.0.1")
        running.terminate()


@dataclass(frozen=True)
class Person:
    """Somebody with an account, who asks as any client would."""

    service: str
    http: Http
    id: str
    handle: str
    token: str

    def ask(self, path: str, body: Mapping[str, Any] | None = None, **asked: str) -> Any:
        response = self.http.request(
            "GET" if body is None else "POST", f"{self.service}/xrpc/{path}", params=asked,
            json=body or None, headers={"authorization": f"Bearer {self.token}"},
        )  # fmt: skip
        assert response.ok, response.body
        return response.json() if response.body else None

    def write(self, text: str, at: datetime | None = None, **fields: Any) -> dict[str, str]:
        """A post; its uri and cid."""
        said = (at or datetime.now(UTC)).isoformat()
        record = {"$type": POST, "text": text, "createdAt": said, "langs": ["fr"], **fields}
        body = {"repo": self.id, "collection": POST, "record": record}
        made: dict[str, str] = self.ask("com.atproto.repo.createRecord", body)
        return {"uri": made["uri"], "cid": made["cid"]}

    def erase(self, uri: str) -> None:
        body = {"repo": self.id, "collection": POST, "rkey": uri.rpartition("/")[2]}
        self.ask("com.atproto.repo.deleteRecord", body)

    def seen(self, uri: str) -> list[dict[str, Any]]:
        """A post as the view shows it; nothing while it has not come there, or once it is gone."""
        found: list[dict[str, Any]] = self.ask("app.bsky.feed.getPosts", uris=uri)["posts"]
        return found


Register = Callable[[str], Person]


@pytest.fixture
def register(service: str, asking: Http) -> Register:
    def made(name: str) -> Person:
        handle = f"{name}-{secrets.token_hex(3)}.test"
        body = {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD}
        url = f"{service}/xrpc/com.atproto.server.createAccount"
        response = asking.request("POST", url, json=body)
        assert response.ok, response.body
        said = response.json()
        return Person(service, asking, said["did"], handle, said["accessJwt"])

    return made


@pytest.fixture
def brand(register: Register) -> Person:
    return register("lumio")


@pytest.fixture
def customer(register: Register) -> Person:
    return register("odile")


@pytest.fixture
def account(brand: Person) -> Connection:
    """The brand's account, connected with an app password."""
    made = brand.ask("com.atproto.server.createAppPassword", {"name": "comptoir"})
    values = {
        "handle": f"@{brand.handle}", "password": made["password"], "service": f"{brand.service}/",
    }  # fmt: skip
    return connected(Connection(1, 1, "bluesky", "bluesky", "", values), brand.http)


def connected(bare: Connection, asking: Http) -> Connection:
    checked = bluesky.check(bare, asking)
    values = {**bare.values, **checked.values}
    return replace(bare, name=checked.name, own=checked.own, values=values)


def until(found: Callable[[], Any]) -> Any:
    """What the servers have agreed on among themselves, as soon as they have."""
    deadline = time.monotonic() + WITHIN
    while True:
        said = found()
        if said or time.monotonic() > deadline:
            return said
        time.sleep(0.05)


def heard(account: Connection, asking: Http) -> tuple[list[Incoming], Connection]:
    found: list[Incoming] = []
    for page in bluesky.pull(account, asking):
        account = replace(account, cursor=page.cursor)
        for raw in page.raws:
            for entry in bluesky.split(account, raw):
                try:
                    (one,) = bluesky.parse(account, entry)
                except Unsupported:
                    continue
                assert isinstance(one, Heard)
                found += one.messages
    return found, account


def hears(account: Connection, asking: Http) -> tuple[list[Incoming], Connection]:
    """What is heard as soon as anything is."""
    deadline = time.monotonic() + WITHIN
    while True:
        found, account = heard(account, asking)
        if found or time.monotonic() > deadline:
            return found, account
        time.sleep(0.05)


def naming(person: Person, text: str) -> dict[str, Any]:
    """The mark without which a handle in a text is only letters."""
    name = f"@{person.handle}"
    start = len(text.partition(name)[0].encode())
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": person.id}
    index = {"byteStart": start, "byteEnd": start + len(name.encode())}
    return {"facets": [{"index": index, "features": [feature]}]}


def under(parent: Mapping[str, str], root: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"reply": {"root": root or parent, "parent": parent}}


def answer(to: str, text: str = "On regarde.", key: str = "key-1") -> Outgoing:
    return Outgoing(key, text, "public", to, "odile", "post", queued_at=datetime.now(UTC))


def test_app_password_connects_and_says_what_it_does_not_open(
    brand: Person, account: Connection, asking: Http
) -> None:
    checked = bluesky.check(account, asking)

    assert (f"@{brand.handle}", brand.id) == (checked.name, checked.own["id"])
    assert (brand.handle, brand.id) == checked.handles
    assert checked.expires_at is not None
    assert timedelta(hours=1) < checked.expires_at - datetime.now(UTC) <= timedelta(hours=2)
    assert checked.warning


def test_wrong_password_is_lost_access(account: Connection, asking: Http) -> None:
    values = {**account.values, "password": "autre", "access": "", "refresh": ""}

    with pytest.raises(AccessLost):
        bluesky.check(replace(account, values=values), asking)


def test_mentions_replies_and_quotes_are_heard_once(
    brand: Person, customer: Person, account: Connection, asking: Http
) -> None:
    ours = brand.write("Nos lampes sont là.")
    until(lambda: brand.seen(ours["uri"]))
    text = f"Été pourri @{brand.handle} !"
    quoted = {"$type": "app.bsky.embed.record", "record": ours}
    card = {"uri": "https://lumio.example/", "title": "Lumio", "description": ""}
    beside = {
        "$type": "app.bsky.embed.recordWithMedia", "record": quoted,
        "media": {"$type": "app.bsky.embed.external", "external": card},
    }  # fmt: skip
    made = [
        customer.write(text, **naming(brand, text)),
        customer.write("Toujours en rupture ?", **under(ours)),
        customer.write("Regardez ça", embed=quoted),
        customer.write("Et la carte", embed=beside),
    ]
    like = {"subject": ours, "createdAt": datetime.now(UTC).isoformat()}
    body = {"repo": customer.id, "collection": "app.bsky.feed.like", "record": like}
    customer.ask("com.atproto.repo.createRecord", body)
    found: list[Incoming] = []
    later = account
    for _turn in range(100):
        more, later = hears(later, asking)
        found += more
        if len(found) >= len(made):
            break
    again, _ = heard(later, asking)

    kinds = {one.external_id: (one.kind, one.in_reply_to, one.quote_of) for one in found}
    assert len(made) == len(found)
    assert ("post", "", "") == kinds[made[0]["uri"]]
    assert ("reply", ours["uri"], "") == kinds[made[1]["uri"]]
    assert ("quote", "", ours["uri"]) == kinds[made[2]["uri"]] == kinds[made[3]["uri"]]
    assert {(customer.handle, "fr", False)} == {
        (one.author_handle, one.language, one.own) for one in found
    }
    assert [] == again


def test_slow_clocks_of_customers_hide_nothing(
    brand: Person, customer: Person, account: Connection, asking: Http
) -> None:
    """Bluesky sorts by the time that the writer's own device gives, where that is earlier."""
    text = f"@{brand.handle} bonjour"
    customer.write(text, **naming(brand, text))
    first, later = hears(account, asking)
    slow = datetime.now(UTC) - timedelta(minutes=20)
    late = customer.write(f"{text} ?", slow, **naming(brand, text))
    second, last = hears(later, asking)

    assert 1 == len(first)
    assert [late["uri"]] == [one.external_id for one in second]
    assert [] == heard(last, asking)[0]


def test_more_than_a_page_is_heard_whole(
    brand: Person, customer: Person, account: Connection, asking: Http
) -> None:
    text = f"@{brand.handle} bonjour"
    customer.write(text, **naming(brand, text))
    _, later = hears(account, asking)
    for _number in range(2):
        writes = [
            {
                "$type": "com.atproto.repo.applyWrites#create",
                "collection": POST,
                "value": {
                    "$type": POST, "text": text, "createdAt": datetime.now(UTC).isoformat(),
                    **naming(brand, text),
                },
            }
            for _each in range(40)
        ]  # fmt: skip
        customer.ask("com.atproto.repo.applyWrites", {"repo": customer.id, "writes": writes})
    count = "app.bsky.notification.getUnreadCount"
    until(lambda: brand.ask(count)["count"] >= 81)
    found, _ = heard(later, asking)

    assert 80 == len({one.external_id for one in found}) == len(found)


def test_answers_stand_in_their_thread(
    brand: Person, customer: Person, account: Connection, asking: Http
) -> None:
    ours = brand.write("Nos lampes sont là.")
    theirs = customer.write("La mienne fuit.", **under(ours))
    until(lambda: brand.seen(theirs["uri"]))
    text = f"Désolés 😔 voyez https://lumio.example/é. Merci @{customer.handle}"
    sent = bluesky.send(account, answer(theirs["uri"], text), asking)
    (shown,) = until(lambda: customer.seen(sent.external_id))
    noted = until(lambda: customer.ask("app.bsky.notification.listNotifications")["notifications"])

    assert {"root": ours, "parent": theirs} == shown["record"]["reply"]
    link, *_others = shown["record"]["facets"]
    index = link["index"]
    part = text.encode()[index["byteStart"] : index["byteEnd"]].decode()
    assert "https://lumio.example/é" == part == link["features"][0]["uri"]
    assert [("reply", sent.external_id)] == [(one["reason"], one["uri"]) for one in noted]


class Deaf:
    """A line that breaks after a request has arrived, or before."""

    def __init__(self, http: Http, path: str, arrives: bool) -> None:
        self.http, self.path, self.arrives = http, path, arrives

    def request(self, method: str, url: str, **details: Any) -> Response:
        breaks = self.path in url
        response = self.http.request(method, url, **details) if self.arrives or not breaks else None
        if response is None or breaks:
            raise NoAnswer("127.0.0.1")
        return response


@pytest.mark.parametrize("arrives", [True, False])
def test_answers_of_unknown_fate_are_known_for_sure_and_leave_once(
    customer: Person, account: Connection, asking: Http, arrives: bool
) -> None:
    theirs = customer.write("Alors ?")
    until(lambda: customer.seen(theirs["uri"]))
    ours = answer(theirs["uri"])
    with pytest.raises(NoAnswer):
        bluesky.send(account, ours, Deaf(asking, "putRecord", arrives))
    found = bluesky.find(account, ours, asking)
    again = bluesky.send(account, ours, asking)
    listed = customer.ask("com.atproto.repo.listRecords", repo=account.own["id"], collection=POST)

    assert arrives == (found is not None)
    assert found is None or found.external_id == again.external_id
    assert [again.external_id] == [one["uri"] for one in listed["records"]]


def test_own_answers_can_be_deleted_and_others_liked(
    customer: Person, account: Connection, asking: Http
) -> None:
    theirs = customer.write("Merci !")
    until(lambda: customer.seen(theirs["uri"]))
    ours = answer(theirs["uri"])
    sent = bluesky.send(account, ours, asking)
    bluesky.act(account, "like", theirs["uri"], asking)
    bluesky.act(account, "delete", sent.external_id, asking)
    liked = until(lambda: customer.seen(theirs["uri"])[0].get("likeCount"))

    assert 1 == liked
    assert bluesky.find(account, ours, asking) is None


def test_deleted_posts_cannot_be_answered(
    customer: Person, account: Connection, asking: Http
) -> None:
    theirs = customer.write("Oubliez.")
    until(lambda: customer.seen(theirs["uri"]))
    customer.erase(theirs["uri"])
    until(lambda: not customer.seen(theirs["uri"]))

    with pytest.raises(Rejected) as caught:
        bluesky.send(account, answer(theirs["uri"]), asking)
    assert "gone" == caught.value.code


def test_people_who_block_the_brand_cannot_be_answered(
    customer: Person, account: Connection, asking: Http
) -> None:
    theirs = customer.write("Laissez-moi.")
    until(lambda: customer.seen(theirs["uri"]))
    record = {"subject": account.own["id"], "createdAt": datetime.now(UTC).isoformat()}
    body = {"repo": customer.id, "collection": "app.bsky.graph.block", "record": record}
    customer.ask("com.atproto.repo.createRecord", body)
    until(lambda: customer.ask("app.bsky.graph.getBlocks")["blocks"])

    with pytest.raises(Rejected) as caught:
        bluesky.send(account, answer(theirs["uri"]), asking)
    assert "gone" == caught.value.code


def test_texts_are_as_long_as_bluesky_says(
    customer: Person, account: Connection, asking: Http
) -> None:
    """Whatever is counted here as fitting is taken there, and one more is not."""
    theirs = customer.write("Alors ?")
    until(lambda: customer.seen(theirs["uri"]))
    now = datetime.now(UTC)
    (way,) = bluesky.ways(account, Asked("post", now, None, now))
    assert way.max_length is not None
    for number, one in enumerate(["é", "👍🏽", "🇫🇷", "❤️", "e\u0301"]):
        fitting = answer(theirs["uri"], one * way.max_length, f"fits-{number}")
        assert bluesky.length(fitting.text) <= way.max_length
        bluesky.send(account, fitting, asking)
        longer = answer(theirs["uri"], one * (way.max_length + 1), f"longer-{number}")
        assert bluesky.length(longer.text) > way.max_length
        with pytest.raises(Rejected):
            bluesky.send(account, longer, asking)


def expired(account: Connection) -> Connection:
    """With the access token of yesterday, signed as the server signs."""

    def part(told: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=")

    payload = account.values["access"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims |= {"iat": claims["iat"] - 86_400, "exp": claims["exp"] - 86_400}
    signed = part({"typ": "at+jwt", "alg": "HS256"}) + b"." + part(claims)
    signature = base64.urlsafe_b64encode(hmac.digest(b"peer", signed, hashlib.sha256)).rstrip(b"=")
    values = {**account.values, "access": (signed + b"." + signature).decode()}
    return replace(account, values=values)


def test_expired_sessions_are_refreshed(account: Connection, asking: Http) -> None:
    old = expired(account)
    with pytest.raises(AccessLost) as caught:
        heard(old, asking)
    fresh = bluesky.renew(old, asking)
    assert fresh is not None
    renewed = replace(old, values={**old.values, **fresh})

    assert "ExpiredToken" in str(caught.value)
    assert [] == heard(renewed, asking)[0]
    assert fresh["refresh"] != account.values["refresh"]
    assert connected(old, asking).values["access"] != old.values["access"]


def test_ended_sessions_are_begun_anew_with_the_password(
    brand: Person, account: Connection, asking: Http
) -> None:
    ending = replace(brand, token=account.values["refresh"])
    ending.ask("com.atproto.server.deleteSession", {})
    fresh = bluesky.renew(account, asking)

    assert fresh is not None
    assert [] == heard(replace(account, values={**account.values, **fresh}), asking)[0]


def test_withdrawn_passwords_are_lost_access(
    brand: Person, account: Connection, asking: Http
) -> None:
    brand.ask("com.atproto.server.revokeAppPassword", {"name": "comptoir"})

    with pytest.raises(AccessLost):
        bluesky.renew(account, asking)


def test_accounts_taken_down_are_lost_access(
    brand: Person, account: Connection, asking: Http
) -> None:
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": brand.id}
    response = asking.request(
        "POST", f"{brand.service}/xrpc/com.atproto.admin.updateSubjectStatus",
        json={"subject": subject, "takedown": {"applied": True}}, auth=("admin", "peer"),
    )  # fmt: skip
    assert response.ok

    with pytest.raises(AccessLost):
        bluesky.renew(account, asking)


def test_quota_left_is_told(account: Connection, asking: Http, customer: Person) -> None:
    text = f"@{account.own['handle']} ?"
    brand = replace(customer, id=account.own["id"], handle=account.own["handle"])
    customer.write(text, **naming(brand, text))

    def first() -> Any:
        return next(iter(bluesky.pull(account, asking)), None)

    page = until(first)

    assert page.quota is not None
    assert 0 < page.quota.left < page.quota.limit
