"""Files of messages read on the way through: progress, wrong lines, the end of the command."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from comptoir.cli.app import fail

_BATCH_CHARS = 4_000_000
_TOLD = 100


class HasText(Protocol):
    @property
    def text(self) -> str: ...


Said = TypeVar("Said", bound=HasText)


def _standard_error() -> Console:
    return Console(stderr=True, soft_wrap=True)


@dataclass(slots=True)
class Tally:
    """Messages read, and lines that were wrong; of a file the first _TOLD are told one by one."""

    console: Console = field(default_factory=_standard_error)
    read: int = 0
    wrong: int = 0
    told: int = 0

    def pass_over(self, said: str) -> None:
        """A wrong line."""
        self.wrong += 1
        self.tell(said)

    def tell(self, said: str) -> None:
        self.told += 1
        if self.told <= _TOLD:
            self.console.print(said, markup=False, highlight=False)
        elif self.told == _TOLD + 1:
            self.console.print("Further wrong lines are only counted.")

    def end(self, strict: bool, read: str) -> None:
        """What was passed over, and how the command ends. read: what was read, in words."""
        if not self.wrong:
            return
        lines = "line was" if self.wrong == 1 else "lines were"
        typer.echo(f"{self.wrong} {lines} wrong and passed over; {read} read.", err=True)
        if strict or not self.read:
            raise typer.Exit(1)


def batches(said: Iterator[Said], most: int) -> Iterator[list[Said]]:
    """Messages in batches, cut earlier where they are long, to keep memory flat."""
    together: list[Said] = []
    size = 0
    for one in said:
        together.append(one)
        size += len(one.text)
        if len(together) == most or size > _BATCH_CHARS:
            yield together
            together, size = [], 0
    if together:
        yield together


def put(line: bytes) -> None:
    """Write on standard output, whatever the terminal's encoding."""
    sys.stdout.buffer.write(line)


@contextmanager
def failing(name: str) -> Iterator[None]:
    """What is wrong with a whole file ends the command with a sentence."""
    from comptoir.channels.files.api import FileProblem, sentence

    try:
        yield
    except FileProblem as problem:
        raise fail(f"{name}: {sentence(problem.code, problem.fields)}") from problem
    except OSError as problem:
        raise fail(f"{name} cannot be opened: {problem.strerror or problem}.") from problem


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """Whoever reads the results may have enough of them: `| head` is no failure."""
    try:
        yield
    except BrokenPipeError:
        # What Python still holds would fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None


@contextmanager
def progress(console: Console) -> Iterator[Callable[[int], None]]:
    """A line on a terminal that shows nothing else."""
    with Progress(
        TextColumn("{task.completed:,} messages, {task.fields[rate]:,.0f} a second"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal or sys.stdout.isatty(),
    ) as progress:
        task = progress.add_task("", total=None, rate=0.0)

        def advance(count: int) -> None:
            progress.advance(task, count)
            progress.update(task, rate=progress.tasks[0].speed or 0.0)

        yield advance
