"""
How fast the overview is counted, against the same questions in plain SQL on the same database.

    python bench/overview.py --messages 100000

Fills a fresh SQLite installation (or keeps one: --home) with invented messages and their reply
times, derives the columnar copy the way the application does, then counts overviews of
7, 28 and 90 days and of a year, each with the period before, nothing remembered between them.
Prints p50 and p95 in milliseconds, and the ratio to asking the relational database the same
sixteen questions by SQL.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inbox import SPAN, START, Shop, set_up

LENGTHS = (7, 28, 90, 365)
TAGS = ("noel", "sav", "promo", "soldes", "avis")
ZONE = "Europe/Paris"


class Talkative(Shop):
    """The inbox's invented shop, with counts, hashtags and answers to posts besides."""

    def _message(self, *details: Any) -> dict[str, Any]:
        made = super()._message(*details)
        counts = ("likes", "reposts", "replies", "quotes", "views")
        return made | {name: int(self.chance.paretovariate(1)) for name in counts}

    def _label(self, *details: Any) -> dict[str, Any]:
        tags = self.chance.sample(TAGS, k=self.chance.choice((0, 0, 0, 1)))
        found = [
            {"kind": "hashtag", "value": f"#{tag}", "start": 0, "end": 1, "detail": ""}
            for tag in tags
        ]
        return super()._label(*details) | {"entities": found}


INSIDE = "m.workspace_id = %(ws)s AND m.id >= %(lo)s AND m.id < %(hi)s"
RECEIVED = f"""FROM channels_message m LEFT JOIN triage_label l ON l.message_id = m.id
    WHERE {INSIDE} AND NOT m.own"""
OPENING = f"""FROM channels_message m JOIN care_conversation c ON c.thread_id = m.thread_id
    WHERE {INSIDE} AND NOT m.own AND NOT EXISTS (SELECT 1 FROM channels_message e
        WHERE e.thread_id = m.thread_id AND e.id < m.id AND NOT e.own)"""  # noqa: S608 our own words
POSTS = f"""FROM channels_message m WHERE {INSIDE} AND m.own AND m.kind IN ('post', 'quote')
    AND m.in_reply_to = '' AND m.in_reply_to_handle = ''"""
ANSWERS = f"""FROM channels_message m JOIN channels_message p ON p.id = m.parent
    WHERE {INSIDE} AND NOT m.own AND p.own AND p.kind IN ('post', 'quote')"""
RANKED = "SELECT avg(v) FROM (SELECT {0} AS v, row_number() OVER (ORDER BY {0}) AS r, count(*) OVER () AS n {1} AND {0} IS NOT NULL) WHERE r BETWEEN {2} * n AND {2} * n + 1"  # fmt: skip

QUESTIONS = [
    f"SELECT count(*), count(DISTINCT m.author_id), avg(l.tone) {RECEIVED}",
    f"SELECT date(m.sent_at), l.tone, count(*) {RECEIVED} GROUP BY 1, 2",
    f"SELECT i.value ->> '$.name', count(*) {RECEIVED.replace('WHERE', ', json_each(l.intents) i WHERE', 1)} GROUP BY 1",
    f"SELECT lower(i.value ->> '$.value'), count(*) {RECEIVED.replace('WHERE', ', json_each(l.entities) i WHERE', 1)} AND i.value ->> '$.kind' = 'hashtag' GROUP BY 1",
    f"SELECT m.channel, count(*) {RECEIVED} GROUP BY 1",
    f"SELECT m.author_id, count(*) {RECEIVED} GROUP BY 1 ORDER BY 2 DESC",
    f"SELECT m.author_id, sum(m.likes + m.reposts + m.replies + m.quotes) {RECEIVED} GROUP BY 1 ORDER BY 2 DESC",
    f"SELECT m.author_id, sum(m.views) {RECEIVED} GROUP BY 1 ORDER BY 2 DESC",
    f"SELECT count(*) {OPENING}",
    RANKED.format("c.first_reply_seconds", OPENING, 0.5),
    RANKED.format("c.first_reply_seconds", OPENING, 0.9),
    RANKED.format("c.first_reply_business_seconds", OPENING, 0.5),
    RANKED.format("c.first_reply_business_seconds", OPENING, 0.9),
    f"SELECT avg(c.first_reply_at IS NOT NULL) {OPENING} AND EXISTS (SELECT 1 FROM channels_message e JOIN triage_label el ON el.message_id = e.id WHERE e.thread_id = m.thread_id AND NOT e.own AND el.needs_answer)",  # noqa: S608 our own words
    f"SELECT count(*) {POSTS}",
    f"SELECT count(*) {ANSWERS}",
]


