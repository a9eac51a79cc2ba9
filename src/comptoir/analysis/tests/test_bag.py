"""Weighing words: the same for the same text, whatever it is read with, and never an exception."""

import numpy as np
import pytest

from comptoir.analysis.bag import BITS, Bag, buckets

TEXTS = [
    "Toujours pas reçu mon colis !!",
    "",
    "a",
    "   \n",
    "merci 😀😀",
    "Où est ma commande ? " * 300,
    "\ud83d lone half",
    "x" * 5_000,
    "طلبي لم يصل",
]


@pytest.fixture(scope="module")
def bag() -> Bag:
    """A bag with weights drawn at random, two answers."""
    chance = np.random.default_rng(1)
    weights = chance.integers(-127, 128, (1 << BITS, 2)).astype(np.int8)
    return Bag({"weights": weights, "scale": np.array([0.01, 0.03]), "bias": np.array([-1.0, 2.0])})


def test_scores_are_the_same_to_the_bit_in_any_batch(bag: Bag) -> None:
    """Readings must not depend on what else was in the file."""
    together = bag.scores(TEXTS)
    alone = np.concatenate([bag.scores([text]) for text in TEXTS])
    backwards = bag.scores(TEXTS[::-1])[::-1]
    assert (together == alone).all()
    assert (together == backwards).all()


def test_a_text_without_words_gets_the_biases(bag: Bag) -> None:
    """Nothing to weigh is no evidence either way."""
    assert bag.scores([""]).tolist() == [[-1.0, 2.0]]
    assert bag.scores([]).shape == (0, 2)


def test_case_and_accents_do_not_matter(bag: Bag) -> None:
    """Customers type as they can."""
    first, second, other = bag.scores(["DÉÇU de l'été", "decu de l'ete", "ravi de l'ete"])
    assert (first == second).all()
    assert (first != other).all()


def test_only_what_a_text_holds_weighs(bag: Bag) -> None:
    """A weight counts once if its bucket is met, over the root of how many buckets are."""
    found, owners = buckets(["jamais reçu", "bien reçu"])
    weights = np.zeros((1 << BITS, 1), np.int8)
    only = np.setdiff1d(found[owners == 0], found[owners == 1])
    weights[only] = 10
    one = Bag({"weights": weights, "scale": np.array([0.1]), "bias": np.array([0.5])})
    first, second = one.scores(["jamais reçu", "bien reçu"])[:, 0]
    count = np.isin(found[owners == 0], only).sum()
    assert first == pytest.approx(0.5 + count / np.sqrt((owners == 0).sum()))
    assert second == 0.5


def test_words_are_told_from_their_letters_in_another_order() -> None:
    """The number of a word depends on where its letters stand."""
    sets = [set(buckets([text])[0].tolist()) for text in ("arc", "car")]
    assert not sets[0] & sets[1]


def test_a_letter_held_down_weighs_no_more_than_typed_a_few_times(bag: Bag) -> None:
    """A keyboard asleep must not make a machine sure."""
    few, many = np.abs(bag.scores(["a a a a aaaaaa", "a" * 5_000]) - bag.bias)
    assert (many < 4 * few.max()).all()
