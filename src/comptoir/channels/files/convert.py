"""Rows to messages; the work is prepared once per file, then done fast."""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any, Final

from comptoir.channels.incoming import Incoming, Kind

from .dates import DateParser
from .mapping import COUNTS, Mapping
from .problems import ROW_CODES, FileProblem, RowProblem
from .rows import Row
from .values import (
    TEXT_NULLS,
    as_text,
    read_count,
    read_stars,
    unescaped_entities,
    unescaped_newlines,
)

__all__ = ["ROW_CODES", "RowProblem", "convert", "converter"]

Values = Sequence[Any]
Convert = Callable[[Values], list[Incoming]]
_HANDLE: Final = re.compile(r"\s*\.?@(\w{1,50})")
_REPOST: Final = re.compile(r"RT @(\w{1,50}):")
_MAIL_ID: Final = re.compile(r"<([^<>\s]+)>")
# X ids have had at least eight digits since 2008; all-digit handles are shorter or rarer.
_STATUS_ID: Final = re.compile(r"\d{8,20}$")
_CHANNEL_NAMES: Final = {"twitter": "x", "twitter/x": "x", "x (twitter)": "x", "e-mail": "email", "mail": "email"}  # fmt: skip
_TEXTS: Final = ("url", "language", "in_reply_to", "in_reply_to_handle", "repost_of", "quote_of")


def convert(row: Row, mapping: Mapping, columns: Sequence[str]) -> list[Incoming]:
    """One row, for tests and previews; `converter` is for files. Raises RowProblem."""
    return converter(mapping, columns)(row.values)


def converter(mapping: Mapping, columns: Sequence[str], latest: datetime | None = None) -> Convert:
    """
    The function that turns a row's cells into messages, in the order they were written.

    latest: dates after it are refused as future_date; None accepts them.
    Raises FileProblem when the mapping does not fit the columns. The function given back
    raises RowProblem, nothing else.
    """
    mapping.check(columns)
    return _Converter(mapping, list(columns), latest)


