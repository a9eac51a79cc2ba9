"""
The rows that open pages watch, drawn once for all who would see the same.

What draws them is handed in by who serves: this area knows listeners and views, not rows. A page
that gets none asks for them itself, so drawing may be left out whenever it costs too much.
"""

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog
from django.db import DatabaseError

from comptoir.web.live import admission
from comptoir.web.live.admission import Listener

log = structlog.get_logger(__name__)

MOST_ROWS = 60
"""Rows brought at once; of more, the page asks for the newest."""

MOST_VIEWS = 12
"""Views of one workspace, each of one person, that rows are drawn for; the pages of others ask."""

DEAR_SECONDS, DEAR_IN_A_ROW, REST_SECONDS = 0.25, 2, 10.0
"""
Drawings that took so long, one after the other, are given up for a while: the pages ask. The
first of a process loads its templates, and any may have been held up once.
"""

LOOK_SECONDS = 1.0
"""How long it is known that somebody may listen. What their role allows is asked each time."""

Reader = tuple[int, str]
"""A member's id and a view: what follows "?" in the address of a list."""

Draw = Callable[[int, Collection[Reader], Sequence[int]], Mapping[Reader, str]]
"""
draw(workspace_id, readers, conversations): HTML for each reader who may have it. A conversation that does
not belong to the view is there, too, and says so.
"""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who listens, and a view that one of their pages shows."""

    listener: Listener
    view: str


class Artist:
    """Has rows drawn, for whom it is worth it; belongs to the reader's thread."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._dear = 0
        self._rests_until = 0.0
        self._looked_at = -LOOK_SECONDS
        self._looked = set[Listener]()
        self._admitted = set[Listener]()

    def rows(
        self, workspace_id: int, watchers: Collection[Watcher], threads: Sequence[int]
    ) -> dict[Watcher, bytes]:
        """Rows as JSON; nothing for those whose pages have to ask."""
        began = time.monotonic()
        if not watchers or not 0 < len(threads) <= MOST_ROWS or began < self._rests_until:
            return {}
        admitted = self._still({one.listener for one in watchers})
        here = [one for one in watchers if one.listener in admitted]
        readers = sorted({(one.listener.user_id, one.view) for one in here})[:MOST_VIEWS]
        try:
            drawn = self._draw(workspace_id, readers, threads) if readers else {}
        except DatabaseError:
            raise
        except Exception:  # what cannot be drawn here is told by its id, and asked for
            log.exception("live.drawing_failed", workspace=workspace_id)
            self._rests_until = time.monotonic() + REST_SECONDS
            return {}
        self._dear = self._dear + 1 if time.monotonic() - began > DEAR_SECONDS else 0
        if self._dear >= DEAR_IN_A_ROW:
            self._dear = 0
            self._rests_until = time.monotonic() + REST_SECONDS
        told = {reader: json.dumps(html).encode() for reader, html in drawn.items()}
        found = {one: told.get((one.listener.user_id, one.view)) for one in here}
        return {one: html for one, html in found.items() if html is not None}

    def _still(self, listeners: set[Listener]) -> set[Listener]:
        """Those whose session and membership hold, known for a second."""
        now = time.monotonic()
        if now - self._looked_at > LOOK_SECONDS:
            self._looked_at = now
            self._looked, self._admitted = set(), set()
        if new := listeners - self._looked:
            self._looked |= new
            self._admitted |= admission.still(new)
        return self._admitted
