"""
What is known of the messages of a volume besides their words, a column for each field.

Most fields have few values, so a comparison is made once a value and looked up for the messages;
moments are compared as numbers. What no column holds has to be read from the message.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from comptoir.analysis.matching.board import Flags, Longs
from comptoir.analysis.matching.volume import MOST, BadVolume, mapped, written
from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.fields import OPERATORS, field_holds
from comptoir.analysis.queries.tree import Field, Node

_MARK = b"CMPTCOL1"
_HEADER = 16
_ATTRIBUTES = {
    name: (name,)
    for name in ("lang", "country", "site", "channel", "sentiment", "engagement", "reach", "rating")
} | {"is": ("is_reply", "is_repost"), "intent": ("intents",)}
"""Fields kept by value, and the attributes of a Document that each is read from."""
KNOWN = frozenset({*_ATTRIBUTES, "published"})
"""Fields that columns answer for."""
_UNKNOWN = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND, _MINUTE = timedelta(microseconds=1), 60 * 10**6
_QUARTER = 15 * _MINUTE
_WHOLE_QUARTERS = (datetime(1973, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""Since then clocks are only set at quarters of an hour."""
_MINUTES_BEFORE = _EPOCH.toordinal() * 1440
Value = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Coded:
    """A column of few values. codes: the place of each message's in `values`."""

    values: list[Value]
    codes: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, found: Iterable[Value]) -> "_Coded":
        places: dict[Value, int] = {}
        codes = [places.setdefault(value, len(places)) for value in found]
        return cls(list(places), np.array(codes, np.uint16))

    @classmethod
    def joined(cls, parts: Sequence["_Coded"], order: Longs) -> "_Coded":
        """The parts end to end, then taken in an order; values that are left out are forgotten."""
        places: dict[Value, int] = {}
        codes = [np.zeros(0, np.int64)]
        for part in parts:
            told = [places.setdefault(value, len(places)) for value in part.values]
            codes.append(np.array(told, np.int64).take(part.codes))
        used, taken = np.unique(np.concatenate(codes).take(order), return_inverse=True)
        values = list(places)
        return cls([values[place] for place in used.tolist()], taken.astype(np.uint16))


