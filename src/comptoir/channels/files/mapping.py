"""Which column of a file becomes which part of a message."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from .dates import READERS, Form, Order
from .problems import FileProblem

Profile = Literal["x_export", "reviews", "mail", "generic"]
PROFILES: Final[tuple[Profile, ...]] = ("x_export", "reviews", "mail", "generic")
CHANNELS: Final[dict[Profile, str]] = {
    "x_export": "x",
    "reviews": "reviews",
    "mail": "email",
    "generic": "file",
}
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Field:
    """
    A part of a message that a column can fill; `key` is also what a translation names.

    required: without it nothing can be imported. One of the fields of `either` is needed.
    """

    key: str
    kind: Literal["text", "date", "count", "rating"] = "text"
    required: bool = False
    either: str = ""


FIELDS: Final = (
    Field("sent_at", "date", required=True),
    Field("text", either="rating"),
    Field("rating", "rating", either="text"),
    Field("author_handle"),
    Field("author_name"),
    Field("external_id"),
    Field("title"),
    Field("url"),
    Field("channel"),
    Field("language"),
    Field("in_reply_to"),
    Field("in_reply_to_handle"),
    Field("repost_of"),
    Field("quote_of"),
    Field("likes", "count"),
    Field("reposts", "count"),
    Field("replies", "count"),
    Field("quotes", "count"),
    Field("views", "count"),
    Field("followers", "count"),
    Field("reply_text"),
    Field("reply_date", "date"),
    Field("reply_author"),
)
KEYS: Final = frozenset(each.key for each in FIELDS)
COUNTS: Final = tuple(each.key for each in FIELDS if each.kind == "count")


@dataclass(frozen=True, slots=True)
class Mapping:
    """
    How to turn the rows of a file into messages; kept by name, so it is plain data.

    columns: field key → column name. constants: field key → value for every row; a column
        wins over a constant.
    channel: used where no column says it.
    date_order: of day and month in numeric dates. zone: IANA name, for times without offset.
    scale: what ratings count up to. nulls: cells that mean "unknown".
    escaped_newlines: \\n typed as two characters means a line break. entities: &amp; means &.
    """

    profile: Profile = "generic"
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    channel: str = "file"
    date_form: Form = "iso"
    date_order: Order = "dmy"
    reply_date_form: Form = "iso"
    zone: str = "Europe/Paris"
    scale: float = 5.0
    nulls: tuple[str, ...] = ("",)
    escaped_newlines: bool = False
    entities: bool = False

    def with_columns(self, **columns: str) -> Self:
        """A copy with some fields moved to other columns; "" takes a field away."""
        merged = {**self.columns, **columns}
        return replace(self, columns={key: name for key, name in merged.items() if name})

    def check(self, columns: Sequence[str]) -> None:
        """Raises FileProblem: missing_columns or bad_mapping, naming what to change."""
        wrong = sorted((set(self.columns) | set(self.constants)) - KEYS)
        if wrong:
            raise FileProblem("bad_mapping", option="columns", value=", ".join(wrong))
        absent = sorted(set(self.columns.values()) - set(columns))
        if absent:
            raise FileProblem("missing_columns", columns=", ".join(absent))
        given = set(self.columns) | set(self.constants)
        needed = [each.key for each in FIELDS if each.required and each.key not in given]
        if not given & {"text", "rating"}:
            needed.append("text")
        if needed:
            raise FileProblem("missing_columns", columns=", ".join(needed))
        self._check_options()

    def _check_options(self) -> None:
        allowed: dict[str, Any] = {
            "profile": PROFILES,
            "date_form": READERS,
            "reply_date_form": READERS,
            "date_order": ("dmy", "mdy"),
        }
        for option, values in allowed.items():
            if getattr(self, option) not in values:
                raise FileProblem("bad_mapping", option=option, value=getattr(self, option))
        if not 0 < self.scale <= 1000:
            raise FileProblem("bad_mapping", option="scale", value=self.scale)
        try:
            ZoneInfo(self.zone)
        except (ValueError, KeyError, OSError) as error:
            raise FileProblem("bad_mapping", option="zone", value=self.zone) from error

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the version of this form."""
        return {"version": VERSION, **asdict(self), "nulls": list(self.nulls)}

    @classmethod
    def from_json(cls, data: object) -> Self:
        """
        The mapping `to_json` wrote, or one written by hand with only some keys.

        Raises FileProblem bad_mapping for unknown keys, wrong types or a newer version.
        """
        if not isinstance(data, dict) or data.get("version", VERSION) != VERSION:
            raise FileProblem("bad_mapping", option="version", value=json.dumps(data)[:80])
        given = {key: value for key, value in data.items() if key != "version"}
        known = {each.name: getattr(cls(), each.name) for each in fields(cls)}
        for key, value in given.items():
            if key not in known or not _same_type(value, known[key]):
                raise FileProblem("bad_mapping", option=key, value=str(value)[:80])
        if "nulls" in given:
            given["nulls"] = tuple(given["nulls"])
        return cls(**given)


def _same_type(value: object, example: object) -> bool:
    if isinstance(example, tuple):
        return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    if isinstance(example, dict):
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if isinstance(example, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(example)
