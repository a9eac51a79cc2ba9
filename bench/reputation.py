"""
How fast a report on reputation is counted, against the obvious calculation row by row.

    python bench/reputation.py --mentions 100000

Fills a fresh SQLite installation (or keeps one: --home) with invented messages, of which one
query of the brand's found all in the last 28 days and one of a rival's every third, as many again in the 28 days before.
Then counts the report with its methods, the brand beside its rival, and the rows behind one
line; and, for comparison, reads every mention with its message and label through the ORM and
counts the same breakdowns in Python, once. Checks that both say the same, prints seconds and
the ratio.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import inbox
from overview import Talkative

ZONE = ZoneInfo("Europe/Paris")
LENGTH = 28


class Named(Talkative):
    """The same shop, whose messages stand on sites besides."""

    def _message(self, *details: Any) -> dict[str, Any]:
        made = super()._message(*details)
        return made | {"url": f"https://www.site{self.chance.randrange(40)}.example/{made['id']}"}


def timed(ask: Callable[[], Any], times: int) -> tuple[float, float, Any]:
    """The median of some seconds by the clock, of those at work, and what was answered."""
    spent, worked, answer = [], [], None
    for _ in range(times):
        started, begun = time.perf_counter(), time.process_time()
        answer = ask()
        spent.append(time.perf_counter() - started)
        worked.append(time.process_time() - begun)
    return statistics.median(spent), statistics.median(worked), answer


def prepare(workspace: Any, mentions: int) -> tuple[int, int]:
    """Messages, two saved queries, and what they found; the ids of the queries."""
    from comptoir.base.models import User
    from comptoir.channels.models import Message
    from comptoir.listening import api
    from comptoir.listening.models import Mention, SavedQuery

    if not Message.objects.exists():
        Named(workspace, round(2 * mentions / OTHERS)).fill()
        owner = User.objects.create_user("bench@example.com", "a long password of words")
        for kind in ("brand", "rival"):
            api.add(api.Draft(kind, api.add_folder(kind, kind, owner), kind), owner)
        brand, rival = SavedQuery.objects.order_by("pk").values_list("pk", flat=True)
        found = Message.objects.order_by("pk").values_list("pk", flat=True)
        for place, message in enumerate(found.iterator()):
            for query in (brand, rival) if place % 3 == 0 else (brand,):
                PENDING.append(
                    Mention(workspace=workspace, query_id=query, message_id=message, number=1)
                )
            if len(PENDING) >= 10_000:
                flush()
        flush()
    brand, rival = SavedQuery.objects.order_by("pk").values_list("pk", flat=True)
    return brand, rival


OTHERS = 0.64
"""Of the invented messages, those that the brand did not write itself: these are mentions."""
PENDING: list[Any] = []


def flush() -> None:
    from comptoir.listening.models import Mention

    Mention.objects.bulk_create(PENDING, ignore_conflicts=True)
    PENDING.clear()


def row_by_row(query: int, days: Any) -> dict[str, Any]:
    """The obvious calculation: every mention through the ORM, everything counted in Python."""
    from comptoir.base import ids
    from comptoir.listening.documents import site_of
    from comptoir.listening.models import Mention
    from comptoir.triage.models import Label

    low, start, high = map(ids.lowest_at, (days.before, days.start, days.until))
    rows = Mention.objects.filter(query_id=query, message_id__gte=low, message_id__lt=high)
    counts: dict[str, Counter[Any]] = {
        name: Counter()
        for name in ("tone", "channel", "author", "language", "intent", "hashtag", "site", "hour")
    }
    totals = Counter[str]()
    labels = {one.pk: one for one in Label.objects.filter(pk__gte=low, pk__lt=high)}
    for mention in rows.select_related("message").iterator(chunk_size=2000):
        m = mention.message
        if m.own:
            continue
        label = labels.get(m.pk)
        period = int(m.pk < start)
        totals[f"mentions {period}"] += 1
        engaged = [one for one in (m.likes, m.reposts, m.replies, m.quotes) if one is not None]
        totals[f"engagement {period}"] += sum(engaged)
        totals[f"reach {period}"] += m.views or 0
        counts["channel"][m.channel, period] += 1
        counts["author"][m.author_id, period] += 1
        counts["hour"][m.sent_at.astimezone(ZONE).hour, period] += 1
        counts["site"][site_of(m.url), period] += 1
        if label is None:
            continue
        counts["tone"][label.tone, period] += 1
        counts["language"][label.language, period] += 1
        for intent in label.intents:
            counts["intent"][intent["name"], period] += 1
        tags = {e["value"].lstrip("#").casefold() for e in label.entities if e["kind"] == "hashtag"}
        for tag in tags:
            counts["hashtag"][tag, period] += 1
    return {"totals": totals, **counts}


def agree(found: Any, obvious: dict[str, Any]) -> None:
    """Both count the same, or the comparison is worth nothing."""
    for period, totals in enumerate((found.now, found.before)):
        assert obvious["totals"][f"mentions {period}"] == totals.mentions
        assert obvious["totals"][f"engagement {period}"] == (totals.engagement or 0)
        assert obvious["totals"][f"reach {period}"] == (totals.reach or 0)
        assert obvious["tone"][-1, period] == totals.negative
    for name in ("channel", "language", "intent", "hashtag", "site", "hour", "author"):
        for line in found.breakdowns[name].lines:
            assert (obvious[name][line.key, 0], obvious[name][line.key, 1]) == (
                line.now,
                line.before,
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mentions", type=int, default=100_000, help="in each of both periods")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--home", type=Path, help="an installation to keep between runs")
    asked = parser.parse_args()
    # All messages lie in the two periods.
    inbox.SPAN = timedelta(days=2 * LENGTH)
    with tempfile.TemporaryDirectory() as fresh:
        workspace, _ = inbox.set_up(asked.home or Path(fresh))
        from comptoir.base.scope import scope

        with scope(workspace):
            brand, _rival = prepare(workspace, asked.mentions)
            report(brand, asked.times)


def report(brand: int, times: int) -> None:
    from comptoir.listening import reputation, reputation_sides
    from comptoir.triage.topics import Days

    before = inbox.START.astimezone(ZONE).replace(hour=0, minute=0)
    start = before + timedelta(days=LENGTH)
    days = Days(before, start, start + timedelta(days=LENGTH + 1))
    print(f"{datetime.now(UTC):%F}, {os.cpu_count()} cores")
    print("                             seconds   at work")
    spent, worked, found = timed(lambda: reputation.report([brand], days), times)
    print(f"report with its methods      {spent:>7.2f}   {worked:>7.2f}")
    beside, busy, _ = timed(lambda: reputation_sides.sides(days), times)
    print(f"the brand beside its rival   {beside:>7.2f}   {busy:>7.2f}")
    rows, busy, _ = timed(lambda: reputation.rows([brand], days, {"tone": "-1"}, 50), times)
    print(f"rows behind one line         {rows:>7.2f}   {busy:>7.2f}")
    slow, busy, obvious = timed(lambda: row_by_row(brand, days), 1)
    agree(found, obvious)
    print(f"row by row in Python         {slow:>7.2f}   {busy:>7.2f}")
    print(f"{busy / worked:.1f} times the work of the report, for the same figures")
    print(f"{found.now.mentions} mentions, {found.before.mentions} in the period before")


if __name__ == "__main__":
    main()
