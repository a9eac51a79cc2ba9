"""
Waking up when the database changed, instead of asking it again and again.

SQLite counts the commits of other connections (`PRAGMA data_version`): a read of a few
microseconds, repeated every few milliseconds, that touches no table. PostgreSQL tells its
listeners (`NOTIFY`), who sleep until then. Either way a wake-up says only "look": what
changed is read from the tables, so one too many is harmless and a missed one costs the
time-out of `wait`.
"""

import sqlite3
import time
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import connection

log = structlog.get_logger(__name__)

STEP_SECONDS = 0.01
IDLE_STEP_SECONDS = 0.025
"""Between two looks at SQLite's count: shortly after a change, and when all is quiet."""

QUIET_SECONDS = 2.0

AGAIN_SECONDS = 1.0
"""Before connecting again to a PostgreSQL that went away."""

_CHANNEL = "comptoir"


class Waker(Protocol):
    """Belongs to one thread, which closes it."""

    def wait(self, seconds: float) -> bool:
        """Return as soon as the database changed since the last call, or after `seconds`."""
        ...

    def close(self) -> None: ...


def waker() -> Waker:
    """A waker for the installation's database; changes count from now on."""
    if connection.vendor == "postgresql":
        return _PostgresWaker(settings.DATABASES["default"])
    return SqliteWaker(str(settings.DATABASES["default"]["NAME"]))


def tell() -> None:
    """
    Wake the others once the present transaction is committed.

    `outbox.publish` does it; SQLite's wakers hear of every commit by themselves.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [_CHANNEL])


class SqliteWaker:
    """Hears the commits of every other connection to the file `path`, of any process."""

    def __init__(self, path: str) -> None:
        # Asked by one thread at a time; who made it may be another.
        self._file = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, uri=path.startswith("file:")
        )
        self._known = self._version()
        self._changed_at = time.monotonic()

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (version := self._version()) == self._known:
            now = time.monotonic()
            if now >= end:
                return False
            quiet = now - self._changed_at > QUIET_SECONDS
            time.sleep(min(IDLE_STEP_SECONDS if quiet else STEP_SECONDS, end - now))
        self._known, self._changed_at = version, time.monotonic()
        return True

    def close(self) -> None:
        self._file.close()

    def _version(self) -> int:
        return int(self._file.execute("PRAGMA data_version").fetchone()[0])


class _PostgresWaker:
    """Listens on a connection of its own, opened again when it breaks."""

    def __init__(self, database: dict[str, Any]) -> None:
        self._database = database
        self._open: Any = None
        self._listen()

    def wait(self, seconds: float) -> bool:
        import psycopg

        try:
            if self._open is None:
                self._listen()
                return True  # whatever happened meanwhile was not heard
            return any(True for _one in self._open.notifies(timeout=seconds, stop_after=1))
        except psycopg.OperationalError as error:
            log.warning("wake.lost", reason=str(error))
            self.close()
            time.sleep(min(seconds, AGAIN_SECONDS))
            return False

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _listen(self) -> None:
        import psycopg

        named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        found = {key: self._database.get(name) for key, name in named.items()}
        options = {key: value for key, value in found.items() if value}
        options |= {
            key: value
            for key, value in self._database.get("OPTIONS", {}).items()
            if key.startswith("ssl")
        }
        self._open = psycopg.connect(dbname=self._database["NAME"], autocommit=True, **options)
        self._open.execute(f"LISTEN {_CHANNEL}")