class _Converter:
    """Cell positions and readers of one file, looked up once."""

    def __init__(self, mapping: Mapping, columns: list[str], latest: datetime | None) -> None:
        self.mapping = mapping
        self.at = {key: columns.index(name) for key, name in mapping.columns.items()}
        self.names = mapping.columns
        self.latest = latest
        self.nulls = frozenset(mapping.nulls) | {""}
        self.dates = DateParser(mapping.date_form, mapping.date_order, mapping.zone)
        self.reply_dates = DateParser(mapping.reply_date_form, mapping.date_order, mapping.zone)
        self.counts = [(key, self.at[key]) for key in COUNTS if key in self.at]
        self.texts = [(key, self.at[key]) for key in _TEXTS if key in self.at]
        self.fixed: dict[str, Any] = {
            key: _constant(key, value)
            for key, value in mapping.constants.items()
            if key in COUNTS or key in _TEXTS
        }
        self.finish = {"x_export": self._as_x, "mail": self._as_mail}.get(
            mapping.profile, self._as_other
        )
        self.needs_author = mapping.profile in {"x_export", "mail"}

    def __call__(self, values: Values) -> list[Incoming]:
        made: dict[str, Any] = dict(self.fixed)
        made["sent_at"] = self._date(values, "sent_at", self.dates)
        self._read_author(values, made)
        self._read_content(values, made)
        nulls = self.nulls
        for name, position in self.texts:
            cell = values[position]
            if cell is not None and cell not in nulls:
                made[name] = as_text(cell).strip()
        for key, position in self.counts:
            cell = values[position]
            if cell is not None and cell not in nulls and cell == cell:
                try:
                    made[key] = read_count(cell)
                except ValueError:
                    raise RowProblem("bad_number", self.names[key], cell) from None
        made["channel"] = self._channel(values)
        made["external_id"] = self._plain(values, "external_id")
        self.finish(made)
        if not made["external_id"]:
            made["external_id"] = _made_up_id(made)
        first = Incoming(**made)
        return [first, *self._own_reply(values, first)] if "reply_text" in self.at else [first]

    def _plain(self, values: Values, key: str) -> str:
        """A cell as trimmed text; "" when unknown or not mapped."""
        position = self.at.get(key)
        if position is None:
            return self.mapping.constants.get(key, "")
        cell = values[position]
        return "" if cell is None or cell in self.nulls else as_text(cell).strip()

    def _typed(self, values: Values, key: str) -> str:
        """A cell that a person typed, where "None" or "N/A" may be meant as written."""
        position = self.at.get(key)
        if position is None:
            return self.mapping.constants.get(key, "")
        cell = values[position]
        text = cell if type(cell) is str else as_text(cell)
        if text in TEXT_NULLS:
            return ""
        if self.mapping.entities and "&" in text:
            text = unescaped_entities(text)
        if self.mapping.escaped_newlines and "\\" in text:
            text = unescaped_newlines(text)
        return text.strip()

    def _date(self, values: Values, key: str, dates: DateParser) -> datetime:
        position = self.at.get(key)
        cell = self.mapping.constants.get(key) if position is None else values[position]
        name = self.names.get(key, key)
        if cell is None or cell in self.nulls:
            raise RowProblem("missing_date", name)
        try:
            when = dates(cell)
        except ValueError:
            raise RowProblem("bad_date", name, cell) from None
        if self.latest is not None and when > self.latest:
            raise RowProblem("future_date", name, cell)
        return when

    def _read_author(self, values: Values, made: dict[str, Any]) -> None:
        handle = self._typed(values, "author_handle").lstrip("@")
        name = self._typed(values, "author_name")
        if self.mapping.profile == "mail":
            handle, name = _mail_author(handle, name)
        handle = handle or name
        if not handle and self.needs_author:
            raise RowProblem("missing_author", self.names.get("author_handle", "author_handle"))
        made["author_handle"], made["author_name"] = handle, name

    def _read_content(self, values: Values, made: dict[str, Any]) -> None:
        made["text"] = self._typed(values, "text")
        made["title"] = self._typed(values, "title")
        made["rating"] = self._rating(values)
        if not made["text"] and not made["title"] and made["rating"] is None:
            raise RowProblem("missing_text", self.names.get("text", "text"))

    def _rating(self, values: Values) -> float | None:
        position = self.at.get("rating")
        cell = self.mapping.constants.get("rating") if position is None else values[position]
        if cell is None or cell in self.nulls or cell != cell:
            return None
        try:
            return read_stars(cell, self.mapping.scale)
        except ValueError:
            raise RowProblem("bad_number", self.names.get("rating", "rating"), cell) from None

    def _channel(self, values: Values) -> str:
        if "channel" not in self.at:
            return self.mapping.channel
        said = self._plain(values, "channel").lower()
        return _CHANNEL_NAMES.get(said, said) or self.mapping.channel

    def _as_x(self, made: dict[str, Any]) -> None:
        """Replies are told from ids or handles, whichever the export holds."""
        text, parent = made["text"], made.get("in_reply_to", "")
        if parent and not _STATUS_ID.match(parent):
            made["in_reply_to"] = ""
            made.setdefault("in_reply_to_handle", parent)
        handle = made.get("in_reply_to_handle", "").lstrip("@")
        if not parent and not handle and (addressed := _HANDLE.match(text)):
            handle = addressed[1] if text.lstrip().startswith("@") else ""
        made["in_reply_to_handle"] = handle
        made["kind"] = self._x_kind(made)
        if made["external_id"] and "url" not in made:
            made["url"] = f"https://x.com/{made['author_handle']}/status/{made['external_id']}"

    def _x_kind(self, made: dict[str, Any]) -> Kind:
        """A column that names the reposted message is believed; without one, the text is."""
        reposted = made.get("repost_of") if "repost_of" in self.at else _REPOST.match(made["text"])
        if reposted:
            return "repost"
        if made.get("in_reply_to") or made["in_reply_to_handle"]:
            return "reply"
        return "quote" if made.get("quote_of") else "post"

    def _as_mail(self, made: dict[str, Any]) -> None:
        made["kind"] = "email"
        made["external_id"] = _mail_id(made["external_id"])
        made["in_reply_to"] = _mail_id(made.get("in_reply_to", ""))

    def _as_other(self, made: dict[str, Any]) -> None:
        made["in_reply_to_handle"] = made.get("in_reply_to_handle", "").lstrip("@")
        if self.mapping.profile == "reviews" or made["rating"] is not None:
            made["kind"] = "review"
        elif made.get("repost_of"):
            made["kind"] = "repost"
        elif made.get("in_reply_to") or made["in_reply_to_handle"]:
            made["kind"] = "reply"
        else:
            made["kind"] = "quote" if made.get("quote_of") else "post"

    def _own_reply(self, values: Values, review: Incoming) -> list[Incoming]:
        """
        The brand's answer kept in a column of the review's own row.

        Without a date of its own it takes the review's: the answer is not lost, but its
        reply time is then zero and `reply_date` should be mapped when the file has it.
        """
        text = self._typed(values, "reply_text")
        if not text:
            return []
        dated = "reply_date" in self.at and self._plain(values, "reply_date")
        when = self._date(values, "reply_date", self.reply_dates) if dated else review.sent_at
        author = self._typed(values, "reply_author").lstrip("@")
        return [
            Incoming(
                external_id=f"{review.external_id}#reply",
                channel=review.channel,
                kind="reply",
                sent_at=when,
                author_handle=author,
                author_name=author,
                text=text,
                url=review.url,
                in_reply_to=review.external_id,
                in_reply_to_handle=review.author_handle,
                own=True,
            )
        ]


def _constant(key: str, value: str) -> str | int:
    try:
        return read_count(value) if key in COUNTS else value
    except ValueError as error:
        raise FileProblem("bad_mapping", option=key, value=value) from error


def _mail_author(sender: str, name: str) -> tuple[str, str]:
    """Address in lower case and display name, from `Léa Roy <lea@example.org>`."""
    said, address = parseaddr(sender)
    if "@" not in address:
        return sender, name
    return address.lower(), name or said


def _mail_id(text: str) -> str:
    """The first id of a header, without its angle brackets."""
    found = _MAIL_ID.search(text)
    return found[1] if found else text.split(" ")[0]


def _made_up_id(made: dict[str, Any]) -> str:
    """
    A stable id for files without one: who, when and what, so the same row read again is the
    same message. Two identical rows are one message.
    """
    parts = (made["author_handle"], made["sent_at"].isoformat(), made["title"], made["text"], str(made["rating"]))  # fmt: skip
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=12)
    return f"row-{digest.hexdigest()}"
