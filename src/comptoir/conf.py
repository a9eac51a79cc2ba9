"""
Settings of an installation: typed, read once, loud on nonsense.

They come from `comptoir.toml` in the installation's folder and from the
environment, which wins. `COMPTOIR_HOME` names the folder; `DATABASE_URL`
and the `COMPTOIR_*` variables set the rest. A name nobody knows is an error,
because a setting misspelt is a setting silently lost.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from comptoir.base.guard import Listed

PREFIX = "COMPTOIR_"
FILE = "comptoir.toml"


class SettingProblem(ValueError):
    """A setting that cannot be used: says which, where it was read, what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """
    home: the folder that holds everything of an installation (database, files, keys).
    database_url: a PostgreSQL address; empty for SQLite inside `home`.
    host, port: where the web process listens.
    public_url: the address people type; empty when it is the listening one.
    log_format: "console" for people, "json" for machines.
    threads: requests served at once by one web process.
    triage: how messages are read: "best", "fast" (about four times as fast, a little less
        sure) or "light" (rules only, for a very small machine).
    private_hosts: names, addresses and networks that may be asked although they are private.
    proxy: through which other servers are asked; "environment" for what HTTPS_PROXY says.
    """

    home: Path
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8421
    public_url: str = ""
    language: str = "fr"
    log_level: str = "INFO"
    log_format: str = "console"
    threads: int = 4
    triage: str = "best"
    debug: bool = False
    private_hosts: tuple[str, ...] = ()
    proxy: str = ""

    @property
    def address(self) -> str:
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


def read(environ: Mapping[str, str]) -> Settings:
    """
    Build the settings of the installation that `environ` points to.

    Raises SettingProblem naming the setting, its source and the fix.
    """
    home = Path(environ.get("COMPTOIR_HOME") or Path.home() / ".comptoir").expanduser()
    values = _from_file(home / FILE) | _from_environment(environ)
    settings = Settings(home=home.resolve(), **values)
    _check(settings)
    return settings


@cache
def current() -> Settings:
    """The settings of this process, read once."""
    return read(os.environ)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingProblem(
            f"{path} cannot be read: {error}. Correct the file or remove it."
        ) from error
    return {name: _typed(name, value, str(path)) for name, value in raw.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found = {
        name.removeprefix(PREFIX).lower(): (name, value)
        for name, value in environ.items()
        if name.startswith(PREFIX) and name != "COMPTOIR_HOME"
    }
    if environ.get("DATABASE_URL"):
        found.setdefault("database_url", ("DATABASE_URL", environ["DATABASE_URL"]))
    return {name: _typed(name, value, source) for name, (source, value) in found.items()}


def _typed(name: str, value: object, source: str) -> Any:
    kinds = {field.name: field.type for field in fields(Settings) if field.name != "home"}
    if name not in kinds:
        known = ", ".join(sorted(kinds))
        raise SettingProblem(f"{source}: there is no setting “{name}”. Known settings: {known}.")
    if kinds[name] is int:
        return _integer(name, value, source)
    if kinds[name] is bool:
        return _boolean(name, value, source)
    if kinds[name] == tuple[str, ...]:
        return _words(value)
    return str(value)


def _integer(name: str, value: object, source: str) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise SettingProblem(f"{source}: {name} must be a whole number, not “{value}”.") from error


def _boolean(name: str, value: object, source: str) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    try:
        return words[str(value).lower()]
    except KeyError as error:
        raise SettingProblem(f"{source}: {name} must be true or false, not “{value}”.") from error


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(one).strip() for one in value)
    return tuple(str(value).replace(",", " ").split())


def _check(settings: Settings) -> None:
    if not 0 < settings.port < 65536:
        raise SettingProblem(f"port must lie between 1 and 65535, not {settings.port}.")
    if settings.threads < 1:
        raise SettingProblem(f"threads must be at least 1, not {settings.threads}.")
    _one_of("log_format", settings.log_format, ("console", "json"))
    _one_of("log_level", settings.log_level, ("DEBUG", "INFO", "WARNING", "ERROR"))
    _one_of("triage", settings.triage, ("best", "fast", "light"))
    _one_of("language", settings.language, ("fr", "en"))
    _hosts(settings.private_hosts)
    if settings.proxy not in ("", "environment") and not settings.proxy.startswith(
        ("http://", "https://")
    ):
        raise SettingProblem(
            "proxy must look like http://proxy.lan:3128, or be “environment”, not"
            f" “{settings.proxy}”."
        )
    known = ("postgres://", "postgresql://")
    if settings.database_url and not settings.database_url.startswith(known):
        raise SettingProblem(
            "database_url must look like postgresql://user:password@host:5432/name;"
            " leave it empty to keep SQLite in the installation's folder."
        )


def _hosts(entries: tuple[str, ...]) -> None:
    try:
        Listed.of(entries)
    except ValueError as error:
        raise SettingProblem(
            f"private_hosts: “{error}” is not a host. Write names (crm.lan, *.lan), addresses"
            " (192.168.1.20) or networks (10.0.0.0/8), separated by commas."
        ) from error


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SettingProblem(f"{name} must be one of {', '.join(allowed)}, not “{value}”.")
