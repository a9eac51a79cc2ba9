"""Reading messages for `comptoir triage`: in this process, or in several at once."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from comptoir.analysis import api
from comptoir.analysis.examples import sorted_into
from comptoir.analysis.learning import ClassHead

Batch = Sequence[api.Text]
Read = tuple[Sequence[api.Reading], list[dict[str, Any]]]
"""Readings of a batch, and the fields that options add to each."""
BATCH = 1024
"""Messages at most in one piece of work, of which all workers get as many."""


class WorkerLost(RuntimeError):
    """A process that read messages ended, killed or out of memory."""


@dataclass(frozen=True)
class Work:
    """What is done to each message. reading: options of `analysis.api.triage`."""

    reading: dict[str, Any]
    masked: bool = False
    classes: ClassHead | None = None


class Readers(Protocol):
    """Whoever reads; results come in the order of the batches."""

    def standing(self, mode: str) -> tuple[str | None, str]:
        """What is missing to read in this mode, and the version of what reads."""

    def read(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Read]]:
        """Batches, or pieces of them, each with what was read."""


@dataclass(frozen=True)
class Alone:
    """Reads in this process."""

    work: Work

    def standing(self, mode: str) -> tuple[str | None, str]:
        """See Readers."""
        return (None if mode == "light" else api.missing(mode)), api.model_version(mode)

    def read(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Read]]:
        """See Readers."""
        for batch in batches:
            yield batch, self.one(batch)

    def one(self, batch: Batch) -> Read:
        """What is read of one batch."""
        readings = api.triage(batch, **self.work.reading)
        return readings, self._added(batch, readings)

    def _added(self, batch: Batch, readings: Sequence[api.Reading]) -> list[dict[str, Any]]:
        added: list[dict[str, Any]] = [{} for _ in batch]
        if (classes := self.work.classes) is not None:
            for more, found in zip(added, sorted_into(classes, batch, readings), strict=True):
                more["class"] = {"name": found[0], "confidence": found[1]} if found else None
        if self.work.masked:
            for more, text, reading in zip(added, batch, readings, strict=True):
                more["masked"] = api.mask(text.text, language=reading.language)
        return added


@dataclass(frozen=True)
class Together:
    """Reads in several processes, which this one feeds and collects from."""

    pool: ProcessPoolExecutor
    count: int

    def standing(self, mode: str) -> tuple[str | None, str]:
        """See Readers. The first process to start also builds the encoder, where it is not."""
        return self.pool.submit(_standing, mode).result()

    def read(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Read]]:
        """See Readers; a few batches are read ahead, so that memory stays flat."""
        waiting: deque[tuple[Batch, Future[Read]]] = deque()
        for batch in batches:
            rounds = max(1, -(-len(batch) // (BATCH * self.count)))
            size = max(1, -(-len(batch) // (rounds * self.count)))
            for start in range(0, len(batch), size):
                piece = batch[start : start + size]
                waiting.append((piece, self.pool.submit(_read, piece)))
            while len(waiting) > 2 * self.count:
                piece, coming = waiting.popleft()
                yield piece, coming.result()
        for piece, coming in waiting:
            yield piece, coming.result()


@contextmanager
def readers(count: int, work: Work) -> Iterator[Readers]:
    """
    Whoever does this work, in `count` processes; none outlives the block, however it ends.

    Raises WorkerLost when one of them is killed.
    """
    if count == 1:
        yield Alone(work)
        return
    others = multiprocessing.active_children()
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, _begin, (work,))
    try:
        yield Together(pool, count)
    except BrokenProcessPool as problem:
        raise WorkerLost from problem
    finally:
        for process in multiprocessing.active_children():
            if process not in others:
                process.terminate()
        pool.shutdown(cancel_futures=True)


_mine: Alone
"""In one of several processes, what it does."""


def _begin(work: Work) -> None:
    """In a new process: interruptions are the parent's affair, and so is its life."""
    global _mine
    _mine = Alone(work)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _standing(mode: str) -> tuple[str | None, str]:
    return _mine.standing(mode)


def _read(batch: Batch) -> Read:
    return _mine.one(batch)


def _follow() -> None:
    """End with the parent, which may have been killed without a word."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
