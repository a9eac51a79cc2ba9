"""Groups stand still, do not chain, and come out the same from any batches."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from comptoir.analysis.grouping import Groups, Incoming, Keys, OtherSpace, Space
from comptoir.analysis.similar import fingerprint, sign

SPACE = Space({}, np.eye(384, 8, dtype=np.float32), join=0.8, reach=0.75)
TEXT = "Où en est mon colis depuis lundi"


def direction(degrees: Any, plane: tuple[int, int] = (0, 1)) -> Any:
    vector = np.zeros(384, np.float32)
    vector[plane[0]], vector[plane[1]] = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return vector


def said(number: Any, text: str = TEXT, **more: Any) -> Any:
    return Incoming(number, text, more.pop("language", "fr"), **more)


def groups_of(found: Any) -> Any:
    return [one.group for one in found]


def cloud(count: Any, seed: int = 3) -> Any:
    chance = np.random.default_rng(seed)
    centers = chance.standard_normal((12, 8))
    rows = centers[chance.integers(12, size=count)] + 0.25 * chance.standard_normal((count, 8))
    padded = np.zeros((count, 384), np.float32)
    padded[:, :8] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return padded


@pytest.mark.parametrize("size", [1, 7, 255, 300, 1_000])
def test_any_batches_of_one_order_give_the_same_groups(size: Any) -> None:
    """
    Deliveries are cut anyhow: a group may not depend on it.
    """
    vectors, messages = cloud(700), [said(n) for n in range(700)]
    whole = Groups(SPACE).assign(messages, vectors)
    groups, parts = Groups(SPACE), []
    for start in range(0, 700, size):
        parts += groups.assign(messages[start : start + size], vectors[start : start + size])

    assert whole == parts
    assert 1 < len(set(groups_of(whole))) < 350


def test_groups_agree_with_a_slower_obvious_calculation() -> None:
    """
    Mean cosine to members and cosine to the first, in plain loops.
    """
    vectors = cloud(200)
    found = Groups(SPACE).assign([said(n) for n in range(200)], vectors)
    cosine = vectors.astype(float) @ vectors.T
    members: dict[int, list[int]] = {}
    for n in range(200):
        scored = [
            (np.mean([cosine[n, m] for m in mine]), -group)
            for group, mine in members.items()
            if cosine[n, mine[0]] >= 0.75
        ]
        score, minus = max(scored, default=(0.0, 0))
        members.setdefault(-minus if score >= 0.8 + 0.0 else n, []).append(n)

    # Same words throughout: nothing is taken off for marks but what silence costs, which is none.
    assert [sorted(mine) for mine in members.values()] == [
        [n for n, one in enumerate(found) if one.group == group] for group in members
    ]


def test_small_steps_do_not_chain() -> None:
    """
    Each is within reach of the next, the last far from the first: it starts anew.
    """
    found = Groups(SPACE).assign([said(n) for n in range(5)], np.array([direction(20 * n) for n in range(5)]))  # fmt: skip

    assert [0, 0, 0] == groups_of(found)[:3]
    assert 0 != found[4].group


def test_other_actions_keep_close_vectors_apart() -> None:
    """
    Vectors blur "cancel" and "add"; the list of marks does not.
    """
    near = np.array([direction(0), direction(20), direction(20)])
    texts = ["Annuler ma commande svp", "Ajouter à ma commande svp", "Cancel my order please"]

    assert [0, 1, 0] == groups_of(
        Groups(SPACE).assign([said(n, t) for n, t in enumerate(texts)], near)
    )


def test_only_messages_that_ask_are_grouped_by_meaning() -> None:
    """
    Equal vectors, but jokes and thanks are no questions.
    """
    same = np.array([direction(0)] * 3)
    messages = [
        said(0),
        said(1, "Mon colis, quelle blague", asks=False),
        said(2, "Où est le colis"),
    ]

    assert [0, 1, 0] == groups_of(Groups(SPACE).assign(messages, same))


def test_known_kinds_without_a_common_one_stay_apart() -> None:
    """
    Praise and complaint may use the same words.
    """
    same = np.array([direction(0)] * 3)
    messages = [said(0, kinds=0b01), said(1, kinds=0b10), said(2, kinds=0)]

    assert [0, 1, 0] == groups_of(Groups(SPACE).assign(messages, same))


def test_near_duplicates_join_whatever_their_vectors() -> None:
    """
    Words come first, and their copies do not pull the centre.
    """
    text = "Toujours en panne depuis ce matin à Nantes, merci de réparer"
    keys = Keys(fingerprint(text), *sign(text))
    groups = Groups(SPACE)
    found = groups.assign([said(0, text, keys=keys), said(1, text, keys=keys)], np.array([direction(0), direction(90)]))  # fmt: skip

    assert (0, "words") == (found[1].group, found[1].by)
    assert (2, 1) == (groups.group(0).count, groups.group(0).distinct)


def test_a_known_group_is_taken_over() -> None:
    """
    The database has already looked for near-duplicates.
    """
    groups = Groups(SPACE)
    groups.assign([said(0)], np.array([direction(0)]))

    assert [0] == groups_of(groups.assign([said(5, known=0)], np.array([direction(90)])))


def test_merging_tells_what_moved_and_routes_later_messages() -> None:
    """
    The only way an earlier message changes group.
    """
    groups = Groups(SPACE)
    groups.assign([said(0), said(1)], np.array([direction(0), direction(90)]))
    event = groups.merge(0, 1)

    assert (0, 1) == (event.kept, event.absorbed)
    groups = Groups(SPACE, groups.changed())
    assert 2 == groups.group(1).count
    with pytest.raises(ValueError, match="one group"):
        groups.merge(1, 0)


def test_kept_rows_go_on_as_if_never_stopped() -> None:
    """
    A worker restarts between two deliveries.
    """
    vectors, messages = cloud(400), [said(n) for n in range(400)]
    first = Groups(SPACE)
    first.assign(messages[:200], vectors[:200])
    again = Groups(SPACE, deepcopy(first.changed()), deepcopy(first.near))

    assert first.assign(messages[200:], vectors[200:]) == again.assign(
        messages[200:], vectors[200:]
    )


def test_only_changed_groups_are_written_again() -> None:
    """
    A hundred thousand rows are not rewritten for one message.
    """
    groups = Groups(SPACE)
    groups.assign([said(0), said(1)], np.array([direction(0), direction(90)]))
    groups.changed()
    groups.assign([said(2)], np.array([direction(5)]))

    assert [0] == [row.id for row in groups.changed()]


def test_rows_of_another_space_are_refused() -> None:
    """
    After the encoder changed, old places mean nothing.
    """
    groups = Groups(SPACE)
    groups.assign([said(0)], np.array([direction(0)]))
    other = Space({}, np.eye(384, 9, dtype=np.float32), join=0.8, reach=0.75)

    with pytest.raises(OtherSpace):
        Groups(other, groups.changed())


def test_the_clearest_member_in_the_majority_s_language_speaks() -> None:
    """
    The first message was a shout full of handles, in another language.
    """
    texts = [("@a @b WHERE IS MY PARCEL??? http://x.y", "en"), ("Où est mon colis, s'il vous plaît ?", "fr"), ("où est ce colis de lundi", "fr")]  # fmt: skip
    groups = Groups(SPACE)
    groups.assign([said(n, t, language=k) for n, (t, k) in enumerate(texts)], np.array([direction(0)] * 3))  # fmt: skip

    assert (1, "Où est mon colis ?") == (groups.group(0).representative, groups.group(0).title)


def test_groups_alike_are_proposed_not_joined() -> None:
    """
    Two groups grew towards each other: a person decides.
    """
    groups = Groups(SPACE)
    angles = [0, 0, 50, 50]
    groups.assign([said(n) for n in range(4)], np.array([direction(a) for a in angles]))

    assert [(0, 2)] == [(one.first, one.second) for one in groups.alike(0.6)]
    assert [] == groups.alike(0.7)
