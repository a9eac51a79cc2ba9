"""`comptoir replay`: events that were set aside, handed to their consumers again."""

import typer

from comptoir.cli.app import app, django


@app.command()
def replay() -> None:
    """
    Hand the events that failed five times to their consumers again.

    `comptoir check` says whether there are any, and the log says why they failed.
    Ends with 1 while some still fail.

    Example:  comptoir replay
    """
    django()
    from comptoir.base import outbox
    from comptoir.base.models import SetAsideEvent
    from comptoir.base.scope import every_workspace

    done = outbox.replay()
    with every_workspace():
        left = SetAsideEvent.objects.count()
    typer.echo(f"Went through: {done}. Still set aside: {left}.")
    if left:
        raise typer.Exit(1)
