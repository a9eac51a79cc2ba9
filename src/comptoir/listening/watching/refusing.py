"""Why a page was not read, and what becomes of watching it."""

from datetime import timedelta
from typing import Any


class Refused(Exception):
    """
    A page that could not be read this time.

    code: of words.PROBLEMS. after: how long to leave the page alone; None lets the pauses of
    failures decide. stops: whether asking again is pointless until somebody changes something.
    facts: what the sentence is filled with, plain JSON.
    """

    def __init__(
        self, code: str, *, after: timedelta | None = None, stops: bool = False, **facts: Any
    ) -> None:
        super().__init__(code)
        self.code, self.after, self.stops, self.facts = code, after, stops, facts
