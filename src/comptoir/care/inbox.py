"""
The lists of the desk.

Views come straight from partial indexes that hold only the rows of that view, newest first
(the conditions below are written as those of the indexes in models.Conversation, literals
included, or the planner would not use them). Anything narrower is answered by `searching`.
A snooze ends by the clock, so it is asked at reading; the indexes carry its column.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from comptoir.base import clock, ids
from comptoir.base.scope import current_workspace_id
from comptoir.care import searching
from comptoir.care.hydrate import conversation_views
from comptoir.care.records import VIEWS, ConversationView, Filters, Page

_AWAKE = "(snoozed_until IS NULL OR snoozed_until <= %(now)s)"
_CONDITIONS = {
    "unanswered": f"unanswered AND {_AWAKE}",
    "mine": f"assignee_id IS NOT NULL AND assignee_id = %(user)s AND state = 'open' AND {_AWAKE}",
    "urgent": f"urgent AND {_AWAKE}",
    "complaints": f"complaint AND state = 'open' AND {_AWAKE}",
    "snoozed": "snoozed_until IS NOT NULL AND snoozed_until > %(now)s",
    "everything": "1 = 1",
}
_FROM = "FROM care_conversation WHERE workspace_id = %(workspace)s AND "


def inbox(filters: Filters, cursor: str = "", limit: int = 50) -> Page:
    """A page of conversations, newest first; a cursor that is not ours gives the first page."""
    if filters.narrows:
        return searching.page(filters, cursor, limit)
    newest, oldest = _read(cursor)
    rows = _newest(filters, newest, oldest, limit + 1)
    more = len(rows) > limit
    # Going back, the rows nearest to the cursor are at the end.
    kept = rows[-limit:] if oldest is not None else rows[:limit]
    older = more or oldest is not None
    newer = more if oldest is not None else newest is not None
    return Page(
        items=tuple(conversation_views(thread for _, thread in kept)),
        next_cursor=_write("b", kept[-1][0]) if kept and older else "",
        previous_cursor=_write("a", kept[0][0]) if kept and newer else "",
        total=_count(filters.view, filters.user_id),
    )


def below(it: ConversationView) -> str:
    """The cursor of the page that follows this conversation in a list that nothing narrows."""
    return _write("b", it.last_message)


def counts(user_id: int | None) -> dict[str, int]:
    """How many conversations each of VIEWS holds for this user."""
    return {view: _count(view, user_id) for view in VIEWS}


def conversation(thread_id: int) -> ConversationView | None:
    return next(iter(conversations([thread_id])), None)


def conversations(thread_ids: Iterable[int]) -> list[ConversationView]:
    """In the order asked for; unknown ids are left out."""
    return conversation_views(thread_ids)


def _newest(
    filters: Filters, below: int | None, above: int | None, limit: int
) -> list[tuple[int, int]]:
    """(last message, thread), newest first; with `above`, those nearest to it."""
    values = _values(filters.user_id) | {"below": below, "above": above, "limit": limit}
    # Few are asleep: sorting those is quick, walking all conversations in order is not.
    place = "+last_message" if filters.view == "snoozed" else "last_message"
    bound = "AND last_message < %(below)s " if below is not None else ""
    bound += "AND last_message > %(above)s " if above is not None else ""
    order = "ASC" if above is not None else "DESC"
    rows = _rows(
        f"SELECT last_message, thread_id {_FROM}{_CONDITIONS[filters.view]} {bound}"
        f"ORDER BY {place} {order} LIMIT %(limit)s",
        values,
    )
    return rows[::-1] if above is not None else rows


def _count(view: str, user_id: int | None) -> int:
    statement = f"SELECT COUNT(*) {_FROM}{_CONDITIONS[view]}"
    return int(_rows(statement, _values(user_id))[0][0])


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _values(user_id: int | None) -> dict[str, Any]:
    return {
        "workspace": current_workspace_id(),
        "user": user_id,
        "now": _moment(clock.now()),
    }


def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _read(cursor: str) -> tuple[int | None, int | None]:
    """(below, above); both None for the first page."""
    place = ids.reveal("cursor", cursor[1:])
    if place is None or cursor[:1] not in ("a", "b"):
        return None, None
    return (place, None) if cursor[0] == "b" else (None, place)


def _write(direction: str, place: int) -> str:
    return direction + ids.conceal("cursor", place)
