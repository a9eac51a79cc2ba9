"""Windows that go over: against a slower, obvious calculation, and the sentences of the rule."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.listening.alerting.tipping import Counted, Rule, silences, tips

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def rule(threshold: int = 3, window: int = 60, cooldown: int = 60, **more: Any) -> Rule:
    return Rule(threshold, timedelta(minutes=window), timedelta(minutes=cooldown), **more)


def said(*minutes: float) -> list[Counted]:
    return [Counted(number, at(one), number, number) for number, one in enumerate(minutes)]


def obvious(read: list[Counted], rule: Rule, fired: list[datetime]) -> list[datetime]:
    """Every window looked at from the beginning, for each message."""
    told, used, found = list(fired), set[int](), list[datetime]()
    for place, last in enumerate(read):
        inside = [
            one
            for one in read[: place + 1]
            if last.at - rule.window < one.at and one.id not in used
        ]
        near = any(one == last.at or abs(one - last.at) < rule.cooldown for one in told)
        counts = [len(inside)]
        if rule.authors_once:
            counts.append(len({one.author for one in inside}))
        if rule.alike_once:
            counts.append(len({one.group for one in inside}))
        if min(counts) >= rule.threshold and not near:
            found.append(last.at)
            told.append(last.at)
            used |= {one.id for one in read[: place + 1]}
    return found


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 4), st.integers(1, 4)), max_size=25),
    st.integers(1, 6),
    st.integers(5, 120),
    st.integers(0, 120),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(0, 300), max_size=2),
)
def test_windows_are_those_of_the_obvious_reading(
    drawn: list[tuple[int, int, int]],
    threshold: int,
    window: int,
    cooldown: int,
    authors: bool,
    alike: bool,
    fired: list[int],
) -> None:
    read = [
        Counted(number, at(minute), author, group)
        for number, (minute, author, group) in enumerate(sorted(drawn))
    ]
    asked = rule(threshold, window, cooldown, authors_once=authors, alike_once=alike)
    before = [at(one) for one in fired]

    assert obvious(read, asked, before) == [one.at for one in tips(read, asked, before)]


def test_a_message_tells_once_and_the_cooldown_is_kept() -> None:
    """
    Threshold three: the fourth to sixth are silent for an hour, then the next one tells again.
    """
    told = tips(said(0, 1, 2, 3, 4, 5, 61.9, 62, 63), rule())

    assert [at(2), at(62)] == [one.at for one in told]


def test_nothing_fires_before_a_firing_that_told_of_the_same() -> None:
    """
    What comes late tips an earlier window; who was told half an hour later knows.
    """
    assert [] == tips(said(0, 1, 2), rule(), [at(30)])
    assert [at(2)] == [one.at for one in tips(said(0, 1, 2), rule(), [at(62)])]


def test_a_share_is_asked_beside_the_number() -> None:
    mixed = [Counted(one, at(one), counts=one % 2 == 0) for one in range(10)]

    assert [] == tips(mixed, rule(share=80))
    assert [(3, 5)] == [(one.count, one.total) for one in tips(mixed, rule(share=60))][:1]


@pytest.mark.parametrize(("minutes", "full"), [((), [60]), ((30,), [90]), ((50, 100), [])])
def test_silences_are_told_once_each(minutes: tuple[int, ...], full: list[int]) -> None:
    """
    A silence is full once, however long it lasts.
    """
    found = silences([at(one) for one in minutes], timedelta(hours=1), at(0), at(120))

    assert [at(one) for one in full] == found