GROUPED = """SELECT m.thread_id, m.workspace_id, m.account_id, max(m.channel) AS channel,
    max(m.id) AS last_message, min(CASE WHEN NOT m.own THEN m.sent_at END) AS heard,
    min(CASE WHEN m.own THEN m.sent_at END) AS said FROM channels_message m GROUP BY 1, 2, 3"""
WAITED = "(julianday(said) - julianday(heard)) * 86400"
KNOWN = {
    "thread_id": "thread_id", "workspace_id": "workspace_id", "account_id": "account_id",
    "channel": "channel", "last_message": "last_message", "first_in_at": "heard",
    "first_reply_at": "said", "first_reply_seconds": WAITED,
    "first_reply_business_seconds": f"{WAITED} / 3",
}  # fmt: skip


def converse() -> None:
    """Conversations in one statement: the overview needs their reply times and nothing else."""
    from django.db import connection, models

    from comptoir.care.models import Conversation

    fields = Conversation._meta.concrete_fields
    values = [KNOWN.get(str(one.attname), "%s") for one in fields]
    others = [
        "[]" if isinstance(one, models.JSONField) else one.get_default()
        for one in fields
        if one.attname not in KNOWN
    ]
    names = ", ".join(f'"{one.column}"' for one in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO care_conversation ({names}) SELECT {', '.join(values)} FROM ({GROUPED})",  # noqa: S608 our own words
            others,
        )


def by_sql(workspace: Any, period: Any) -> None:
    """The questions for the period and for the one before, on the relational database."""
    from django.db import connection

    for part in (period, period.before()):
        low, high = part.ids()
        with connection.cursor() as cursor:
            for question in QUESTIONS:
                cursor.execute(question, {"ws": workspace.pk, "lo": low, "hi": high})
                cursor.fetchall()


def by_copy(period: Any) -> None:
    from comptoir.insight import overview

    overview._cache.clear()
    overview.overview(period)


def periods(days: int, times: int) -> list[Any]:
    """Periods of `days` days at random ends, the same at every run."""
    from comptoir.insight.api import ending

    chance = random.Random(days)
    first, last = START.date(), (START + SPAN).date()
    room = max((last - first).days - days, 1)
    return [ending(last - timedelta(days=chance.randrange(room)), days, ZONE) for _ in range(times)]


def timed(ask: Callable[[Any], None], asked: list[Any]) -> tuple[float, float]:
    """p50 and p95 in milliseconds, after one question to warm up."""
    ask(asked[0])
    spent = []
    for period in asked:
        started = time.perf_counter()
        ask(period)
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent), statistics.quantiles(spent, n=20, method="inclusive")[-1]


def prepare(workspace: Any, messages: int) -> None:
    """Fill what is empty: rows, conversations, copy."""
    from comptoir.care.models import Conversation
    from comptoir.channels.models import Message
    from comptoir.insight import api

    if not Message.objects.exists():
        Talkative(workspace, messages).fill()
    if not Conversation.objects.exists():
        converse()
    started = time.perf_counter()
    rows = api.rebuild(workspace)
    spent = time.perf_counter() - started
    print(f"copy: {rows} rows derived in {spent:.1f} s, {rows / spent:,.0f} rows/s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20, help="overviews of each length")
    parser.add_argument("--home", type=Path, help="an installation to keep between runs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        workspace, _ = set_up(asked.home or Path(fresh))
        from comptoir.base.scope import scope

        with scope(workspace):
            prepare(workspace, asked.messages)
            report(workspace, asked.times)


def report(workspace: Any, times: int) -> None:
    print(f"{datetime.now(UTC):%F}, {os.cpu_count()} cores")
    print("days   overview p50   p95 ms   plain SQL p50   p95 ms   ratio of p50")
    for days in LENGTHS:
        chosen = periods(days, times)
        copy = timed(by_copy, chosen)
        sql = timed(lambda period: by_sql(workspace, period), chosen[: max(times // 4, 3)])
        print(
            f"{days:>4} {copy[0]:>14.0f} {copy[1]:>8.0f} {sql[0]:>15.0f} {sql[1]:>8.0f}"
            f" {copy[0] / sql[0]:>14.2f}"
        )


if __name__ == "__main__":
    main()
