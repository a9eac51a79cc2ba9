"""Waking up on changes of the database."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, transaction

from comptoir.base import wake

SOON = 0.5


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE said (word TEXT)")
    return path


@pytest.fixture
def listener(file: Path) -> Iterator[wake.SqliteWaker]:
    made = wake.SqliteWaker(str(file))
    yield made
    made.close()


def write(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("INSERT INTO said VALUES ('bonjour')")
        other.commit()


def test_nothing_new_waits_until_the_end(listener: wake.SqliteWaker) -> None:
    began = time.monotonic()

    assert listener.wait(0.05) is False
    assert 0.05 <= time.monotonic() - began


def test_a_commit_wakes_at_once(file: Path, listener: wake.SqliteWaker) -> None:
    """Somebody waits for the message on a screen: a twentieth of a second is long."""
    threading.Timer(0.1, write, [file]).start()
    began = time.monotonic()

    assert listener.wait(10) is True
    assert time.monotonic() - began < SOON


def test_what_came_between_two_waits_is_heard(file: Path, listener: wake.SqliteWaker) -> None:
    """A change while the last one was being looked at must not wait for the next."""
    write(file)

    assert listener.wait(0) is True
    assert listener.wait(0) is False


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs PostgreSQL")
def test_postgresql_tells_after_the_commit_only() -> None:
    listener = wake._PostgresWaker(connection.settings_dict)
    try:
        with transaction.atomic():
            wake.tell()
            assert listener.wait(0.1) is False
        assert listener.wait(SOON) is True
    finally:
        listener.close()
