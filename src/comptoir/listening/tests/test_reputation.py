"""Every figure of a report against the obvious calculation, row by row in Python."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from comptoir.base.clock import held_at
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.channels.models import Delivery
from comptoir.listening import reputation, reputation_sides, reputation_topics
from comptoir.listening.documents import site_of
from comptoir.listening.models import Exclusion, Mention, PastRun
from comptoir.listening.reputation_records import Totals
from comptoir.listening.reputation_shares import change_of_share, net_interval, share_interval
from comptoir.listening.tests import crowd
from comptoir.listening.tests.crowd import Said
from comptoir.triage import vectors
from comptoir.triage.tests.conftest import START, Say, world
from comptoir.triage.tests.meaning import features
from comptoir.triage.tests.test_topics import plain_space, weeks
from comptoir.triage.topics import Days

__all__ = ["plain_space"]

PARIS = ZoneInfo("Europe/Paris")
HALF = START.astimezone(PARIS).replace(hour=0) + timedelta(days=14)
DAYS = Days(HALF - timedelta(days=14), HALF, HALF + timedelta(days=14))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def queries(workspace: Workspace, owner: User) -> list[int]:
    """Two of the brand's, saved before anything was said."""
    with held_at(LONG_AGO):
        return [crowd.save("brand", "Citron", owner, text) for text in ("citron", "limon")]


@dataclass(frozen=True)
class Crowded:
    """A brand where many have spoken; no test changes it for the others."""

    workspace: Workspace
    queries: list[int]
    said: list[Said]


@pytest.fixture(scope="module")
def crowded(shared: None) -> Crowded:
    brand = Workspace.objects.create(slug="foule", name="Foule")
    someone = User.objects.create_user("foule@example.com", "un mot de passe long")
    with scope(brand), held_at(LONG_AGO):
        asked = [crowd.save("brand", "Citron", someone, text) for text in ("citron", "limon")]
    with scope(brand):
        return Crowded(brand, asked, crowd.crowd(brand, world(brand), asked))


@pytest.fixture
def asked(crowded: Crowded) -> list[int]:
    """Queries of the brand where many have spoken."""
    return crowded.queries


@pytest.fixture
def said(crowded: Crowded, db: None) -> Iterator[list[Said]]:
    with scope(crowded.workspace):
        yield crowded.said


def counted(said: list[Said], queries: list[int], days: Days, before: bool = False) -> list[Said]:
    """Obviously: found by a query, not the brand's own, a repost once for each author."""
    low, high = (days.before, days.start) if before else (days.start, days.until)
    seen, kept = set[Any](), []
    for one in sorted(said, key=lambda one: one.message.pk):
        m = one.message
        if m.own or not set(one.found) & set(queries) or not low <= m.sent_at < high:
            continue
        key = (m.author_id, m.repost_of or m.text)
        if m.kind == "repost" and key in seen:
            continue
        if m.kind == "repost":
            seen.add(key)
        kept.append(one)
    return kept


def obvious_totals(kept: list[Said]) -> Totals:
    tones = [one.label.tone for one in kept if one.label]
    posts = [one.message for one in kept if one.message.kind != "repost"]
    engaged = [
        (m.likes or 0) + (m.replies or 0)
        for m in posts
        if m.likes is not None or m.replies is not None
    ]
    views = [m.views for m in posts if m.views is not None]
    return Totals(
        mentions=len(kept),
        authors=len({one.message.author_id for one in kept}),
        reposts=len(kept) - len(posts),
        read=len(tones),
        negative=tones.count(-1),
        neutral=tones.count(0),
        positive=tones.count(1),
        corrected=sum("tone" in one.label.corrected for one in kept if one.label),
        engagement=sum(engaged) if engaged else None,
        engagement_known=len(engaged),
        reach=sum(views) if views else None,
        reach_known=len(views),
    )


