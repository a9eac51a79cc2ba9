"""Alerts with their clock, and a browser signed in as an analyst."""

from comptoir.listening.alerting.tests.conftest import (
    hear,
    make_other,
    rounds,
    save,
    say,
    time,
    warn,
    work,
)
from comptoir.web.tests.signed_in import analyst, browser, sign_in

__all__ = [
    "analyst", "browser", "hear", "make_other", "rounds", "save", "say", "sign_in", "time",
    "warn", "work",
]  # fmt: skip
