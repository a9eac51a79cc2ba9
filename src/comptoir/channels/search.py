"""
Full-text search, newest first, on SQLite (FTS5) or PostgreSQL (tsvector) alike.

Words and facets are folded and cut here, by `comptoir.analysis.text.fold`, on both sides;
the engines only split on spaces. What a person types never reaches an engine as syntax.

A facet is an opaque token of [a-z0-9_] that the caller chooses ("lang_fr", "tone_neg").
Every row carries its workspace as one more facet, and every search asks for it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from comptoir.analysis.text import fold
from comptoir.base.scope import current_workspace_id
from comptoir.channels.bulk import find
from comptoir.channels.views import Indexed

TABLE = "channels_search"
MAX_TERMS = 32
LAST = (1 << 63) - 1
# Positions and length that a tsvector can hold.
_MAX_WORDS = 16_000
_MAX_WORD = 500
_MIN_PREFIX = 2
_FACET = re.compile(r"[a-z0-9_]+")
_PIECE = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that must stand next to one another; `open` when the last is a beginning."""

    words: tuple[str, ...]
    excluded: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """terms: all hold. groups: of each, one facet holds. without: no facet holds."""

    terms: tuple[Term, ...]
    groups: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]


def index_messages(rows: Sequence[Indexed]) -> None:
    """Add messages, or replace what was known of them. Raises ValueError for a wrong facet."""
    if not rows:
        return
    here = f"w{current_workspace_id()}"
    kept = [
        (row.id, _clipped(row.text), sorted({here, *(_checked(facet) for facet in row.facets)}))
        for row in rows
    ]
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.executemany(
                f"INSERT INTO {TABLE} (id, document) VALUES (%s, %s::tsvector)"  # noqa: S608
                " ON CONFLICT (id) DO UPDATE SET document = excluded.document",
                [(each, _vector(words, facets)) for each, words, facets in kept],
            )
        else:
            cursor.executemany(
                f"INSERT OR REPLACE INTO {TABLE} (rowid, text, facets) VALUES (%s, %s, %s)",  # noqa: S608
                [(each, " ".join(words), " ".join(facets)) for each, words, facets in kept],
            )


def remove_from_index(ids: Sequence[int]) -> None:
    """Forget messages; ids that are not indexed are passed over."""
    key = "id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {TABLE} WHERE {key} = %s", [(each,) for each in ids])  # noqa: S608


def indexed(ids: Sequence[int]) -> set[int]:
    """Those of `ids` that are in the index."""
    key = "id" if connection.vendor == "postgresql" else "rowid"
    return {row[0] for row in find(TABLE, [key], "1 = 1", [], key, ids)}


def search(
    query: str,
    facets: Sequence[Sequence[str]] = (),
    exclude: Sequence[str] = (),
    before_id: int | None = None,
    after_id: int | None = None,
    limit: int = 50,
    typing: bool = False,
) -> list[int]:
    """
    Ids of the newest messages that hold every word, newest first.

    query: words, "quoted phrases", -excluded ones; typing: its last word is still being
    typed, so its beginning is enough. facets: of each group one must hold.
    before_id, after_id: only ids strictly below and above; ids hold time (base.ids.lowest_at).
    A query of nothing that can be searched ("!!!") finds nothing; an empty one, everything.
    """
    asked = _asked(query, facets, exclude, typing)
    if asked is None:
        return []
    bounds = [0 if after_id is None else after_id, LAST if before_id is None else before_id]
    postgres = connection.vendor == "postgresql"
    statement, text = _postgres(asked) if postgres else _sqlite(asked)
    with connection.cursor() as cursor:
        cursor.execute(statement, [text, *bounds, limit])
        return [row[0] for row in cursor.fetchall()]


def parse(query: str, typing: bool = False) -> list[Term]:
    """
    What a person typed, as terms; whatever cannot be a word is dropped.

    >>> parse('"colis perdu" -merci rembours', typing=True)[0].words
    ('colis', 'perdu')
    """
    terms = []
    for minus, phrase, word in _PIECE.findall(query):
        words = tuple(_clipped(phrase or word)[:MAX_TERMS])
        if words:
            terms.append(Term(words, excluded=bool(minus)))
    terms = terms[:MAX_TERMS]
    if typing and terms and _is_open(query, terms[-1]):
        terms[-1] = Term(terms[-1].words, terms[-1].excluded, open=True)
    return terms


def _is_open(query: str, last: Term) -> bool:
    ended = query[-1:].isspace() or query.endswith('"')
    return not ended and not last.excluded and len(last.words[-1]) >= _MIN_PREFIX


def _asked(
    query: str, facets: Sequence[Sequence[str]], exclude: Sequence[str], typing: bool
) -> Asked | None:
    terms = parse(query, typing)
    if query.strip() and not terms:
        return None
    here = f"w{current_workspace_id()}"
    groups = [(here,), *(tuple(_checked(each) for each in group) for group in facets)]
    if not all(groups):
        return None
    return Asked(tuple(terms), tuple(groups), tuple(_checked(each) for each in exclude))


def _checked(facet: str) -> str:
    if not _FACET.fullmatch(facet):
        raise ValueError(f"A facet is made of a-z, 0-9 and _, not {facet!r}.")
    return facet


def _clipped(text: str) -> list[str]:
    return [word[:_MAX_WORD] for word in fold(text).split()[:_MAX_WORDS]]


def _sqlite(asked: Asked) -> tuple[str, str]:
    wanted = [_fts(term) for term in asked.terms if not term.excluded]
    wanted += [f"facets : ({' OR '.join(map(_quoted, group))})" for group in asked.groups]
    unwanted = [_fts(term) for term in asked.terms if term.excluded]
    unwanted += [f"facets : {_quoted(facet)}" for facet in asked.without]
    match = " AND ".join(wanted)
    if unwanted:
        match = f"({match}) NOT ({' OR '.join(unwanted)})"
    return (
        f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s AND rowid > %s AND rowid < %s"  # noqa: S608
        " ORDER BY rowid DESC LIMIT %s",
        match,
    )


def _fts(term: Term) -> str:
    return f"text : {_quoted(' '.join(term.words))}{' *' if term.open else ''}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _postgres(asked: Asked) -> tuple[str, str]:
    wanted = [("!" if term.excluded else "") + _tsquery(term) for term in asked.terms]
    wanted += [
        "(" + " | ".join(_lexeme("=" + each) for each in group) + ")" for group in asked.groups
    ]
    wanted += ["!" + _lexeme("=" + facet) for facet in asked.without]
    return (
        f"SELECT id FROM {TABLE} WHERE document @@ %s::tsquery AND id > %s AND id < %s"  # noqa: S608
        " ORDER BY id DESC LIMIT %s",
        " & ".join(wanted),
    )


def _tsquery(term: Term) -> str:
    parts = [_lexeme(word) for word in term.words]
    if term.open:
        parts[-1] += ":*"
    return "(" + " <-> ".join(parts) + ")"


def _vector(words: list[str], facets: list[str]) -> str:
    """Words with their places, and facets marked "=", which no folded word can hold."""
    placed = [f"{_lexeme(word)}:{place}" for place, word in enumerate(words, 1)]
    return " ".join([*placed, *(_lexeme("=" + facet) for facet in facets)])


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
