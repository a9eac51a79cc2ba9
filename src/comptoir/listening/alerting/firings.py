"""What alerts told: read, seen, counted for the badge."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import Count

from comptoir.base import clock
from comptoir.base.models import User
from comptoir.channels import api as channels
from comptoir.channels.wording import said
from comptoir.listening.alerting import words
from comptoir.listening.alerting.records import FiringView, NoticeView
from comptoir.listening.models import Firing, Hit, Notice
from comptoir.listening.watching import words as pages

RECENT = timedelta(days=7)
"""How long a firing that nobody has seen stands on the badge."""


def firings(
    alert_id: int | None = None, before: int | None = None, limit: int = 30
) -> list[FiringView]:
    """Newest first; of one alert, or of all."""
    rows = Firing.objects.select_related("alert", "seen_by").order_by("-pk")
    if alert_id is not None:
        rows = rows.filter(alert_id=alert_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return _views(list(rows[:limit]))


def firing(firing_id: int) -> FiringView | None:
    rows = Firing.objects.select_related("alert", "seen_by").filter(pk=firing_id)
    return next(iter(_views(list(rows))), None)


def messages_of(firing_id: int, limit: int = 200) -> list[int]:
    """The messages that a firing counted, newest first."""
    hits = Hit.objects.filter(firing_id=firing_id, counts=True).order_by("-at", "-message_id")
    return list(hits.values_list("message_id", flat=True)[:limit])


def unseen() -> int:
    """How many of the last days the team was told of and nobody has seen."""
    since = clock.now() - RECENT
    return Firing.objects.filter(seen_at=None, told_at__gte=since).count()


def see(firing_ids: Iterable[int], actor: User) -> None:
    """Take them off the badge, for the whole team."""
    mine = Firing.objects.filter(pk__in=list(firing_ids), seen_at=None, told_at__isnull=False)
    mine.update(seen_at=clock.now(), seen_by=actor)


def see_all(actor: User) -> None:
    Firing.objects.filter(seen_at=None, told_at__isnull=False).update(
        seen_at=clock.now(), seen_by=actor
    )


def _views(rows: Sequence[Firing]) -> list[FiringView]:
    counted = Hit.objects.filter(firing__in=rows, counts=True).order_by()
    held = dict(counted.values_list("firing_id").annotate(Count("pk")))
    notices: dict[int, list[NoticeView]] = {}
    sent = Notice.objects.filter(firing__in=rows).order_by("pk")
    names = _names(sent)
    for one in sent:
        notices.setdefault(one.firing_id, []).append(_notice(one, names))
    return [_view(row, held.get(row.pk, 0), notices.get(row.pk, [])) for row in rows]


def _names(rows: Iterable[Notice]) -> dict[tuple[str, int], str]:
    people = {one.target for one in rows if one.way == "mail"}
    found = {("mail", user.pk): user.email for user in User.objects.filter(pk__in=people)}
    for account in channels.connected(disconnected=True):
        found["channel", account.id] = account.name
    return found


def _notice(row: Notice, names: dict[tuple[str, int], str]) -> NoticeView:
    return NoticeView(
        id=row.pk,
        way=row.way,
        to=names.get((row.way, row.target), ""),
        state=str(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        sent_at=row.sent_at,
        sentence=said(row.problem.get("sentence", "")),
        fix=said(row.problem.get("fix", "")),
    )


def _view(row: Firing, messages: int, notices: Sequence[NoticeView]) -> FiringView:
    return FiringView(
        id=row.pk,
        alert=row.alert_id,
        name=row.alert.name,
        kind=row.alert.kind,
        began_at=row.began_at,
        ends_at=row.ends_at,
        at=row.at,
        reason=words.reason(row.facts),
        tell_at=row.tell_at,
        told_at=row.told_at,
        seen_at=row.seen_at,
        seen_by=str(row.seen_by) if row.seen_by else "",
        messages=messages,
        late=max(messages - int(row.facts.get("messages", messages)), 0),
        notices=tuple(notices),
        page=row.facts.get("page"),
        lines=tuple(pages.all_said(row.facts)) if "page" in row.facts else (),
    )
