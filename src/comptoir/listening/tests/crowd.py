"""Mentions made up at random for tests of figures, always the same for one seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comptoir.base.models import User, Workspace
from comptoir.channels.models import Author, Message
from comptoir.listening import api
from comptoir.listening.models import Mention
from comptoir.triage.models import Label
from comptoir.triage.tests.conftest import START, Say
from comptoir.triage.topics import Days

INTENTS = ("delivery", "refund", "praise", "spam")
TAGS = ("Noël", "noël", "SAV", "promo")
URLS = (
    "", "https://www.forum.example/t/1?page=2", "http://Forum.example:8080", "https://x.com/a/1",
    "https://blog.example?p=1", "notes.txt", "http://a/b",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A message as the test itself made it up; found: ids of the queries."""

    message: Message
    label: Label | None
    tags: tuple[str, ...]
    found: tuple[int, ...]


def days(before: datetime, start: datetime, until: datetime) -> Days:
    return Days(before, start, until)


def crowd(
    workspace: Workspace, say: Say, queries: Sequence[int], size: int = 200, seed: int = 5
) -> list[Said]:
    """Messages over 28 days from START, some of them found by some of the queries."""
    return list(_said(random.Random(seed), workspace, say, queries, size))


def _said(
    chance: random.Random, workspace: Workspace, say: Say, queries: Sequence[int], size: int
) -> Iterator[Said]:
    for number in range(size):
        message = _message(chance, say, number)
        tags = tuple(chance.sample(TAGS, k=chance.choice((0, 0, 1, 2))))
        label = read(workspace, message, chance, tags) if chance.random() < 0.9 else None
        found = tuple(one for one in queries if chance.random() < 0.4)
        for query in found:
            mention(workspace, query, message)
        yield Said(message, label, tags, found)


def _message(chance: random.Random, say: Say, number: int) -> Message:
    repost = chance.random() < 0.3
    return say(
        f"said {number if not repost else number % 5}",
        by=f"p{chance.randrange(12)}" if chance.random() > 0.1 else "brand",
        own=chance.random() < 0.1,
        thread=f"t{number}",
        minutes=chance.randrange(28 * 24 * 60),
        kind="repost" if repost else "post",
        repost_of=chance.choice(("", "a", "b")) if repost else "",
        channel=chance.choice(("x", "reviews")),
        url=chance.choice(URLS),
        likes=chance.choice((None, 0, 3)),
        replies=chance.choice((None, None, 2)),
        views=chance.choice((None, 10, 70)),
    )


def read(
    workspace: Workspace, message: Message, chance: random.Random, tags: Sequence[str] = ()
) -> Label:
    names = chance.sample(INTENTS, k=chance.choice((0, 1, 2)))
    return label(
        workspace,
        message,
        language=chance.choice(("fr", "en", "und")),
        tone=chance.choice((-1, 0, 1)),
        intents=[{"name": name, "confidence": 0.9, "reason": ""} for name in names],
        entities=[
            {"kind": "hashtag", "value": f"#{tag}", "start": 0, "end": 1, "detail": ""}
            for tag in tags
        ],
        model_version=chance.choice(("best-1", "best-1+brand 2")),
        corrected=chance.choice(([], [], ["tone"], ["intents"])),
    )


def label(workspace: Workspace, message: Message, **fields: Any) -> Label:
    values: dict[str, Any] = {
        "language": "fr", "language_confidence": 1.0, "tone": 0, "tone_confidence": 1.0,
        "needs_answer": False, "needs_answer_confidence": 1.0, "urgency": 0,
        "urgency_confidence": 1.0, "irony": False, "irony_confidence": 1.0, "group": message.pk,
        "model_version": "best-1", "labelled_at": START + timedelta(days=30),
    }  # fmt: skip
    manager: Any = Label.objects
    made: Label = manager.create(workspace=workspace, message=message, **values | fields)
    return made


def mention(workspace: Workspace, query: int, message: Message, number: int = 1) -> None:
    Mention.objects.create(workspace=workspace, query_id=query, message=message, number=number)


def authors() -> dict[str, int]:
    return dict(Author.objects.values_list("handle", "pk"))


def save(kind: str, name: str, owner: User, text: str = "citron") -> int:
    """A query in a folder of its own; the query's id."""
    folder = next((one.id for one in api.folders() if one.name == name), None)
    folder = folder or api.add_folder(kind, name, owner)
    return api.add(api.Draft(f"{name} {text}", folder, text), owner)
