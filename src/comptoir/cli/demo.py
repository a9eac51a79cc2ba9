"""`comptoir demo`: the sample shop from the command line."""

import sys

import typer

from comptoir.cli.app import app, django, fail


@app.command()
def demo(
    email: str = typer.Option("", help="Whose it is; the first owner when left out."),
    password_stdin: bool = typer.Option(
        False, "--password-stdin", help="Create that owner with the password on standard input."
    ),
) -> None:
    """
    Make the sample shop: six simulated months of an invented French brand.

    Marked as a simulation on every page; removed with one click in the pages.

    Example:  comptoir demo --email claire@example.com
    """
    django()
    from comptoir.base import members, outbox
    from comptoir.base.models import User
    from comptoir.cli.serve import migrate
    from comptoir.demo.install import install

    migrate()
    if password_stdin:
        members.create_first_owner(email=email, password=sys.stdin.readline().rstrip("\n"))
    people = User.objects.filter(email=email.lower()) if email else User.objects.order_by("pk")
    owner = people.first()
    if owner is None:
        raise fail(
            "There is nobody to give the sample shop to.", "Create the owner first: comptoir up"
        )
    workspace = install(owner)
    outbox.drain()
    typer.echo(f"{workspace.name} is ready in the workspace {workspace.slug}.")
