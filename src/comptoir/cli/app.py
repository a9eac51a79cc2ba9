"""The command's frame: one module per group of commands, loaded by name."""

import importlib
import os
import sys

import typer

from comptoir import __version__
from comptoir.conf import SettingProblem

app = typer.Typer(
    name="comptoir",
    help=(
        "Comptoir hears what customers say, sorts it, and helps a small team answer once and well."
        "\n\nStart here:  [bold]comptoir up[/bold]"
    ),
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

MODULES = (
    "serve",
    "demo",
    "imports",
    "copy",
    "check",
    "user",
    "erase",
    "replay",
    "triage",
    "match",
)


def django() -> None:
    """Set Django up; called by the commands that need the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptoir.settings")
    from comptoir.base.translations import compile_catalogues

    compile_catalogues()
    import django as framework

    framework.setup()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"comptoir {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Options that every command shares."""


def fail(sentence: str, fix: str = "") -> typer.Exit:
    """Say what failed and what to do on standard error; raise the result."""
    typer.secho(sentence, fg=typer.colors.RED, err=True)
    if fix:
        typer.echo(fix, err=True)
    return typer.Exit(1)


def load() -> typer.Typer:
    """The command with all its subcommands."""
    for name in MODULES:
        importlib.import_module(f"comptoir.cli.{name}")
    return app


def main() -> None:
    """Entry point: settings that make no sense end in a sentence, not in a traceback."""
    try:
        load()()
    except SettingProblem as problem:
        typer.secho(f"Settings: {problem}", fg=typer.colors.RED, err=True)
        sys.exit(2)
