"""The words that told: every word is given what its own tokens add, in any batch."""

import numpy as np

from comptoir.analysis.evidence import by_word


def test_each_word_is_given_what_its_tokens_add() -> None:
    """Marks belong to no word, a word may have no token, and one may be met in two places."""
    owners = [np.array([0, 1, 1, 0, 1, 3, 0]), np.array([0, 0]), np.array([0, 2, 2, 0])]
    parts = [np.arange(14, dtype=np.float32).reshape(7, 2), np.ones((2, 2), np.float32)]
    parts.append(np.full((4, 2), 0.5, np.float32))

    first, none, last = by_word(owners, parts, [3, 0, 2])

    assert first.tolist() == [[2 + 4 + 8, 3 + 5 + 9], [0, 0], [10, 11]]
    assert none.shape == (0, 2)
    assert last.tolist() == [[0, 0], [1, 1]]


def test_other_texts_of_the_batch_never_show() -> None:
    """The same sums to the bit, alone or together."""
    chance = np.random.default_rng(3)
    sizes = chance.integers(1, 40, 20)
    owners = [np.sort(chance.integers(0, 9, size)) for size in sizes]
    parts = [chance.normal(size=(size, 32)).astype(np.float32) for size in sizes]

    together = by_word(owners, parts, [8] * 20)

    for at, found in enumerate(together):
        (alone,) = by_word([owners[at]], [parts[at]], [8])
        slower = [np.bincount(owners[at], column, 9)[1:] for column in parts[at].T]
        assert (found == alone).all()
        assert np.allclose(found, np.array(slower).T, atol=1e-6)


def test_no_text_gives_nothing() -> None:
    """An empty batch is no error."""
    assert by_word([], [], []) == []
