"""Between the guess and the import: what a file holds, and how a person wants it read."""

from collections.abc import Iterable
from collections.abc import Mapping as Given
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import available_timezones

from django.core.cache import cache
from django.utils.functional import cached_property

from comptoir.base.api import Problem
from comptoir.channels import api as channels
from comptoir.channels.files import api as files
from comptoir.web.imports import words

# (channel, handle in lower case); channel "" means on any.
Own = frozenset[tuple[str, str]]

CELL: Final = 120
TEXT: Final = 600
REMEMBERED: Final = 3_600
SURE, LIKELY = 0.85, 0.6
ORDERS: Final = ("dmy", "mdy")
SCALES: Final = (5, 10, 20, 100)
# The doubts a person settles with a control of this page, by the control's name.
SETTLED_BY: Final = {
    "date_ambiguous": "date_order",
    "date_mixed": "date_order",
    "scale_ambiguous": "scale",
    "no_zone": "zone",
}


def look(token: str, zone: str) -> files.Inspection:
    """
    What is in an upload, remembered while its page is worked on; its first rows are left out.

    Raises Problem when the upload is gone, FileProblem when it is not a table.
    """
    path = channels.upload_path(token)
    known = cache.get(f"imports:{token}")
    if isinstance(known, files.Inspection):
        return known
    found = files.inspect(path, zone)
    values = [[cell[:CELL] for cell in row] for row in found.values]
    found = replace(found, first=[], values=values, problem=None)
    cache.set(f"imports:{token}", found, REMEMBERED)
    return found


def chosen(base: files.Mapping, form: Given[str, Any], columns: Iterable[str]) -> files.Mapping:
    """
    `base` with what the form says: a column per part of a message, and the options.

    Nothing of the form is believed: unknown columns and values leave things as they are.
    """
    known = {*columns, ""}
    given = {key: form.get(f"column-{key}") for key in words.FIELDS}
    moved = {key: name for key, name in given.items() if name in known and name is not None}
    return replace(base.with_columns(**moved), **_options(form))


def _options(form: Given[str, Any]) -> dict[str, Any]:
    """The options that the form gives and that make sense."""
    options: dict[str, Any] = {}
    for name, allowed in _ALLOWED.items():
        if form.get(name) in allowed:
            options[name] = form[name]
    if "scale" in options:
        options["scale"] = float(options["scale"])
    return options


# Old spellings and zones without a place are left out of the list, not refused.
ZONES: Final = ["UTC", *sorted(z for z in available_timezones() if "/" in z and z[:4] != "Etc/")]
_ALLOWED: Final[dict[str, Any]] = {
    "profile": set(files.PROFILES),
    "channel": set(words.CHANNELS),
    "date_order": set(ORDERS),
    "zone": available_timezones(),
    "scale": {str(scale) for scale in SCALES},
}


