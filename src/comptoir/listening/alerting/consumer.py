"""Where alerts hear of mentions, and the clockwork that no message drives."""

import threading
from typing import Any

from comptoir.base import jobs
from comptoir.base.outbox import Event, consumer
from comptoir.listening.alerting import sending, telling, watching
from comptoir.listening.consumer import MATCHED

PAUSE = 5.0
"""Seconds between two looks for silences that are full and quiet hours that are over."""


def prepare(event: Event) -> watching.Read:
    return watching.read(event.payload["ids"])


@consumer("alerts", (MATCHED,), order=31, prepare=prepare, joins=(MATCHED,), rest=0.25)
def handle(event: Event, prepared: Any) -> None:
    """Count what was matched, and fire."""
    watching.write(prepared)


@jobs.beside("alerts", pause=PAUSE)
def _clockwork(stop: threading.Event) -> int:
    return watching.find_silence() + telling.tell_due() + watching.forget_old()


@jobs.beside("notices", pause=1.0)
def _notices(stop: threading.Event) -> int:
    return sending.send_due()
