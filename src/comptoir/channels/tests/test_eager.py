"""Writing while others write: whoever waits gets the lock as soon as it is free."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

from comptoir.channels import bulk


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A database in a file, which `bulk` then writes to; others can hold its lock."""
    path = tmp_path / "some.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE said (word TEXT)")
    made.close()
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one lock for all")
    known = {**connection.settings_dict, "NAME": str(path), "CONN_MAX_AGE": None}
    known["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30}
    own = DatabaseWrapper(known, "default")
    monkeypatch.setattr(bulk, "connection", own)
    monkeypatch.setattr("django.db.transaction.get_connection", lambda using=None: own)
    yield path
    own.close()


def held(path: Path, seconds: float) -> threading.Thread:
    """Somebody writes for a while."""
    begun = threading.Event()

    def write() -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        begun.set()
        time.sleep(seconds)
        other.execute("COMMIT")
        other.close()

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait(5)
    return thread


def say() -> None:
    with bulk.eager(0.5), transaction.get_connection().cursor() as cursor:
        cursor.execute("INSERT INTO said VALUES ('bonjour')")


def count(path: Path) -> int:
    with sqlite3.connect(path) as reader:
        found = int(reader.execute("SELECT count(*) FROM said").fetchone()[0])
    reader.close()
    return found


@pytest.mark.django_db
def test_it_waits_for_the_lock_and_then_writes(file: Path) -> None:
    other = held(file, 0.1)
    say()
    other.join()

    assert 1 == count(file)


@pytest.mark.django_db
def test_it_gives_up_in_the_end(file: Path) -> None:
    """Better a network that delivers again than one that waits for ever."""
    other = held(file, 1.5)
    with pytest.raises(OperationalError):
        say()
    other.join()
    say()

    assert 1 == count(file)


@pytest.mark.django_db
def test_what_fails_inside_is_rolled_back(file: Path) -> None:

    def fail() -> None:
        with bulk.eager(), transaction.get_connection().cursor() as cursor:
            cursor.execute("INSERT INTO said VALUES ('bonjour')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    say()

    assert 1 == count(file)


@pytest.mark.django_db
def test_the_usual_patience_is_given_back(file: Path) -> None:
    """The connection is shared with everything else that the thread does."""
    say()
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert 30_000 == cursor.fetchone()[0]
