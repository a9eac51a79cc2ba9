"""Corrections: learnt, judged, stored."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.learning import (
    BrandModel,
    Delta,
    changed,
    compare,
    confusions,
    fit_intents,
    held_out,
    needs,
    refit,
    share_interval,
)
from comptoir.analysis.learning.corrections import answers_of, difference_interval, right
from comptoir.analysis.learning.solver import Array, softmax
from comptoir.analysis.learning.view import unit

SIZE = 12
CHANCE = np.random.default_rng(8)
# The brand means something else wherever a fourth direction is strong.
STRONG = CHANCE.random(400) < 0.25
_RAW = 0.5 * CHANCE.normal(size=(400, SIZE))
_RAW[:, 3] = 0.2 * _RAW[:, 3] + 2 * STRONG
_RAW[:, -1] += 2
VECTORS = unit(_RAW)
BASE = VECTORS[:, :3] * 20 - np.array([0.0, 0.0, 4.0])
BRAND = np.where(STRONG, 2, BASE.argmax(axis=1))
LEARN, JUDGE = np.arange(0, 250), np.arange(250, 400)


def _learnt(anchors: bool = True) -> Delta:
    kept = LEARN[~STRONG[LEARN]]
    anchor = (VECTORS[kept], BASE[kept]) if anchors else None
    taught = LEARN[STRONG[LEARN]]
    return refit("tone", VECTORS[taught], BASE[taught], BRAND[taught], anchor)


LEARNT = _learnt()


def test_corrections_are_learnt_where_they_apply() -> None:
    """
    Messages like the corrected ones change; the others keep their answer.
    """
    after = LEARNT.apply(VECTORS[JUDGE], BASE[JUDGE]).argmax(axis=1)
    strong = STRONG[JUDGE]

    assert (after == BRAND[JUDGE])[strong].mean() > 0.75
    assert (after == BRAND[JUDGE])[~strong].mean() > 0.75


def test_anchors_protect_against_forgetting() -> None:
    """
    Corrections to one label only: without anchors far more of the rest is swept along.
    """
    rest = JUDGE[~STRONG[JUDGE]]
    with_, without = (
        changed("tone", _learnt(anchors), VECTORS[rest], BASE[rest]) for anchors in (True, False)
    )

    assert with_ is not None
    assert without is not None
    assert with_ < without / 2


def test_confirmed_answers_change_little() -> None:
    """
    Labels that agree with the model give it no reason to turn.
    """
    labels = BASE.argmax(axis=1)
    delta = refit("tone", VECTORS[LEARN], BASE[LEARN], labels[LEARN])
    share = changed("tone", delta, VECTORS[JUDGE], BASE[JUDGE])

    assert share is not None
    assert share < 0.1


def test_the_answer_is_the_most_likely_one() -> None:
    """
    Against the objective written out: no small step of any weight makes it better.
    """
    taught = LEARN[:60]
    delta = refit("tone", VECTORS[taught], BASE[taught], BRAND[taught])
    centre = VECTORS[taught].mean(axis=0)
    away = VECTORS[taught] - centre
    spread = np.sqrt((away**2).sum(axis=1).mean())

    def loss(weights: Array, middle: Array) -> float:
        chances = softmax(BASE[taught] + away @ weights + middle)
        fitted = -np.log(chances[np.arange(60), BRAND[taught]]).sum()
        return float(
            fitted
            + delta.penalty / 2 * ((weights * spread) ** 2).sum()
            + delta.penalty / 2 * (middle**2).sum()
        )

    middle = delta.intercept + centre @ delta.weights
    least = loss(delta.weights, middle)
    for place in range(delta.weights.size):
        for step in (-0.05, 0.05):
            moved = delta.weights.copy()
            moved.flat[place] += step
            assert loss(moved, middle) > least


def test_several_answers_are_learnt_separately_and_unsaid_ones_ignored() -> None:
    """
    A person who ticks one intent says nothing of the others.
    """
    labels = np.full((250, 3), np.nan)
    labels[:, 0] = VECTORS[LEARN, 3] > 0
    base = np.full((400, 3), -1.0)
    delta = refit("intents", VECTORS[LEARN], base[LEARN], labels)
    after = delta.apply(VECTORS[JUDGE], base[JUDGE])

    assert ((after[:, 0] > 0) == (VECTORS[JUDGE, 3] > 0)).mean() > 0.85
    np.testing.assert_array_equal(base[JUDGE, 1:], after[:, 1:])


@settings(max_examples=4, deadline=None)
@given(st.permutations(range(30)))
def test_the_order_of_corrections_changes_nothing(order: list[int]) -> None:
    """
    The database may give them in any order.
    """
    one = refit("tone", VECTORS[:30], BASE[:30], BRAND[:30])
    other = refit("tone", VECTORS[order], BASE[order], BRAND[order])

    assert one.to_bytes() == other.to_bytes()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 399), min_size=1, max_size=30))
def test_a_message_is_read_alike_in_any_batch(places: list[int]) -> None:
    """
    Batches are a matter of speed only.
    """
    delta = LEARNT
    alone = np.vstack([delta.apply(VECTORS[[n]], BASE[[n]]) for n in places])

    np.testing.assert_array_equal(alone, delta.apply(VECTORS[places], BASE[places]))


def test_no_correction_adds_nothing() -> None:
    """
    A new brand starts with the model as it is.
    """
    delta = refit("needs", np.zeros((0, SIZE)), np.zeros((0, 1)), np.zeros(0))

    np.testing.assert_array_equal([[1.5]], delta.apply(VECTORS[:1], np.array([1.5])))


def test_a_better_model_is_adopted_with_its_figures() -> None:
    """
    Accuracy and loss are those of counting by hand.
    """
    result = compare("tone", BASE[JUDGE], None, LEARNT, VECTORS[JUDGE], BRAND[JUDGE])
    after = LEARNT.apply(VECTORS[JUDGE], BASE[JUDGE])
    chances = softmax(after)[np.arange(150), BRAND[JUDGE]]

    assert result.adopt
    assert (
        round(float((BASE[JUDGE].argmax(axis=1) == BRAND[JUDGE]).mean()), 4)
        == result.accuracy_before
    )
    assert round(float((after.argmax(axis=1) == BRAND[JUDGE]).mean()), 4) == result.accuracy_after
    assert round(float(-np.log(chances).mean()), 4) == result.loss_after
    assert 0 < result.low < result.high < 1


def test_a_worse_model_is_not_adopted() -> None:
    """
    The same comparison turned round refuses.
    """
    nothing = refit("tone", VECTORS[:0], BASE[:0], BRAND[:0])
    result = compare("tone", BASE[JUDGE], LEARNT, nothing, VECTORS[JUDGE], BRAND[JUDGE])

    assert "not-better" == result.verdict
    assert result.high < 0


def test_few_corrections_decide_nothing_and_say_how_many_are_missing() -> None:
    """
    Eight judged, twenty needed, three in ten held out: forty more.
    """
    few = JUDGE[:8]
    result = compare("tone", BASE[few], None, LEARNT, VECTORS[few], BRAND[few])

    assert ("too-few", False, 40) == (result.verdict, result.adopt, result.needed)


def test_no_held_out_correction_is_unknown_not_zero() -> None:
    """
    Undefined is None.
    """
    none = JUDGE[:0]
    result = compare("tone", BASE[none], None, LEARNT, VECTORS[none], BRAND[none])

    assert (None, None, -1.0, 1.0) == (
        result.accuracy_before,
        result.accuracy_after,
        result.low,
        result.high,
    )


def test_the_interval_of_a_difference_holds_its_level() -> None:
    """
    Against simulation: 95 in 100 intervals cover the truth.
    """
    chance = np.random.default_rng(1)
    draws = chance.multinomial(60, [0.15, 0.07, 0.78], size=2000)
    inside = 0
    for won, lost, _ in draws:
        low, high = difference_interval(int(won), int(lost), 60)
        inside += low <= 0.08 <= high

    assert inside / 2000 == pytest.approx(0.95, abs=0.02)


def test_three_in_ten_are_held_out_for_ever() -> None:
    """
    The side of a message depends on its id alone.
    """
    ids = [f"message-{n}" for n in range(5000)]
    sides = held_out(ids)

    assert sides.mean() == pytest.approx(0.3, abs=0.02)
    np.testing.assert_array_equal(sides[::-1], held_out(ids[::-1]))


def test_confusions_count_every_pair() -> None:
    """
    Rows are what the person says, columns what the model says.
    """
    logits, labels = np.eye(3)[[0, 0, 1, 2]], np.array([0, 1, 1, 0])

    assert [[1, 0, 1], [1, 1, 0], [0, 0, 0]] == confusions("tone", logits, labels).tolist()


def test_confusions_of_several_answers_leave_out_the_unsaid() -> None:
    """
    One table of no and yes a column.
    """
    logits = np.array([[1.0, -1.0], [-1.0, 1.0]])
    labels = np.array([[1.0, np.nan], [1.0, 0.0]])

    assert [[[0, 0], [1, 1]], [[0, 1], [0, 0]]] == confusions("intents", logits, labels).tolist()
    assert [True, False] == right("intents", logits, labels).tolist()


def test_labels_seldom_seen_need_examples() -> None:
    """
    Sixty cases found nearly always are enough; three are not.
    """
    labels = np.array([0] * 60 + [1] * 3)
    found = needs("tone", np.eye(3)[labels], labels)

    assert [(60, 60, False), (3, 3, True), (0, 0, True)] == [
        (label.cases, label.found, label.wanting) for label in found
    ]
    assert (0.0, 1.0) == share_interval(0, 0)


def test_stored_models_answer_alike() -> None:
    """
    A brand's model goes through the database and back.
    """
    head = fit_intents({"a": VECTORS[:5], "b": VECTORS[5:10]}, VECTORS[10:40])
    model = BrandModel(head, {"tone": LEARNT}, "2026-03-01")
    again = BrandModel.from_bytes(model.to_bytes())

    assert again.intents is not None
    assert ("2026-03-01", ["tone"]) == (again.version, list(again.deltas))
    np.testing.assert_array_equal(head.chances(VECTORS), again.intents.chances(VECTORS))
    np.testing.assert_array_equal(
        LEARNT.apply(VECTORS, BASE), again.deltas["tone"].apply(VECTORS, BASE)
    )
    assert BrandModel.from_bytes(BrandModel(None, {}, "1").to_bytes()).intents is None
    with pytest.raises(ValueError, match="not a stored"):
        BrandModel.from_bytes(model.to_bytes()[:-3])


@pytest.mark.parametrize(
    ("field", "labels"),
    [("tone", [0, 3]), ("tone", [-1, 0]), ("tone", [0.5, 1]), ("needs", [0, 2])],
)
def test_impossible_labels_are_refused(field: str, labels: list[float]) -> None:
    """
    Tone is given as a column, not as -1, 0, 1: the slip must not pass silently.
    """
    with pytest.raises(ValueError, match="labels are"):
        answers_of(field, np.array(labels), 3 if field == "tone" else 1)
