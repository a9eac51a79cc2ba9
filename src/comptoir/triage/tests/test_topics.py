"""Topics of a period: asked for, found by a worker, kept, and forgotten when they must be."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from comptoir.analysis.grouping import Space
from comptoir.base import clock, erasure
from comptoir.base.models import Workspace
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.triage import topics, vectors
from comptoir.triage.models import Label
from comptoir.triage.tests.conftest import START, Say, world
from comptoir.triage.tests.meaning import SIZE
from comptoir.triage.tests.test_lessons import _label
from comptoir.triage.topics_kept import PeriodTopics

pytestmark = pytest.mark.usefixtures("meaning", "plain_space")

WEEK = 7 * 24 * 60
DAYS = topics.Days(START - timedelta(days=7), START, START + timedelta(days=7))
PARCEL, SIZES = "Mon colis est perdu numéro", "Quelle taille existe en modèle"


@pytest.fixture
def plain_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors of these tests as they are, in place of the encoder's space."""
    space = Space({}, np.eye(SIZE, dtype=np.float32), 0.5, 0.5)
    monkeypatch.setattr(topics, "space", lambda: space)


def weeks(say: Say) -> list[Message]:
    """Before, 5 of 35 messages are about parcels; in the week itself 30 of 60."""
    texts = [*[PARCEL] * 5, *[SIZES] * 30, *[PARCEL] * 30, *[SIZES] * 30]
    return [
        say(f"{text} {n}", by=f"p{n}", minutes=n + 1 - WEEK * (n < 35))
        for n, text in enumerate(texts)
    ]


def found(days: topics.Days = DAYS) -> topics.TopicsView:
    """Asks, and has the worker's turn taken."""
    topics.ask(days)
    topics.find(PeriodTopics.objects.get(start=days.start, until=days.until).pk)
    return topics.topics(days)


def parcel(view: topics.TopicsView) -> topics.TopicView:
    return next(one for one in view.topics if "colis" in one.title)


def test_what_rises_is_told_with_its_ratio_and_its_interval(say: Say) -> None:
    weeks(say)
    view = found()
    topic = parcel(view)

    assert ("found", 60, 60, 35, 35) == (
        view.state, view.said, view.read, view.said_before, view.read_before,
    )  # fmt: skip
    assert (30, 0.5) == (topic.volume, topic.share)
    assert topic.rise is not None
    assert (5, True) == (topic.rise.before, topic.rise.rising)
    assert 1 < topic.rise.low < topic.rise.ratio < topic.rise.high
    assert [False] == [one.rise.rising for one in view.topics if one.rise and "taille" in one.title]


def test_messages_shown_are_of_the_period_and_of_the_topic(say: Say) -> None:
    messages = weeks(say)
    shown = parcel(found()).shown

    assert shown
    assert set(shown) <= {one.pk for one in messages[35:65]}


def test_tones_are_those_of_the_labels(say: Say) -> None:
    """
    A message without a label has no tone; it is not neutral.
    """
    messages = weeks(say)
    labels = [_label(one) for one in messages[35:45]]
    for one in labels[:4]:
        one.tone = -1
    Label.objects.bulk_create(labels)

    assert (4, 6, 0) == parcel(found()).tones


def test_the_brand_s_own_words_and_reposts_are_left_out(say: Say) -> None:
    weeks(say)
    say("Bonjour, votre colis arrive", by="us", own=True, minutes=90)
    say("Mon colis est perdu", by="z", kind="repost", minutes=91)
    say("", by="y", minutes=92)

    assert 60 == found().read


