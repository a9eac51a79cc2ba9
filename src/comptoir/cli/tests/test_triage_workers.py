"""Several processes that read: the same results, and none left behind."""

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from comptoir.analysis.api import Text
from comptoir.analysis.triage import cores
from comptoir.cli import triage, triage_workers
from comptoir.cli.tests.test_triage import run
from comptoir.cli.triage_workers import Work, WorkerLost, readers

LIGHT = Work({"mode": "light"})
SAID = (
    "Toujours pas reçu ma commande n° 48213, c’est honteux !",
    "Where is my refund? Call me on 06 12 34 56 78",
    "@Boutik toujours pas reçu ma commande n° 99871, c'est honteux !!",
    "Merci beaucoup 😍",
    "😡😡",
)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Twelve messages, some alike, spread over more batches than processes."""
    path = tmp_path / "many.jsonl"
    rows = [{"id": str(n), "text": SAID[n % len(SAID)]} for n in range(12)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def batches() -> Iterator[Sequence[Text]]:
    for start in range(0, 12, 2):
        yield [Text(str(n), SAID[n % len(SAID)]) for n in (start, start + 1)]


def test_several_processes_print_what_one_prints(many: Path) -> None:
    """
    Byte for byte, in the file's order, groups across processes and added fields included.
    """
    options = ("--mode", "light", "--batch", 3, "--mask", "--order-pattern", r"\d{5}", many)
    alone, together = (run("--workers", count, *options) for count in (1, 2))

    assert (0, 0) == (alone.exit_code, together.exit_code), together.stderr
    assert 12 == alone.stdout_bytes.count(b"\n")
    assert alone.stdout_bytes == together.stdout_bytes


def test_a_process_that_is_killed_ends_the_command_with_a_sentence(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The system kills for want of memory: silence would pass for a whole result.
    """
    model = triage._model

    def killing(*arguments: Any) -> str:
        version = model(*arguments)
        for process in multiprocessing.active_children():
            process.kill()
            process.join()
        return version

    monkeypatch.setattr(triage, "_model", killing)
    result = run("--workers", 2, "--mode", "light", many)

    assert 1 == result.exit_code
    assert "was killed" in result.stderr
    assert "--workers" in result.stderr
    assert [] == multiprocessing.active_children()


def _read_until(ended: BaseException) -> None:
    with readers(2, LIGHT) as pool:
        next(iter(pool.read(batches())))
        assert multiprocessing.active_children()
        raise ended


@pytest.mark.parametrize("ended", [KeyboardInterrupt, BrokenPipeError])
def test_no_process_outlives_the_reading(ended: type[BaseException]) -> None:
    """
    Interrupted or cut off by `head`: nothing goes on behind the user's back.
    """
    with pytest.raises(ended):
        _read_until(ended())

    assert [] == multiprocessing.active_children()


def _read_bereft() -> None:
    with readers(2, LIGHT) as pool:
        pool.standing("light")
        for process in multiprocessing.active_children():
            process.kill()
            process.join()
        list(pool.read(batches()))


def test_a_lost_process_is_told_apart_from_other_errors() -> None:
    """
    Only that has a remedy of its own.
    """
    with pytest.raises(WorkerLost):
        _read_bereft()


@pytest.mark.parametrize(
    ("small", "given", "expected"), [(13, None, 1), (12, None, cores()), (12, b"", 1)]
)
def test_processes_are_started_where_they_save_time(
    small: int, given: bytes | None, expected: int, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A small file is read sooner than they start, and standard input is answered as it comes.
    """
    counts: list[int] = []

    @contextmanager
    def counted(count: int, work: Work) -> Iterator[triage_workers.Readers]:
        counts.append(count)
        with readers(1, work) as alone:
            yield alone

    monkeypatch.setattr(triage_workers, "readers", counted)
    monkeypatch.setitem(triage.SMALL, "light", small)
    if given is None:
        result = run("--mode", "light", many)
    else:
        result = run("--mode", "light", "-", given=many.read_bytes())

    assert (0, [expected]) == (result.exit_code, counts)
