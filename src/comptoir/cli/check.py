"""`comptoir check`: what is configured, what is missing, what is wrong."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from comptoir import conf
from comptoir.cli.app import app, django

State = Literal["ok", "warn", "fail"]
Finding = tuple[State, str]

MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}
COLOURS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}
LITTLE_DISK = 2 * 1024**3
NO_DISK = 200 * 1024**2
LATE = timedelta(minutes=2)
LONG_BACKLOG = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at. state: "ok", "warn" or "fail". sentence: what was found, and the fix."""

    name: str
    state: State
    sentence: str


@app.command()
def check(
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object for machines."),
) -> None:
    """
    Say what is configured, what is missing and what is wrong.

    Ends with 1 when something must be mended before Comptoir can work.

    Example:  comptoir check --json
    """
    settings = conf.current()
    lines = [*_about_settings(settings), *_about_machine(settings)]
    django()
    lines += _about_data()
    if as_json:
        body = {"ok": _well(lines), "checks": [asdict(line) for line in lines]}
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(lines)
    if not _well(lines):
        raise typer.Exit(1)


def _well(lines: list[Line]) -> bool:
    return all(line.state != "fail" for line in lines)


def _print(lines: list[Line]) -> None:
    width = max(len(line.name) for line in lines)
    for line in lines:
        mark = typer.style(MARKS[line.state], fg=COLOURS[line.state], bold=True)
        typer.echo(f" {mark} {line.name:<{width}}  {line.sentence}")
    failing = sum(line.state == "fail" for line in lines)
    warned = sum(line.state == "warn" for line in lines)
    typer.echo(f"\n {len(lines)} checked, {warned} to look at, {failing} to mend.")


def _about_settings(settings: conf.Settings) -> Iterator[Line]:
    """Each setting's value and where it comes from; passwords are not shown."""
    for field in fields(conf.Settings):
        value = _shown(field.name, getattr(settings, field.name))
        yield Line(field.name, "ok", f"{value}  ({source(field.name, settings.home, os.environ)})")
    if settings.debug:
        yield Line("debug", "warn", "Debug pages show what is inside. Turn debug off in service.")
    if _open_without_tls(settings):
        yield Line(
            "public_url",
            "warn",
            "Other machines can connect without encryption. Put a proxy with HTTPS in front and"
            " set public_url to its https:// address.",
        )


def source(name: str, home: Path, environ: "os._Environ[str] | dict[str, str]") -> str:
    """Where the setting `name` was read: a variable, the file, or nowhere."""
    if f"{conf.PREFIX}{name.upper()}" in environ:
        return f"{conf.PREFIX}{name.upper()}"
    if name == "database_url" and environ.get("DATABASE_URL"):
        return "DATABASE_URL"
    if name != "home" and name in conf._from_file(home / conf.FILE):
        return conf.FILE
    return "default"


def _shown(name: str, value: object) -> str:
    if name == "database_url" and value:
        scheme, _colon, rest = str(value).partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"
    return "—" if value == "" else str(value)


def _open_without_tls(settings: conf.Settings) -> bool:
    local = settings.host in ("127.0.0.1", "localhost", "::1")
    return not local and not settings.address.startswith("https://")


def _about_machine(settings: conf.Settings) -> Iterator[Line]:
    yield _line("folder", lambda: _folder(settings.home))
    yield _line("disk", lambda: _disk(settings.home))
    yield _line("time zones", _zones)


def _line(name: str, look: Callable[[], Finding]) -> Line:
    """One look; what breaks it is a finding as well."""
    try:
        state, sentence = look()
    except Exception as error:  # noqa: BLE001 a check that fails must say so, not hide the others
        state, sentence = "fail", f"{error.__class__.__name__}: {error}"
    return Line(name, state, sentence)


def _folder(home: Path) -> Finding:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(home, os.W_OK | os.X_OK):
        return (
            "fail",
            f"{home} cannot be written to. Give this user the right, or set COMPTOIR_HOME.",
        )
    if home.stat().st_mode & 0o077:
        return "warn", f"{home} can be read by other users: chmod 700 {home}"
    return "ok", f"{home} can be written to, by this user alone."


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    sentence = f"{free / 1024**3:.1f} GiB free."
    if free < NO_DISK:
        return "fail", f"{sentence} Make room before importing anything."
    return ("warn" if free < LITTLE_DISK else "ok"), sentence


def _zones() -> Finding:
    try:
        ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        return "fail", "No time zone data: install the package tzdata."
    return "ok", "Time zone data is there."


