"""Mastodon's API as somebody else's stateful server speaks it (mastodon-mock)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.peers.conftest import Start

from comptoir.base.http import Http
from comptoir.channels.connector import AccessLost, Connection, Heard, Outgoing
from comptoir.channels.connectors.mastodon.connector import Mastodon
from comptoir.channels.incoming import Incoming

pytestmark = pytest.mark.peer
mastodon = Mastodon()
CONFIG = """
[[seed.accounts]]
username = "lumio"
display_name = "Lumio"
access_token = "brand"
[[seed.accounts]]
username = "odile"
display_name = "Odile"
access_token = "customer"
"""


@pytest.fixture
def server(tmp_path: Path, peers: Path, run: Start, free_port: Callable[[], int]) -> str:
    port = free_port()
    (tmp_path / ".mastodon_mock.toml").write_text(CONFIG)
    command = [str(peers / "mastodon_mock"), "serve", "--in-memory", "--port", str(port)]
    config = ["--config", str(tmp_path / ".mastodon_mock.toml")]
    address = f"http://127.0.0.1:{port}"
    run([*command, *config], f"{address}/api/v2/instance")
    return address


@pytest.fixture
def brand(server: str, asking: Http) -> Connection:
    """The brand's account, connected."""
    values = {"server": server, "token": "brand"}
    bare = Connection(1, 1, "mastodon", "mastodon", "", values)
    checked = mastodon.check(bare, asking)
    return replace(bare, name=checked.name, own=checked.own)


def write(server: str, asking: Http, text: str, **fields: Any) -> dict[str, Any]:
    """What a customer writes."""
    headers = {"authorization": "Bearer customer"}
    body = {"status": text, **fields}
    response = asking.request("POST", f"{server}/api/v1/statuses", json=body, headers=headers)
    made: dict[str, Any] = response.json()
    return made


def heard(connection: Connection, asking: Http) -> tuple[list[Incoming], Connection]:
    found: list[Incoming] = []
    for page in mastodon.pull(connection, asking):
        connection = replace(connection, cursor=page.cursor)
        for raw in page.raws:
            for entry in mastodon.split(connection, raw):
                for one in mastodon.parse(connection, entry):
                    assert isinstance(one, Heard)
                    found += one.messages
    return found, connection


def test_mentions_are_heard_once_and_answered_in_their_thread(
    server: str, brand: Connection, asking: Http
) -> None:
    made = write(server, asking, "@lumio toujours pas reçue !")
    first, later = heard(brand, asking)
    again, _ = heard(later, asking)

    assert [made["id"]] == [one.external_id for one in first if not one.own]
    assert "@lumio toujours pas reçue !" == first[0].text
    assert [] == [one for one in again if not one.own]

    answer = Outgoing(
        "key-1", "On regarde.", "public", made["id"], "odile", "post",
        queued_at=datetime.now(UTC) - timedelta(seconds=1),
    )  # fmt: skip
    sent = mastodon.send(later, answer, asking)
    ours, _ = heard(later, asking)
    assert [(sent.external_id, made["id"], True)] == [
        (one.external_id, one.in_reply_to, one.own) for one in ours
    ]


def test_an_answer_sent_twice_leaves_once_and_is_found(
    server: str, brand: Connection, asking: Http
) -> None:
    made = write(server, asking, "@lumio alors ?")
    answer = Outgoing(
        "key-2", "Demain.", "public", made["id"], "odile", "post",
        queued_at=datetime.now(UTC) - timedelta(seconds=1),
    )  # fmt: skip

    assert mastodon.find(brand, answer, asking) is None
    first = mastodon.send(brand, answer, asking)
    second = mastodon.send(brand, answer, asking)
    found = mastodon.find(brand, answer, asking)

    assert found is not None
    assert {first.external_id} == {second.external_id, found.external_id}


def test_private_messages_stay_private(server: str, brand: Connection, asking: Http) -> None:
    made = write(server, asking, "@lumio commande 4711", visibility="direct")
    (message, *_), _ = heard(brand, asking)
    answer = Outgoing("key-3", "Reçu.", "private", made["id"], "odile", "message")
    sent = mastodon.send(brand, answer, asking)
    headers = {"authorization": "Bearer customer"}
    url = f"{server}/api/v1/statuses/{sent.external_id}"

    assert "message" == message.kind
    assert "direct" == asking.request("GET", url, headers=headers).json()["visibility"]


def test_withdrawn_tokens_are_lost_access(brand: Connection, asking: Http) -> None:
    stranger = replace(brand, values={**brand.values, "token": "nobody"})

    with pytest.raises(AccessLost):
        list(mastodon.pull(stranger, asking))
