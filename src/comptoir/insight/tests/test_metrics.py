"""Every metric agrees with a slower, obvious calculation on the same messages."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from comptoir.care.models import Conversation
from comptoir.channels.models import Message
from comptoir.insight import ask, follow
from comptoir.insight.metric import metrics, named
from comptoir.insight.periods import Period
from comptoir.insight.tests.factory import Town, crowd, utc
from comptoir.triage.models import Label

PARIS = ZoneInfo("Europe/Paris")
PERIOD = Period(date(2026, 3, 16), date(2026, 4, 13), "Europe/Paris")


class Slow:
    """The obvious calculation: plain loops over everything said in the period."""

    def __init__(self, period: Period) -> None:
        self.labels = {one.pk: one for one in Label.objects.all()}
        self.everything = list(Message.objects.order_by("pk"))
        self.by_id = {one.pk: one for one in self.everything}
        self.said = [
            one
            for one in self.everything
            if period.first <= one.sent_at.astimezone(PARIS).date() < period.until
        ]
        self.received = self._received()

    def _received(self) -> list[Message]:
        seen: set[tuple[int, str]] = set()
        kept = []
        for one in self.said:
            key = (one.author_id, one.repost_of or one.text)
            if one.own or (one.kind == "repost" and key in seen):
                continue
            if one.kind == "repost":
                seen.add(key)
            kept.append(one)
        return kept

    def opening(self) -> list[tuple[Message, Conversation]]:
        found = []
        for conversation in Conversation.objects.all():
            inbound = [
                one
                for one in self.everything
                if one.thread_id == conversation.pk and not one.own and one.kind != "repost"
            ]
            if inbound and inbound[0] in self.said:
                found.append((inbound[0], conversation))
        return found

    def needing(self) -> list[Conversation]:
        return [
            conversation
            for _, conversation in self.opening()
            if any(
                self.labels[one.pk].needs_answer
                for one in self.everything
                if one.thread_id == conversation.pk and not one.own and one.pk in self.labels
            )
        ]

    def is_post(self, one: Message) -> bool:
        return one.own and one.kind == "post"

    def figures(self) -> dict[str, float | None]:
        tones = [self.labels[one.pk].tone for one in self.received if one.pk in self.labels]
        calendar = [
            c.first_reply_seconds for _, c in self.opening() if c.first_reply_seconds is not None
        ]
        business = [x / 3 for x in calendar]
        needing = self.needing()
        posts = [one for one in self.said if self.is_post(one)]
        answers = [
            one
            for one in self.said
            if not one.own and one.parent and self.is_post(self.by_id[one.parent])
        ]
        return {
            "reputation.messages": len(self.received),
            "reputation.net_sentiment": 100 * (tones.count(1) - tones.count(-1)) / len(tones),
            "care.conversations": len(self.opening()),
            "care.first_reply_median": statistics.median(calendar),
            "care.first_reply_p90": _quantile(calendar, 0.9),
            "care.first_reply_business_median": statistics.median(business),
            "care.first_reply_business_p90": _quantile(business, 0.9),
            "care.share_answered": sum(c.first_reply_at is not None for c in needing)
            / len(needing),
            "audience.authors": len({one.author_id for one in self.received}),
            "publishing.posts": len(posts),
            "publishing.answers": len(answers),
            "publishing.interaction_rate": len(answers) / len(posts),
        }

    def breakdowns(self) -> dict[str, Mapping[tuple[Any, ...], float]]:
        tags = {one.pk: self._tags(one) for one in self.received}
        read = [one for one in self.received if one.pk in self.labels]
        heard: dict[tuple[Any, ...], float] = defaultdict(float)
        seen: dict[tuple[Any, ...], float] = defaultdict(float)
        for one in self.said:
            counts = [one.likes, one.reposts, one.replies, one.quotes]
            if one.own or one.kind == "repost":
                continue
            if any(count is not None for count in counts):
                heard[(one.author_id,)] += sum(count or 0 for count in counts)
            if one.views is not None:
                seen[(one.author_id,)] += one.views
        days = [
            (
                one.sent_at.astimezone(PARIS).date(),
                self.labels[one.pk].tone if one in read else None,
            )
            for one in self.received
        ]
        intents = [(i["name"],) for one in read for i in self.labels[one.pk].intents]
        return {
            "reputation.by_day_and_tone": Counter(days),
            "reputation.by_intent": Counter(intents),
            "reputation.by_hashtag": Counter((tag,) for found in tags.values() for tag in found),
            "reputation.by_network": Counter((one.channel,) for one in self.received),
            "audience.speaks_most": Counter((one.author_id,) for one in self.received),
            "audience.heard_most": heard,
            "audience.seen_most": seen,
        }

    def _tags(self, one: Message) -> set[str]:
        label = self.labels.get(one.pk)
        return {e["value"].lstrip("#").casefold() for e in label.entities} if label else set()


def _quantile(values: list[float], share: float) -> float:
    """Linear interpolation between the two nearest ranks."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_metric_agrees_with_the_obvious_calculation(town: Town, seed: int) -> None:
    """The random two months straddle the change to summer time of 29 March 2026."""
    town.tell(crowd(town, seed, utc(2026, 2, 10), 70, size=60))
    follow.catch_up()
    now, then = Slow(PERIOD), Slow(PERIOD.before())

    with ask.asking(PERIOD, PERIOD.before()) as asked:
        for name, expected in now.figures().items():
            found = [answer.value for answer in asked.figure(named(name))]
            assert pytest.approx([expected, then.figures()[name]]) == found, name
        for name, lines in now.breakdowns().items():
            now_lines, then_lines = asked.lines(named(name))
            assert lines == {key: answer.value for key, answer in now_lines.items()}, name
            assert then.breakdowns()[name] == {k: a.value for k, a in then_lines.items()}, name

    assert set(metrics()) == set(now.figures()) | set(now.breakdowns())


