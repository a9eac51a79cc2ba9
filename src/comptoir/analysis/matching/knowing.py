"""
Comparisons with what is known of messages: which of all that are stored hold of each message.

Names and choices are looked up by value, numbers and days compared all at once. What is neither,
such as a part of an address, is asked of the evaluator, once for each value met.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from math import inf, nextafter
from typing import Any

import numpy as np

from comptoir.analysis.matching.board import Ints, Longs
from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.fields import FIELDS, field_holds
from comptoir.analysis.queries.tree import Field
from comptoir.analysis.queries.words import fold

_MOST_KEPT = 50_000
_MOST_AT_ONCE = 1 << 20
_EXACT = 2**53
"""Whole numbers up to here are the same as floats."""
_ATTRIBUTES = {"mention": ("mentions",), "intent": ("intents",), "is": ("is_reply", "is_repost")}
_KEYS: dict[str, Callable[[str], str]] = {
    "name": lambda found: fold(found).replace("@", ""),
    "code": lambda found: found.lower().partition("-")[0],
    "choice": str.lower,
}
"""How a value is looked up, for the sorts of field that are compared whole."""


class Values:
    """The comparisons with one field, by value."""

    def __init__(self, name: str) -> None:
        self._attributes = _ATTRIBUTES.get(name, (name,))
        self._key = _KEYS.get(FIELDS[name].sort) if name != "is" else None
        self._exact: dict[str, list[int]] = {}
        self._asked: dict[int, Field] = {}
        self._met: dict[Any, list[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._exact or self._asked)

    def _whole(self, field: Field) -> bool:
        """Whether equal keys decide."""
        value = field.value
        return self._key is not None and isinstance(value, str) and not {"*", "?"} & set(value)

    def add(self, field: Field, node: int) -> None:
        self._met.clear()
        if self._whole(field):
            self._exact.setdefault(str(field.value), []).append(node)
        else:
            self._asked[node] = field

    def remove(self, field: Field, node: int) -> None:
        self._met.clear()
        if not self._whole(field):
            del self._asked[node]
            return
        self._exact[str(field.value)].remove(node)
        if not self._exact[str(field.value)]:
            del self._exact[str(field.value)]

    def of(self, document: Document) -> list[int]:
        """The comparisons that hold of a message."""
        found = tuple(getattr(document, attribute) for attribute in self._attributes)
        try:
            return self._met[found]
        except KeyError:
            pass
        if len(self._met) >= _MOST_KEPT:
            self._met.clear()
        nodes = [node for node, field in self._asked.items() if field_holds(field, document)]
        nodes.extend(self._equal(found[0]) if self._key else ())
        self._met[found] = nodes
        return nodes

    def _equal(self, found: str | Sequence[str]) -> list[int]:
        assert self._key is not None
        values = (found,) if isinstance(found, str) else found
        keys = {self._key(value) for value in values if value}
        return [node for key in keys for node in self._exact.get(key, ())]


def _day(found: datetime) -> float:
    return float(found.toordinal())


def _minute(found: datetime) -> float:
    return found.toordinal() * 1440.0 + found.hour * 60 + found.minute


_SCALES: dict[str, Callable[[Any], float]] = {"number": float, "day": _day, "minute": _minute}


def scale(field: Field) -> str:
    """The scale on which a comparison is one with an interval of numbers; "" for none."""
    values = field.value if isinstance(field.value, tuple) else (field.value,)
    if FIELDS[field.name].sort == "number" and all(
        isinstance(value, int | float) and abs(value) < _EXACT for value in values
    ):
        return "number"
    if any(not isinstance(value, date) or _odd(value) for value in values):
        return ""
    minutes = {isinstance(value, datetime) for value in values}
    return ("minute" if minutes.pop() else "day") if len(minutes) == 1 else ""


def _odd(value: date) -> bool:
    """Whether a moment is of a zone, or between two minutes."""
    return isinstance(value, datetime) and bool(value.tzinfo or value.second or value.microsecond)


def interval(field: Field) -> tuple[float, float]:
    """The numbers, ends included, that a comparison holds of."""
    on_scale = _SCALES[scale(field)]
    if isinstance(field.value, tuple):
        return on_scale(field.value[0]), on_scale(field.value[1])
    value = on_scale(field.value)
    return {
        "=": (value, value),
        ">": (nextafter(value, inf), inf),
        ">=": (value, inf),
        "<": (-inf, nextafter(value, -inf)),
        "<=": (-inf, value),
    }[field.operator]


class Intervals:
    """The comparisons with one field on one scale."""

    def __init__(self, name: str, scale: str) -> None:
        self._name = name
        self._scale = _SCALES[scale]
        self._stored: dict[int, tuple[float, float]] = {}
        self._arrays: tuple[Ints, Any, Any] | None = None

    def __bool__(self) -> bool:
        return bool(self._stored)

    def add(self, field: Field, node: int) -> None:
        self._stored[node] = interval(field)
        self._arrays = None

    def remove(self, field: Field, node: int) -> None:
        del self._stored[node]
        self._arrays = None

    def of(self, documents: Sequence[Document]) -> tuple[Ints, Longs]:
        """Pairs of comparison and message."""
        if self._arrays is None:
            low, high = np.array(list(self._stored.values()), np.float64).T
            self._arrays = np.fromiter(self._stored, np.int32, len(self._stored)), low, high
        nodes, low, high = self._arrays
        found = [getattr(document, self._name) for document in documents]
        values = np.array([np.nan if one is None else self._scale(one) for one in found])
        step = max(1, _MOST_AT_ONCE // len(nodes))
        parts = []
        for start in range(0, len(values), step):
            column = values[start : start + step, None]
            messages, places = np.nonzero((column >= low) & (column <= high))
            parts.append((nodes.take(places), messages + start))
        return np.concatenate([part[0] for part in parts]), np.concatenate([p[1] for p in parts])


class Known:
    """All comparisons stored."""

    def __init__(self) -> None:
        self._values = {name: Values(name) for name in FIELDS}
        self._intervals: dict[tuple[str, str], Intervals] = {}

    def _where(self, field: Field) -> Values | Intervals:
        on = scale(field)
        if not on:
            return self._values[field.name]
        key = field.name, on
        if key not in self._intervals:
            self._intervals[key] = Intervals(*key)
        return self._intervals[key]

    def add(self, field: Field, node: int) -> None:
        """Make a comparison from now on."""
        self._where(field).add(field, node)

    def remove(self, field: Field, node: int) -> None:
        """Make it no more."""
        self._where(field).remove(field, node)

    def of(self, documents: Sequence[Document]) -> tuple[Ints, Longs]:
        """Pairs of comparison and message that hold."""
        nodes: list[Ints] = [np.zeros(0, np.int32)]
        messages: list[Longs] = [np.zeros(0, np.int64)]
        for values in filter(None, self._values.values()):
            held = [values.of(document) for document in documents]
            counts = np.fromiter(map(len, held), np.int64, len(held))
            nodes.append(np.array([node for each in held for node in each], np.int32))
            messages.append(np.repeat(np.arange(len(held)), counts))
        for intervals in filter(None, self._intervals.values()):
            found, at = intervals.of(documents)
            nodes.append(found)
            messages.append(at)
        return np.concatenate(nodes), np.concatenate(messages)
