"""
Asking networks what is new: when it is due, by one process at a time, within what they grant.

An account is claimed for a while; the claim is confirmed by the transaction that keeps a page
and moves the cursor, so a process that lost it keeps nothing. All waiting is here: after an
error with growing pauses, as long as a network asks, until its quota starts anew.
"""

import random
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock, http, jobs
from comptoir.base.http import Forbidden, Http, HttpProblem
from comptoir.base.scope import every_workspace, scope
from comptoir.base.secrets import Unreadable
from comptoir.channels import connections, health
from comptoir.channels.connecting import lost
from comptoir.channels.connections import connection_of
from comptoir.channels.connector import (
    AccessLost,
    Connection,
    Connector,
    Page,
    Quota,
    Rejected,
    TryLater,
    Words,
)
from comptoir.channels.connectors import connector, connectors
from comptoir.channels.models import ConnectedAccount
from comptoir.channels.receiving import keep

log = structlog.get_logger(__name__)

State = ConnectedAccount.State
THREADS = 4
LEASE = timedelta(minutes=3)
"""A claim not confirmed for this long belongs to a process that is gone."""
TURN_SECONDS = 60.0
"""How long one account may be asked page after page before others have their turn."""
FIRST_PAUSE = 30.0
LONGEST_PAUSE = 3_600.0
LONGEST_ASKED = 86_400.0
_LOST_QUOTA = timedelta(minutes=15)
# Networks are busy or away for a moment every day; the third time in a row is news.
_NEWS = 3


class Lost(Exception):
    """Another process holds the account now, or it was paused or disconnected."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An account that this process alone asks now."""

    account: int
    workspace: int
    token: str


# Claiming.


def due(kinds: Mapping[str, float | None] | None = None) -> list[ConnectedAccount]:
    """Accounts to be asked now, the longest overdue first. In any scope that sees them."""
    every = kinds or {kind: one.every for kind, one in connectors().items() if one.every}
    now = clock.now()
    rows = free(now).filter(kind__in=every)
    late = [(row, _due_at(row, every[row.kind])) for row in rows]
    return [row for row, at in sorted(late, key=_by_time) if at <= now]


def _by_time(one: tuple[ConnectedAccount, datetime]) -> tuple[datetime, int]:
    return one[1], one[0].pk


def _due_at(row: ConnectedAccount, every: float | None) -> datetime:
    if row.polled_at is None or every is None:
        return datetime.min.replace(tzinfo=clock.now().tzinfo)
    return row.polled_at + timedelta(seconds=every)


def free(now: datetime) -> QuerySet[ConnectedAccount, ConnectedAccount]:
    """Accounts that are connected, need not wait, and that nobody holds."""
    return ConnectedAccount.objects.filter(
        Q(retry_at=None) | Q(retry_at__lte=now),
        Q(claim="") | Q(claimed_at__lt=now - LEASE),
        state=State.ON,
    )


def claim(row: ConnectedAccount) -> Claim | None:
    """Take the account for this process; None when another was quicker."""
    token = secrets.token_hex(16)
    held = ConnectedAccount.objects.filter(pk=row.pk, state=State.ON, claim=row.claim)
    taken = held.filter(claimed_at=row.claimed_at).update(claim=token, claimed_at=clock.now())
    return Claim(row.account_id, row.workspace_id, token) if taken else None


def confirm(mine: Claim, **fields: Any) -> None:
    """Hold on to the account, and set `fields`. Raises Lost."""
    held = ConnectedAccount.objects.filter(pk=mine.account, claim=mine.token, state=State.ON)
    if not held.update(claimed_at=clock.now(), **fields):
        raise Lost


def release(mine: Claim) -> None:
    held = ConnectedAccount.objects.filter(pk=mine.account, claim=mine.token)
    held.update(claim="", claimed_at=None)


# Asking.


@jobs.beside("polling", threads=THREADS, pause=1.0)
def poll_due(stop: Event | None = None) -> int:
    """Ask the account that is longest overdue; returns how many were. Needs no scope."""
    with every_workspace():
        rows = due()
    for row in rows:
        with scope(row.workspace_id):
            mine = claim(row)
            if mine is not None:
                try:
                    poll(mine, stop or Event())
                finally:
                    release(mine)
                return 1
    return 0


def poll_now(account_id: int) -> None:
    """Have an account asked at once, whatever it waits for."""
    ConnectedAccount.objects.filter(pk=account_id).update(polled_at=None, retry_at=None)


def poll(mine: Claim, stop: Event, client: Http | None = None) -> bool:
    """
    Ask a claimed account until nothing more is new; whether it may be asked on. In its scope.

    Never raises for what a network or a connector does: the account says what is wrong.
    """
    client = client or http.guarded()
    try:
        made, opened = prepared(mine, client)
        return _turn(mine, made, opened, client, stop)
    except Lost:
        return False
    except Exception as error:  # noqa: BLE001 whatever a connector raises is said on the account
        failed(mine.account, error)
        return False


def prepared(mine: Claim, client: Http) -> tuple[Connector, Connection]:
    """The account's connector and connection, with tokens that will last. Raises Lost."""
    row = ConnectedAccount.objects.select_related("account").get(pk=mine.account)
    made = connector(row.kind)
    if made is None:
        raise Lost
    if must_renew(row):
        renew(row, made, client)
    return made, connection_of(row)


