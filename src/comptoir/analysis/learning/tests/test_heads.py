"""Own labels from few examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.learning import ClassHead, IntentHead, fit_classes, fit_intents, heads
from comptoir.analysis.learning.solver import Array, sigmoid
from comptoir.analysis.learning.view import learn_view

SIZE = 16
NAMES = ("engraving", "gift_wrap", "shop_hours")


def _around(place: int, many: int, seed: int, noise: float = 0.35) -> Array:
    """Messages of one kind: a direction of their own, a direction all share, and noise."""
    chance = np.random.default_rng(seed)
    middle = np.eye(SIZE)[place] + 2 * np.eye(SIZE)[-1]
    return np.asarray(middle + noise * chance.normal(size=(many, SIZE)))


EXAMPLES = {name: _around(place, 10, place) for place, name in enumerate(NAMES)}
BACKGROUND = np.vstack([_around(place, 40, 50 + place) for place in range(3, 8)])
ASKED = np.vstack([_around(place, 20, 90 + place) for place in range(8)])
TRUTH = np.repeat(np.arange(8), 20)
CLASSES = fit_classes(EXAMPLES)
INTENTS = fit_intents(EXAMPLES, BACKGROUND)


def test_messages_near_the_examples_are_sorted_with_them() -> None:
    """
    Ten examples a label suffice where labels are apart.
    """
    found = CLASSES.chances(ASKED[TRUTH < 3]).argmax(axis=1)

    assert (found == TRUTH[TRUTH < 3]).mean() > 0.85


def test_ordinary_messages_get_none_of_the_intents() -> None:
    """
    Several may hold, or none: what resembles the background is left alone.
    """
    given_ = INTENTS.holds(ASKED)

    assert given_[TRUTH >= 3].mean() < 0.05
    assert given_[TRUTH < 3][np.arange(60), TRUTH[TRUTH < 3]].mean() > 0.6


def test_a_message_of_two_intents_gets_both() -> None:
    """
    A message given under two names teaches both, and is found to have both.
    """
    both = _around(0, 10, 7, 0.1) + np.eye(SIZE)[1]
    head = fit_intents(
        {
            "engraving": np.vstack((_around(0, 10, 1, 0.1), both)),
            "gift_wrap": np.vstack((_around(1, 10, 2, 0.1), both)),
        },
        BACKGROUND,
    )

    assert [True, True] == head.holds(both.mean(axis=0, keepdims=True))[0].tolist()


def test_unread_messages_that_have_the_intent_do_not_count_against_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    Last month's messages hold the new intent too, and nobody has labelled them: believing
    them all to lack it would hide the intent.
    """
    hidden = np.vstack((BACKGROUND, _around(0, 25, 77)))
    asked = ASKED[TRUTH == 0]
    doubting = fit_intents(EXAMPLES, hidden).holds(asked)[:, 0].sum()
    monkeypatch.setattr(heads, "DOUBT", 1.0)
    believing = fit_intents(EXAMPLES, hidden).holds(asked)[:, 0].sum()

    assert doubting > 1.5 * believing


@settings(max_examples=6, deadline=None)
@given(st.permutations(range(10)), st.permutations(NAMES))
def test_the_order_of_examples_changes_nothing(order: list[int], names: list[str]) -> None:
    """
    A page that lists examples differently must not change the answers.
    """
    shuffled = {name: EXAMPLES[name][order] for name in names}

    np.testing.assert_array_equal(CLASSES.chances(ASKED), fit_classes(shuffled).chances(ASKED))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, len(ASKED) - 1), min_size=1, max_size=40))
def test_a_message_is_read_alike_in_any_batch(places: list[int]) -> None:
    """
    Batches are a matter of speed only.
    """
    for head in (CLASSES, INTENTS):
        alone = np.vstack([head.chances(ASKED[[place]]) for place in places])
        np.testing.assert_array_equal(alone, head.chances(ASKED[places]))


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 100))
def test_the_length_of_a_vector_does_not_matter(length: float) -> None:
    """
    Encoders give means of any length; only the direction is read.
    """
    np.testing.assert_allclose(
        CLASSES.chances(ASKED), CLASSES.chances(ASKED * length), atol=1.01e-4
    )


