from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from comptoir.analysis import api as analysis
from comptoir.analysis.api import Reading, Text
from comptoir.base.erasure import Person
from comptoir.channels.models import Message
from comptoir.triage import api, erasure, questions
from comptoir.triage.models import Band, Label, Question
from comptoir.triage.tests.conftest import Say, receive

LOST = "Bonjour, ma commande devait arriver lundi et je ne vois toujours rien venir"
LOST_TOO = "Bonjour @citron, ma commande devait arriver lundi et je ne vois toujours rien venir svp"
OTHER = "Avez-vous encore le fauteuil jaune en stock dans la boutique de Lyon"


def _groups(*messages: Message) -> list[int]:
    found = api.labels([one.pk for one in messages])
    return [found[one.pk].group for one in messages]


def test_near_duplicates_gather_round_the_first(say: Say) -> None:
    """
    Forty people asking the same are one card.
    """
    first, again, other = say(LOST), say(LOST_TOO, by="paul"), say(OTHER, by="zoe")
    receive(first, again, other)

    assert [first.pk, first.pk, other.pk] == _groups(first, again, other)
    assert [again.pk, first.pk] == api.group_members(first.pk)
    assert {first.pk: 2, other.pk: 1} == api.group_sizes([first.pk, other.pk])


def test_batches_make_no_difference_to_groups(say: Say) -> None:
    """
    Its state is in the database, never only in memory.
    """
    messages = [say(LOST), say(OTHER), say(LOST_TOO), say(OTHER)]
    receive(*messages)
    together = [_groups(one)[0] for one in messages]
    Label.objects.all().delete()
    _forget_bands()
    for message in messages:
        receive(message)

    assert together == [_groups(one)[0] for one in messages]


def test_a_group_keeps_its_address_when_an_older_message_comes_late(say: Say) -> None:
    """
    Cards are linked to; a late import must not rename them.
    """
    first = say(LOST, minutes=100)
    receive(first)
    late = say(LOST, minutes=1)
    receive(late)

    assert [first.pk, first.pk] == _groups(first, late)


def test_own_messages_group_apart_and_reposts_not_at_all(say: Say) -> None:
    """
    A canned answer is no question, and a repost is no further asker.
    """
    asked, repost = say(LOST), say(LOST, by="paul", kind="repost")
    canned = [say(LOST, by="citron", own=True), say(LOST, by="citron", own=True)]
    receive(asked, repost, *canned)

    assert [asked.pk, repost.pk, canned[0].pk, canned[0].pk] == _groups(asked, repost, *canned)


def test_texts_without_words_stay_alone(say: Say) -> None:
    """
    Two photographs without a caption are not the same question.
    """
    first, second = say("📷"), say("https://example.com/a")
    receive(first, second)

    assert [first.pk, second.pk] == _groups(first, second)


def _forget_bands() -> None:
    Band.objects.all().delete()


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Readings with a vector, which only an encoder gives: one direction for each question, in
    small letters before the first dash, and a little of another for each text.
    """
    from comptoir.triage import reading

    def triage(texts: Sequence[Text], **options: Any) -> list[Reading]:
        found = analysis.triage(texts, **{**options, "mode": "light"})
        return [
            replace(one, vector=_vector(text.text), needs_answer=not text.own)
            for text, one in zip(texts, found, strict=True)
        ]

    monkeypatch.setattr(reading, "triage", triage)


def _vector(text: str) -> np.ndarray:
    parts = [np.random.default_rng(crc32(part.encode())) for part in (text.split(" – ")[0], text)]
    point = parts[0].normal(size=384) + 0.1 * parts[1].normal(size=384)
    return np.asarray(point / np.linalg.norm(point), np.float32)


HOURS = "heures – À quelle heure fermez-vous le samedi soir ?"
HOURS_TOO = "heures – La boutique est-elle ouverte en fin de journée ?"
HOURS_AGAIN = "heures – La boutique est-elle ouverte en fin de journée svp ?"
PLANT = "plante – Mon ficus perd toutes ses feuilles, que faire ?"


@pytest.mark.usefixtures("understood")
def test_the_same_question_in_other_words_joins_the_first(say: Say) -> None:
    """
    Customers never agree on words; a near-duplicate of a later asker joins the first one too.
    """
    first, other = say(HOURS), say(PLANT)
    later, repeated = say(HOURS_TOO, by="paul"), say(HOURS_AGAIN, by="zoe")
    receive(first, other, later)
    receive(repeated)

    assert [first.pk, other.pk, first.pk, first.pk] == _groups(first, other, later, repeated)


@pytest.mark.usefixtures("understood")
def test_questions_gather_alike_from_memory_and_from_the_table(say: Say) -> None:
    """
    Workers come and go: what one held in memory, another reads from the table.
    """
    messages = [say(text) for text in (HOURS, PLANT, HOURS_TOO, PLANT + " Merci", HOURS_AGAIN)]
    receive(*messages)
    together = _groups(*messages)
    for model in (Label, Question, Band):
        model.objects.all().delete()
    for message in messages:
        questions._held.clear()
        receive(message)

    assert together == _groups(*messages)
    assert [3, 2] == sorted(map(together.count, set(together)), reverse=True)


@pytest.mark.usefixtures("understood")
def test_what_another_worker_changed_is_seen(say: Say) -> None:
    """
    A group whose first message was erased meanwhile must not be joined from memory.
    """
    first, later = say(HOURS), say(HOURS_TOO)
    receive(first)
    Question.objects.all().delete()
    receive(later)

    assert [first.pk, later.pk] == _groups(first, later)


@pytest.mark.usefixtures("understood")
def test_the_brands_words_and_reposts_join_no_question(say: Say) -> None:
    """
    An answer about opening hours does not ask for them, and a repost is no further asker.
    """
    asked = say(HOURS)
    said, repost = say(HOURS_TOO, by="citron", own=True), say(HOURS_AGAIN, kind="repost")
    receive(asked, said, repost)

    assert [asked.pk, said.pk, repost.pk] == _groups(asked, said, repost)


@pytest.mark.usefixtures("understood")
def test_only_the_latest_questions_are_kept(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Memory stays bounded; a question from before gathers a new group.
    """
    monkeypatch.setattr(questions, "MOST", 2)
    monkeypatch.setattr(questions, "_SPARE", 0)
    messages = [say(f"{n} – Est-ce que {word} est encore en vente ?") for n, word in enumerate(("le fauteuil", "la lampe", "ce miroir"))]  # fmt: skip
    receive(*messages)

    assert {one.pk for one in messages[1:]} == set(Question.objects.values_list("pk", flat=True))


@pytest.mark.usefixtures("understood")
def test_an_erased_persons_words_leave_the_groups_of_others(say: Say) -> None:
    """
    The sum of two places would give away the second; the group goes on from its first message.
    """
    first, theirs = say(HOURS), say(HOURS_TOO, by="paul")
    receive(first, theirs)
    assert 2 == Question.objects.get().distinct
    erasure.erase(Person(theirs.workspace_id, theirs.author_id))
    later = say(HOURS_AGAIN, by="zoe")
    receive(later)

    kept = Question.objects.get()
    assert (first.pk, 2) == (kept.pk, kept.distinct)
    assert [first.pk] == _groups(later)
