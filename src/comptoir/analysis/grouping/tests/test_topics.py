"""Topics of a period, and what rises."""

from datetime import UTC, datetime, timedelta
from math import comb
from typing import Any

import numpy as np
import pytest

from comptoir.analysis.grouping import Period, Space, topics
from comptoir.analysis.grouping.rising import chance_of_rise, discoveries

SPACE = Space({}, np.eye(384, 8, dtype=np.float32), 0.8, 0.7)
START = datetime(2024, 5, 8, tzinfo=UTC)
NOW = Period(START, START + timedelta(days=7))
BEFORE = Period(START - timedelta(days=7), START)
SUBJECTS = ["panne de la fibre", "colis en retard", "facture trop chère"]


def spoken(now: Any, before: Any, seed: int = 4) -> tuple[Any, Any, Any, Any]:
    """So many messages on each subject in either period."""
    chance = np.random.default_rng(seed)
    subjects = [s for counts in (now, before) for s, n in enumerate(counts) for _ in range(n)]
    rows = np.zeros((len(subjects), 384), np.float32)
    rows[:, :8] = 0.08 * chance.standard_normal((len(subjects), 8))
    rows[np.arange(len(subjects)), subjects] += 1
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    times = [START] * sum(now) + [START - timedelta(days=2)] * sum(before)
    return rows, [SUBJECTS[s] for s in subjects], times, ["fr"] * len(subjects)


def by_subject(found: Any) -> Any:
    return {word: one for one in found for word in one.words}


def test_subjects_are_told_apart_with_their_volume_and_share() -> None:
    """
    Sixty messages on three subjects.
    """
    found = topics(*spoken((30, 20, 10), (0, 0, 0)), NOW, space=SPACE)

    assert [30, 20, 10] == [one.volume for one in found]
    assert pytest.approx(0.5) == found[0].share
    assert {"panne", "fibre"} == set(found[0].words)


def test_the_brands_own_handle_names_no_topic() -> None:
    """
    It stands in half of what people write to a brand, and says nothing of the subject.
    """
    rows, texts, times, languages = spoken((30, 20, 10), (0, 0, 0))
    told = [f"#atelier {one}" for one in texts]
    found = topics(rows, told, times, languages, NOW, space=SPACE, unnamed={"atelier"})

    assert "atelier" in topics(rows, told, times, languages, NOW, space=SPACE)[0].words
    assert not any("atelier" in one.words for one in found)


def test_without_a_previous_period_growth_is_unknown() -> None:
    """
    Unknown is not zero.
    """
    found = topics(*spoken((30, 20, 10), (0, 0, 0)), NOW, BEFORE, space=SPACE)

    assert [None, None, None] == [one.growth for one in found]


def test_what_grew_is_rising_and_the_rest_is_not() -> None:
    """
    The outage doubled its share; the others shrank.
    """
    found = by_subject(topics(*spoken((60, 20, 20), (20, 40, 40)), NOW, BEFORE, space=SPACE))

    assert found["panne"].growth.rising
    assert found["panne"].growth.low > 1
    assert not found["colis"].growth.rising
    assert 40 == found["colis"].growth.before


def test_a_few_more_messages_are_not_a_rise() -> None:
    """
    Seven against five of a hundred happens by chance.
    """
    found = by_subject(topics(*spoken((7, 43, 50), (5, 45, 50)), NOW, BEFORE, space=SPACE))

    assert not found["panne"].growth.rising
    assert found["panne"].growth.low < 1 < found["panne"].growth.high


def test_tone_is_unknown_when_none_is_given() -> None:
    """
    None when no tone is known, else the mean of known ones.
    """
    rows, texts, times, languages = spoken((30, 0, 0), (0, 0, 0))
    tones = [-1, None, 0] * 10
    (alone,) = topics(rows, texts, times, languages, NOW, space=SPACE)
    (known,) = topics(rows, texts, times, languages, NOW, space=SPACE, tones=tones)

    assert alone.tone is None
    assert pytest.approx(-0.5) == known.tone


def test_too_few_messages_have_no_topic() -> None:
    """
    Four messages are read one by one.
    """
    assert [] == topics(*spoken((4, 0, 0), (0, 0, 0)), NOW, space=SPACE)


@pytest.mark.parametrize(("now", "total", "before", "earlier"), [(9, 40, 3, 50), (0, 5, 4, 9), (5, 5, 0, 9)])  # fmt: skip
def test_chances_agree_with_counting_all_tables(
    now: Any, total: Any, before: Any, earlier: Any
) -> None:
    """
    Fisher's test by plain binomials, half the weight on the table seen.
    """
    said = now + before
    ways = {k: comb(total, k) * comb(earlier, said - k) for k in range(min(said, total) + 1)}
    more = sum(n for k, n in ways.items() if k > now) + ways[now] / 2

    assert pytest.approx(more / sum(ways.values())) == chance_of_rise(now, total, before, earlier)


def test_chance_alone_is_seldom_called_a_rise() -> None:
    """
    Shares unchanged in 200 invented weeks of twenty topics: false alarms stay under their share.
    """
    chance = np.random.default_rng(9)
    shares = chance.dirichlet(np.ones(20))
    alarms = 0
    for _ in range(200):
        now, before = chance.multinomial(300, shares), chance.multinomial(200, shares)
        chances = [
            chance_of_rise(int(a), 300, int(b), 200) for a, b in zip(now, before, strict=True)
        ]
        alarms += any(discoveries(chances, 0.1))

    assert alarms / 200 <= 0.13