def _about_data() -> list[Line]:
    """What needs the database; one line only when it cannot be reached."""
    first = _line("database", _database)
    if first.state == "fail":
        return [first]
    second = _line("migrations", _migrations)
    if second.state == "fail":
        return [first, second]
    looks = {
        "search": _search,
        "work": _work,
        "set aside": _set_aside,
        "words": _words,
        "brands": _brands,
        "people": _people,
        "two factors": _two_factors,
    }
    return [first, second, *(_line(name, look) for name, look in looks.items())]


def _database() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if connection.vendor == "sqlite":
        from sqlite3 import sqlite_version

        return "ok", f"SQLite {sqlite_version}, {connection.settings_dict['NAME']}"
    number = connection.pg_version  # type: ignore[attr-defined]  # PostgreSQL's own
    version = f"{number // 10_000}.{number % 10_000}"
    if number < 150_000:
        return "fail", f"PostgreSQL {version}; 15 or newer is needed."
    return "ok", f"PostgreSQL {version}"


def _migrations() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return (
            "fail",
            f"Changes to apply: {len(waiting)}. `comptoir up` or `comptoir web` applies them.",
        )
    return "ok", "The tables are up to date."


def _search() -> Finding:
    from django.db import connection

    if connection.vendor != "sqlite":
        return "ok", "PostgreSQL’s own full-text search."
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'")
        found = cursor.fetchone()
    if not found:
        return "fail", "This SQLite has no FTS5: use a Python whose SQLite has it, or PostgreSQL."
    return "ok", "SQLite FTS5."


def _work() -> Finding:
    """Whether what waits is being done: the oldest task and the outbox's backlog."""
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    from comptoir.base import clock, outbox

    events = max(outbox.backlog().values(), default=0)
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    late = waiting.filter(enqueued_at__lt=clock.now() - LATE).count()
    sentence = f"Waiting events: {events}, tasks: {waiting.count()}."
    if late or events > LONG_BACKLOG:
        return "warn", f"{sentence} Is a worker running? Start one: comptoir worker"
    return "ok", sentence


def _set_aside() -> Finding:
    from comptoir.base.models import OutboxCursor, SetAsideEvent
    from comptoir.base.scope import every_workspace

    failing = list(OutboxCursor.objects.filter(failures__gt=0).values_list("consumer", flat=True))
    with every_workspace():
        kept = SetAsideEvent.objects.count()
    if failing:
        return "fail", f"Failing and trying again: {', '.join(failing)}. See the log for the cause."
    if kept:
        return "warn", f"Events that failed five times, kept to be replayed once mended: {kept}."
    return "ok", "No event failed."


def _words() -> Finding:
    """Whether queries find the past in volumes; the worker reads what is lacking."""
    from comptoir.base.models import Workspace
    from comptoir.listening import api as listening

    spaces = Workspace.objects.exclude(slug__startswith="deleted-")
    standing = {one.slug: listening.words_read(one) for one in spaces}
    sentence = f"Messages whose words are read for queries on the past: {sum(read for read, _ in standing.values())}."
    if lacking := [slug for slug, (_read, whole) in standing.items() if not whole]:
        return "warn", f"{sentence} A worker still reads those of: {', '.join(lacking)}."
    return "ok", sentence


def _brands() -> Finding:
    from comptoir.base.models import Workspace, WorkspaceDeletion

    leaving = WorkspaceDeletion.objects.filter(finished_at=None).count()
    count = Workspace.objects.exclude(slug__startswith="deleted-").count()
    sentence = f"Brands: {count}."
    if leaving:
        return "warn", f"{sentence} Deleted and still being emptied by the worker: {leaving}."
    return ("ok" if count else "warn"), sentence if count else "No brand yet: open the pages."


def _people() -> Finding:
    from comptoir.base.models import User

    count = User.objects.filter(is_active=True).count()
    if not count:
        return "warn", "Nobody can sign in yet: open the pages and create the owner."
    return "ok", f"Can sign in: {count}."


def _two_factors() -> Finding:
    from comptoir.base.models import Membership
    from comptoir.base.roles import Role
    from comptoir.web.team.factors import protected

    owners = set(Membership.objects.filter(role=Role.OWNER).values_list("user_id", flat=True))
    if not owners:
        return "ok", "No owner yet."
    count = len(protected(owners))
    sentence = f"Owners who sign in with a second factor: {count} of {len(owners)}."
    return ("ok" if count == len(owners) else "warn"), sentence
