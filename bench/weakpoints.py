"""
How fast weak points are counted on a large copy, against only reading the rows they need.

    python bench/weakpoints.py --messages 1000000

Writes invented rows of a year straight into a columnar copy of its own, then counts periods of
28 and 90 days with the five before each, and a page of rows, nothing remembered between them.
Prints medians in milliseconds, and the ratio to reading the same rows.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from inbox import set_up

SIGNALS = (
    "intent:delivery", "intent:fault", "aspect:service", "words:logistics", "aspect:product",
    "intent:complaint", "intent:refund", "words:price",
)  # fmt: skip
START = datetime(2025, 11, 22, tzinfo=UTC)
PARTS, TIMES = 10, 5


def rows(workspace: int, part: int, count: int) -> pa.Table:
    """A tenth of a year: a third of customers' messages complain, three signals each."""
    from comptoir.base.ids import lowest_at
    from comptoir.insight.schema import SCHEMA

    chance = np.random.default_rng(part)
    hours = np.sort(chance.integers(part * 876, (part + 1) * 876, count))
    moments = [START + timedelta(hours=int(hour)) for hour in hours]
    own = chance.random(count) < 0.3
    bad = ~own & (chance.random(count) < 0.35)
    picked, sure = chance.integers(0, 8, (count, 3)), chance.random((count, 3)) * 0.6 + 0.35
    thread = np.arange(count) // 3 + part * 1_000_000
    known: dict[str, Any] = {
        "workspace": np.full(count, workspace),
        "month": [f"{moment:%Y-%m}" for moment in moments],
        "day": [moment.date() for moment in moments],
        "id": [lowest_at(moment) + place for place, moment in enumerate(moments)],
        "version": np.full(count, part + 1),
        "thread": thread,
        "author": np.where(own, -1, thread * 7),
        "own": own,
        "kind": ["message"] * count,
        "channel": np.array(["x", "email", "phone"])[chance.integers(0, 3, count)],
        "language": np.array(["fr", "en"])[chance.integers(0, 2, count)],
        "complains": [float(max(c)) if b else None for b, c in zip(bad, sure, strict=True)],
        "signals": [
            [SIGNALS[n] for n in p] if b else None for b, p in zip(bad, picked, strict=True)
        ],
        "sure": [list(map(float, c)) if b else None for b, c in zip(bad, sure, strict=True)],
        "products": [[f"p{p[0]}"] if p[1] < 3 else [] for p in picked],
        "alike": np.arange(count) + part * 1_000_000,
    }
    return pa.table(
        [pa.array(known[f.name], f.type) if f.name in known else pa.nulls(count, f.type) for f in SCHEMA],
        schema=SCHEMA,
    )  # fmt: skip


def median(run: Callable[[], Any]) -> float:
    """Milliseconds."""
    from comptoir.weakpoints import figures

    taken = []
    for _ in range(TIMES):
        figures.forget()
        begun = time.perf_counter()
        run()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def measure(zone: str) -> None:
    from comptoir.insight import api as insight
    from comptoir.weakpoints import api, asking, figures

    until = date(2026, 11, 21)
    for days in (28, 90):
        period = insight.Period(until - timedelta(days=days), until, zone)
        windows = figures._periods(period)

        def read(windows: Any = windows) -> None:
            with insight.windows(windows, asking._COLUMNS):
                pass

        counted = median(lambda period=period: api.weak_points(period, api.Filter()))  # type: ignore[misc]
        opened = median(lambda period=period: api.rows("complaints", period, api.Filter()))  # type: ignore[misc]
        print(
            f"{days} days: {counted:,.0f} ms, {counted / median(read):.1f} × reading; rows {opened:,.0f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    count = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as home:
        workspace, _ = set_up(Path(home))
        from comptoir.base.scope import scope
        from comptoir.insight import store

        for part in range(PARTS):
            store.append([rows(workspace.pk, part, count // PARTS)], part + 1)
        with scope(workspace):
            measure(workspace.zone)


if __name__ == "__main__":
    main()
