"""YouTube's connector against Google's own description of the API, which Google's client ships."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.peers import discovery

from comptoir.base.http import Http
from comptoir.channels.connector import Connection, Heard, Outgoing, Rejected
from comptoir.channels.connectors.youtube import connector
from comptoir.channels.incoming import Incoming

pytestmark = pytest.mark.peer
youtube = connector.YouTube()
DOCUMENT = "googleapiclient/discovery_cache/documents/youtube.v3.json"
FIXTURE = Path(connector.__file__).parent / "fixtures" / "threads.json"
REPLY = {
    "kind": "youtube#comment",
    "id": "Ugy2.r9",
    "snippet": {
        "authorChannelId": {"value": "UC7"},
        "parentId": "Ugy2",
        "textOriginal": "On regarde.",
        "publishedAt": "2026-03-04T12:00:02Z",
    },
}
ANSWERS: dict[str, Any] = {
    "youtube.channels.list": {"items": [{"id": "UC7", "snippet": {"title": "Lumio", "customUrl": "@lumio"}}]},
    "youtube.commentThreads.list": json.loads(FIXTURE.read_text(encoding="utf-8")),
    "youtube.comments.list": {"items": [REPLY]},
    "youtube.comments.insert": REPLY,
    "youtube.comments.setModerationStatus": None,
    "youtube.comments.delete": None,
}  # fmt: skip
answer = Outgoing(
    "k1", "On regarde.", "public", "Ugy2", "UC31", "comment",
    queued_at=datetime(2026, 3, 4, 12, tzinfo=UTC),
)  # fmt: skip


@pytest.fixture(scope="module")
def document(peers: Path) -> discovery.Document:
    code = f"import googleapiclient, pathlib; print(pathlib.Path(googleapiclient.__file__).parent.parent / {DOCUMENT!r})"
    found = subprocess.run(
        [str(peers / "python"), "-c", code], capture_output=True, text=True, check=True
    )
    told: discovery.Document = json.loads(Path(found.stdout.strip()).read_text(encoding="utf-8"))
    return told


@pytest.fixture
def account(document: discovery.Document, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with discovery.served(document, ANSWERS) as address:
        monkeypatch.setattr(connector, "API", f"{address}/youtube/v3")
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        values = {
            "client_id": "c",
            "client_secret": "s",
            "refresh_token": "r",
            "access": "a",
            "access_ends": ends,
        }
        own = {"id": "UC7", "handle": "lumio"}
        yield Connection(1, 1, "youtube", "youtube", "Lumio", values, own)


def test_everything_asked_is_what_google_describes(account: Connection, asking: Http) -> None:
    """Paths, parameters, bodies and the fields read: none is our invention."""
    assert "Lumio" == youtube.check(account, asking).name
    (page,) = youtube.pull(account, asking)
    found: list[Incoming] = []
    for raw in page.raws:
        for entry in youtube.split(account, raw):
            for one in youtube.parse(account, entry):
                assert isinstance(one, Heard)
                found += one.messages
    assert ["Ugy1", "Ugy2", "Ugy2.r1"] == [one.external_id for one in found]


def test_answers_and_moderation_are_what_google_describes(
    account: Connection, asking: Http
) -> None:
    sent = youtube.send(account, answer, asking)
    there = youtube.find(account, answer, asking)

    assert there is not None
    assert "Ugy2.r9" == sent.external_id == there.external_id
    for action in youtube.actions:
        youtube.act(account, action, "Ugy2", asking)


def test_what_google_does_not_describe_is_refused(account: Connection, asking: Http) -> None:
    """So that the two tests above could fail."""
    with pytest.raises(Rejected):
        connector._ask(
            account, asking, "GET", "commentThreads", {"part": "snippet", "colour": "red"}
        )
    with pytest.raises(Rejected):
        connector._ask(account, asking, "POST", "comments", {"part": "snippet"}, {"text": "x"})
    with pytest.raises(Rejected):
        connector._ask(account, asking, "GET", "commentThreads", {"order": "time"})
