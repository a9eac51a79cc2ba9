"""Alerts: writing them down, changing them, pausing them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext_lazy as _

from comptoir.analysis.queries import parse
from comptoir.base import audit, clock
from comptoir.base.errors import Problem
from comptoir.base.models import Membership, User
from comptoir.base.scope import current_workspace_id
from comptoir.channels import api as channels
from comptoir.listening.alerting.records import AlertDraft, AlertView
from comptoir.listening.models import Alert, Firing, Hit, Notice, SavedQuery

Kind = Alert.Kind
MOST_ALERTS = 100
LONGEST_WINDOW = 30 * 24 * 60
SHORTEST_WINDOW = 5
LONGEST_COOLDOWN = 7 * 24 * 60
HIGHEST = 100_000
MOST_FOLLOWERS = 10**12
_SENSE = ("query_id", "kind", "within", "followers")
"""What decides which messages count: hits found under another sense are void."""
_COPIED = (
    "name", "kind", "within", "threshold", "share", "followers", "window", "cooldown",
    "quiet_from", "quiet_until", "authors_once", "alike_once",
)  # fmt: skip


def alerts() -> list[AlertView]:
    """All of the workspace that somebody wrote here, by name."""
    rows = list(_written().select_related("query", "by"))
    return sorted(_views(rows), key=lambda one: one.draft.name.casefold())


def alert(alert_id: int) -> AlertView:
    """One alert; raises Problem "unknown_alert"."""
    return _views([_found(alert_id)])[0]


def add_alert(draft: AlertDraft, actor: User) -> int:
    """
    A new alert, which counts from now on; returns its id.

    Raises QueryError where `within` is no query, and Problem "alert_name", "alert_kind",
    "unknown_query", "bad_threshold", "bad_share", "bad_followers", "bad_window",
    "bad_cooldown", "bad_quiet_hours", "no_words", "too_many_alerts".
    """
    wanted = checked(draft)
    if _written().count() >= MOST_ALERTS:
        raise Problem("too_many_alerts", _("There are a hundred alerts."), _("Delete one first."))
    with transaction.atomic():
        row = Alert(
            workspace_id=current_workspace_id(),
            by=actor,
            armed_at=clock.now(),
            language=actor.language,
        )
        fill(row, wanted)
        row.save(force_insert=True)
        _tell("listening.alert_added", row, actor)
    return row.pk


def change_alert(alert_id: int, draft: AlertDraft, actor: User) -> None:
    """
    Change an alert; where other messages count than before it begins to count anew.

    Raises as `add_alert`, and Problem "unknown_alert".
    """
    wanted = checked(draft)
    with transaction.atomic():
        row = locked(alert_id)
        before = [getattr(row, name) for name in _SENSE]
        fill(row, wanted)
        if before != [getattr(row, name) for name in _SENSE]:
            _begin_anew(row)
        row.save()
        _tell("listening.alert_changed", row, actor)


def pause_alert(alert_id: int, actor: User) -> None:
    """Count nothing more; what it told stays."""
    with transaction.atomic():
        row = locked(alert_id)
        if row.is_on:
            row.is_on = False
            row.save(update_fields=["is_on"])
            _tell("listening.alert_paused", row, actor)


def resume_alert(alert_id: int, actor: User) -> None:
    """Count again, from now on."""
    with transaction.atomic():
        row = locked(alert_id)
        if not row.is_on:
            row.is_on = True
            _begin_anew(row)
            row.save(update_fields=["is_on", "armed_at", "heard_at"])
            _tell("listening.alert_resumed", row, actor)


def delete_alert(alert_id: int, actor: User) -> None:
    """Delete an alert with all that it told."""
    with transaction.atomic():
        row = locked(alert_id)
        _tell("listening.alert_deleted", row, actor)
        row.delete()


def checked(draft: AlertDraft) -> AlertDraft:
    """The draft as it is kept; raises as `add_alert`."""
    name = " ".join(draft.name.split())
    if not name or len(name) > 80:
        raise Problem("alert_name", _("Name the alert in 1 to 80 characters."))
    return sensible(replace(draft, name=name))


def sensible(draft: AlertDraft) -> AlertDraft:
    """The same without its name, for a draft that is only tried."""
    if draft.kind not in Kind.values or draft.kind == Kind.PAGE:
        raise Problem("alert_kind", _("Choose what the alert is about."))
    if draft.query is not None:
        alive = SavedQuery.objects.exclude(state=SavedQuery.State.DELETED)
        if not alive.filter(pk=draft.query).exists():
            raise Problem("unknown_query", _("There is no such query any more."))
    within = draft.within.strip()
    if within:
        parse(within)
    elif draft.kind == Kind.WORD:
        raise Problem("no_words", _("Write the words that are to be found."))
    _check_numbers(draft)
    return replace(
        draft,
        within=within,
        share=draft.share if draft.kind == Kind.TONE else 0,
        followers=draft.followers if draft.kind == Kind.WEIGHT else 0,
        threshold=1 if draft.kind == Kind.SILENCE else draft.threshold,
    )


def locked(alert_id: int) -> Alert:
    row = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if row is None:
        raise _unknown()
    return row


def draft_of(row: Alert) -> AlertDraft:
    return AlertDraft(
        query=row.query_id,
        people=tuple(row.people),
        accounts=tuple(row.accounts),
        **{name: getattr(row, name) for name in _COPIED},
    )


def _check_numbers(draft: AlertDraft) -> None:
    if not 1 <= draft.threshold <= HIGHEST:
        raise Problem("bad_threshold", _("Ask for 1 to 100,000 messages."))
    if not 0 <= draft.share <= 100:
        raise Problem("bad_share", _("A share lies between 0 and 100 %."))
    if draft.kind == Kind.WEIGHT and not 1 <= draft.followers <= MOST_FOLLOWERS:
        raise Problem("bad_followers", _("Say how many followers somebody has at least."))
    if not SHORTEST_WINDOW <= draft.window <= LONGEST_WINDOW:
        raise Problem("bad_window", _("Count over 5 minutes to 30 days."))
    if not 0 <= draft.cooldown <= LONGEST_COOLDOWN:
        raise Problem("bad_cooldown", _("Let it rest for 7 days at most."))
    hours = (draft.quiet_from, draft.quiet_until)
    if (None in hours and any(hours)) or (hours[0] is not None and hours[0] == hours[1]):
        raise Problem(
            "bad_quiet_hours",
            _("Quiet hours need a beginning and another end."),
            _("Leave both empty to be told at any hour."),
        )


def _written() -> QuerySet[Alert]:
    """Without those of watched pages, which are written there."""
    return Alert.objects.exclude(kind=Kind.PAGE)


def fill(row: Alert, wanted: AlertDraft) -> None:
    """Copy a draft into its row; people and channels that are none of ours are left out."""
    for name in _COPIED:
        setattr(row, name, getattr(wanted, name))
    row.query_id = wanted.query
    members = Membership.objects.filter(
        workspace_id=row.workspace_id, user_id__in=list(wanted.people)
    )
    row.people = sorted(members.values_list("user_id", flat=True))
    known = {one.id for one in channels.team_channels()}
    kept = set(row.accounts or ())
    row.accounts = sorted(one for one in set(wanted.accounts) if one in known or one in kept)


def _begin_anew(row: Alert) -> None:
    row.armed_at, row.heard_at = clock.now(), None
    Hit.objects.filter(alert=row, firing=None)._raw_delete("default")


def _found(alert_id: int) -> Alert:
    row = Alert.objects.select_related("query", "by").filter(pk=alert_id).first()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> Problem:
    return Problem("unknown_alert", _("There is no such alert any more."))


def _views(rows: list[Alert]) -> list[AlertView]:
    told: QuerySet[Firing, Any] = Firing.objects.filter(alert__in=rows).order_by()
    fired: dict[int, tuple[int, datetime, int]] = {
        alert: (count, latest, newest)
        for alert, count, latest, newest in told.values_list("alert_id").annotate(
            Count("pk"), Max("ends_at"), Max("pk")
        )
    }
    newest = [pk for _count, _at, pk in fired.values()]
    failed = Notice.objects.filter(firing__in=newest, state=Notice.State.FAILED).order_by()
    lost = dict(failed.values_list("firing_id").annotate(Count("pk")))
    return [_view(row, fired.get(row.pk), lost) for row in rows]


def _view(row: Alert, fired: tuple[int, datetime, int] | None, lost: dict[int, int]) -> AlertView:
    count, latest, newest = fired or (0, None, 0)
    return AlertView(
        id=row.pk,
        draft=draft_of(row),
        is_on=row.is_on,
        query_name=row.query.name if row.query else "",
        query_state=row.query.state if row.query else "",
        fired=count,
        latest=latest,
        undelivered=lost.get(newest, 0),
        by_name=str(row.by) if row.by else "",
    )


def _tell(verb: str, row: Alert, actor: User) -> None:
    audit.record(verb, actor=actor, workspace=row.workspace_id, target=row.name)
