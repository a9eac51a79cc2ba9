"""The rows behind a figure, as people read them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from comptoir.channels import api as channels
from comptoir.channels.api import AuthorView, MessageView
from comptoir.channels.models import Author
from comptoir.insight import ask
from comptoir.insight.metric import named
from comptoir.insight.periods import Period
from comptoir.triage import api as triage
from comptoir.triage.api import LabelView

PAGE: Final = 50
CHUNK: Final = 500
UNREAD: Final = "unread"


@dataclass(frozen=True, slots=True)
class Row:
    """A counted message; label is None while the analysis has not read it."""

    message: MessageView
    label: LabelView | None


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of the rows that a metric counts; total: of all pages."""

    rows: tuple[Row, ...]
    total: int


def rows(name: str, period: Period, keys: Mapping[str, str], page: int = 1) -> Rows:
    """
    The messages a metric counts in `period`, newest first, `PAGE` to a page.

    keys: values of the metric's keys as text ("day" → "2026-03-16"), which narrow a
    breakdown to some of its lines. Raises KeyError on an unknown metric, ValueError on a
    key that the metric has not or that makes no sense.
    """
    wanted = typed(name, keys)
    with ask.asking(period, kept="VIEW") as asked:
        found, total = asked.rows(named(name), wanted, PAGE, max(page - 1, 0) * PAGE)
    return Rows(tuple(_read([identifier for identifier, _ in found])), total)


def every_row(name: str, period: Period, keys: Mapping[str, str], limit: int) -> Iterator[Row]:
    """All the rows, newest first, up to `limit`."""
    wanted = typed(name, keys)
    with ask.asking(period, kept="VIEW") as asked:
        found, _ = asked.rows(named(name), wanted, limit, 0)
    ids = [identifier for identifier, _ in found]
    for start in range(0, len(ids), CHUNK):
        yield from _read(ids[start : start + CHUNK])


def authors(ids: Iterable[int]) -> dict[int, AuthorView]:
    """Authors by id; an erased one is left out."""
    wanted = sorted(ids)
    found: dict[int, AuthorView] = {}
    for start in range(0, len(wanted), CHUNK):
        # In bulk and below channels.api, which gives authors one by one.
        for row in Author.objects.filter(pk__in=wanted[start : start + CHUNK]):
            found[row.pk] = AuthorView(
                row.pk, row.channel, row.handle, row.name, row.followers, row.own
            )
    return found


def typed(name: str, keys: Mapping[str, str]) -> dict[str, Any]:
    """Keys of an address as the values that rows hold; see `rows` for what it refuses."""
    known = named(name).keys
    if not set(keys) <= set(known):
        raise ValueError("a key that this metric has not")
    return {key: _value(key, value) for key, value in keys.items()}


def _value(key: str, value: str) -> Any:
    if value == UNREAD:
        return None
    if key == "day":
        return date.fromisoformat(value)
    return int(value) if key in {"tone", "author"} else value


def _read(ids: list[int]) -> Iterator[Row]:
    """In the order of `ids`; a message erased a moment ago is passed over."""
    messages = {one.id: one for one in channels.messages(ids)}
    labels = triage.labels(ids)
    return (Row(messages[one], labels.get(one)) for one in ids if one in messages)
