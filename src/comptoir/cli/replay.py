"""`comptoir replay`: what was set aside, or delivered, understood once more."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from comptoir.cli.app import app, django, fail

if TYPE_CHECKING:
    from comptoir.base.models import Workspace
    from comptoir.channels.api import Replayed


@app.command()
def replay(
    workspace: str = typer.Option(
        "", help="Read the kept deliveries of this brand again, by its name in addresses."
    ),
    account: str = typer.Option("", help="Those of this account alone: its name or number."),
    since: str = typer.Option("", help="Those received since this day, or moment, in UTC."),
    set_aside: bool = typer.Option(
        False, "--set-aside", help="Those alone that could not be understood, or not wholly."
    ),
) -> None:
    """
    Hand the events that failed five times to their consumers again.

    `comptoir check` says whether there are any, and the log says why they failed.
    With --workspace, read what networks delivered again instead: after a connector was
    brought up to date, say. Deliveries are kept for a month. Nothing is doubled, and a run
    that was interrupted goes on where it stopped. Ends with 1 while something still fails.

    Example:  comptoir replay
    Example:  comptoir replay --workspace citron --set-aside
    Example:  comptoir replay --workspace citron --account "Page Citron" --since 2026-11-01
    """
    django()
    if workspace:
        _deliveries(workspace, account, since, set_aside)
        return
    if account or since or set_aside:
        raise fail("Deliveries belong to a brand.", "Name it: comptoir replay --workspace citron …")
    _events()


def _events() -> None:
    from comptoir.base import outbox
    from comptoir.base.models import SetAsideEvent
    from comptoir.base.scope import every_workspace

    done = outbox.replay()
    with every_workspace():
        left = SetAsideEvent.objects.count()
    typer.echo(f"Went through: {done}. Still set aside: {left}.")
    if left:
        raise typer.Exit(1)


def _deliveries(slug: str, account: str, since: str, set_aside: bool) -> None:
    from comptoir.base.scope import scope
    from comptoir.channels import api as channels

    with scope(_brand(slug)):
        number = _number(account) if account else None
        moment = _moment(since) if since else None
        try:
            done = channels.replay(number, moment, only_set_aside=set_aside, on_progress=_show)
        except KeyboardInterrupt:
            typer.echo("\nInterrupted. The same command goes on where this one stopped.", err=True)
            raise typer.Exit(130) from None
    typer.echo(f"Read again: {done.read}. New messages: {done.new}. Set aside: {done.set_aside}.")
    if done.set_aside:
        raise typer.Exit(1)


def _moment(since: str) -> datetime:
    try:
        found = datetime.fromisoformat(since)
    except ValueError:
        raise fail(f"“{since}” is not a day.", "Write it as 2026-11-01.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _brand(slug: str) -> "Workspace":
    from comptoir.base.models import Workspace

    found = Workspace.objects.filter(slug=slug).first()
    if found is None:
        raise fail(f"There is no brand “{slug}”.", "comptoir user list names them.")
    return found


def _number(account: str) -> int:
    from comptoir.channels import api as channels

    here = channels.connected(disconnected=True)
    for one in here:
        if account in (one.name, str(one.id)):
            return one.id
    names = ", ".join(f"{one.name} ({one.id})" for one in here) or "none"
    raise fail(f"No account is called “{account}”.", f"Connected accounts: {names}.")


def _show(progress: "Replayed") -> None:
    typer.echo(f"\r{progress.read} of {progress.total} deliveries", nl=False, err=True)
    if progress.read >= progress.total:
        typer.echo("", err=True)
