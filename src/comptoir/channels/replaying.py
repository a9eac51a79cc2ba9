"""Reading kept deliveries again, after a connector learned more: nothing is doubled."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from comptoir.base.scope import current_workspace_id
from comptoir.channels.connector import AccessLost, TryLater
from comptoir.channels.hearing import (
    BATCH,
    Crash,
    Read,
    Taken,
    Understood,
    keep_understood,
    open_account,
    read_delivery,
    reason_of,
)
from comptoir.channels.models import ConnectedAccount, Inbound
from comptoir.channels.views import Stored

State = Inbound.State
_AGAIN = (State.DONE, State.SET_ASIDE)


@dataclass(frozen=True, slots=True)
class Replayed:
    """
    How far a replay is. read of total: deliveries; new: messages that were not here before;
    set_aside: deliveries that still cannot be understood, or not wholly.
    """

    total: int
    read: int = 0
    new: int = 0
    set_aside: int = 0


def replay(
    account_id: int | None = None,
    since: datetime | None = None,
    *,
    only_set_aside: bool = False,
    on_progress: Callable[[Replayed], None] | None = None,
) -> Replayed:
    """
    Read the kept deliveries of the active workspace again, oldest first, account by account.

    What was erased or let go stays so. Interrupted at any moment, the same call goes on where
    it stopped.
    """
    place = _Place.of(account_id, since, only_set_aside)
    rows = _kept(account_id, since, only_set_aside)
    progress = place.progress or Replayed(rows.count())
    accounts = rows.order_by("account_id").values_list("account_id", flat=True).distinct()
    for account in list(accounts):
        if account < place.account:
            continue
        last = place.last if account == place.account else 0
        while part := list(rows.filter(account_id=account, pk__gt=last).order_by("pk")[:BATCH]):
            progress = _again(account, part, progress)
            last = part[-1].pk
            place.note(account, last, progress)
            if on_progress is not None:
                on_progress(progress)
    place.end()
    return progress


def _kept(
    account_id: int | None, since: datetime | None, only_set_aside: bool
) -> QuerySet[Inbound, Inbound]:
    rows = Inbound.objects.filter(state__in=[State.SET_ASIDE] if only_set_aside else _AGAIN)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if since is not None:
        rows = rows.filter(received_at__gte=since)
    known = ConnectedAccount.objects.values("pk")
    return rows.filter(account_id__in=known)


def _again(account: int, rows: list[Inbound], progress: Replayed) -> Replayed:
    """One batch, in one transaction; emptied deliveries are passed over."""
    opened = open_account(account)
    progress = replace(progress, read=progress.read + len(rows))
    whole = [row for row in rows if row.body]
    if opened is None or not whole:
        return progress
    read: list[Read] = []
    for row in whole:
        try:
            read.append((row, read_delivery(*opened, row)))
        except (Crash, TryLater, AccessLost) as error:
            read.append((row, Understood(unreadable=reason_of(error))))
    new: list[int] = []

    def count(stored: Stored) -> None:
        new[:] = stored.ids

    try:
        keep_understood(opened[1], read, _AGAIN, count)
    except Taken:  # somebody let one go, or asked for it to be read, meanwhile
        return progress
    aside = sum(1 for _, each in read if each.aside or each.unreadable)
    return replace(progress, new=progress.new + len(new), set_aside=progress.set_aside + aside)


class _Place:
    """Where a replay stands, in a file of the installation, until it is through."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.account, self.last = 0, 0
        self.progress: Replayed | None = None
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.account, self.last = kept["account"], kept["last"]
            self.progress = Replayed(**kept["progress"])

    @classmethod
    def of(cls, *asked: object) -> "_Place":
        folder = Path(settings.HOME) / "files" / "replays"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        words = repr((current_workspace_id(), *asked)).encode()
        return cls(folder / f"{hashlib.sha256(words).hexdigest()[:32]}.json")

    def note(self, account: int, last: int, progress: Replayed) -> None:
        kept = {"account": account, "last": last, "progress": asdict(progress)}
        passing = self.path.with_suffix(".new")
        passing.write_text(json.dumps(kept), encoding="utf-8")
        passing.replace(self.path)

    def end(self) -> None:
        self.path.unlink(missing_ok=True)
