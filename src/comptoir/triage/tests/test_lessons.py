"""Learning from corrections: when it starts, what it adopts, and the way back."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from comptoir.analysis.api import INTENTS
from comptoir.base import erasure, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.triage import api, brand, lessons, standing, vectors, versions
from comptoir.triage.models import BrandVersion, Features, Label, Learning
from comptoir.triage.tests.conftest import Say

pytestmark = pytest.mark.usefixtures("meaning")

UPSET = ["décevant", "cassé", "nul", "honteux", "triste"]
CALM = ["bonjour", "demande", "horaires", "adresse", "taille"]


@pytest.fixture
def told(say: Say, agent: User) -> Callable[[int], list[Message]]:
    """told(n) has n messages corrected: half negative by their words, half confirmed neutral."""

    def correct(count: int) -> list[Message]:
        made = []
        for number in range(count):
            upset = number % 2 == 0
            word = (UPSET if upset else CALM)[number // 2 % 5]
            text = f"Produit {word} vraiment {word}" if upset else f"Question {word} simple {word}"
            made.append(say(text, by=f"c{number}"))
        Label.objects.bulk_create([_label(one) for one in made])
        for number, one in enumerate(made):
            api.correct(one.pk, "tone", -1 if number % 2 == 0 else 0, agent)
        return made

    return correct


def _label(message: Message) -> Label:
    sure = {f"{name}_confidence": 0.9 for name in ("language", "tone", "needs_answer", "urgency", "irony")}  # fmt: skip
    plain: dict[str, Any] = {"language": "fr", "tone": 0, "needs_answer": False, "urgency": 0, "irony": False}  # fmt: skip
    return Label(
        message=message,
        workspace_id=message.workspace_id,
        group=message.pk,
        model_version=versions.stamp(),
        labelled_at=message.sent_at,
        **plain,
        **sure,
    )


def test_twelve_corrections_wait_for_eight_more(told: Callable[[int], object]) -> None:
    """
    Honest about what is missing.
    """
    told(12)
    outbox.drain()

    found = brand.learning()
    assert (12, 12, 8, False) == (found.corrections, found.fresh, found.lacking, found.waiting)
    assert 0 == Learning.objects.exclude(asked_at=None).count()


def test_the_twentieth_correction_starts_learning(told: Callable[[int], object]) -> None:
    told(20)
    outbox.drain()

    assert brand.learning().waiting


def test_correcting_a_label_twice_is_one_lesson(
    told: Callable[[int], list[Message]], agent: User
) -> None:
    """
    The last word counts, and what was read stays what the analysis had read.
    """
    (first, *_rest) = told(2)
    api.correct(first.pk, "tone", 1, agent)
    lesson = next(one for one in standing.lessons() if one.message == first.pk)

    assert (2, 0, 1) == (brand.learning().corrections, lesson.said, lesson.right)


def test_undone_corrections_teach_nothing(
    told: Callable[[int], list[Message]], agent: User
) -> None:
    first = told(1)[0]
    api.undo_correction(api.corrections(first.pk)[0].id, agent)
    assert 0 == brand.learning().corrections


def test_a_better_version_is_adopted_and_says_by_how_much(
    told: Callable[[int], object], agent: User
) -> None:
    """
    Everything was read as neutral; half of it is negative, and its words tell which.
    """
    told(100)
    lessons.ask(actor=agent)
    lessons.learn()

    (version,) = brand.versions()
    (measure,) = version.measures
    assert (1, True, True) == (version.number, version.adopted, version.active)
    assert ("tone", "better") == (measure.field, measure.verdict)
    assert 100 == version.corrections == measure.n + measure.learnt
    assert measure.accuracy_before is not None
    assert measure.accuracy_after is not None
    assert measure.accuracy_before < measure.accuracy_after
    assert versions.stamp().endswith("+brand 1")
    assert 1 == AuditEntry.objects.filter(verb="triage.version_adopted", actor=agent).count()


def test_what_a_version_is_judged_by_was_never_learnt_from(told: Callable[[int], object]) -> None:
    """
    The rows behind the figure are those of the hash's side, and add up to it.
    """
    from comptoir.analysis.learning import held_out

    told(100)
    lessons.ask()
    lessons.learn()
    rows = brand.tested(1, "tone")
    measure = brand.version(1).measures[0]

    assert measure.n == len(rows)
    assert all(held_out([str(one.message_id) for one in rows]))
    right = sum(one.after == one.right for one in rows)
    assert measure.accuracy_after == pytest.approx(right / len(rows), abs=1e-4)


def test_too_few_to_judge_by_adopts_nothing(told: Callable[[int], object]) -> None:
    told(20)
    lessons.ask()
    lessons.learn()

    (version,) = brand.versions()
    assert (False, False) == (version.adopted, version.active)
    assert "too-few" == version.measures[0].verdict
    assert 0 < version.measures[0].needed
    assert versions.brand_model() is None


def test_learning_the_same_again_makes_nothing(told: Callable[[int], object]) -> None:
    """
    A job that runs twice leaves one version.
    """
    told(20)
    for _ in range(2):
        lessons.ask()
        lessons.learn()

    assert 1 == BrandVersion.objects.count()
    assert not brand.learning().waiting


def test_a_killed_worker_is_followed_by_one_that_finishes(
    told: Callable[[int], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It stays asked for, and what was encoded stays encoded.
    """
    told(80)
    lessons.ask()
    real, asked = vectors.of_texts, []

    def killed(texts: list[str], *more: Any) -> Any:
        asked.append(len(texts))
        if len(asked) == 2:
            raise KeyboardInterrupt
        return real(texts, *more)

    monkeypatch.setattr(vectors, "of_texts", killed)
    with pytest.raises(KeyboardInterrupt):
        lessons.learn()
    assert brand.learning().waiting
    assert 64 == Features.objects.count()
    lessons.learn()
    assert [64, 16, 16] == asked
    assert 1 == BrandVersion.objects.count()


