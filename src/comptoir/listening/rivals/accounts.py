"""Naming where a rival itself speaks."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy as _

from comptoir.analysis.text import fold
from comptoir.base import audit, clock, ids
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Author, Message
from comptoir.channels.storing import handle_key
from comptoir.listening.documents import site_of
from comptoir.listening.models import Folder, SavedQuery
from comptoir.listening.rivals.models import RivalAccount
from comptoir.listening.rivals.records import AccountView, RivalView, Suggestion

MOST: Final = 50
"""Accounts and sites of one rival."""
ARTICLES: Final = ("rss", "feed", "blog", "press")
"""Channels on which a message is an article of the site that it stands on."""
_PROFILES: Final = {
    "x.com": "x",
    "twitter.com": "x",
    "facebook.com": "facebook",
    "instagram.com": "instagram",
    "tiktok.com": "tiktok",
    "youtube.com": "youtube",
    "linkedin.com": "linkedin",
    "bsky.app": "bluesky",
}
_HOST: Final = re.compile(r"(?=.{4,253}$)(?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}")
_SUGGESTED: Final = 5
_NAMED: Final = 4

Kind = RivalAccount.Kind


def rivals() -> list[RivalView]:
    """Folders of the kind rival, by name."""
    queries: dict[int, list[int]] = {}
    alive = SavedQuery.objects.exclude(state=SavedQuery.State.DELETED).order_by("pk")
    for pk, folder in alive.values_list("pk", "folder_id"):
        queries.setdefault(folder, []).append(pk)
    named = dict(RivalAccount.objects.values_list("folder_id").order_by().annotate(Count("pk")))
    rows = Folder.objects.filter(kind=Folder.Kind.RIVAL)
    found = [
        RivalView(row.pk, row.name, tuple(queries.get(row.pk, [])), named.get(row.pk, 0))
        for row in rows
    ]
    return sorted(found, key=lambda one: one.name.casefold())


def rival(folder_id: int) -> RivalView:
    """One of them; raises Problem "unknown_rival"."""
    for one in rivals():
        if one.id == folder_id:
            return one
    raise Problem("unknown_rival", _("This rival does not exist any more."))


def accounts(folder_id: int) -> list[AccountView]:
    """As they were named, with what was heard of each."""
    rows = RivalAccount.objects.filter(folder_id=folder_id).order_by("kind", "channel", "key")
    return [_view(row) for row in rows]


def add_account(folder_id: int, channel: str, value: str, actor: User) -> int:
    """
    Name an account or, with the channel "site", a site. value: a handle or an address.

    Raises Problem "unknown_rival", "rival_account_empty", "rival_site", "rival_account_exists",
    "rival_account_own" or "rival_accounts_many".
    """
    one = rival(folder_id)
    kind, channel, shown, key = _read(channel.strip(), value.strip())
    known = RivalAccount.objects.filter(folder_id=one.id)
    if known.filter(kind=kind, channel__in={channel, ""}, key=key).exists():
        raise Problem("rival_account_exists", _("“%(value)s” is named already."), value=shown)
    if kind == Kind.HANDLE and any(row.own for row in _authors(channel, key)):
        raise Problem("rival_account_own", _("“%(value)s” is an account of yours."), value=shown)
    if known.count() >= MOST:
        raise Problem("rival_accounts_many", _("A rival has at most 50 accounts and sites here."))
    row = RivalAccount.objects.create(
        workspace_id=current_workspace_id(),
        folder_id=one.id,
        kind=kind,
        channel=channel,
        value=shown,
        key=key,
        by=actor,
        at=clock.now(),
    )
    _tell("listening.rival_account_added", one.name, actor)
    return row.pk


def remove_account(folder_id: int, account_id: int, actor: User) -> None:
    """It is no longer taken for the rival's; raises Problem "unknown_rival"."""
    one = rival(folder_id)
    gone, _rows = RivalAccount.objects.filter(folder_id=one.id, pk=account_id).delete()
    if gone:
        _tell("listening.rival_account_removed", one.name, actor)


