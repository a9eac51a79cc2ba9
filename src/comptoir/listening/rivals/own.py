"""What a rival itself wrote: found by its accounts, whether or not a query found it as well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Min

from comptoir.analysis import offers as finding
from comptoir.analysis import pressure
from comptoir.base import bulk, ids
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.channels import api as channels
from comptoir.channels.models import Message
from comptoir.listening.models import Folder
from comptoir.listening.rivals import accounts
from comptoir.listening.rivals.records import Post

MOST: Final = 5_000
"""Posts read for one report, the newest."""
_COLUMNS: Final = (
    "id", "kind", "channel", "author_id", "title", "text", "in_reply_to", "in_reply_to_handle",
)  # fmt: skip
_LEAST_SITE: Final = 400


@dataclass(frozen=True, slots=True)
class Own:
    """
    A rival's own messages, newest first. since: messages before are not read; whole: whether
    that is as far back as was asked.
    """

    posts: Sequence[Post]
    since: datetime
    whole: bool


@dataclass(frozen=True, slots=True)
class Source:
    """An author or a site that is the rival. first: when it was first heard."""

    key: int | str
    name: str
    first: datetime


def sources(folder_id: int) -> list[Source]:
    """Those of the rival's accounts of which anything was heard."""
    authors = accounts.authors_of(folder_id)
    rows = Message.objects.filter(author__in=list(authors)).order_by()
    heard = rows.values_list("author_id").annotate(first=Min("pk"))
    found = [Source(one, f"@{authors[one]}", ids.moment_of(first)) for one, first in heard]
    for host in accounts.sites_of(folder_id):
        if articles := accounts.articles(host):
            found.append(Source(host, host, ids.moment_of(articles[0])))
    return sorted(found, key=lambda one: (one.first, one.name))


def own(folder_id: int, since: datetime, until: datetime, zone: ZoneInfo) -> Own:
    """What the rival wrote from `since` to before `until`, read for signs and offers."""
    wrote = written(folder_id, since, until)
    kept = sorted(wrote, reverse=True)[:MOST]
    names = other_brands(folder_id)
    posts = [one for part in _parts(kept) for one in _read(part, wrote, zone, names)]
    posts.sort(key=lambda one: one.id, reverse=True)
    whole = len(kept) == len(wrote)
    return Own(posts, since if whole or not kept else ids.moment_of(kept[-1]), whole)


def written(folder_id: int, since: datetime, until: datetime) -> dict[int, int | str]:
    """Message → source, of what the rival wrote."""
    low, high = ids.lowest_at(since), ids.lowest_at(until)
    rows = Message.objects.filter(
        author__in=list(accounts.authors_of(folder_id)), pk__gte=low, pk__lt=high, own=False
    )
    found: dict[int, int | str] = dict(rows.values_list("pk", "author_id"))
    for host in accounts.sites_of(folder_id):
        found |= dict.fromkeys(accounts.articles(host, low, high), host)
    return found


def other_brands(folder_id: int) -> pressure.Names:
    """The brand and the other rivals, by name and by handle."""
    workspace = Workspace.objects.values_list("name", flat=True).get(pk=current_workspace_id())
    others = Folder.objects.filter(kind=Folder.Kind.RIVAL).exclude(pk=folder_id)
    mine = {one.handle for one in channels.own_handles()}
    handles = [*mine, *accounts.handles_of_others(folder_id)]
    return pressure.Names([workspace, *others.values_list("name", flat=True)], handles)


def _parts(found: Sequence[int]) -> Iterable[Sequence[int]]:
    return (found[place : place + _LEAST_SITE] for place in range(0, len(found), _LEAST_SITE))


def _read(
    part: Sequence[int], wrote: dict[int, int | str], zone: ZoneInfo, names: pressure.Names
) -> Iterable[Post]:
    for row in bulk.picked(Message).filter(pk__in=part).values(*_COLUMNS):
        at = ids.moment_of(row["id"]).astimezone(zone)
        kind = _kind(row["kind"], bool(row["in_reply_to"] or row["in_reply_to_handle"]))
        signs: pressure.Signs = {}
        offers: tuple[finding.Offer, ...] = ()
        if kind == "post":
            text = f"{row['title']}\n{row['text']}".strip("\n")
            offers = finding.find(text, at.date())
            signs = pressure.read(text, offers, names)
        yield Post(row["id"], at, kind, row["channel"], wrote[row["id"]], signs, offers)


def _kind(kind: str, is_reply: bool) -> str:
    if kind == "repost":
        return "repost"
    return "reply" if is_reply or kind in ("reply", "comment") else "post"


def stretches(start: datetime, days: int, count: int) -> list[tuple[datetime, datetime]]:
    """
    As many stretches of so many days before `start`, newest first, by the clock on the wall.

    >>> noon = datetime(2026, 4, 6, tzinfo=ZoneInfo("Europe/Paris"))
    >>> [f"{since:%d.%m. %H:%M}" for since, _until in stretches(noon, 7, 2)]
    ['30.03. 00:00', '23.03. 00:00']
    """
    step = timedelta(days=days)
    return [(start - step * (place + 1), start - step * place) for place in range(count)]
