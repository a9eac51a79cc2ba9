"""`comptoir user`: what only whoever runs the server may do for a person."""

from typing import TYPE_CHECKING

import typer

from comptoir.cli.app import app, django, fail

if TYPE_CHECKING:
    from comptoir.base.models import User

people = typer.Typer(help="People who sign in: list them, let one in again.", no_args_is_help=True)
app.add_typer(people, name="user")


@people.command("list")
def list_people() -> None:
    """
    List who can sign in, their brands and their roles.

    Example:  comptoir user list
    """
    django()
    from comptoir.base import members
    from comptoir.base.models import User

    for user in User.objects.order_by("email"):
        found = members.workspaces_of(user)
        places = ", ".join(f"{one.workspace.slug} ({one.role})" for one in found) or "no brand"
        typer.echo(f"{user.email}  {places}")


@people.command("reset-password")
def reset_password(
    email: str = typer.Argument(help="The person's e-mail address."),
    drop_second_factor: bool = typer.Option(
        False, "--drop-second-factor", help="Also remove the authenticator app and the codes."
    ),
) -> None:
    """
    Print a link with which a person sets a new password.

    The link works once, for a day. Give it to the person by a way you trust.

    Example:  comptoir user reset-password claire@example.com
    """
    django()
    from comptoir.base import audit
    from comptoir.web.team.links import reset_link

    user = _find(email)
    if drop_second_factor:
        _drop_factors(user)
    audit.record(
        "team.reset_link_made_on_server",
        actor=None,
        target=user.email,
        second_factor_dropped=drop_second_factor,
    )
    typer.echo(reset_link(user))


def _find(email: str) -> "User":
    from comptoir.base.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise fail(f"Nobody signs in here as {email}.", "See who does: comptoir user list")
    return user


def _drop_factors(user: "User") -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=user).delete()
