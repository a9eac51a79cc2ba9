"""What `comptoir match` reads: queries, and messages with what is known of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from comptoir.analysis.queries import Document, Query, QueryError, expectation, parse, say
from comptoir.cli.triage_input import Named, Wrong, opened, written

_YES = frozenset({"1", "1.0", "true", "yes", "oui", "vrai", "x"})
_TEXTS = ("title", "author", "lang", "country", "url", "channel", "sentiment")
_NUMBERS = ("followers", "engagement", "reach", "rating")
_HANDLE = re.compile(r"(?<!\w)@\w+")
_LINK = re.compile(r"https?://\S+")
_SPARED = ".,;:!?)»”"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of a file."""

    id: str
    query: Query


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a file. unread: the names of what was given and makes no sense."""

    line: int
    document: Document
    unread: tuple[str, ...]


def queries(source: str, words: str) -> Iterator[Asked | Wrong]:
    """
    The queries of a file with columns id and query, and the rows that are none.

    words: language of the sentences that say why. Raises as `triage_input.messages`.
    """
    seen: dict[str, int] = {}
    with opened(source) as rows:
        for row in rows:
            found = row if isinstance(row, Wrong) else _query(row, words)
            if isinstance(found, Asked) and found.id in seen:
                found = Wrong(row.line, f"The id {found.id} is that of line {seen[found.id]}.")
            if isinstance(found, Asked):
                seen[found.id] = row.line
            yield found


def _query(row: Named, words: str) -> Asked | Wrong:
    identifier, text = written(row.values.get("id")), written(row.values.get("query"))
    if not identifier or not identifier.strip():
        return Wrong(row.line, "There is no id.")
    if text is None:
        return Wrong(row.line, "There is no query.")
    try:
        return Asked(identifier, parse(text))
    except QueryError as error:
        return Wrong(row.line, _told(error, words))


def _told(error: QueryError, words: str) -> str:
    """Where and why, what was expected, and what would do."""
    if words == "fr":
        at, expected = f"caractère {error.position + 1}", "Attendu\u00a0: "
        instead = "Essayez\u00a0: "
    else:
        at, expected, instead = f"character {error.position + 1}", "Expected: ", "Try: "
    said = [f"{at}: {say(error, words)}", f"{expected}{expectation(error, words)}."]
    if error.suggestion:
        said.append(f"{instead}{error.suggestion}")
    return " ".join(said)


def documents(source: str) -> Iterator[Said | Wrong]:
    """The messages of a file with columns id and text, and the rows that are none."""
    with opened(source) as rows:
        for row in rows:
            yield row if isinstance(row, Wrong) else _document(row)


def _document(row: Named) -> Said | Wrong:
    values = row.values
    identifier, text = written(values.get("id")), written(values.get("text"))
    if not identifier or not identifier.strip():
        return Wrong(row.line, "There is no id.")
    if text is None:
        return Wrong(row.line, "There is no text.")
    numbers: dict[str, Any] = {name: _number(values.get(name)) for name in _NUMBERS}
    published = _instant(values.get("published"))
    known: dict[str, Any] = {name: written(values.get(name)) or "" for name in _TEXTS}
    site = written(values.get("site")) or _host(known["url"])
    unread = tuple(
        name
        for name, found in {**numbers, "published": published}.items()
        if found is None and written(values.get(name))
    )
    mentions, links = _several(values, "mentions"), _several(values, "links")
    document = Document(
        identifier,
        text,
        **known,
        **numbers,
        site=site,
        published=published,
        mentions=tuple(_HANDLE.findall(text)) if mentions is None else mentions,
        links=_links(text) if links is None else links,
        intents=_several(values, "intents") or (),
        is_reply=_yes(values, "is_reply") or bool(written(values.get("in_reply_to"))),
        is_repost=_yes(values, "is_repost"),
    )
    return Said(row.line, document, unread)


def _number(said: Any) -> float | None:
    try:
        value = float((written(said) or "").replace(",", "."))
    except ValueError:
        return None
    return value if value == value and abs(value) < float("inf") else None


def _instant(said: Any) -> datetime | None:
    try:
        return datetime.fromisoformat((written(said) or "").strip())
    except ValueError:
        return None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _links(text: str) -> tuple[str, ...]:
    return tuple(one.rstrip(_SPARED) for one in _LINK.findall(text)) if "://" in text else ()


def _several(values: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """A list, or text that separates by spaces, commas or bars; None when nothing is given."""
    said = values.get(name)
    if isinstance(said, list):
        return tuple(filter(None, (_item(one) for one in said)))
    text = written(said)
    return None if text is None else tuple(filter(None, re.split(r"[\s,|]+", text)))


def _item(one: Any) -> str:
    """An intent may come with its confidence, as `comptoir triage` prints it."""
    return written(one.get("name") if isinstance(one, dict) else one) or ""


def _yes(values: Mapping[str, Any], name: str) -> bool:
    return (written(values.get(name)) or "").strip().lower() in _YES
