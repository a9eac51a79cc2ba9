"""Signing out, or leaving a team, ends one's streams without waiting for the next look."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from comptoir.base.models import Membership, User

_listeners: list[Callable[[], None]] = []


def on_ending(look: Callable[[], None]) -> None:
    """Have `look` called, in any thread, whenever somebody may have lost the right to listen."""
    _listeners.append(look)


def listen() -> None:
    user_logged_out.connect(_tell, dispatch_uid="live.signed_out")
    post_delete.connect(_tell, sender=Membership, dispatch_uid="live.left")
    post_save.connect(_tell, sender=Membership, dispatch_uid="live.role")
    post_save.connect(_tell, sender=User, dispatch_uid="live.user")


def _tell(**_told: Any) -> None:
    transaction.on_commit(_look)


def _look() -> None:
    for look in _listeners:
        look()
