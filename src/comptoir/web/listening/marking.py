"""Queries and messages with their parts marked, as safe HTML."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from comptoir.analysis.queries import Document, Query, QueryError, spans, tokens

LONGEST = 600
_BEFORE = 120
Span = tuple[int, int]


def query(text: str, problem: QueryError | None = None) -> SafeString:
    """
    A query with its pieces told apart by `data-kind`, and where it breaks by `data-wrong`.

    >>> query("a OR b")
    '<span data-kind="word">a</span> <span data-kind="operator">OR</span> <span data-kind="word">b</span>'
    """
    wrong = _wrong(text, problem)
    parts, end = [SafeString("")], 0
    for piece in tokens(text):
        parts += _parts("", text, end, piece.start, wrong)
        parts += _parts(piece.kind, text, piece.start, piece.end, wrong)
        end = piece.end
    parts += _parts("", text, end, len(text), wrong)
    return format_html_join("", "{}", ((part,) for part in parts))


def message(said: str, found: Iterable[Span], longest: int = LONGEST) -> SafeString:
    """A message's text with what was found in `<mark>`; a long one is cut around the first."""
    marked = sorted(found)
    first = marked[0][0] if marked and len(said) > longest else 0
    start = max(0, first - _BEFORE) if first > longest - _BEFORE else 0
    stop = min(len(said), start + longest)
    parts, end = [SafeString("…" if start else "")], start
    for low, high in marked:
        if high > stop:
            break
        parts.append(format_html("{}<mark>{}</mark>", said[end:low], said[low:high]))
        end = high
    parts += [SafeString(escape(said[end:stop])), SafeString("…" if stop < len(said) else "")]
    return format_html_join("", "{}", ((part,) for part in parts))


def places(asked: Sequence[Query], read: Document) -> dict[str, list[Span]]:
    """Where any of these queries found something, overlapping places made one."""
    found: dict[str, list[Span]] = {"title": [], "body": []}
    for one in asked:
        for zone, at in spans(one, read).items():
            found[zone] += at
    return {zone: _merged(at) for zone, at in found.items()}


def _wrong(text: str, problem: QueryError | None) -> Span:
    """The characters to underline: one at least, where there is one."""
    if problem is None or not text:
        return (0, 0)
    start = max(0, min(problem.position, len(text) - 1))
    return start, max(problem.end, start + 1)


def _parts(kind: str, text: str, start: int, end: int, wrong: Span) -> list[SafeString]:
    """A piece, cut where what is wrong begins and ends."""
    cuts = sorted({start, end, *(at for at in wrong if start < at < end)})
    return [
        _part(kind, text[low:high], wrong[0] <= low and high <= wrong[1])
        for low, high in pairwise(cuts)
    ]


def _part(kind: str, text: str, wrong: bool) -> SafeString:
    if not kind and not wrong:
        return escape(text)
    return format_html(
        '<span data-kind="{}"{}>{}</span>', kind, SafeString(" data-wrong" if wrong else ""), text
    )


def _merged(found: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
