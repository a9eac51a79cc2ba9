"""
How many messages a second, in how much memory, how soon, and always alike?

    python bench/reading_speed.py --data FOLDER

FOLDER holds sentiment-{fr,en}-{train,val}.jsonl: all of these tweets go through the whole
triage. Each measure runs in a process of its own, so that nothing is remembered from another
and peak memory is its own. Time is by the clock, threads included: run it on an idle machine.
The start is from the launch of Python to the first reading, with the encoder already built;
the very first start on a machine builds it in a cache folder and is measured apart. "Alike"
reads part of the tweets in batches of 1, 7, 64 and 256, on one and two threads, and fails at
the first difference; so does reading by two processes, as `comptoir triage --workers 2` does.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from comptoir.analysis.readings import Reading, Text
from comptoir.analysis.triage import MODES, missing, triage
from comptoir.cli.triage_workers import Work, readers

ROWS = (1, 7, 64, 256)
THREADS = (2, 1)
ALIKE = 600
STATUS = Path("/proc/self/status")
FILES = tuple(
    f"sentiment-{code}-{part}.jsonl" for code in ("fr", "en") for part in ("train", "val")
)
FIRST = Text("1", "Toujours pas reçu ma commande n° 48213, c’est honteux !")
Measure = dict[str, Any]


def texts_of(folder: Path, count: int | None) -> list[Text]:
    """The tweets, French and English; or so many taken evenly."""
    lines = [
        line for name in FILES for line in (folder / name).read_text(encoding="utf-8").splitlines()
    ]
    every = max(1, len(lines) // count) if count else 1
    return [Text(str(at), json.loads(line)["text"]) for at, line in enumerate(lines[::every])]


def peak() -> float:
    """Most memory this process has held, in MB; not what its parent held before it."""
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def rate(options: argparse.Namespace) -> Measure:
    """Messages a second, once the mode has read a first one; peak memory."""
    texts = texts_of(options.data, options.texts)
    triage([FIRST], mode=options.mode, threads=options.threads)
    start = time.perf_counter()
    readings = triage(texts, mode=options.mode, threads=options.threads)
    spent = time.perf_counter() - start
    engines = {name: sum(one.engine == name for one in readings) for name in ("best", "fast")}
    return {"rate": len(texts) / spent, "peak": peak(), "engines": engines, "count": len(texts)}


def together(options: argparse.Namespace) -> Measure:
    """Messages a second by as many processes as threads, once each has read others; theirs alike."""
    texts = texts_of(options.data, options.texts)
    others = [Text(f"other {at}", f"{at} {one.text[::-1]}") for at, one in enumerate(texts[:1024])]
    work = Work({"mode": options.mode, "threads": 1})
    with readers(options.threads, work) as pool:
        for _ in pool.read([others]):
            pass
        start = time.perf_counter()
        read = [reading for _, (readings, _) in pool.read([texts]) for reading in readings]
        spent = time.perf_counter() - start
    check(triage(texts, mode=options.mode), read, f"{options.threads} processes")
    return {"rate": len(texts) / spent, "count": len(texts)}


def first(options: argparse.Namespace) -> Measure:
    """One reading, in a process whose launch is timed from outside; peak memory."""
    (reading,) = triage([FIRST], mode=options.mode)
    return {"engine": reading.engine, "peak": peak()}


def seen(reading: Reading) -> tuple[Reading, bytes]:
    """A reading with its vector, which readings leave out when compared."""
    return reading, b"" if reading.vector is None else reading.vector.tobytes()


def alike(options: argparse.Namespace) -> Measure:
    """Raises AssertionError when the size of batches or the number of threads shows."""
    module: Any = import_module("comptoir.analysis.triage")
    texts = texts_of(options.data, min(ALIKE, options.texts or ALIKE))
    expected: list[tuple[Reading, bytes]] = []
    for rows in ROWS:
        for threads in THREADS:
            module.BATCH, module._memory = rows, module._Memory()  # nothing remembered
            readings = triage(texts, mode=options.mode, threads=threads)
            actual = [seen(reading) for reading in readings]
            expected = expected or actual
            check(expected, actual, f"batches of {rows}, {threads} threads")
    return {"alike": len(texts)}


def check(expected: Sequence[object], actual: Sequence[object], how: str) -> None:
    pairs = enumerate(zip(expected, actual, strict=True))
    different = [at for at, (one, other) in pairs if one != other]
    if different:
        raise AssertionError(f"{how}: {len(different)} other readings, first {different[:1]}")


MEASURES = {"rate": rate, "together": together, "first": first, "alike": alike}


def run(measure: str, mode: str, threads: int = 2, cache: str | None = None) -> Measure:
    """A measure in a process of its own; `seconds`: from its launch to its end."""
    command = [sys.executable, __file__, *sys.argv[1:], "--measure", measure, "--mode", mode]
    command += ["--threads", str(threads)]
    surroundings = os.environ | ({"XDG_CACHE_HOME": cache} if cache else {})
    start = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=surroundings)  # noqa: S603 # ourselves
    spent = time.perf_counter() - start
    found: Measure = json.loads(done.stdout)
    return found | {"seconds": spent}


def row(mode: str, starts: int) -> list[str]:
    rates = [run("rate", mode, threads) for threads in THREADS]
    processes = run("together", mode)
    started = [run("first", mode) for _ in range(starts)]
    least = min(one["seconds"] for one in started)
    same = run("alike", mode)
    return [
        mode if mode in ("light", started[0]["engine"]) else f"{mode} (by {started[0]['engine']})",
        *(f"{one['rate']:.0f}" for one in (processes, *rates)),
        f"{least:.2f}",
        f"{started[0]['peak']:.0f}",
        f"{max(one['peak'] for one in rates):.0f}",
        f"{same['alike']} × {len(ROWS) * len(THREADS)}",
    ]


def main() -> None:
    asked: Any = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    asked.add_argument("--data", type=Path, required=True, help="folder of tweets")
    asked.add_argument("--texts", type=int, help="so many tweets instead of all")
    asked.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    asked.add_argument("--starts", type=int, default=3)
    asked.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    asked.add_argument("--mode", choices=MODES, default="best", help=argparse.SUPPRESS)
    asked.add_argument("--threads", type=int, default=2, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.measure:
        print(json.dumps(MEASURES[options.measure](options)))
        return
    heads = [
        "mode",
        "messages/s, 2 processes",
        *(f"messages/s, {n} thread{'s' * (n > 1)}" for n in THREADS),
    ]
    heads += ["start, s", "memory at start, MB", "memory at most, MB", "alike"]
    for line in (heads, ["---", *["---:"] * (len(heads) - 1)]):
        print(f"| {' | '.join(line)} |", flush=True)
    for mode in options.modes:
        print(f"| {' | '.join(row(mode, options.starts))} |", flush=True)
    if missing() is None:
        with TemporaryDirectory() as cache:
            built = run("first", "best", cache=cache)
        print(f"\nThe very first start, which builds the encoder: {built['seconds']:.1f} s")


if __name__ == "__main__":
    main()
