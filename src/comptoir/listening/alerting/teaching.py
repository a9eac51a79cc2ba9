"""
"Fewer like this": what an alert learns from a firing, in so many words, and back again.

Each offer changes one field of the alert so that this very firing would not have happened:
nothing is learnt that cannot be said in a sentence and taken back by a button.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.channels.models import Author
from comptoir.listening.alerting import rules
from comptoir.listening.alerting.records import LessonView, Offer
from comptoir.listening.alerting.saving import HIGHEST, LONGEST_WINDOW, MOST_FOLLOWERS, locked
from comptoir.listening.alerting.tipping import Counted, count, tips
from comptoir.listening.models import Alert, Firing, Hit, Lesson

_HOUR = 60


def offers(firing_id: int) -> list[Offer]:
    """The changes that would have prevented this firing, of the alert as it is now."""
    firing = Firing.objects.select_related("alert").filter(pk=firing_id).first()
    if firing is None:
        return []
    row = firing.alert
    if row.kind == Alert.Kind.PAGE:
        return []
    if row.kind == Alert.Kind.SILENCE:
        return _longer(row, firing)
    read = _read(firing)
    if not tips(read, rules.rule_of(row)) or _light(row, firing):
        return []
    found = [*_folded(row, read), *_weightier(row, firing), *_higher(row, read)]
    return [one for one in found if one.before != one.after]


def learn(firing_id: int, field: str, actor: User) -> Offer:
    """Make one of the offered changes; raises Problem "not_offered"."""
    with transaction.atomic():
        firing = Firing.objects.filter(pk=firing_id).first()
        row = locked(firing.alert_id if firing else 0)
        made = next((one for one in offers(firing_id) if one.field == field), None)
        if made is None:
            raise Problem(
                "not_offered",
                _("The alert would not go off for these messages any more."),
                _("It was changed since."),
            )
        setattr(row, field, made.after)
        row.save(update_fields=[field])
        Lesson.objects.create(
            workspace_id=row.workspace_id,
            alert=row,
            firing=firing,
            field=field,
            before=made.before,
            after=made.after,
            by=actor,
            at=clock.now(),
        )
        audit.record(
            "listening.alert_taught", actor=actor, workspace=row.workspace_id, target=row.name
        )
    return made


def unlearn(lesson_id: int, actor: User) -> int:
    """Take a lesson back; returns the alert's id. Raises Problem "overtaken"."""
    with transaction.atomic():
        lesson = Lesson.objects.filter(pk=lesson_id).first()
        row = locked(lesson.alert_id if lesson else 0)
        standing = [one.id for one in lessons(row.pk) if one.can_undo]
        if lesson is None or lesson.pk not in standing:
            raise Problem(
                "overtaken",
                _("The alert was changed since, so this cannot be taken back."),
                _("Change the alert itself."),
            )
        setattr(row, lesson.field, lesson.before)
        row.save(update_fields=[lesson.field])
        lesson.undone_at = clock.now()
        lesson.save(update_fields=["undone_at"])
        audit.record(
            "listening.alert_untaught", actor=actor, workspace=row.workspace_id, target=row.name
        )
    return row.pk


def lessons(alert_id: int) -> list[LessonView]:
    """What an alert has learnt, newest first; of each field only the newest can be taken back."""
    row = Alert.objects.filter(pk=alert_id).first()
    if row is None:
        return []
    found, seen = [], set[str]()
    for one in Lesson.objects.filter(alert=row).select_related("by").order_by("-pk"):
        stands = one.undone_at is None and one.field not in seen
        if one.undone_at is None:
            seen.add(one.field)
        found.append(
            LessonView(
                id=one.pk,
                field=one.field,
                before=one.before,
                after=one.after,
                by_name=str(one.by) if one.by else "",
                at=one.at,
                undone_at=one.undone_at,
                can_undo=stands and getattr(row, one.field) == one.after,
            )
        )
    return found


def _read(firing: Firing) -> list[Counted]:
    """The messages of a firing as its window read them; late ones among them."""
    hits = Hit.objects.filter(firing=firing).order_by("at", "message_id")
    rows = list(hits.values_list("message_id", "at", "message__author_id", "counts"))
    groups = rules.groups_of([one[0] for one in rows])
    return [Counted(pk, at, author, groups.get(pk, pk), yes) for pk, at, author, yes in rows]


def _folded(row: Alert, read: Sequence[Counted]) -> list[Offer]:
    """Counting an author, or what says the same, once, where that alone is enough."""
    rule = rules.rule_of(row)
    found = []
    for field, folded in (
        ("authors_once", replace(rule, authors_once=True)),
        ("alike_once", replace(rule, alike_once=True)),
    ):
        if not getattr(row, field) and tips(read, rule) and not tips(read, folded):
            found.append(Offer(field, False, True))
    return found


def _weightier(row: Alert, firing: Firing) -> list[Offer]:
    if row.kind != Alert.Kind.WEIGHT:
        return []
    more = min(max(_most(firing) + 1, row.followers), MOST_FOLLOWERS)
    return [Offer("followers", row.followers, more)]


def _light(row: Alert, firing: Firing) -> bool:
    """Whether nobody of the firing has the followers that are asked for by now."""
    return row.kind == Alert.Kind.WEIGHT and _most(firing) < row.followers


def _most(firing: Firing) -> int:
    authors = Hit.objects.filter(firing=firing, counts=True).values("message__author_id")
    known = Author.objects.filter(pk__in=authors).values_list("followers", flat=True)
    return max((one or 0 for one in known), default=0)


def _higher(row: Alert, read: Sequence[Counted]) -> list[Offer]:
    """One more than there were; kept where the alert asks for more already."""
    least = count(read, rules.rule_of(row)) + 1
    return [Offer("threshold", row.threshold, min(max(least, row.threshold), HIGHEST))]


def _longer(row: Alert, firing: Firing) -> list[Offer]:
    """As many whole hours as the silence has lasted, and one more."""
    end = row.heard_at if row.heard_at and row.heard_at > firing.began_at else clock.now()
    lasted = max(end - firing.began_at, firing.ends_at - firing.began_at)
    hours = math.floor(lasted / timedelta(hours=1)) + 1
    longer = min(max(hours * _HOUR, row.window), LONGEST_WINDOW)
    return [Offer("window", row.window, longer)] if longer != row.window else []