def fitted(saved: files.Mapping, columns: Iterable[str]) -> tuple[files.Mapping, list[str]]:
    """A saved mapping for a file that may lack some of its columns, and the names of those."""
    known = set(columns)
    absent = sorted({name for name in saved.columns.values() if name not in known})
    kept = {key: name for key, name in saved.columns.items() if name in known}
    return replace(saved, columns=kept), absent


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """
    A part of a message and the column that fills it ("" for none).

    sureness: "sure", "likely", "unsure", "chosen" by a person, or "" without a column.
    """

    key: str
    label: str
    required: bool
    column: str
    sureness: str
    example: str


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    fields: list[FieldChoice]

    @property
    def is_used(self) -> bool:
        return any(each.column for each in self.fields)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sentence to consider; control: the option that settles it, "" when there is none."""

    code: str
    sentence: str
    control: str


@dataclass(frozen=True)
class Sheet:
    """Everything the page of columns shows. absent: columns that the mapping `saved` misses."""

    token: str
    file_name: str
    look: files.Inspection
    mapping: files.Mapping
    own: Own
    absent: list[str]
    saved: str = ""

    @cached_property
    def groups(self) -> list[Group]:
        required = {each.key for each in files.FIELDS if each.required}
        return [
            Group(str(label), [self._field(key, key in required) for key in keys])
            for label, keys in words.GROUPS
        ]

    def _field(self, key: str, required: bool) -> FieldChoice:
        column = self.mapping.columns.get(key, "")
        label = str(words.FIELDS[key])
        return FieldChoice(
            key, label, required, column, self._sureness(key, column), self._example(column)
        )

    def _sureness(self, key: str, column: str) -> str:
        if not column:
            return ""
        if self.look.guess.mapping.columns.get(key) != column:
            return "chosen"
        sure = self.look.guess.confidence.get(key, 0.0)
        return "sure" if sure >= SURE else "likely" if sure >= LIKELY else "unsure"

    def _example(self, column: str) -> str:
        """The first cell of the column that says something."""
        if column not in self.look.columns:
            return ""
        at = self.look.columns.index(column)
        cells = (row[at] for row in self.look.values if at < len(row))
        return next((cell for cell in cells if cell.strip() and cell not in self._nulls), "")

    @cached_property
    def _nulls(self) -> frozenset[str]:
        return frozenset(self.mapping.nulls)

    @cached_property
    def doubts(self) -> list[Doubt]:
        filled = {"zone": self.mapping.zone, "scale": f"{self.mapping.scale:g}"}
        return [
            Doubt(code, words.problem_sentence(code, {**said, **filled}), SETTLED_BY.get(code, ""))
            for code, said in self.look.warnings
            if str(said.get("column", "")) in {"", *self._used(code)}
        ]

    def _used(self, code: str) -> set[str]:
        """Columns a doubt may be about; one about a column no longer used is settled."""
        return (
            set(self.look.columns) if code == "rounded_ids" else set(self.mapping.columns.values())
        )

    @cached_property
    def options(self) -> list[str]:
        """The options that no doubt shows already."""
        shown = {doubt.control for doubt in self.doubts}
        wanted = ["profile", "channel", "zone"]
        if self.mapping.date_form == "numeric":
            wanted.append("date_order")
        if "rating" in self.mapping.columns:
            wanted.append("scale")
        return [name for name in wanted if name not in shown]

    @cached_property
    def problem(self) -> str:
        """Why nothing can be imported yet; "" when it can."""
        try:
            self.mapping.check(self.look.columns)
        except files.FileProblem as problem:
            return words.problem_sentence(problem.code, problem.fields)
        return ""

    @cached_property
    def first(self) -> list[dict[str, Any]]:
        """The first rows as they would be imported."""
        if self.problem:
            return []
        rows = files.preview(channels.upload_path(self.token), self.mapping)
        return [_shown(row, self.own) for row in rows]

    @cached_property
    def unused(self) -> list[str]:
        """Columns that fill nothing; they are kept with the raw row all the same."""
        used = set(self.mapping.columns.values())
        return [name for name in self.look.columns if name not in used]


def _shown(row: files.Converted | files.Rejected, own: Own) -> dict[str, Any]:
    if isinstance(row, files.Rejected):
        reason = words.problem_sentence(row.code, row.fields)
        return {"line": row.line, "reason": reason, "raw": row.raw[:TEXT]}
    return {"line": row.line, "messages": [_message(each, own) for each in row.messages]}


def _message(message: channels.Incoming, own: Own) -> dict[str, Any]:
    handle = message.author_handle
    return {
        "handle": handle,
        "name": message.author_name or handle,
        "own": _is_own(message, own),
        "sent_at": message.sent_at,
        "channel": message.channel,
        "channel_label": words.CHANNELS.get(message.channel, message.channel),
        "kind": words.KINDS.get(message.kind, message.kind),
        "title": message.title[:CELL],
        "text": message.text[:TEXT],
        "rating": message.rating,
        "answers": message.in_reply_to_handle or message.in_reply_to,
        "counts": _counts(message),
    }


def _is_own(message: channels.Incoming, own: Own) -> bool:
    """Whether the brand wrote it, as storing it will decide."""
    if message.own is not None:
        return message.own
    handle = message.author_handle.casefold()
    return bool(handle) and bool({("", handle), (message.channel, handle)} & own)


def _counts(message: channels.Incoming) -> list[tuple[str, int]]:
    keys = ("likes", "reposts", "replies", "quotes", "views")
    given = [(key, getattr(message, key)) for key in keys]
    return [(str(words.FIELDS[key]), count) for key, count in given if count is not None]


def refuse(problem: files.FileProblem) -> Problem:
    """A file's problem as one that pages show."""
    return Problem(problem.code, words.problem_sentence(problem.code, problem.fields))
