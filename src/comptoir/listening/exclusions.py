"""Never again: sites, authors and messages that say the same, out of the mentions."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, bulk, clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.listening.documents import site_of
from comptoir.listening.models import Exclusion, Mention
from comptoir.listening.records import ExclusionView
from comptoir.triage.models import Label

Kind = Exclusion.Kind
_PART = 500


def exclude(message_id: int, kind: str, query_id: int | None, actor: User) -> int:
    """
    Never count such messages as mentions again: of one query, or of any (None).

    Those found already go, too. Returns how many went. Raises Problem "unknown_message",
    "exclusion_kind" or "no_site".
    """
    message = Message.objects.filter(pk=message_id).select_related("author").first()
    if message is None:
        raise Problem("unknown_message", _("This message does not exist any more."))
    value, shown = _named(message, kind)
    with transaction.atomic():
        Exclusion.objects.get_or_create(
            workspace_id=current_workspace_id(),
            query_id=query_id,
            kind=kind,
            value=value,
            defaults={"shown": shown[:255], "by": actor, "at": clock.now()},
        )
        gone = _drop(kind, value, query_id)
        audit.record(
            "listening.excluded", actor=actor, workspace=current_workspace_id(), target=kind
        )
    return gone


def exclusions() -> list[ExclusionView]:
    """All of them, newest first."""
    rows = Exclusion.objects.select_related("by").order_by("-pk")
    return [
        ExclusionView(
            row.pk, row.query_id, row.kind, row.shown, str(row.by) if row.by else "", row.at
        )
        for row in rows
    ]


def allow(exclusion_id: int, actor: User) -> None:
    """Take an exclusion back; what comes counts again, and the past after a run on it."""
    with transaction.atomic():
        gone, _rows = Exclusion.objects.filter(pk=exclusion_id).delete()
        if gone:
            audit.record(
                "listening.allowed", actor=actor, workspace=current_workspace_id(), target=""
            )


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


def _drop(kind: str, value: str, query_id: int | None) -> int:
    """Delete the mentions that the exclusion covers; returns how many."""
    rows = Mention.objects.all() if query_id is None else Mention.objects.filter(query_id=query_id)
    if kind == Kind.AUTHOR:
        rows = rows.filter(message__author_id=int(value))
    elif kind == Kind.ALIKE:
        rows = rows.filter(message_id__in=Label.objects.filter(group=int(value)).values("message"))
    else:
        rows = rows.filter(message__url__contains=value)
    chosen = list(rows.values_list("pk", "message_id"))
    if kind == Kind.SITE:
        there = _on_site((message for _pk, message in chosen), value)
        chosen = [one for one in chosen if one[1] in there]
    for start in range(0, len(chosen), _PART):
        part = [pk for pk, _message in chosen[start : start + _PART]]
        Mention.objects.filter(pk__in=part).delete()
    return len(chosen)


def _on_site(message_ids: Iterable[int], site: str) -> set[int]:
    found, wanted = set[int](), sorted(set(message_ids))
    for start in range(0, len(wanted), _PART):
        rows = bulk.picked(Message).filter(pk__in=wanted[start : start + _PART])
        found |= {pk for pk, url in rows.values_list("pk", "url") if site_of(url) == site}
    return found