OBVIOUS: dict[str, Callable[[Said], list[Any]]] = {
    "channel": lambda one: [one.message.channel],
    "author": lambda one: [one.message.author_id],
    "language": lambda one: [one.label.language if one.label else None],
    "site": lambda one: [site_of(one.message.url)] if site_of(one.message.url) else [],
    "intent": lambda one: [i["name"] for i in one.label.intents] if one.label else [],
    "hashtag": lambda one: sorted({tag.casefold() for tag in one.tags}) if one.label else [],
    "hour": lambda one: [one.message.sent_at.astimezone(PARIS).hour],
    "weekday": lambda one: [one.message.sent_at.astimezone(PARIS).weekday()],
}


@pytest.mark.parametrize("chosen", [slice(0, 1), slice(0, 2)])
def test_totals_are_what_one_would_count(said: list[Said], asked: list[int], chosen: slice) -> None:
    """One query alone, and two that find some of the same messages."""
    found = reputation.report(asked[chosen], DAYS)

    assert obvious_totals(counted(said, asked[chosen], DAYS)) == found.now
    assert obvious_totals(counted(said, asked[chosen], DAYS, before=True)) == found.before
    assert found.now.reposts * found.now.corrected
    assert found.now.read < found.now.mentions


@pytest.mark.parametrize("name", sorted(OBVIOUS))
def test_breakdowns_are_what_one_would_count(said: list[Said], asked: list[int], name: str) -> None:
    """Both periods, every key."""
    found = reputation.report(asked, DAYS, reputation.EVERY).breakdowns[name]
    now, before = (
        Counter(
            key for one in counted(said, asked, DAYS, before=past) for key in OBVIOUS[name](one)
        )
        for past in (False, True)
    )

    assert dict(now) == {one.key: one.now for one in found.lines if one.now}
    assert {one.key: before[one.key] for one in found.lines} == {
        one.key: one.before for one in found.lines
    }


def test_days_are_the_workspaces(said: list[Said], asked: list[int]) -> None:
    found = reputation.report(asked, DAYS)
    wanted = Counter(
        (one.message.sent_at.astimezone(PARIS).date(), one.label.tone if one.label else None)
        for one in counted(said, asked, DAYS)
    )

    assert wanted == Counter(
        {(day, tone): n for day, tones in found.by_day.items() for tone, n in tones.items()}
    )


def test_net_sentiment_keeps_neutral_mentions_below() -> None:
    totals = Totals(mentions=12, read=10, negative=2, neutral=3, positive=5)

    assert 30.0 == totals.net
    assert None is Totals(mentions=3).net


@pytest.mark.parametrize("name", sorted(OBVIOUS))
def test_every_line_opens_onto_its_rows(said: list[Said], asked: list[int], name: str) -> None:
    """As many rows as the line says, and the very messages."""
    for line in reputation.report(asked, DAYS).breakdowns[name].lines:
        key = reputation.UNREAD if line.key is None else str(line.key)
        rows, total = reputation.rows(asked, DAYS, {name: key}, 1000)
        wanted = [
            one.message.pk for one in counted(said, asked, DAYS) if line.key in OBVIOUS[name](one)
        ]

        assert line.now == total
        assert wanted[::-1] == rows


def test_rows_may_be_narrowed_further(said: list[Said], asked: list[int]) -> None:
    found = reputation.report(asked, DAYS).now

    assert found.negative == reputation.rows(asked, DAYS, {"tone": "-1", "known": "tone"}, 1)[1]
    assert found.reach_known == reputation.rows(asked, DAYS, {"known": "reach"}, 1)[1]
    assert found.engagement_known == reputation.rows(asked, DAYS, {"known": "engagement"}, 1)[1]


@pytest.mark.parametrize(
    "keys",
    [{"colour": "red"}, {"tone": "x"}, {"known": "name"}, {"hour": ""}, {"author": "9" * 30}],
)
def test_keys_that_make_no_sense_are_refused(queries: list[int], keys: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"mentions|invalid literal|large"):
        reputation.rows(queries, DAYS, keys, 1)


def test_a_key_is_never_run_as_a_statement(said: list[Said], asked: list[int]) -> None:
    for name in ("channel", "language", "site", "intent", "hashtag"):
        assert ([], 0) == reputation.rows(asked, DAYS, {name: "x' OR '1'='1"}, 5)


