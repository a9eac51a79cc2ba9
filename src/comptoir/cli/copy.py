"""What is derived from the database: the copy for figures, the volumes of words; again."""

import time

import typer

from comptoir.cli.app import app, django, fail


@app.command()
def rebuild(
    workspace: str = typer.Option("", help="Address name of one workspace; all when left out."),
) -> None:
    """
    Derive what figures are counted from, and the words that queries ask of the past, again.

    Both are copies of the database and keep themselves up to date; this is for when you doubt
    them. Figures and queries answer meanwhile. Stop it at any moment and run it again.

    Example:  comptoir rebuild --workspace atelier-citron
    """
    django()
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.insight import api as insight
    from comptoir.listening import api as listening

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
        started = time.monotonic()
        with scope(one):
            read = listening.read_again(one, lambda done, slug=one.slug: _read(slug, done))  # type: ignore[misc]
        seconds = time.monotonic() - started
        typer.echo(f"\r{one.slug}: words of {read} messages in {seconds:.1f} s          ")


def _say(slug: str, done: int) -> None:
    typer.echo(f"\r{slug}: {done} rows …", nl=False)


def _read(slug: str, done: int) -> None:
    typer.echo(f"\r{slug}: words of {done} messages …", nl=False)