def test_nothing_said_is_zero_for_counts_and_unknown_for_measures(town: Town) -> None:
    """A median of nothing is not nought seconds."""
    town.tell([town.say("lea", utc(2020, 1, 1), label={})])
    follow.catch_up()

    with ask.asking(PERIOD) as asked:
        values = {
            name: asked.figure(one)[0].value for name, one in metrics().items() if not one.keys
        }

    assert {
        "reputation.messages": 0,
        "care.conversations": 0,
        "audience.authors": 0,
        "publishing.posts": 0,
        "publishing.answers": 0,
    } == {name: value for name, value in values.items() if value is not None}


def test_a_rate_without_posts_is_unknown(town: Town) -> None:
    """Dividing by no posts gives no rate, even when answers arrived."""
    post = town.say("brand", utc(2026, 1, 1), own=True)
    answer = town.say("lea", utc(2026, 3, 20), parent=post.pk, kind="reply", label={})
    town.tell([post, answer])
    follow.catch_up()

    with ask.asking(PERIOD) as asked:
        found = asked.figure(named("publishing.interaction_rate"))[0]

    assert ask.Answer(None, 1) == found


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        (utc(2026, 3, 28, 22, 59), False),
        (utc(2026, 3, 28, 23, 0), True),
        (utc(2026, 3, 29, 21, 59), True),
        (utc(2026, 3, 29, 22, 0), False),
        (utc(2026, 10, 24, 22, 0), True),
        (utc(2026, 10, 25, 22, 59), True),
        (utc(2026, 10, 25, 23, 0), False),
    ],
)
def test_a_day_of_clock_change_has_its_own_length(town: Town, moment: Any, inside: bool) -> None:
    """In Paris 29 March 2026 lasts 23 hours and 25 October 25: both are one day."""
    day = date(2026, 3, 29) if moment.month == 3 else date(2026, 10, 25)
    town.tell([town.say("lea", moment, label={})])
    follow.catch_up()

    with ask.asking(Period(day, date(day.year, day.month, day.day + 1), "Europe/Paris")) as asked:
        found = asked.figure(named("reputation.messages"))[0]
        days = list(asked.lines(named("reputation.by_day_and_tone"))[0])

    assert int(inside) == found.counted
    assert ([(day, 0)] if inside else []) == days


def test_the_rows_of_a_figure_are_those_it_counts(town: Town) -> None:
    """The page behind a figure may never show more or fewer rows than the figure says."""
    town.tell(crowd(town, 4, utc(2026, 3, 10), 40, size=40))
    follow.catch_up()

    with ask.asking(PERIOD) as asked:
        for name, one in metrics().items():
            if one.keys:
                line, expected = max(asked.lines(one)[0].items(), key=lambda item: item[1].counted)
            else:
                line, expected = (), asked.figure(one)[0]
            wanted = dict(zip(one.keys, line, strict=True))
            found, total = asked.rows(one, wanted, limit=1000, offset=0)
            assert expected.counted == total == len({row[0] for row in found}), name


def test_the_greatest_lines_are_the_first_of_all(town: Town) -> None:
    """A page asks for a few lines only; they must be the right ones, with their past."""
    town.tell(crowd(town, 5, utc(2026, 2, 10), 70, size=60))
    follow.catch_up()
    one = named("audience.speaks_most")

    with ask.asking(PERIOD, PERIOD.before()) as asked:
        now, then = asked.lines(one)
        found, total = asked.top(one, 3)

    best = sorted(now.items(), key=lambda item: (-(item[1].value or 0), item[0]))[:3]
    assert len(now) == total
    assert [
        ask.Top(keys, answer, then[keys].value if keys in then else None) for keys, answer in best
    ] == found
