"""
Counting what arrives for each alert, and going off.

What an alert counts is kept as hits, so that a message is counted once whatever happens, and a
window is read from them. What comes late counts in the window in which it was written, if that
is not long past: older messages, as an import brings them, make no alarm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from comptoir.base import bulk, clock, ids
from comptoir.base.models import Workspace
from comptoir.base.scope import every_workspace, scope
from comptoir.channels.models import Author, Message
from comptoir.listening.alerting import quiet, rules, telling
from comptoir.listening.alerting.tipping import Counted, Tip, tips
from comptoir.listening.documents import documents
from comptoir.listening.models import Alert, Firing, Hit, Mention, SavedQuery

LATE = timedelta(days=1)
"""How long after it was written a message still makes an alarm."""
_PART = 500


@dataclass(frozen=True)
class Read:
    """What one portion of messages is to the alerts: by alert, message → whether it counts."""

    messages: Sequence[int]
    known: dict[int, rules.Said]
    counts: dict[int, dict[int, bool]]


def wanted() -> bool:
    """Whether any alert of the workspace is on that counts messages."""
    return Alert.objects.filter(is_on=True).exclude(kind=Alert.Kind.PAGE).exists()


def read(message_ids: Sequence[int]) -> Read:
    """What these messages, lately matched or corrected, are to each alert; writes nothing."""
    oldest = ids.lowest_at(clock.now() - LATE)
    fresh = [one for one in message_ids if one >= oldest]
    alerts = list(_alive()) if fresh else []
    known = rules.said(fresh) if alerts else {}
    if not known:
        return Read(fresh, {}, {})
    documents_of = {int(one.id): one for one in documents(list(known))}
    found = _mentions(list(known), {row.query_id for row in alerts if row.query_id})
    counts = {}
    for row in alerts:
        chosen = known if row.query_id is None else found.get(row.query_id, set())
        told = [documents_of[one] for one in sorted(chosen) if one in documents_of]
        counts[row.pk] = rules.counting(row, told)
    return Read(fresh, known, counts)


def count(message_ids: Sequence[int]) -> None:
    """What messages lately arrived are to the alerts, at once: alerts on all messages may fire."""
    part = read(message_ids)
    with transaction.atomic():
        write(part)


def write(part: Read) -> None:
    """Keep the hits, and fire what went over."""
    here = set(Message.objects.filter(pk__in=list(part.known)).values_list("pk", flat=True))
    for alert_id, counts in part.counts.items():
        row = _locked(alert_id)
        if row is not None:
            chosen = {one: yes for one, yes in counts.items() if one in here}
            _count(row, part, chosen)


def find_silence() -> int:
    """Fire the alerts whose silence is full; returns how many. Needs no scope."""
    with every_workspace():
        rows = list(
            Alert.objects.filter(is_on=True, kind=Alert.Kind.SILENCE).values_list(
                "pk", "workspace_id", "window", "armed_at", "heard_at"
            )
        )
    now, fired = clock.now(), 0
    for pk, workspace, window, armed_at, heard_at in rows:
        since = max(armed_at, heard_at or armed_at)
        if since + timedelta(minutes=window) <= now:
            with scope(workspace), transaction.atomic():
                fired += _silent(pk, now)
    return fired


def forget_old() -> int:
    """Drop hits that no window can reach any more; returns how many. Needs no scope."""
    with every_workspace():
        alerts = list(Alert.objects.values_list("pk", "workspace_id", "window"))
    gone = 0
    for pk, workspace, window in alerts:
        before = clock.now() - LATE - timedelta(minutes=2 * window)
        with scope(workspace):
            old = Hit.objects.filter(alert_id=pk, firing=None, at__lt=before)
            part = list(old.values_list("pk", flat=True)[:_PART])
            gone += Hit.objects.filter(pk__in=part)._raw_delete("default") if part else 0
    return gone


def _alive() -> Any:
    """Alerts on messages that are on, and whose query listens."""
    listens = Q(query=None) | Q(query__state=SavedQuery.State.ACTIVE)
    counting = Alert.objects.exclude(kind=Alert.Kind.PAGE)
    return counting.filter(listens, is_on=True).order_by("pk")


def _locked(alert_id: int) -> Alert | None:
    alive = Alert.objects.filter(pk__in=_alive().values("pk"))
    return alive.select_for_update().filter(pk=alert_id).first()


def _mentions(message_ids: Sequence[int], queries: set[int]) -> dict[int, set[int]]:
    if not queries:
        return {}
    rows = bulk.picked(Mention).filter(message_id__in=list(message_ids), query_id__in=queries)
    found: dict[int, set[int]] = {}
    for query, message in rows.values_list("query_id", "message_id"):
        found.setdefault(query, set()).add(message)
    return found


def _count(row: Alert, part: Read, counts: dict[int, bool]) -> None:
    told = {one: yes for one, yes in counts.items() if part.known[one].at > row.armed_at}
    if row.kind == Alert.Kind.SILENCE:
        _hear(row, [part.known[one].at for one in told])
        return
    free = Hit.objects.filter(alert=row, firing=None)
    if gone := [one for one in part.messages if one not in told]:
        free.filter(message_id__in=gone).delete()
    if not told:
        return
    bulk.upsert(
        Hit,
        ("workspace_id", "alert_id", "message_id", "at", "counts"),
        [
            (row.workspace_id, row.pk, one, part.known[one].at, yes)
            for one, yes in sorted(told.items())
        ],
        key=("alert_id", "message_id"),
        update=("counts",),
    )
    _join_late(row, list(told))
    moments = [part.known[one].at for one in told]
    _fire(row, min(moments), max(moments))


def _hear(row: Alert, moments: Sequence[datetime]) -> None:
    latest = max((one for one in (*moments, row.heard_at) if one is not None), default=None)
    if latest != row.heard_at:
        row.heard_at = latest
        row.save(update_fields=["heard_at"])


def _join_late(row: Alert, message_ids: list[int]) -> None:
    """What was written in a window that has fired belongs to that firing, and makes no other."""
    fresh = Hit.objects.filter(alert=row, firing=None, message_id__in=message_ids)
    bounds = fresh.aggregate(newest=Max("at"))
    if bounds["newest"] is None:
        return
    since = clock.now() - LATE
    for firing in Firing.objects.filter(alert=row, ends_at__gte=since, ends_at__gt=row.armed_at):
        fresh.filter(at__gt=firing.began_at, at__lte=firing.ends_at).update(firing=firing)


def _fire(row: Alert, first: datetime, last: datetime) -> None:
    """Read the windows that these moments lie in."""
    rule = rules.rule_of(row)
    free = Hit.objects.filter(
        alert=row, firing=None, at__gt=first - rule.window, at__lt=last + rule.window
    )
    if free.filter(counts=True).count() < rule.threshold:
        return
    reach = rule.window + rule.cooldown
    near = Firing.objects.filter(
        alert=row, ends_at__gt=first - reach, ends_at__lt=last + reach
    ).order_by("ends_at")
    fired = list(near.values_list("ends_at", flat=True))
    latest = fired[-1] if fired else None
    if latest is not None and latest <= first:
        newest = free.aggregate(newest=Max("at"))["newest"]
        if newest < latest + rule.cooldown:
            return
    for tip in tips(_read(free), rule, fired):
        go_off(row, tip.at - rule.window, tip.at, _facts(row, tip))


def _read(free: Any) -> list[Counted]:
    rows = list(
        free.order_by("at", "message_id").values_list(
            "message_id", "at", "message__author_id", "counts"
        )
    )
    groups: dict[int, int] = {}
    for start in range(0, len(rows), _PART):
        groups |= rules.groups_of([one[0] for one in rows[start : start + _PART]])
    return [Counted(pk, at, author, groups.get(pk, pk), yes) for pk, at, author, yes in rows]


def _facts(row: Alert, tip: Tip) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "count": tip.count,
        "total": tip.total,
        "threshold": row.threshold,
        "share": row.share,
        "followers": row.followers,
        "window": row.window,
    }


def _silent(alert_id: int, now: datetime) -> bool:
    row = _locked(alert_id)
    if row is None or row.kind != Alert.Kind.SILENCE:
        return False
    since = max(row.armed_at, row.heard_at or row.armed_at)
    ends_at = since + timedelta(minutes=row.window)
    cooldown = timedelta(minutes=row.cooldown)
    lately = Firing.objects.filter(alert=row, ends_at__gt=ends_at - cooldown)
    if (
        ends_at > now
        or lately.exists()
        or Firing.objects.filter(alert=row, began_at=since).exists()
    ):
        return False
    return go_off(row, since, ends_at, {"kind": row.kind, "window": row.window})


def go_off(row: Alert, began_at: datetime, ends_at: datetime, facts: dict[str, Any]) -> bool:
    """Write a firing and tell of it; one row a window: whoever comes second finds it there."""
    now = clock.now()
    zone = Workspace.objects.values_list("zone", flat=True).get(pk=row.workspace_id)
    tell_at = quiet.until(now, telling.quiet_hours(row), zone)
    firing, new = Firing.objects.get_or_create(
        alert=row,
        ends_at=ends_at,
        defaults={
            "workspace_id": row.workspace_id,
            "began_at": began_at,
            "at": now,
            "facts": facts,
            "tell_at": tell_at,
        },
    )
    if not new:
        return False
    theirs = Hit.objects.filter(alert=row, firing=None, at__gt=began_at, at__lte=ends_at)
    theirs.update(firing=firing)
    counted = Hit.objects.filter(firing=firing, counts=True)
    firing.facts = facts | {"messages": counted.count()}
    if row.kind == Alert.Kind.WEIGHT:
        authors = Author.objects.filter(pk__in=counted.values("message__author_id"))
        firing.facts["most"] = authors.aggregate(most=Max("followers"))["most"] or 0
    firing.save(update_fields=["facts"])
    if tell_at <= now:
        telling.tell(firing)
    return True