def _turn(mine: Claim, made: Connector, opened: Connection, client: Http, stop: Event) -> bool:
    """
    Page after page for a while; what is left then is due at once. False once the quota is spent.
    """
    began = time.monotonic()
    more, spent = True, None
    while more and not spent and not stop.is_set() and time.monotonic() - began < TURN_SECONDS:
        more = False
        for page in made.pull(opened, client):
            _keep_page(mine, page)
            more, spent = page.more, _spent_until(page.quota, made.reserve)
            if spent or stop.is_set() or time.monotonic() - began > TURN_SECONDS:
                break
        opened = connection_of(
            ConnectedAccount.objects.select_related("account").get(pk=mine.account)
        )
    health.well(mine.account)
    confirm(mine, polled_at=None if more and not spent else clock.now(), retry_at=spent, failures=0)
    return spent is None


def _keep_page(mine: Claim, page: Page) -> None:
    """Raws and cursor together. Raises Lost, with nothing kept, when the account is not ours."""
    raws = [("", raw.headers, raw.body) for raw in page.raws]
    fields: dict[str, Any] = {"cursor": dict(page.cursor), "polled_at": clock.now()}
    if page.quota is not None:
        fields["quota"] = _stored(page.quota)
    with transaction.atomic():
        confirm(mine, **fields)
        if raws:
            keep(mine.workspace, mine.account, raws)


def _stored(quota: Quota) -> dict[str, Any]:
    resets_at = quota.resets_at.isoformat() if quota.resets_at else None
    return {**asdict(quota), "resets_at": resets_at}


def _spent_until(quota: Quota | None, reserve: float) -> datetime | None:
    """
    When to ask again, once only the share for answers is left; None while there is more.
    """
    if quota is None or quota.left > quota.limit * reserve:
        return None
    until = quota.resets_at or clock.now() + _LOST_QUOTA
    return max(until, clock.now()) + timedelta(seconds=random.uniform(1, 5))  # noqa: S311 no secret


# What goes wrong.


def failed(account_id: int, error: Exception) -> None:
    """Say what is wrong and when the network is asked again."""
    row = ConnectedAccount.objects.select_related("account").get(pk=account_id)
    if row.state != State.ON:
        return
    name = row.account.name
    if isinstance(error, AccessLost):
        log.warning("polling.access_lost", account=account_id, reason=str(error))
        health.trouble(account_id, *lost(name, error), lost=True)
        return
    asked = error.after if isinstance(error, TryLater) else None
    retry_at = clock.now() + timedelta(seconds=pause(row.failures, asked))
    passing = isinstance(error, TryLater | HttpProblem) and not isinstance(error, Forbidden)
    log.warning(
        "polling.failed", account=account_id, failures=row.failures + 1, exc_info=None if passing else error,
        reason=str(error),
    )  # fmt: skip
    if passing and row.failures + 1 < _NEWS:
        rows = ConnectedAccount.objects.filter(pk=account_id)
        rows.update(failures=row.failures + 1, retry_at=retry_at)
        return
    health.trouble(account_id, *_words(name, error), retry_at=retry_at)


def pause(failures: int, asked: float | None) -> float:
    """
    Seconds until the next try: what the network asks for, else doubling from half a minute to
    an hour. A little chance keeps accounts from coming all at once.
    """
    chance = random.uniform(1.0, 1.2)  # noqa: S311 no secret
    if asked is not None:
        return min(max(asked, 1.0), LONGEST_ASKED) * chance
    return min(FIRST_PAUSE * 2.0**failures, LONGEST_PAUSE) * chance


def _words(name: str, error: Exception) -> tuple[str, Words, Words]:
    if isinstance(error, TryLater):
        return (
            "try_later",
            format_lazy(_("{name} has asked us to wait, several times in a row."), name=name),
            _("Nothing to do: Comptoir goes on when it may. Messages come later meanwhile."),
        )
    if isinstance(error, Forbidden):
        return (
            "address_forbidden",
            _("This address is not one that this server may ask: it is private or reserved."),
            _("Check it, or ask whoever runs the server to allow it."),
        )
    if isinstance(error, HttpProblem):
        return (
            "unreachable",
            format_lazy(_("{name} cannot be reached."), name=name),
            _("Check the address and the server’s own connection, then try again."),
        )
    if isinstance(error, Rejected):
        return error.code, error.sentence, error.fix
    if isinstance(error, Unreadable):
        return (
            "secrets_unreadable",
            _("The secrets of this account cannot be opened: the installation’s key changed."),
            _("Enter them again, or bring back the file secret.key."),
        )
    return (
        "unexpected",
        format_lazy(_("{name} answered something unexpected."), name=name),
        _("Try again. If it goes on, report it with the log."),
    )


# Tokens that run out.


def must_renew(row: ConnectedAccount) -> bool:
    """Whether a fifth of the token's life is left, or five minutes."""
    if row.expires_at is None:
        return False
    life = row.expires_at - (row.checked_at or clock.now())
    return clock.now() > row.expires_at - max(life / 5, timedelta(minutes=5))


def renew(row: ConnectedAccount, made: Connector, client: Http) -> None:
    """
    Fresh tokens, kept before anything else is asked: the network may already have forgotten
    the old ones.
    """
    fresh = made.renew(connection_of(row), client)
    if not fresh:
        return
    values = {**connection_of(row).values, **fresh}
    row.values, row.secrets = connections.closed(made, values)
    row.save(update_fields=["values", "secrets"])
    checked = made.check(connection_of(row), client)
    row.own, row.expires_at, row.checked_at = dict(checked.own), checked.expires_at, clock.now()
    row.save(update_fields=["own", "expires_at", "checked_at"])
    log.info("polling.renewed", account=row.pk, expires_at=row.expires_at)