def test_chances_are_what_the_stored_numbers_say() -> None:
    """
    The slow way: centre, turn, length one, one intent at a time.
    """
    row = ASKED[3] / np.sqrt((ASKED[3] ** 2).sum())
    turned = (row - INTENTS.view.centre) @ INTENTS.view.turn.astype(float)
    turned /= np.sqrt((turned**2).sum())
    expected = []
    for place, scaling in enumerate(INTENTS.scalings):
        logit = float(turned @ INTENTS.fit.weights[:, place] + INTENTS.fit.intercept[place])
        expected.append(round(float(sigmoid(np.array(scaling.slope * logit + scaling.offset))), 4))

    assert expected == INTENTS.chances(ASKED[3:4])[0].tolist()


def test_the_view_evens_out_what_varies_inside_labels() -> None:
    """
    A direction along which the examples of a label differ counts for less afterwards.
    """
    chance = np.random.default_rng(0)
    noise = np.zeros((200, 4))
    noise[:, 0] = 3 * chance.normal(size=200)
    rows = np.eye(4)[np.repeat([1, 2], 100)] * 5 + noise + 0.1 * chance.normal(size=(200, 4))
    view = learn_view(rows, np.repeat([1, 2], 100))

    assert view.turn[0, 0] < view.turn[1, 1]
    np.testing.assert_allclose(view.turn, view.turn.T, atol=1e-6)


def test_words_tell_apart_what_vectors_cannot() -> None:
    """
    The second view: the same vectors, other words.
    """
    same = {name: np.ones((3, SIZE)) for name in ("fibre", "mobile")}
    texts = {"fibre": ["la fibre", "Ma fibre ?", "fibre"], "mobile": ["mobile"] * 3}
    head = fit_classes(same, texts=texts)
    asked = head.chances(np.ones((2, SIZE)), ["panne de fibre", "panne de mobile"])

    assert [0, 1] == asked.argmax(axis=1).tolist()
    np.testing.assert_array_equal(*head.chances(np.ones((2, SIZE))))


def test_a_name_is_one_more_example() -> None:
    """
    A label's name read as a sentence says what the label is about.
    """
    far = {"a": np.eye(SIZE)[3], "b": np.eye(SIZE)[4]}
    head = fit_classes({"a": _around(0, 2, 1), "b": _around(1, 2, 2)}, far)

    assert [0, 1] == head.chances(np.array(list(far.values()))).argmax(axis=1).tolist()


def test_stored_heads_answer_alike() -> None:
    """
    What is read back gives the same chances to the last digit, and the same bytes.
    """
    texts = {name: [f"{name} {n}" for n in range(10)] for name in NAMES}
    for head in (CLASSES, INTENTS, fit_classes(EXAMPLES, texts=texts)):
        again = type(head).from_bytes(head.to_bytes())
        np.testing.assert_array_equal(head.chances(ASKED), again.chances(ASKED))
        assert head.to_bytes() == again.to_bytes()


@pytest.mark.parametrize("cut", [0, 10, 40, 400, -1])
def test_cut_or_foreign_bytes_are_refused(cut: int) -> None:
    """
    A damaged file is an error one can catch, never a head that answers nonsense.
    """
    with pytest.raises(ValueError, match="not a stored"):
        ClassHead.from_bytes(CLASSES.to_bytes()[:cut])
    with pytest.raises(ValueError, match="not a stored"):
        IntentHead.from_bytes(CLASSES.to_bytes())


def test_what_cannot_be_learnt_is_refused() -> None:
    """
    One label alone, a label without example, vectors of two widths, nan.
    """
    with pytest.raises(ValueError, match="two labels"):
        fit_classes({"one": np.ones((3, 4))})
    with pytest.raises(ValueError, match="at least one example"):
        fit_classes({"one": np.ones((3, 4)), "two": np.ones((0, 4))})
    with pytest.raises(ValueError, match="shape"):
        fit_classes({"one": np.ones((3, 4)), "two": np.ones((3, 5))})
    with pytest.raises(ValueError, match="finite"):
        fit_classes({"one": np.ones((3, 4)), "two": np.full((3, 4), np.nan)})
    with pytest.raises(ValueError, match="without the intent"):
        fit_intents({"one": np.eye(4)}, np.ones((0, 4)))


def test_one_example_is_enough_to_start() -> None:
    """
    A label's only example is never held out; the head still answers.
    """
    head = fit_classes({"one": np.eye(4)[:1], "two": np.eye(4)[1:2]})

    assert [0, 1] == head.chances(np.eye(4)[:2]).argmax(axis=1).tolist()