def test_nothing_heard_is_no_error(queries: list[int]) -> None:
    found = reputation.report(queries, DAYS)

    assert Totals() == found.now == found.before
    assert not found.comparable
    assert ([], 0) == reputation.rows(queries, DAYS, {}, 5)


def test_asking_twice_gives_the_same(said: list[Said], asked: list[int]) -> None:
    assert reputation.report(asked, DAYS) == reputation.report(asked, DAYS)


def test_another_brand_hears_nothing(said: list[Said], asked: list[int]) -> None:
    other = Workspace.objects.create(slug="autre", name="Autre")
    with scope(other):
        assert Totals() == reputation.report(asked, DAYS).now
        assert ([], 0) == reputation.rows(asked, DAYS, {}, 5)


def test_what_rises_is_told_beyond_chance() -> None:
    """Twenty times as many is a rise; one message more is not; nothing before cannot tell."""
    assert [True, False, False] == reputation.rises([(200, 10), (5, 4), (95, 286)], 300, 300)
    assert [False] == reputation.rises([(9, 0)], 9, 0)


# ── The brand against its rivals ────────────────────────────────────────────


@pytest.fixture
def rivals(workspace: Workspace, owner: User) -> list[int]:
    with held_at(LONG_AGO):
        return [
            crowd.save("rival", "Bergamote", owner),
            crowd.save("rival", "Cédrat", owner),
        ]


def test_shares_of_voice_are_what_one_would_count(
    workspace: Workspace, say: Say, queries: list[int], rivals: list[int]
) -> None:
    """The brand's two queries are one side; a message of two sides counts for both."""
    said = crowd.crowd(workspace, say, [*queries, *rivals])
    found = reputation_sides.sides(DAYS)
    wanted = [
        obvious_totals(counted(said, side, DAYS)) for side in (queries, rivals[:1], rivals[1:])
    ]

    assert wanted == [one.now for one in found.sides]
    assert ["", "Bergamote", "Cédrat"] == [one.name for one in found.sides]
    for basis in reputation_sides.BASES:
        measured = [getattr(one, basis) for one in wanted]
        shares = [one.voice[basis] for one in found.sides]
        assert [one / sum(measured) for one in measured] == pytest.approx(shares)


def test_an_unknown_side_makes_every_share_unknown(
    workspace: Workspace, say: Say, queries: list[int], rivals: list[int]
) -> None:
    """A rival seen only where no counts are given would seem to engage nobody."""
    at = {"minutes": 20 * 24 * 60}
    crowd.mention(workspace, queries[0], say("a", likes=5, views=9, **at))
    crowd.mention(workspace, rivals[0], say("b", likes=2, **at))

    found = reputation_sides.sides(DAYS).sides

    assert [0.5, 0.5, 0.0] == [one.voice["mentions"] for one in found]
    assert [5 / 7, 2 / 7, 0.0] == pytest.approx([one.voice["engagement"] for one in found])
    assert [None] * 3 == [one.voice["reach"] for one in found]
    assert [None] * 3 == [one.voice_before["mentions"] for one in found]


def test_without_a_rival_there_is_no_share(queries: list[int]) -> None:
    found = reputation_sides.sides(DAYS)

    assert ((), True, False) == (found.sides, found.has_brand, found.has_rival)


# ── Sources and methods ─────────────────────────────────────────────────────


def test_methods_tell_what_was_asked_and_what_read_it(said: list[Said], asked: list[int]) -> None:
    Exclusion.objects.create(
        workspace_id=said[0].message.workspace_id,
        kind="site",
        value="spam.example",
        shown="spam.example",
        at=START,
    )
    Mention.objects.filter(
        query_id=asked[0], message=counted(said, asked[:1], DAYS)[0].message
    ).update(number=2)
    found = reputation.report(asked, DAYS).methods
    kept = counted(said, asked, DAYS)
    read = [one.label for one in kept if one.label]

    assert ["citron", "limon"] == [one.text for one in found.queries]
    assert {1, 2} == set(found.queries[0].found)
    assert 1 == found.queries[0].found[2]
    assert Counter(one.model_version for one in read) == dict(found.models)
    assert Counter(one.language if one else None for one in [s.label for s in kept]) == {
        one.key: one.now for one in found.languages
    }
    assert {"site": 1} == found.excluded
    assert sum("spam" in OBVIOUS["intent"](one) for one in kept) == found.spam