def test_asking_twice_makes_one_row_and_one_task(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    weeks(say)
    tasks: list[Any] = []
    monkeypatch.setattr(type(topics.find_task), "enqueue", lambda _task, *of: tasks.append(of))
    topics.ask(DAYS)
    topics.ask(DAYS)

    assert (1, 1) == (len(tasks), PeriodTopics.objects.count())
    assert topics.topics(DAYS).moving


def test_finding_again_finds_the_same_and_encodes_nothing(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks(say)
    first = found()

    def refuse(*_texts: object) -> None:
        raise AssertionError("encoded twice")

    monkeypatch.setattr(vectors, "of_texts", refuse)
    again = found()

    assert first.topics
    assert first.topics == again.topics


def test_what_came_since_is_counted(say: Say) -> None:
    weeks(say)
    found()
    say("Encore un colis", by="new", minutes=100)

    assert 1 == topics.topics(DAYS).fresh


def test_of_many_messages_a_sample_is_read_and_said(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "MOST", 24)
    weeks(say)
    view = found()

    assert (24, 60, 24, 35) == (view.read, view.then, view.read_before, view.said_before)
    assert 24 >= sum(one.volume for one in view.topics) > 0


def test_too_few_messages_are_not_sorted_into_topics(say: Say) -> None:
    for n in range(topics.FEWEST - 1):
        say(f"{PARCEL} {n}", by=f"p{n}")

    assert "few" == topics.topics(DAYS).state
    assert ("few", ()) == (found().state, topics.topics(DAYS).topics)


def test_without_a_period_before_nothing_is_called_rising(say: Say) -> None:
    """
    Unknown is not zero.
    """
    for n in range(40):
        say(f"{PARCEL if n % 2 else SIZES} {n}", by=f"p{n}")
    view = found()

    assert view.topics
    assert [None] * len(view.topics) == [one.rise for one in view.topics]


def test_without_the_encoder_the_page_can_say_so(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_texts: object) -> None:
        raise vectors.EncoderMissing("onnxruntime")

    weeks(say)
    monkeypatch.setattr(vectors, "of_texts", missing)
    view = found()

    assert ("failed", "encoder_missing") == (view.state, view.problem)


def test_a_fault_is_told_and_may_be_tried_again(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    weeks(say)
    with monkeypatch.context() as patch:
        patch.setattr(topics, "_told", lambda *_: 1 / 0)
        broken = found()

    assert ("failed", "failed") == (broken.state, broken.problem)
    assert "found" == found().state


def test_what_a_killed_worker_left_is_taken_up(say: Say) -> None:
    weeks(say)
    topics.ask(DAYS)
    PeriodTopics.objects.update(state="working", claimed_at=clock.now())
    alive = topics.find_unfinished()
    PeriodTopics.objects.update(claimed_at=clock.now() - topics.LOST_AFTER * 2)

    assert (0, 1, 0) == (alive, topics.find_unfinished(), topics.find_unfinished())


def test_an_erasure_forgets_the_topics_of_days_in_which_the_person_spoke(say: Say) -> None:
    messages = weeks(say)
    later = topics.Days(DAYS.until, DAYS.until + timedelta(days=7), DAYS.until + timedelta(days=14))
    found()
    found(later)
    erasure.erase(erasure.Person(messages[40].workspace_id, messages[40].author_id))

    assert [later.start] == list(PeriodTopics.objects.values_list("start", flat=True))


def test_an_erasure_while_topics_are_found_drops_them(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = weeks(say)
    gone = erasure.Person(messages[40].workspace_id, messages[40].author_id)
    told: Callable[..., list[dict[str, Any]]] = topics._told

    def slowly(*of: Any) -> Sequence[dict[str, Any]]:
        made = told(*of)
        erasure.erase(gone)
        return made

    monkeypatch.setattr(topics, "_told", slowly)
    topics.ask(DAYS)
    topics.find(PeriodTopics.objects.get().pk)

    assert ("none", 0) == (topics.topics(DAYS).state, PeriodTopics.objects.count())


def test_brands_do_not_see_one_another_s_topics(
    say: Say, make_other: Callable[[], Workspace]
) -> None:
    weeks(say)
    found()
    other = make_other()
    with scope(other):
        weeks(world(other))
        assert "none" == topics.topics(DAYS).state
        assert 0 == PeriodTopics.objects.count()


def test_topics_go_with_the_brand(say: Say, workspace: Workspace) -> None:
    weeks(say)
    found()
    Workspace.objects.filter(pk=workspace.pk).delete()

    assert 0 == PeriodTopics.objects.count()


def test_only_the_newest_periods_are_kept(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "KEPT", 1)
    weeks(say)
    found()
    later = topics.Days(DAYS.start, DAYS.until, DAYS.until + timedelta(days=7))
    found(later)

    assert [later.start] == list(PeriodTopics.objects.values_list("start", flat=True))