def test_without_an_encoder_learning_says_so_and_keeps_the_corrections(
    told: Callable[[int], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any) -> None:
        raise vectors.EncoderMissing("no-onnxruntime")

    told(20)
    lessons.ask()
    monkeypatch.setattr(vectors, "of_texts", missing)

    assert lessons.learn() is None
    found = brand.learning()
    assert ("encoder_missing", False, 20) == (found.problem, found.waiting, found.corrections)


def test_going_back_to_comptoir_alone_and_forth_again(
    told: Callable[[int], object], agent: User
) -> None:
    told(100)
    lessons.ask()
    lessons.learn()
    brand.go_back(0, agent)
    assert versions.brand_model() is None
    brand.go_back(1, agent)
    assert versions.stamp().endswith("+brand 1")
    assert 2 == AuditEntry.objects.filter(verb="triage.version_chosen").count()


@pytest.mark.parametrize(("number", "code"), [(1, "already_active"), (9, "unknown_version")])
def test_going_where_one_cannot_go_is_refused(
    told: Callable[[int], object], agent: User, number: int, code: str
) -> None:
    told(100)
    lessons.ask()
    lessons.learn()
    with pytest.raises(Problem) as refused:
        brand.go_back(number, agent)
    assert code == refused.value.code


def test_erasing_somebody_who_taught_forgets_the_version_and_learns_anew(
    told: Callable[[int], list[Message]], agent: User
) -> None:
    """
    Numbers about how it did stay; what was learnt from the words does not.
    """
    gone = told(100)[0]
    lessons.ask()
    lessons.learn()
    erasure.erase(erasure.Person(gone.workspace_id, gone.author_id))

    (version,) = brand.versions()
    assert (False, False) == (version.active, version.usable)
    assert [] == brand.tested(1, "tone")
    assert 1 == len(version.measures)
    assert brand.learning().waiting
    with pytest.raises(Problem) as refused:
        brand.go_back(1, agent)
    assert "withdrawn_version" == refused.value.code
    lessons.learn()
    newest = brand.versions()[0]
    assert (2, 99, "erasure") == (newest.number, newest.corrections, newest.cause)


def test_confusions_count_what_was_read_against_what_is_right(
    told: Callable[[int], list[Message]], agent: User
) -> None:
    messages = told(6)
    found = {(one.read, one.right): one.count for one in brand.confusions("tone")}
    assert {("0", "-1"): 3, ("0", "0"): 3} == found
    cell = brand.corrected("tone", "0", "-1")
    assert {one.pk for one in messages[::2]} == {one.message for one in cell}


def test_one_intent_for_another_is_a_confusion_of_both(
    told: Callable[[int], list[Message]], agent: User
) -> None:
    (message,) = told(1)
    Label.objects.update(intents=[{"name": "delivery", "confidence": 0.6, "reason": ""}])
    api.correct(message.pk, "intents", ["refund"], agent)
    assert [("delivery", "refund")] == [
        (one.read, one.right) for one in brand.confusions("intents")
    ]
    api.correct(message.pk, "intents", ["delivery", "refund", "thanks"], agent)
    found = {(one.read, one.right) for one in brand.confusions("intents")}
    assert {("delivery", "delivery"), (brand.NONE, "refund"), (brand.NONE, "thanks")} == found


def test_needs_name_what_nobody_pointed_out(told: Callable[[int], object]) -> None:
    told(20)
    wanted = {one.value: one.wanted for one in brand.needs() if one.field == "tone"}
    assert {"-1": 0, "0": 0, "1": 10} == wanted


def test_versions_of_another_brand_are_out_of_reach(
    told: Callable[[int], object], make_other: Callable[[], Workspace], agent: User
) -> None:
    told(20)
    lessons.ask()
    lessons.learn()
    with scope(make_other()):
        assert [] == brand.versions()
        assert 0 == brand.learning().corrections
        with pytest.raises(Problem, match="no such version"):
            brand.go_back(1, agent)


def test_intents_are_judged_by_the_chance_each_needs_to_be_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    A version must be judged by what labels would say, and some intents are given below a half.
    """
    least = np.full(len(INTENTS), 0.5)
    least[list(INTENTS).index("refund")] = 0.3
    monkeypatch.setattr(vectors, "least", lambda: least)
    cues: list[dict[str, float]] = [
        {"refund": -0.5, "other": 0.2},
        {"delivery": -0.5},
        {"other": 1},
    ]
    logits = np.array([[cue.get(name, -3.0) for name in INTENTS] for cue in cues])

    assert [["refund"], ["delivery"], ["other"]] == lessons.read_of("intents", logits)
