"""`comptoir match`: which queries of a file hold of which messages of another."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from comptoir.cli.app import app, fail
from comptoir.cli.stream import Tally, batches, failing, progress, put, quiet_pipe

if TYPE_CHECKING:
    from comptoir.analysis.matching import Matcher
    from comptoir.analysis.queries import Document

BATCH = 2048
"""Messages matched together; what is printed does not depend on it."""


@app.command()
def match(
    queries: Annotated[str, typer.Argument(help="JSON Lines or CSV with id and query.")],
    messages: Annotated[
        str,
        typer.Argument(help="JSON Lines or CSV with id and text; - for standard input."),
    ],
    words: Annotated[
        Literal["en", "fr"], typer.Option(help="Language of what is said of wrong queries.")
    ] = "en",
    batch: Annotated[
        int, typer.Option(min=1, help="Messages matched together; results do not depend on it.")
    ] = BATCH,
    strict: Annotated[bool, typer.Option(help="End with 1 when a line is wrong.")] = False,
) -> None:
    """
    Print which queries hold of which messages, without an installation.

    One pair a line, in the order of the messages, then of the queries. Wrong queries and
    messages are told on standard error and passed over.

    Example:  comptoir match queries.jsonl messages.jsonl > pairs.jsonl
    """
    if queries == messages == "-":
        raise fail("Only one of the files can be standard input.", "Name the file of queries.")
    counts = Tally()
    with quiet_pipe():
        matcher, asked = _matcher(queries, words, counts)
        _run(messages, matcher, counts, batch)
    counts.end(strict, f"{asked} queries and {counts.read} messages")


def _matcher(file: str, words: str, counts: Tally) -> tuple["Matcher", int]:
    """The queries of a file as one matcher, and how many they are."""
    from comptoir.analysis.matching import Matcher
    from comptoir.cli import match_input

    matcher, used = Matcher(), 0
    with failing(_named(file)):
        for asked in match_input.queries(file, words):
            if isinstance(asked, match_input.Asked):
                matcher.add(asked.id, asked.query.tree)
                used += 1
            else:
                counts.pass_over(_at(file, asked.line, asked.sentence))
    if not used:
        raise fail(f"{_named(file)} holds no query that can be used.")
    counts.told = 0
    return matcher, used


def _run(file: str, matcher: "Matcher", counts: Tally, batch: int) -> None:
    from comptoir.analysis.printing import json_line

    with progress(counts.console) as advance:
        for together in batches(_documents(file, counts), batch):
            for document, found in zip(together, matcher.match(together), strict=True):
                for query in found:
                    put(json_line({"message": document.id, "query": query}))
            sys.stdout.flush()
            counts.read += len(together)
            advance(len(together))


def _documents(file: str, counts: Tally) -> Iterator["Document"]:
    """The messages of a file; wrong rows are told on the way."""
    from comptoir.cli import match_input

    with failing(_named(file)):
        for row in match_input.documents(file):
            if isinstance(row, match_input.Said):
                for name in row.unread:
                    said = f"“{name}” cannot be read, and counts as unknown."
                    counts.tell(_at(file, row.line, said))
                yield row.document
            else:
                counts.pass_over(_at(file, row.line, row.sentence))


def _named(file: str) -> str:
    return "Standard input" if file == "-" else file


def _at(file: str, line: int, sentence: str) -> str:
    return f"{_named(file)}, line {line}: {sentence}"