def test_what_a_query_was_never_asked_of_is_missing(
    workspace: Workspace, say: Say, owner: User
) -> None:
    """Saved in the middle of the period before: until asked of the past, nothing is compared."""
    for minutes in (0, 60, 20 * 24 * 60):
        say("citron", minutes=minutes)
    with held_at(HALF - timedelta(days=7)):
        query = crowd.save("brand", "Citron", owner)
    late = Days(HALF - timedelta(days=13), HALF, HALF + timedelta(days=14))
    first = reputation.report([query], DAYS).methods.queries[0]

    assert (False, True) == (first.missing, first.missing_before)
    assert not reputation.report([query], DAYS).comparable
    assert not reputation.report([query], late).methods.queries[0].missing_before

    run = PastRun.objects.create(
        workspace=workspace, query_id=query, number=1, before=0, total=4, read=2, asked_at=HALF
    )
    asking = reputation.report([query], DAYS).methods.queries[0]
    assert (0.5, True) == (asking.asking, asking.missing_before)

    run.state = PastRun.State.DONE
    run.save()
    assert not reputation.report([query], DAYS).methods.queries[0].missing_before


def test_an_import_that_came_after_the_query_is_not_missing(
    workspace: Workspace, say: Say, owner: User
) -> None:
    """What is old but arrived late was asked like anything that arrives."""
    old = say("citron", minutes=0)
    with held_at(HALF):
        query = crowd.save("brand", "Citron", owner)
    Delivery.objects.filter(pk=old.pk).update(received_at=HALF + timedelta(days=1))

    assert not reputation.report([query], DAYS).methods.queries[0].missing_before


# ── Uncertainty, topics ─────────────────────────────────────────────────────


def test_intervals_widen_as_numbers_shrink() -> None:
    low, high = change_of_share(8, 10, 2, 10)
    wide = share_interval(1, 2)

    assert 0 < low < 0.6 < high < 1
    assert wide[1] - wide[0] > 0.7
    assert (-1.0, 1.0) == change_of_share(0, 0, 1, 2)
    assert None is net_interval(5, 2, 29)


@pytest.mark.usefixtures("plain_space")
def test_topics_of_mentions_and_what_rises(
    workspace: Workspace, queries: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the mentions alone: what no query found is in no topic."""
    monkeypatch.setattr(vectors, "of_texts", features)
    said = weeks(world(workspace))
    for message in said:
        if message.pk != said[-1].pk:
            crowd.mention(workspace, queries[0], message)
    start = START.replace(hour=0)
    week = Days(start - timedelta(days=7), start, start + timedelta(days=7))
    vectors.keep([one.pk for one in said])

    found = reputation_topics.topics(queries, week)

    assert ("found", 59, 35) == (found.state, found.said, found.said_before)
    assert (59, 35) == (found.read, found.read_before)
    assert [30] == [one.volume for one in found.topics if one.rises]
    assert said[-1].pk not in [pk for one in found.topics for pk in one.shown]


@pytest.mark.usefixtures("plain_space")
def test_topics_read_a_few_mentions_at_most(
    workspace: Workspace, queries: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest waits for a worker, and the figures say how many were read."""
    monkeypatch.setattr(vectors, "of_texts", features)
    monkeypatch.setattr(reputation_topics, "ENCODED", 5)
    for message in weeks(world(workspace)):
        crowd.mention(workspace, queries[0], message)
    start = START.replace(hour=0)

    found = reputation_topics.topics(
        queries, Days(start - timedelta(days=7), start, start + timedelta(days=7))
    )

    assert ("unread", 60, 5) == (found.state, found.said, found.read)


def test_few_mentions_make_no_topics(workspace: Workspace, say: Say, queries: list[int]) -> None:
    crowd.mention(workspace, queries[0], say("citron", minutes=20 * 24 * 60))

    assert "few" == reputation_topics.topics(queries, DAYS).state
