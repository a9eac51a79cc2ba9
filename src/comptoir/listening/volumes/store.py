"""
The files of a workspace's volumes, and the one that says which of them count.

A part is two files: the words of up to 65,536 messages, and the columns of what is known of them.
Parts may lie across each other in time; no message is in two. Files never change: a change is
new files and then a new list of parts, put in the place of the old one at once. Killed at any
moment, the list is the old or the new one, and files that it does not name are deleted by the
next writer. One writer at a time holds a lock; readers hold none.
"""

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings

from comptoir.analysis.matching import BadVolume, Columns, Volume
from comptoir.base.ids import HIGHEST
from comptoir.base.locks import locked

VERSION: Final = 1
_LIST: Final = "parts.json"
_WORDS, _COLUMNS = ".words", ".columns"


@dataclass(frozen=True, slots=True)
class Part:
    """words, columns: names of its files. low, high: the lowest and highest id in it."""

    words: str
    columns: str
    rows: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Parts:
    """
    What is kept of a workspace.

    event, told_at: id and moment of the last event heard of; 0 and "" before any. reach:
    messages with lower ids were not read yet.
    """

    event: int = 0
    told_at: str = ""
    reach: int = HIGHEST
    parts: tuple[Part, ...] = field(default=())

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def root() -> Path:
    """The folder of all volumes; a setting only so that tests can have their own."""
    return Path(getattr(settings, "VOLUMES", settings.HOME / "volumes"))


def folder(workspace_id: int) -> Path:
    return root() / str(int(workspace_id))


def writing(workspace_id: int, wait: bool) -> AbstractContextManager[bool]:
    """Hold the writer's lock; yields False at once when another holds it and not `wait`."""
    return locked(root() / f"{int(workspace_id)}.lock", wait)


def known(workspace_id: int) -> Parts | None:
    """What counts now; None when there is nothing, or nothing that can be understood."""
    try:
        told = json.loads((folder(workspace_id) / _LIST).read_bytes())
        if told.pop("version") != VERSION:
            return None
        return Parts(**told | {"parts": tuple(Part(**part) for part in told["parts"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def commit(workspace_id: int, parts: Parts) -> None:
    """Let these parts count from now on, and delete the files that do not any more."""
    here = folder(workspace_id)
    here.mkdir(parents=True, exist_ok=True)
    begun = here / f"{_LIST}.new"
    with begun.open("w") as file:
        json.dump({"version": VERSION} | asdict(parts), file)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(here / _LIST)
    _settle(here)
    tidy(workspace_id, parts)


def tidy(workspace_id: int, parts: Parts) -> None:
    """Delete what no part names: replaced files, and those of a writer that was killed."""
    named = {_LIST} | {part.words for part in parts.parts} | {one.columns for one in parts.parts}
    for path in folder(workspace_id).iterdir():
        if path.name not in named:
            path.unlink(missing_ok=True)


def distrust(workspace_id: int) -> None:
    """Say that a file is missing or torn: the next writer reads everything anew."""
    (folder(workspace_id) / _LIST).unlink(missing_ok=True)


def drop(workspace_id: int) -> None:
    """Delete all that is kept of a workspace."""
    shutil.rmtree(folder(workspace_id), ignore_errors=True)


def dropped(workspace_id: int) -> None:
    """Delete it with its lock, when the workspace is gone."""
    drop(workspace_id)
    with suppress(OSError):
        (root() / f"{int(workspace_id)}.lock").unlink()


def save_words(workspace_id: int, volume: Volume) -> str:
    """Write words to a new file; returns its name."""
    name = secrets.token_hex(8) + _WORDS
    volume.save(_made(workspace_id) / name)
    return name


def save_columns(workspace_id: int, columns: Columns) -> str:
    """Write columns to a new file; returns its name."""
    name = secrets.token_hex(8) + _COLUMNS
    columns.save(_made(workspace_id) / name)
    return name


def part_of(words: str, columns: str, held: Columns) -> Part:
    return Part(words, columns, len(held.ids), int(held.ids[0]), int(held.ids[-1]))


def words_of(workspace_id: int, part: Part) -> Volume:
    """Raises FileNotFoundError and BadVolume."""
    volume = Volume.open(folder(workspace_id) / part.words)
    if volume.count != part.rows:
        raise BadVolume(part.words)
    return volume


def columns_of(workspace_id: int, part: Part) -> Columns:
    """Raises FileNotFoundError and BadVolume."""
    columns = Columns.open(folder(workspace_id) / part.columns)
    if len(columns.ids) != part.rows:
        raise BadVolume(part.columns)
    return columns


def sizes(workspace_ids: Sequence[int]) -> int:
    """Bytes on disk."""
    return sum(
        path.stat().st_size
        for one in workspace_ids
        for path in folder(one).glob("*")
        if path.is_file()
    )


def _made(workspace_id: int) -> Path:
    here = folder(workspace_id)
    here.mkdir(parents=True, exist_ok=True)
    return here


def _settle(here: Path) -> None:
    """Have the folder itself written, so that the new list outlasts a loss of power."""
    handle = os.open(here, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
