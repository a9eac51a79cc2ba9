"""`comptoir erase`: a person's right to be forgotten, in every store."""

import json

import typer

from comptoir.cli.app import app, django, fail


@app.command()
def erase(
    handle: str = typer.Argument(help="The person's name on the channel, with or without @."),
    workspace: str = typer.Option(help="The workspace's address (slug)."),
    channel: str = typer.Option(help="The channel the person wrote on: x, email, reviews, …"),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """
    Erase what a person wrote and what is known of them, from every store.

    Messages, raw rows, labels, index, figures and history go; what others wrote
    stays. Cannot be undone; can be run again.

    Example:  comptoir erase @marie --workspace atelier --channel x
    """
    django()
    from comptoir.base import audit, erasure
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels import api as channels

    place = Workspace.objects.filter(slug=workspace).first()
    if place is None:
        raise fail(f"There is no workspace {workspace}.", "See which exist: comptoir user list")
    with scope(place):
        author = channels.find_author(channel, handle)
        if author is None:
            raise fail(f"Nobody wrote as {handle} on {channel} in {workspace}.")
        if author.own:
            raise fail(f"{handle} is the brand itself.", "Remove it from the own accounts first.")
        if not yes:
            typer.confirm(f"Erase everything of {handle} on {channel}?", abort=True)
        touched = erasure.erase(erasure.Person(place.pk, author.id))
        audit.record("person.erased", actor=None, workspace=place, rows=sum(touched.values()))
    typer.echo(json.dumps(touched))