@dataclass(frozen=True, slots=True)
class Columns:
    """
    Messages in the order of a volume's.

    ids: as numbers, ascending. authors: their ids. sent: microseconds since 1970, UTC.
    """

    ids: Longs
    authors: Longs
    sent: Longs
    coded: dict[str, _Coded]

    @classmethod
    def of(cls, documents: Sequence[Document], authors: Sequence[int]) -> "Columns":
        """Of messages whose ids are numbers, and the ids of those who wrote them."""
        return cls(
            np.array([int(one.id) for one in documents], np.int64),
            np.array(authors, np.int64),
            np.array([_moment(one.published) for one in documents], np.int64),
            {
                name: _Coded.of(map(_reader(attributes), documents))
                for name, attributes in _ATTRIBUTES.items()
            },
        )

    @classmethod
    def joined(cls, parts: Sequence["Columns"], order: Longs) -> "Columns":
        """The messages of the parts, end to end, that `order` names, in this order."""
        return cls(
            np.concatenate([part.ids for part in parts]).take(order),
            np.concatenate([part.authors for part in parts]).take(order),
            np.concatenate([part.sent for part in parts]).take(order),
            {
                name: _Coded.joined([part.coded[name] for part in parts], order)
                for name in _ATTRIBUTES
            },
        )

    def replaced(self, numbers: Longs, others: "Columns") -> "Columns":
        """The same, with other rows in the place of those with these numbers."""
        order = np.arange(len(self.ids))
        order[numbers] = len(self.ids) + np.arange(len(numbers))
        return Columns.joined((self, others), order)

    def held(self, question: Node, messages: Longs, zone: tzinfo) -> Flags | None:
        """Of which messages a comparison holds; None when no column knows."""
        if not isinstance(question, Field):
            return None
        if question.name == "published":
            return self._published(question, messages, zone)
        if question.name not in self.coded:
            return None
        column = self.coded[question.name]
        holds = [_holds(question, value) for value in column.values]
        held: Flags = np.array(holds, np.bool_).take(column.codes.take(messages))
        return held

    def _published(self, question: Field, messages: Longs, zone: tzinfo) -> Flags | None:
        bounds = list(_bounds(question))
        if any(isinstance(bound, datetime) and bound.tzinfo for _, bound in bounds):
            return None
        sent = self.sent.take(messages)
        minutes = local_minutes(sent, zone)
        kept: Flags = sent != _UNKNOWN
        for operator, bound in bounds:
            if isinstance(bound, datetime):
                spent = bound - datetime.combine(bound.date(), datetime.min.time())
                at = bound.toordinal() * 1440 + spent / timedelta(minutes=1)
                kept &= OPERATORS[operator](minutes, at)
            else:
                kept &= OPERATORS[operator](minutes // 1440, bound.toordinal())
        return kept

    def save(self, path: Path) -> None:
        """Write a file that is whole or not there."""
        names = list(self.coded)
        told = json.dumps([len(self.ids), {name: self.coded[name].values for name in names}])
        head = told.encode()
        head += b" " * (-len(head) % 8)
        codes = [self.coded[name].codes for name in names]
        written(
            path,
            (
                _MARK + len(head).to_bytes(8, "little") + head,
                self.ids,
                self.authors,
                self.sent,
                *codes,
            ),
        )

    @classmethod
    def open(cls, path: Path) -> "Columns":
        """Open a file. Raises BadVolume."""
        raw = mapped(path, _HEADER)
        start = _HEADER + int.from_bytes(raw[8:_HEADER].tobytes(), "little")
        if raw[:8].tobytes() != _MARK or start > len(raw):
            raise BadVolume(path.name)
        try:
            count, values = json.loads(raw[_HEADER:start].tobytes())
        except ValueError:
            raise BadVolume(path.name) from None
        if values.keys() != _ATTRIBUTES.keys() or not 0 <= count <= MOST:
            raise BadVolume(path.name)
        if len(raw) != start + count * (3 * 8 + 2 * len(values)):
            raise BadVolume(path.name)
        longs = raw[start : start + 24 * count].view(np.int64).reshape(3, count)
        codes = raw[start + 24 * count :].view(np.uint16).reshape(len(values), count)
        coded = {
            name: _Coded([_value(one) for one in known], codes[place])
            for place, (name, known) in enumerate(values.items())
        }
        ids, authors, sent = longs
        return cls(ids, authors, sent, coded)


def local_minutes(sent: Longs, zone: tzinfo) -> Longs:
    """Minutes as clocks of the zone show them, counted from the first day of the calendar."""
    known = sent[sent != _UNKNOWN]
    unit = _QUARTER if not len(known) or known.min() >= _WHOLE_QUARTERS else 1
    units, places = np.unique(np.where(sent == _UNKNOWN, 0, sent) // unit, return_inverse=True)
    offsets = [_offset(int(one) * unit, zone) for one in units]
    shifted = sent + np.array(offsets, np.int64).take(places)
    return shifted // _MINUTE + _MINUTES_BEFORE


def _offset(sent: int, zone: tzinfo) -> int:
    offset = (_EPOCH + sent * _MICROSECOND).astimezone(zone).utcoffset()
    return (offset or timedelta()) // _MICROSECOND


def _moment(published: datetime | None) -> int:
    return _UNKNOWN if published is None else (published - _EPOCH) // _MICROSECOND


def _reader(attributes: Sequence[str]) -> Any:
    read = attrgetter(*attributes)
    return read if len(attributes) > 1 else lambda one: (read(one),)


def _value(stored: Sequence[Any]) -> Value:
    return tuple(tuple(one) if isinstance(one, list) else one for one in stored)


@lru_cache(1 << 16)
def _holds(question: Field, value: Value) -> bool:
    known: dict[str, Any] = dict(zip(_ATTRIBUTES[question.name], value, strict=True))
    return field_holds(question, Document("", "", **known))


def _bounds(question: Field) -> Iterator[tuple[str, date]]:
    value: Any = question.value
    if question.operator == "..":
        yield ">=", value[0]
        yield "<=", value[1]
    else:
        yield question.operator, value
