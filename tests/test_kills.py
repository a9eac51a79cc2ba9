"""
Killed at any moment, started again: an installation ends as if nothing had happened.

Real processes on an installation of their own, killed outright (SIGKILL) at seeded moments.
KILLS=200 in the environment kills more often than the few times of a usual run.
"""

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests import tables
from tests.browser.making import write_export

pytestmark = pytest.mark.kills
KILLS = int(os.environ.get("KILLS", "3"))
ROWS = 700
REFUSED = range(50, ROWS, 200)
TOTALS = ("read", "imported", "duplicates", "rejected")
OWN = ["--own", "citron", "--own", "atelier_citron"]
# Small batches: one of the usual size would hold the whole file.
COMMAND = """
import sys
from comptoir.cli import main
from comptoir.cli.app import django
django()
from comptoir.channels import imports
imports.BATCH_ROWS = 150
main()
"""
STANDING = Path(__file__).with_name("standing.py")


@dataclass(frozen=True)
class Installation:
    """A folder, and a database of its own where the suite runs on PostgreSQL."""

    home: Path
    environ: Mapping[str, str]
    database_url: str = ""

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *words],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> str:
        process = self.start(*words)
        out, errors = process.communicate(timeout=300)
        assert 0 == process.returncode, errors
        return out

    def standing(self) -> dict[str, Any]:
        """What it holds once nothing waits; see standing.py."""
        told = subprocess.run(
            [sys.executable, str(STANDING)],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert 0 == told.returncode, told.stderr
        return dict(json.loads(told.stdout))

    def let_time_pass(self) -> None:
        """Half a minute later: the imports that were killed are known to be lost."""
        self.execute("UPDATE channels_importrun SET heartbeat = '2020-01-01 00:00:00+00:00'")

    def execute(self, statement: str) -> None:
        """Nothing happens while the tables are not there yet."""
        if self.database_url:
            import psycopg

            with (
                suppress(psycopg.errors.UndefinedTable),
                psycopg.connect(self.database_url) as connection,
            ):
                connection.execute(statement)
            return
        import sqlite3

        path = self.home / "comptoir.sqlite3"
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.commit()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of an export from X, and between them some that no one can read."""
    whole = write_export(tmp_path_factory.mktemp("whole") / "export.csv")
    with whole.open(encoding="utf-8", newline="") as source:
        header, *rows = csv.reader(source)
    date = header.index("created_at")
    for place in REFUSED:
        rows[place][date] = "hier"
    path = whole.with_name("part.csv")
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([header, *rows[:ROWS]])
    return path


@contextmanager
def installation(home: Path, *, empty: bool = False) -> Iterator[Installation]:
    """One's own, with all its tables if a run has made them, unless `empty`."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COMPTOIR_", "DJANGO_", "KILLS", "PYTEST_"))
        and name != "DATABASE_URL"
    }
    # Every process of one's own order of sets: what is understood must not depend on it.
    environ |= {"COMPTOIR_HOME": str(home), "COMPTOIR_LOG_LEVEL": "ERROR"}
    with database(empty=empty) as url:
        if url:
            environ["DATABASE_URL"] = url
        elif not empty:
            tables.begin(home)
        yield Installation(home, environ, url)


@contextmanager
def database(*, empty: bool) -> Iterator[str]:
    """The address of a new database on the server that the suite uses; "" on SQLite."""
    server = os.environ.get("DATABASE_URL", "")
    if not server:
        yield ""
        return
    import psycopg

    name = f"comptoir_kills_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        if empty:
            connection.execute(f"CREATE DATABASE {name}")
        else:
            with tables.template() as beginning:
                connection.execute(f"CREATE DATABASE {name} {beginning}")
        try:
            yield f"{server.rsplit('/', 1)[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_kills_lose_and_double_nothing(export: Path, tmp_path: Path) -> None:
    """The import's, the outbox's and the copy's promises, kept together under SIGKILL."""
    importing = ["import", str(export), "--workspace", "atelier", *OWN, "--yes", "--json"]
    with (
        installation(tmp_path / "calm", empty=True) as calm,
        installation(tmp_path / "killed", empty=True) as killed,
    ):
        began = time.monotonic()
        totals = json.loads(calm.run(*importing).splitlines()[-1])
        usual = time.monotonic() - began
        expected = calm.standing()

        ended_early = _kill(killed, importing, usual)
        again = json.loads(killed.run(*importing).splitlines()[-1])
        killed.let_time_pass()
        actual = killed.standing()

    assert ended_early > KILLS // 4, "most runs were over before they could be killed"
    assert [ROWS, ROWS - len(REFUSED), 0, len(REFUSED)] == [totals[name] for name in TOTALS]
    assert ROWS == again["read"] == again["imported"] + again["duplicates"] + again["rejected"]
    assert [] == expected["set aside"]
    assert 0 == expected["waiting"]
    for part in expected:
        assert expected[part] == actual[part], part


def _kill(one: Installation, importing: list[str], usual: float) -> int:
    """Start imports and workers, and kill most before they end; returns how many were killed."""
    chance = random.Random(8_421)
    killed = 0
    for _ in range(KILLS):
        process = one.start(*chance.choice([importing, importing, ["worker"]]))
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=usual * chance.uniform(0.3, 0.9))
        if process.poll() is None:
            process.kill()
            killed += 1
        process.communicate()
        if chance.random() < 0.5:
            one.let_time_pass()
    return killed
