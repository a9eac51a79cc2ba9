"""Never again: sites, authors and messages that say the same, out of the mentions."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, bulk, clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.listening.documents import site_of
from comptoir.listening.models import Exclusion, LeftOut, Mention, SavedQuery
from comptoir.listening.records import Excluded, ExclusionView
from comptoir.triage.models import Label

Kind = Exclusion.Kind
_ALIVE = (SavedQuery.State.ACTIVE, SavedQuery.State.PAUSED)
_PART = 500


def exclude(message_id: int, kind: str, query_id: int | None, actor: User) -> Excluded:
    """
    Never count such messages as mentions again: of one query, or of any (None).

    Those found already go, too, and come back with `allow`. Raises Problem "unknown_message",
    "exclusion_kind" or "no_site".
    """
    message = Message.objects.filter(pk=message_id).select_related("author").first()
    if message is None:
        raise Problem("unknown_message", _("This message does not exist any more."))
    value, shown = _named(message, kind)
    with transaction.atomic():
        row, _new = Exclusion.objects.get_or_create(
            workspace_id=current_workspace_id(),
            query_id=query_id,
            kind=kind,
            value=value,
            defaults={"shown": shown[:255], "by": actor, "at": clock.now()},
        )
        gone = _drop(row)
        audit.record(
            "listening.excluded", actor=actor, workspace=current_workspace_id(), target=kind
        )
    return Excluded(row.pk, gone)


def exclusions() -> list[ExclusionView]:
    """All of them, newest first."""
    rows = Exclusion.objects.select_related("by").order_by("-pk")
    return [
        ExclusionView(
            row.pk, row.query_id, row.kind, row.shown, str(row.by) if row.by else "", row.at
        )
        for row in rows
    ]


def allow(exclusion_id: int, actor: User) -> int:
    """
    Take an exclusion back: what went with it is there again, unless another one covers it.

    Returns how many mentions came back. What was left out as it arrived, or was written before,
    comes after a run on the past.
    """
    with transaction.atomic():
        row = Exclusion.objects.select_for_update().filter(pk=exclusion_id).first()
        if row is None:
            return 0
        left = LeftOut.objects.filter(exclusion=row, query__state__in=_ALIVE)
        columns = ("workspace_id", "query_id", "message_id", "number")
        rows = list(left.values_list(*columns))
        row.delete()
        bulk.upsert(Mention, columns, rows, key=("query_id", "message_id"))
        came = sorted({message for _workspace, _query, message, _number in rows})
        gone = sum(_drop(other, came) for other in Exclusion.objects.order_by("pk")) if came else 0
        audit.record("listening.allowed", actor=actor, workspace=current_workspace_id(), target="")
    return len(rows) - gone


def _named(message: Message, kind: str) -> tuple[str, str]:
    """The value that stands for such messages, and the words people know it by."""
    if kind == Kind.SITE:
        if not (site := site_of(message.url)):
            raise Problem("no_site", _("This message has no address, hence no site."))
        return site, site
    if kind == Kind.AUTHOR:
        return str(message.author_id), message.author.handle or message.author.name
    if kind == Kind.ALIKE:
        group = Label.objects.filter(message_id=message.pk).values_list("group", flat=True).first()
        said = " ".join((message.text or message.title).split())
        return str(group or message.pk), said[:120]
    raise Problem("exclusion_kind", _("Choose what is to be left out: site, author or the like."))


def _drop(row: Exclusion, among: Sequence[int] | None = None) -> int:
    """Set the mentions aside that the exclusion covers, of `among` when given; how many."""
    if among is None:
        return _set_aside(row, _covered(row))
    parts = (among[start : start + _PART] for start in range(0, len(among), _PART))
    return sum(_set_aside(row, _covered(row).filter(message_id__in=part)) for part in parts)


def _covered(row: Exclusion) -> Any:
    """Mentions that the exclusion covers; of a site, those whose address may be on it."""
    mentions: Any = Mention.objects.all()
    if row.query_id is not None:
        mentions = mentions.filter(query_id=row.query_id)
    if row.kind == Kind.AUTHOR:
        return mentions.filter(message__author_id=int(row.value))
    if row.kind == Kind.ALIKE:
        alike = Label.objects.filter(group=int(row.value))
        return mentions.filter(message_id__in=alike.values("message"))
    return mentions.filter(message__url__contains=row.value)


def _set_aside(row: Exclusion, covered: Any) -> int:
    columns = ("pk", "workspace_id", "query_id", "message_id", "number")
    chosen = list(covered.values_list(*columns))
    if row.kind == Kind.SITE:
        there = _on_site((one[3] for one in chosen), row.value)
        chosen = [one for one in chosen if one[3] in there]
    bulk.upsert(
        LeftOut,
        ("exclusion_id", *columns[1:]),
        [(row.pk, *rest) for _pk, *rest in chosen],
        key=("exclusion_id", "query_id", "message_id"),
        update=("number",),
    )
    for start in range(0, len(chosen), _PART):
        part = [one[0] for one in chosen[start : start + _PART]]
        Mention.objects.filter(pk__in=part).delete()
    return len(chosen)


def _on_site(message_ids: Iterable[int], site: str) -> set[int]:
    found, wanted = set[int](), sorted(set(message_ids))
    for start in range(0, len(wanted), _PART):
        rows = bulk.picked(Message).filter(pk__in=wanted[start : start + _PART])
        found |= {pk for pk, url in rows.values_list("pk", "url") if site_of(url) == site}
    return found
