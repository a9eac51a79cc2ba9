"""`comptoir match`: which queries of a file hold of which messages of another."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from comptoir.cli.app import app, fail
from comptoir.cli.triage import failing, progress, put, quiet_pipe

if TYPE_CHECKING:
    from comptoir.analysis.matching import Matcher
    from comptoir.analysis.queries import Document

BATCH = 2048
"""Messages matched together; what is printed does not depend on it."""
_BATCH_CHARS = 4_000_000
_TOLD = 100


@dataclass(slots=True)
class _Counts:
    """What was read and what was wrong; of each file the first _TOLD are told one by one."""

    console: Console
    read: int = 0
    queries: int = 0
    wrong: int = 0
    told: int = 0

    def tell(self, file: str, line: int, sentence: str) -> None:
        self.told += 1
        if self.told <= _TOLD:
            said = f"{file}, line {line}: {sentence}"
            self.console.print(said, markup=False, highlight=False)
        elif self.told == _TOLD + 1:
            self.console.print("Further wrong lines are only counted.")


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
    counts = _Counts(Console(stderr=True, soft_wrap=True))
    with quiet_pipe():
        matcher = _matcher(queries, words, counts)
        _run(messages, matcher, counts, batch)
    _end(counts, strict)


def _matcher(file: str, words: str, counts: _Counts) -> "Matcher":
    from comptoir.analysis.matching import Matcher
    from comptoir.cli import match_input

    matcher = Matcher()
    with failing(_named(file)):
        for asked in match_input.queries(file, words):
            if isinstance(asked, match_input.Asked):
                matcher.add(asked.id, asked.query.tree)
                counts.queries += 1
            else:
                counts.wrong += 1
                counts.tell(_named(file), asked.line, asked.sentence)
    if not counts.queries:
        raise fail(f"{_named(file)} holds no query that can be used.")
    counts.told = 0
    return matcher


def _run(file: str, matcher: "Matcher", counts: _Counts, batch: int) -> None:
    from comptoir.analysis.printing import json_line

    with progress(counts.console) as advance:
        for together in _batches(_documents(file, counts), batch):
            for document, found in zip(together, matcher.match(together), strict=True):
                for query in found:
                    put(json_line({"message": document.id, "query": query}))
            sys.stdout.flush()
            counts.read += len(together)
            advance(len(together))


def _documents(file: str, counts: _Counts) -> Iterator["Document"]:
    """The messages of a file; wrong rows are told on the way."""
    from comptoir.cli import match_input

    with failing(_named(file)):
        for row in match_input.documents(file):
            if isinstance(row, match_input.Said):
                for name in row.unread:
                    said = f"“{name}” cannot be read, and counts as unknown."
                    counts.tell(_named(file), row.line, said)
                yield row.document
            else:
                counts.wrong += 1
                counts.tell(_named(file), row.line, row.sentence)


def _batches(documents: Iterator["Document"], most: int) -> Iterator[list["Document"]]:
    """Messages in batches, cut earlier where they are long, to keep memory flat."""
    together: list[Document] = []
    size = 0
    for document in documents:
        together.append(document)
        size += len(document.text)
        if len(together) == most or size > _BATCH_CHARS:
            yield together
            together, size = [], 0
    if together:
        yield together


def _named(file: str) -> str:
    return "Standard input" if file == "-" else file


def _end(counts: _Counts, strict: bool) -> None:
    """The tally of wrong lines, and how the command ends."""
    if not counts.wrong:
        return
    lines = "line was" if counts.wrong == 1 else "lines were"
    typer.echo(
        f"{counts.wrong} {lines} wrong and passed over;"
        f" {counts.queries} queries and {counts.read} messages read.",
        err=True,
    )
    if strict or not counts.read:
        raise typer.Exit(1)
