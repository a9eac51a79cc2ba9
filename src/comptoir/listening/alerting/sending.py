"""
Notices on their way: each mail and each channel by itself, tried for a day.

A notice is claimed for a minute by one statement. A worker that dies while it sends leaves the
claim; the mailbox is then asked whether the mail is there before it is sent again, under the
same id. Slack and Teams cannot be asked: there a notice may, after such a death, appear twice.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import Problem
from comptoir.base.http import HttpProblem
from comptoir.base.models import Membership, User, Workspace
from comptoir.base.scope import every_workspace, scope
from comptoir.channels import api as channels
from comptoir.channels.connector import AccessLost, Rejected, TryLater, Words
from comptoir.channels.wording import kept
from comptoir.listening.alerting import words
from comptoir.listening.models import Firing, Notice

log = structlog.get_logger(__name__)

PAUSES = (10, 60, 300, 1_800, 7_200, 18_000, 36_000)
"""Seconds before each new try; after the last the notice has failed."""
LEASE = timedelta(seconds=60)
State = Notice.State
_addresses: list[Callable[[Workspace, int], str]] = []

_BUSY = _("The network asks for patience.")
_UNREACHED = _("The network could not be reached.")
_LOST = _("The network no longer accepts this account’s access.")
_AGAIN = _("Connect the account again under Channels.")
_LEFT = _("This person is not in the team any more.")
_CHOOSE = _("Choose somebody else in the alert.")
_OURS = _("Something unforeseen happened; the log says what.")


def read_at(address: Callable[[Workspace, int], str]) -> None:
    """Register who knows where a firing is read: the workspace and the firing's id."""
    _addresses[:] = [address]


def send_due(limit: int = 20) -> int:
    """Send the notices that are due; returns how many were tried. Needs no scope."""
    with every_workspace():
        due = Notice.objects.filter(due_at__lte=clock.now()).order_by("due_at", "pk")
        rows = list(due[:limit])
    return sum(_claimed_and_sent(row) for row in rows)


def _claimed_and_sent(row: Notice) -> bool:
    with scope(row.workspace_id):
        mine = Notice.objects.filter(pk=row.pk, due_at=row.due_at, state=State.WAITING)
        if not mine.update(due_at=clock.now() + LEASE, attempts=F("attempts") + 1):
            return False
        row.refresh_from_db()
        try:
            _send(row)
        except Exception as error:  # noqa: BLE001 whatever it is, it is shown and tried again
            _failed(row, error)
            return True
        _save(row, state=State.SENT, due_at=None, problem={}, sent_at=clock.now())
        return True


def _send(row: Notice) -> None:
    firing = Firing.objects.select_related("alert").get(pk=row.firing_id)
    brand = Workspace.objects.get(pk=row.workspace_id)
    address = _addresses[0](brand, firing.pk) if _addresses else ""
    if row.way == "channel":
        with translation.override(firing.alert.language):
            subject, text = words.notice(firing, brand.name, address)
        channels.post_notice(row.target, text)
        return
    if row.attempts > 1 and channels.was_mailed(row.key):
        return
    person = _member(row)
    with translation.override(person.language):
        subject, text = words.notice(firing, brand.name, address)
    channels.mail_notice(person.email, subject, text, row.key)


def _member(row: Notice) -> User:
    members = Membership.objects.filter(workspace=row.workspace_id, user__is_active=True)
    found = members.filter(user_id=row.target).select_related("user").first()
    if found is None:
        raise Problem("left", _LEFT, _CHOOSE)
    return found.user


def _failed(row: Notice, error: Exception) -> None:
    """Later, when it may go better; else it says why not."""
    if isinstance(error, TryLater):
        _again(row, _told("try_later", _BUSY), error.after)
    elif isinstance(error, AccessLost):
        lost = _told("access_lost", error.sentence or _LOST, error.fix or _AGAIN)
        _save(row, state=State.FAILED, due_at=None, problem=lost)
    elif isinstance(error, Rejected):
        refused = _told(error.code, error.sentence, error.fix)
        _save(row, state=State.FAILED, due_at=None, problem=refused)
    elif isinstance(error, Problem):
        said = {
            "code": error.code,
            "sentence": _kept(error, "sentence"),
            "fix": _kept(error, "fix"),
        }
        _save(row, state=State.FAILED, due_at=None, problem=said)
    elif isinstance(error, HttpProblem):
        _again(row, _told("not_reached", _UNREACHED), None)
    else:
        log.error("notices.unforeseen", notice=row.pk, exc_info=error)
        _again(row, _told("unforeseen", _OURS), None)


def _again(row: Notice, problem: dict[str, Any], after: float | None) -> None:
    if row.attempts > len(PAUSES):
        _save(row, state=State.FAILED, due_at=None, problem=problem)
        return
    pause = max(PAUSES[row.attempts - 1], min(after or 0.0, PAUSES[-1]))
    _save(row, due_at=clock.now() + timedelta(seconds=pause), problem=problem)


def _save(row: Notice, **changed: Any) -> None:
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(changed))


def _told(code: str, sentence: Words, fix: Words = "") -> dict[str, Any]:
    return {"code": code, "sentence": kept(sentence), "fix": kept(fix)}


def _kept(problem: Problem, part: str) -> dict[str, str]:
    found = {}
    for language in ("fr", "en"):
        with translation.override(language):
            found[language] = getattr(problem, part)
    return found


def try_again(firing_id: int) -> int:
    """Send a firing's notices again that failed; returns how many."""
    failed = Notice.objects.filter(firing_id=firing_id, state=State.FAILED)
    return failed.update(state=State.WAITING, attempts=0, due_at=clock.now())
