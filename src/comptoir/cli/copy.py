"""The columnar copy, from which figures are counted: deriving it again."""

import time

import typer

from comptoir.cli.app import app, django, fail


@app.command()
def rebuild(
    workspace: str = typer.Option("", help="Address name of one workspace; all when left out."),
) -> None:
    """
    Derive the copy that figures are counted from again, from the database.

    The copy is derived and keeps itself up to date; this is for when you doubt it.
    Figures stay available meanwhile. Stop it at any moment and run it again.

    Example:  comptoir rebuild --workspace atelier-citron
    """
    django()
    from comptoir.base.models import Workspace
    from comptoir.insight import api as insight

    spaces = Workspace.objects.filter(slug=workspace) if workspace else Workspace.objects.all()
    if workspace and not spaces.exists():
        raise fail(
            f"There is no workspace “{workspace}”.",
            "Its name is the part of the address after /w/; leave the option out for all.",
        )
    for one in spaces:
        started = time.monotonic()
        rows = insight.rebuild(one, lambda done, slug=one.slug: _say(slug, done))  # type: ignore[misc]
        seconds = time.monotonic() - started
        typer.echo(f"\r{one.slug}: {rows} rows in {seconds:.1f} s          ")


def _say(slug: str, done: int) -> None:
    typer.echo(f"\r{slug}: {done} rows …", nl=False)
