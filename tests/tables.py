"""
Tables are made once: the first that needs a database runs every migration, the others copy it.

An SQLite file is kept beside pytest's cache until a migration changes. On PostgreSQL, a database
that others are copied from lasts as long as the run that made it.
"""

import fcntl
import hashlib
import inspect
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / ".pytest_cache" / "tables"


@contextmanager
def filled() -> Iterator[None]:
    """Around the making of a test database: it begins with the tables, or they are kept."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with _filled_postgres():
            yield
        return
    with _alone(), closing(sqlite3.connect(_test_database(), uri=True)) as database:
        kept = _kept()
        if kept.exists():
            with closing(sqlite3.connect(kept)) as source:
                source.backup(database)
        yield
        if not kept.exists():
            _keep(database)


def forget() -> None:
    """At the end of a run: drop the database that this process made to be copied."""
    if _made:
        with _alone():
            _server(f'DROP DATABASE IF EXISTS "{_made.pop()}"')


def begin(home: Path) -> None:
    """Let the installation in `home`, on SQLite, begin with the tables, if any are kept."""
    with _alone():
        if _kept().exists():
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(_kept(), home / "comptoir.sqlite3")


@contextmanager
def template() -> Iterator[str]:
    """What CREATE DATABASE says to begin with the tables; "" when no run has made them."""
    with _alone():
        name = _postgres_name()
        found = _server("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        yield f'TEMPLATE "{name}"' if found else ""


_made: list[str] = []


@contextmanager
def _filled_postgres() -> Iterator[None]:
    from django.db import connection

    with template() as found:
        if found:
            connection.settings_dict["TEST"]["TEMPLATE"] = _postgres_name()
        yield
        if not found:
            connection.close()
            made = connection.settings_dict["NAME"]
            _server(f'CREATE DATABASE "{_postgres_name()}" TEMPLATE "{made}"')
            _made.append(_postgres_name())


def _postgres_name() -> str:
    return f"comptoir_tables_{_digest()}"


def _server(statement: str, given: list[str] | None = None) -> list[tuple[object, ...]]:
    """Ask the server that the suite uses, outside of any test's database."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        told = server.execute(statement.encode(), given)
        return list(told.fetchall()) if told.description else []


def _test_database() -> str:
    from django.db import connection

    return str(connection.creation._get_test_db_name())  # type: ignore[attr-defined]


def _keep(database: sqlite3.Connection) -> None:
    for old in FOLDER.glob("*.sqlite3"):
        old.unlink()
    making = _kept().with_suffix(".making")
    with closing(sqlite3.connect(making)) as target:
        database.backup(target)
    making.replace(_kept())


def _kept() -> Path:
    return FOLDER / f"{_digest()}.sqlite3"


@cache
def _digest() -> str:
    """Changes with Django and with the text of any migration."""
    import django
    from django.db.migrations.loader import MigrationLoader

    digest = hashlib.blake2b(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    found = MigrationLoader(None).disk_migrations
    for key in sorted(found):
        digest.update(repr(key).encode())
        digest.update(Path(inspect.getfile(type(found[key]))).read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    """One process of this checkout at a time: the others wait rather than do the same."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
