"""Watched pages as they are read: lists, one with its history, its prices."""

from collections.abc import Iterable, Sequence

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import Problem
from comptoir.channels import api as channels
from comptoir.listening.alerting import carrying
from comptoir.listening.watching import hosts
from comptoir.listening.watching.checking import kept_reading
from comptoir.listening.watching.diffing import Change
from comptoir.listening.watching.models import PageChange, PageReading, WatchedPage
from comptoir.listening.watching.readings import Reading
from comptoir.listening.watching.records import (
    ChangeView,
    PageDraft,
    Pages,
    PageView,
    PriceView,
    Spell,
)

_WELL = Q(problem={})


def pages(folder: int | None = None, only: str = "", start: int = 0, limit: int = 25) -> Pages:
    """By what changed lately, then by name. only: "trouble", "paused" or "" for all."""
    rows = WatchedPage.objects.select_related("folder", "by")
    if folder is not None:
        rows = rows.filter(folder_id=folder)
    if only == "trouble":
        rows = rows.exclude(_WELL).exclude(state=WatchedPage.State.PAUSED)
    elif only == "paused":
        rows = rows.filter(state=WatchedPage.State.PAUSED)
    total = rows.count()
    sorted_rows = rows.order_by(F("changed_at").desc(nulls_last=True), "name", "pk")
    return Pages(_views(list(sorted_rows[start : start + limit])), total)


def page(page_id: int) -> PageView:
    """One page; raises Problem "unknown_page"."""
    row = WatchedPage.objects.select_related("folder", "by").filter(pk=page_id).first()
    if row is None:
        raise Problem("unknown_page", _("This page is not watched any more."))
    return _views([row])[0]


def changes(
    page_id: int | None = None, before: int | None = None, limit: int = 30, news: bool = False
) -> list[ChangeView]:
    """Newest first; of one page or of all. news: only those that somebody was told."""
    rows = PageChange.objects.select_related("page").order_by("-pk")
    if page_id is not None:
        rows = rows.filter(page_id=page_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if news:
        rows = rows.filter(again=False)
    return [
        ChangeView(
            id=one.pk,
            page=one.page_id,
            page_name=one.page.name,
            at=one.at,
            change=Change(one.kind, one.key, one.before, one.after),
            again=one.again,
        )
        for one in rows[:limit]
    ]


def prices(page_id: int) -> list[Spell]:
    """How long each price stood, oldest first; neighbours that are alike are one."""
    rows = PageReading.objects.filter(page_id=page_id, read_at__isnull=False).order_by("pk")
    found: list[Spell] = []
    for at, last_at, cents, currency, state, visits in rows.values_list(
        "at", "last_at", "cents", "currency", "availability", "visits"
    ):
        spell = Spell(at, last_at, cents, currency, state, visits)
        if found and _alike(found[-1], spell):
            held = found.pop()
            spell = Spell(held.at, last_at, cents, currency, state, held.visits + visits)
        found.append(spell)
    return found


def latest(page_id: int) -> Reading | None:
    """What was read last; None before the first visit."""
    rows = PageReading.objects.filter(page_id=page_id, data__isnull=False)
    row = rows.order_by("-pk").first()
    return kept_reading(row) if row is not None else None


def contact() -> str:
    """Whom sites were told to write to last, else the brand's mailbox; "" for none."""
    row = WatchedPage.objects.order_by("-pk").only("contact", "workspace_id").first()
    return row.contact if row is not None else channels.mail_address()


def _alike(one: Spell, other: Spell) -> bool:
    return (one.cents, one.currency, one.availability) == (
        other.cents,
        other.currency,
        other.availability,
    )


def _views(rows: Sequence[WatchedPage]) -> list[PageView]:
    ids = [row.pk for row in rows]
    counted = PageChange.objects.filter(page_id__in=ids).order_by().values("page_id")
    told = {
        one["page_id"]: (one["news"], one["turns"])
        for one in counted.annotate(
            news=Count("pk", filter=Q(again=False)), turns=Count("pk", filter=Q(again=True))
        )
    }
    now = _prices_of(ids)
    return [_view(row, now.get(row.pk), *told.get(row.pk, (0, 0))) for row in rows]


def _prices_of(ids: Iterable[int]) -> dict[int, PriceView]:
    """What each page asked when it was last read."""
    found: dict[int, PriceView] = {}
    for pk in ids:
        row = PageReading.objects.filter(page_id=pk, data__isnull=False).order_by("-pk").first()
        read = kept_reading(row) if row is not None else None
        if row is None or read is None:
            continue
        main = read.main
        found[pk] = PriceView(
            cents=row.cents,
            currency=row.currency,
            was=main.was if main else None,
            starting=bool(main and main.starting),
            availability=row.availability,
            since=row.at,
        )
    return found


def _view(row: WatchedPage, price: PriceView | None, news: int, turns: int) -> PageView:
    people, accounts = carrying.targets(row.alert_id)
    return PageView(
        id=row.pk,
        draft=PageDraft(
            url=row.url,
            name=row.name,
            folder=row.folder_id,
            wants=tuple(row.wants),
            selector=row.selector,
            phrase=row.phrase,
            every=row.every,
            contact=row.contact,
            people=people,
            accounts=accounts,
        ),
        site=hosts.name_of(row.url),
        folder_name=row.folder.name if row.folder else "",
        state=row.state,
        price=price,
        made_at=row.made_at,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        changed_at=row.changed_at,
        due_at=row.due_at,
        wanted_at=row.wanted_at,
        problem=row.problem,
        changes=news,
        turns=turns,
        by_name=str(row.by) if row.by else "",
    )
