"""Importing files from the command line, with a person or without."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from comptoir.cli.app import app, django, fail

if TYPE_CHECKING:
    from comptoir.base.models import Workspace
    from comptoir.channels.api import ImportView, Inspection, Mapping

_PATIENCE = 0.1
_SHOWN = ("line", "sent_at", "author_handle", "text")


@app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, JSON Lines or Excel; any delimiter and encoding; a Google+ archive, also unpacked."
        ),
    ],
    workspace: Annotated[
        str, typer.Option(help="The brand's name in addresses; made when missing.")
    ] = "",
    own: Annotated[
        list[str] | None,
        typer.Option(
            help="A handle of the brand, may be repeated: FREE, or x:FREE for one channel."
        ),
    ] = None,
    mapping_name: Annotated[
        str, typer.Option("--map", help="Use the mapping saved by this name.")
    ] = "",
    zone: Annotated[
        str, typer.Option(help="Time zone of times that name none; the workspace's when not given.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Import without asking.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print totals as one JSON object on standard output.")
    ] = False,
    store_only: Annotated[
        bool,
        typer.Option(
            "--store-only",
            help="Stop once the rows are stored; labels and conversations follow with `comptoir up`.",
        ),
    ] = False,
) -> None:
    """
    Import a file of messages: shows how it reads the columns, asks, then imports.

    Safe to interrupt and to run again: nothing is doubled. Rows that cannot be
    read are kept aside with the reason; the page Imports lists them.

    Example:  comptoir import export.csv --workspace citron --own citron --own citron_sav --yes --json
    """
    began = time.monotonic()
    console = Console(stderr=True)
    django()
    _prepare()
    from django.utils import translation

    from comptoir.base.errors import Problem
    from comptoir.base.scope import scope

    if not file.exists():
        raise fail(f"There is no file {file}.", "Check the path and run the command again.")
    brand = _workspace(workspace)
    try:
        with scope(brand), translation.override("en"), _packed(file) as packed:
            run = _import(console, packed, brand, own or [], mapping_name, zone, yes)
            conversations = 0 if store_only else _conversations(console, run)
    except Problem as problem:
        raise fail(problem.sentence, problem.fix) from problem
    _report(console, run, conversations, time.monotonic() - began, as_json)


@contextmanager
def _packed(file: Path) -> Iterator[Path]:
    """The file itself; of an unpacked archive, its posts packed again, always into the same bytes."""
    if file.is_file():
        yield file
        return
    from comptoir.channels.files import api as files

    with TemporaryDirectory() as folder:
        packed = Path(folder) / f"{file.resolve().name or 'archive'}.zip"
        if not files.pack_posts(file, packed):
            raise fail(
                f"The folder {file} holds no posts of Google+.",
                "Give the folder that Google Takeout was unpacked into, or one file.",
            )
        yield packed


def _prepare() -> None:
    from comptoir.cli.serve import migrate

    migrate()


def _workspace(slug: str) -> "Workspace":
    """The named workspace, made when missing; without a name, the only one there is."""
    from django.utils.text import slugify

    from comptoir.base import workspaces
    from comptoir.base.models import Workspace

    if not slug:
        found = list(Workspace.objects.all()[:2])
        if len(found) != 1:
            raise fail(
                "Say into which workspace.", "Add --workspace NAME; it is made when missing."
            )
        return found[0]
    if slugify(slug) != slug or len(slug) > 60:
        raise fail(
            f"“{slug}” cannot be part of an address.",
            f"Use small letters, digits and dashes: --workspace {slugify(slug)[:60] or 'my-brand'}",
        )
    return workspaces.unattended(slug)


def _import(
    console: Console,
    file: Path,
    brand: "Workspace",
    own: list[str],
    mapping_name: str,
    zone: str,
    yes: bool,
) -> "ImportView":
    from comptoir.channels import api

    found = api.inspect_file(file, zone or brand.zone)
    mapping = api.saved_mapping(mapping_name) if mapping_name else found.guess.mapping
    if not yes:
        _confirm(console, file, found, mapping)
    handles = [_own(each) for each in own]
    if handles:
        api.add_own_handles(handles)
    run = api.interrupted_import(file, mapping)
    if run is not None:
        console.print(f"Going on with the import that stopped after {run.read} rows.")
    else:
        run = api.start_import(file, mapping, enqueue=False)
    return _run(console, run)


def _run(console: Console, run: "ImportView") -> "ImportView":
    from comptoir.channels import api

    try:
        with _bar(console, "Importing") as (progress, task):
            done = api.run_import(
                run.id,
                lambda now: progress.update(
                    task, completed=now.share, note=f"{now.read} rows, {int(now.rate or 0)} rows/s"
                ),
            )
    except KeyboardInterrupt as stop:
        raise fail(
            "Interrupted; what was imported is kept.",
            "Run the same command again to go on where it stopped: nothing is doubled.",
        ) from stop
    assert done is not None, "the run was made above"
    if done.problem is not None:
        raise fail(done.problem.sentence, done.problem.fix)
    if not done.is_over:
        raise fail(
            "Another process is importing this file.", "Wait for it, or see the page Imports."
        )
    return done


def _own(said: str) -> tuple[str, str]:
    """("", "FREE") from "FREE", ("x", "FREE") from "x:FREE"."""
    channel, colon, handle = said.partition(":")
    return (channel, handle) if colon else ("", said)


def _confirm(console: Console, file: Path, found: "Inspection", mapping: "Mapping") -> None:
    """Show how the columns are read and the first rows; stop unless the person agrees."""
    console.print(f"[bold]{file.name}[/bold]: {found.format}, {found.rows} rows, {mapping.profile}")
    columns = Table("Part of the message", "Column")
    for key, column in mapping.columns.items():
        columns.add_row(key, column)
    console.print(columns)
    rows = Table(*_SHOWN)
    for row in _first_rows(found, mapping):
        rows.add_row(*row)
    console.print(rows)
    if not console.is_terminal:
        raise fail("Nobody is here to confirm.", "Add --yes to import as shown above.")
    if not typer.confirm("Import it like this?", default=True, err=True):
        raise fail(
            "Nothing was imported.",
            "Correct the columns on the page Imports, save them by name, then use --map NAME.",
        )


def _first_rows(found: "Inspection", mapping: "Mapping") -> Iterator[tuple[str, ...]]:
    from comptoir.channels import api

    for row in api.preview_file(found.path, mapping):
        if isinstance(row, api.Rejected):
            yield str(row.line), "", "", api.sentence(row.code, row.fields)
            continue
        for each in row.messages:
            text = " ".join(each.text.split())[:60]
            yield str(row.line), f"{each.sent_at:%Y-%m-%d %H:%M}", each.author_handle, text


def _conversations(console: Console, run: "ImportView") -> int:
    """Let labels and conversations follow, then count those that the import brought into."""
    from comptoir.base import outbox
    from comptoir.base.scope import current_workspace_id
    from comptoir.care.models import Conversation
    from comptoir.channels import api

    try:
        with _bar(console, "Understanding") as (progress, task):
            first = 1
            while left := sum(outbox.backlog(current_workspace_id()).values()):
                first = max(first, left)
                progress.update(task, completed=1 - left / first, note="")
                if not outbox.drain(limit=1):
                    time.sleep(_PATIENCE)  # a worker is at it, or an event waits to be retried
    except KeyboardInterrupt as stop:
        raise fail(
            "Interrupted; every row is stored.",
            "Labels and conversations follow as soon as `comptoir up` runs.",
        ) from stop
    return sum(
        Conversation.objects.filter(pk__in=part).count() for part in api.threads_of_run(run.id)
    )


@contextmanager
def _bar(console: Console, title: str) -> Iterator[tuple[Progress, TaskID]]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as progress:
        yield progress, progress.add_task(title, total=1.0, note="")


def _report(
    console: Console, run: "ImportView", conversations: int, seconds: float, as_json: bool
) -> None:
    totals = {
        "read": run.read,
        "imported": run.imported,
        "duplicates": run.duplicates,
        "rejected": run.rejected,
        "conversations": conversations,
        "seconds": round(seconds, 3),
    }
    if as_json:
        typer.echo(json.dumps(totals))
        return
    for name, value in totals.items():
        console.print(f"{name:>14}  {value}")
    if run.rejected:
        console.print("Rows that were refused are listed on the page Imports, with the reason.")
