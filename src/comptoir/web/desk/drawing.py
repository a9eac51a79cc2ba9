"""
Rows of conversations that changed, as lists that are open show them: for a page that asks, and
for the streams of pages that watch a view.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone, translation

from comptoir.base.api import Permission, can, scope
from comptoir.base.models import Membership
from comptoir.care import api as care
from comptoir.web.desk import query, rows
from comptoir.web.desk.listing import PAGE
from comptoir.web.desk.query import Place

Reader = tuple[int, str]


def drawn(
    place: Place,
    found: Sequence[care.ConversationView],
    may_answer: bool,
    opened: int | None = None,
) -> str:
    """HTML of their rows; each says whether it fits into the list."""
    fits = _fitting(place, found)
    shown = [(row, fits[row.it.id]) for row in rows.rows(found, place, opened)]
    context = {"place": place, "found": shown, "may_answer": may_answer}
    return render_to_string("desk/news.html", context)


def draw(
    workspace_id: int, readers: Collection[Reader], threads: Sequence[int]
) -> Mapping[Reader, str]:
    """
    HTML of these conversations' rows for each reader, a member's id and the query of a list.

    Left out are those who may not read here (any more), and lists that only a search can tell.
    Where nothing in the rows is about one person, those who speak the same language and have the same
    rights share what is drawn.
    """
    told: dict[Reader, str] = {}
    alike: dict[tuple[object, ...], str] = {}
    with scope(workspace_id):
        members = _members(workspace_id, {user for user, _view in readers})
        found = care.conversations(threads) if members else []
        personal = any(one.assignee or one.sent for one in found)
        for user, view in readers:
            member = members.get(user)
            if member is None:
                continue
            place = query.read(QueryDict(view), member.workspace.slug, user)
            if not place.watched:
                continue
            may_answer = can(member.role, Permission.ANSWER)
            key = (member.user.language, may_answer, place.query, personal and user)
            if key not in alike:
                zone = timezone.override(ZoneInfo(member.workspace.zone))
                with zone, translation.override(member.user.language):
                    alike[key] = drawn(place, found, may_answer)
            told[user, view] = alike[key]
    return told


def _members(workspace_id: int, users: Iterable[int]) -> dict[int, Membership]:
    found = Membership.objects.filter(
        workspace_id=workspace_id, user_id__in=list(users), user__is_active=True
    ).select_related("workspace", "user")
    return {one.user_id: one for one in found if can(one.role, Permission.READ)}


def _fitting(place: Place, found: Sequence[care.ConversationView]) -> dict[int, str]:
    """
    Whether each belongs to the list: "yes", "no", or "maybe" where only a search could tell.

    A list narrowed by words or filters is asked for its newest page, where news stand.
    """
    fits = {one.id: "yes" if rows.belongs(one, place.filters) else "no" for one in found}
    if place.filters.narrows and "yes" in fits.values():
        newest = {one.id for one in care.inbox(place.filters, "", PAGE).items}
        for one, here in fits.items():
            if here == "yes" and one not in newest:
                fits[one] = "maybe"
    return fits