def suggestions(folder_id: int) -> list[Suggestion]:
    """Authors heard already whose handle bears the rival's name, the most heard first."""
    name = fold(rival(folder_id).name).replace(" ", "")
    if len(name) < _NAMED:
        return []
    taken = {(row.channel, row.key) for row in RivalAccount.objects.filter(kind=Kind.HANDLE)}
    rows = Author.objects.filter(key__contains=name, own=False).exclude(key__startswith="~")
    free = [
        row
        for row in rows[: _SUGGESTED * 20]
        if (row.channel, row.key) not in taken and ("", row.key) not in taken
    ]
    counted = dict(
        Message.objects.filter(author__in=[row.pk for row in free])
        .values_list("author_id")
        .order_by()
        .annotate(Count("pk"))
    )
    free.sort(key=lambda row: (-counted.get(row.pk, 0), row.key))
    return [
        Suggestion(row.channel, row.handle, counted.get(row.pk, 0)) for row in free[:_SUGGESTED]
    ]


def authors_of(folder_id: int) -> dict[int, str]:
    """Authors that are the rival itself: id → handle as it is written."""
    rows = RivalAccount.objects.filter(folder_id=folder_id, kind=Kind.HANDLE)
    return {
        author.pk: author.handle
        for channel, key in rows.values_list("channel", "key")
        for author in _authors(channel, key)
        if not author.own
    }


def sites_of(folder_id: int) -> list[str]:
    """Hosts of which articles are the rival's."""
    rows = RivalAccount.objects.filter(folder_id=folder_id, kind=Kind.SITE)
    return list(rows.order_by("key").values_list("key", flat=True))


def handles_of_others(folder_id: int) -> list[str]:
    """Handles of the other rivals."""
    rows = RivalAccount.objects.filter(kind=Kind.HANDLE).exclude(folder_id=folder_id)
    return list(rows.values_list("key", flat=True).distinct())


def articles(host: str, low: int = 0, high: int | None = None) -> list[int]:
    """Messages that are articles of a site, by time."""
    rows = Message.objects.filter(
        pk__gte=low, channel__in=ARTICLES, url__icontains=host, in_reply_to="", own=False
    )
    if high is not None:
        rows = rows.filter(pk__lt=high)
    found = rows.order_by("pk").values_list("pk", "url")
    return [pk for pk, url in found if site_of(url.casefold()) == host]


def _view(row: RivalAccount) -> AccountView:
    if row.kind == Kind.SITE:
        found = articles(row.key)
        first, count = (found[0] if found else None), len(found)
    else:
        authors = [author.pk for author in _authors(row.channel, row.key)]
        rows = Message.objects.filter(author__in=authors)
        told = rows.aggregate(first=Min("pk"), count=Count("pk"))
        first, count = told["first"], told["count"]
    moment = ids.moment_of(first) if first is not None else None
    return AccountView(row.pk, row.kind, row.channel, row.value, count, moment)


def _authors(channel: str, key: str) -> Sequence[Author]:
    where = Q(key=key) & (Q(channel=channel) if channel else Q())
    return list(Author.objects.filter(where))


def _read(channel: str, value: str) -> tuple[str, str, str, str]:
    """(kind, channel, as shown, key) of what somebody wrote into the field."""
    if channel == "site":
        host = site_of(value if "://" in value else f"https://{value}").casefold()
        if not _HOST.fullmatch(host):
            raise Problem(
                "rival_site", _("This is not a site."), _("Write it like www.example.com.")
            )
        return Kind.SITE, "", host, host
    if "/" in value:
        channel, value = _profile(channel, value)
    key = handle_key(value)
    if not key or key.startswith("~") or any(map(str.isspace, key)):
        raise Problem(
            "rival_account_empty",
            _("Write the account’s handle, or the address of its profile."),
        )
    return Kind.HANDLE, channel[:30], value.strip().lstrip("@")[:200], key


def _profile(channel: str, value: str) -> tuple[str, str]:
    """The network and the handle that the address of a profile tells."""
    address = value if "://" in value else f"https://{value}"
    network = _PROFILES.get(site_of(address).casefold().removeprefix("m."), "")
    parts = [part for part in urlsplit(address).path.split("/") if part] if site_of(address) else []
    skipped = [part for part in parts if part not in ("company", "profile", "in", "user", "c")]
    return network or channel, skipped[0] if network and skipped else ""


def _tell(verb: str, name: str, actor: User) -> None:
    audit.record(verb, actor=actor, workspace=current_workspace_id(), target=name)
