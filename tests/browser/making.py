"""An X-shaped export for the journeys, told by the simulated shop."""

import csv
from datetime import date
from pathlib import Path

from comptoir.channels.incoming import Incoming
from comptoir.demo.simulation import simulate

COLUMNS = [
    "id",
    "created_at",
    "full_text",
    "screen_name",
    "in_reply_to",
    "retweeted_status",
    "quoted_status",
    "favorite_count",
    "retweet_count",
    "reply_count",
    "quote_count",
    "bookmark_count",
    "views_count",
]


def write_export(path: Path) -> Path:
    """Write what the simulated shop heard on X as X exports it; returns `path`."""
    heard = [one for one in simulate(end=date(2026, 3, 2)).messages if one.channel == "x"]
    numbers = {one.external_id: str(1_700_000_000_000_000_000 + i) for i, one in enumerate(heard)}
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(COLUMNS)
        writer.writerows(_row(one, numbers) for one in heard)
    return path


def _row(one: Incoming, numbers: dict[str, str]) -> list[object]:
    return [
        numbers[one.external_id],
        one.sent_at.strftime("%Y-%m-%d %H:%M:%S +00:00"),
        one.text.replace("\n", "\\n"),
        one.author_handle,
        numbers.get(one.in_reply_to, "null"),
        numbers.get(one.repost_of, "null"),
        numbers.get(one.quote_of, "null"),
        *("null" if count is None else count for count in (one.likes, one.reposts, one.replies)),
        *("null" if count is None else count for count in (one.quotes, None, one.views)),
    ]
