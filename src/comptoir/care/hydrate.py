"""Rows of conversations as views, a page at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from comptoir.base import bulk, clock, ids
from comptoir.base.models import User
from comptoir.care.models import Conversation, Tagging
from comptoir.care.records import ConversationView, CustomerView, PersonView, TagView


def conversation_views(
    thread_ids: Iterable[int], matches: Mapping[int, str] | None = None
) -> list[ConversationView]:
    """In the order asked for; unknown ids are left out. matches: snippet found, by thread."""
    wanted = list(dict.fromkeys(thread_ids))
    rows = bulk.picked(Conversation).filter(pk__in=wanted).select_related("customer", "assignee")
    found = {row.pk: row for row in rows}
    tags = _tags(found)
    now, said = clock.now(), matches or {}
    return [
        _view(found[one], tags.get(one, ()), now, said.get(one, ""))
        for one in wanted
        if one in found
    ]


def person(user: User | None) -> PersonView | None:
    return PersonView(user.pk, str(user)) if user else None


def _tags(threads: Iterable[int]) -> dict[int, tuple[TagView, ...]]:
    if not bulk.look_up(Tagging, ("conversation_id",), "conversation_id", threads):
        return {}
    found: dict[int, list[TagView]] = defaultdict(list)
    rows = Tagging.objects.filter(conversation_id__in=list(threads)).order_by("tag__key")
    for thread, tag, name in rows.values_list("conversation_id", "tag_id", "tag__name"):
        found[thread].append(TagView(tag, name))
    return {thread: tuple(views) for thread, views in found.items()}


def customer(row: Conversation) -> CustomerView | None:
    known = row.customer
    if known is not None:
        return CustomerView(known.pk, known.handle, known.name, known.followers)
    if row.customer_handle:
        return CustomerView(None, row.customer_handle, "", None)
    return None


def _view(
    row: Conversation, tags: tuple[TagView, ...], now: datetime, match: str
) -> ConversationView:
    return ConversationView(
        id=row.pk,
        channel=row.channel,
        customer=customer(row),
        subject=row.subject,
        preview=row.preview,
        state=row.state,
        assignee=person(row.assignee),
        snoozed_until=row.snoozed_until,
        snoozed=row.snoozed_until is not None and row.snoozed_until > now,
        last_message=row.last_message,
        last_at=ids.moment_of(row.last_message),
        first_in_at=row.first_in_at,
        last_in_at=row.last_in_at,
        last_out_at=row.last_out_at,
        waiting_since=row.waiting_since,
        first_reply_at=row.first_reply_at,
        first_reply_seconds=row.first_reply_seconds,
        first_reply_business_seconds=row.first_reply_business_seconds,
        received=row.received,
        sent=row.sent,
        language=row.language,
        tone=row.tone,
        urgency=row.urgency,
        intents=tuple(row.intents),
        needs_answer=row.needs_answer,
        complaint=row.complaint,
        unanswered=row.unanswered,
        urgent=row.urgent,
        answered_by_hand_at=row.answered_by_hand_at,
        closed_at=row.closed_at,
        tags=tags,
        version=row.version,
        match=match,
    )
