"""How each connected account fares: when it last heard and spoke, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from comptoir.base import clock, outbox
from comptoir.base.scope import current_workspace_id
from comptoir.channels.connections import address_of
from comptoir.channels.connector import Connector, Quota, Words
from comptoir.channels.connectors import connector, connectors
from comptoir.channels.models import ConnectedAccount, Inbound
from comptoir.channels.views import ProblemView
from comptoir.channels.wording import kept, said

State = ConnectedAccount.State
IN_PART = ("in_part", "not_subscribed")
"""Problems that stay though messages come and go."""
# A token that ends sooner than this is worth a word before it does.
SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ConnectedView:
    """
    A connected account and how it fares.

    id: the account's. state: "on", "paused", "lost" or "off". problem: in the reader's
    language; None when all is well. retry_at: when the network is asked again after a failure.
    polled_at, heard_at, sent_at, checked_at: when each last went well. expires_at: of the
    network's token. waiting: deliveries kept and not yet understood; set_aside: those that
    could not be, or not wholly; refused: requests without a valid signature; skipped: events
    that Comptoir has no use for. values: what was entered, without secrets. webhook: the
    address that the network calls, "" where it calls none; old_until: until when the one before
    works as well. installed: whether its connector
    is still there. renews: whether it renews its token by itself.
    """

    id: int
    kind: str
    channel: str
    name: str
    state: str
    problem: ProblemView | None
    problem_since: datetime | None
    retry_at: datetime | None
    heard_at: datetime | None
    sent_at: datetime | None
    polled_at: datetime | None
    checked_at: datetime | None
    expires_at: datetime | None
    quota: Quota | None
    waiting: int
    set_aside: int
    refused: int
    skipped: int
    webhook: str
    can_send: bool
    installed: bool
    renews: bool = False
    old_until: datetime | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def expires_soon(self) -> bool:
        """Whether somebody should see to its token; one that is renewed by itself ends unseen."""
        if self.renews or self.expires_at is None:
            return False
        return self.expires_at < clock.now() + SOON


def connected(*, disconnected: bool = False) -> list[ConnectedView]:
    """The workspace's connected accounts by channel and name; those disconnected when asked."""
    rows = ConnectedAccount.objects.select_related("account")
    if not disconnected:
        rows = rows.exclude(state=State.OFF)
    counts = _counts()
    ordered = rows.order_by("account__channel", "account__name", "pk")
    return [_view(row, counts.get(row.account_id, {})) for row in ordered]


def troubled() -> list[ConnectedView]:
    """
    The accounts with something to be said: trouble, a token that ends, a connector that is gone.

    Every page asks, so deliveries are not counted: `waiting` and `set_aside` are 0.
    """
    ends = Q(expires_at__lt=clock.now() + SOON)
    wrong = Q(state=State.LOST) | Q(problem_since__isnull=False)
    rows = (
        ConnectedAccount.objects.select_related("account")
        .exclude(state__in=[State.OFF, State.PAUSED])
        .filter(wrong | ends | ~Q(kind__in=list(connectors())))
    )
    views = [_view(row, {}) for row in rows]
    return [
        one
        for one in views
        if one.problem or one.state == State.LOST or one.expires_soon or not one.installed
    ]


def connected_account(account_id: int) -> ConnectedView | None:
    row = ConnectedAccount.objects.select_related("account").filter(pk=account_id).first()
    return None if row is None else _view(row, _counts(account_id).get(account_id, {}))


def trouble(
    account_id: int,
    code: str,
    sentence: Words,
    fix: Words = "",
    *,
    retry_at: datetime | None = None,
    lost: bool = False,
) -> None:
    """
    Say on the account what is wrong, and publish `channel_troubled` when that is news.

    retry_at: the network is asked nothing before. lost: the account stops until somebody
    connects it again.
    """
    problem = {"code": code, "sentence": kept(sentence), "fix": kept(fix)}
    with transaction.atomic():
        row = _locked().filter(pk=account_id).first()
        if row is None or row.state == State.OFF:
            return
        is_news = row.problem.get("code") != code or (lost and row.state != State.LOST)
        row.problem, row.failures, row.retry_at = problem, row.failures + 1, retry_at
        row.problem_since = row.problem_since or clock.now()
        if lost and row.state == State.ON:
            row.state = State.LOST
        row.save(update_fields=["problem", "problem_since", "failures", "retry_at", "state"])
        if is_news:
            outbox.publish(row.workspace_id, "channel_troubled", account=account_id, code=code)


def well(account_id: int, *, checked: bool = False) -> None:
    """
    Take the trouble off: the network has just done what it was asked.

    What works in part only is taken off when a check found it whole (`checked`).
    """
    troubled = ConnectedAccount.objects.filter(pk=account_id, problem_since__isnull=False)
    code = troubled.values_list("problem__code", flat=True).first()
    if code is None or (code in IN_PART and not checked):
        return
    with transaction.atomic():
        if troubled.update(problem={}, problem_since=None, failures=0, retry_at=None):
            outbox.publish(current_workspace_id(), "channel_well", account=account_id)


def _locked() -> QuerySet[ConnectedAccount, ConnectedAccount]:
    """Two that report trouble at once count twice; SQLite's transactions are alone anyway."""
    return ConnectedAccount.objects.select_for_update()


def _counts(account_id: int | None = None) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for state in (Inbound.State.WAITING, Inbound.State.SET_ASIDE):
        rows = Inbound.objects.filter(state=state)
        if account_id is not None:
            rows = rows.filter(account_id=account_id)
        for account, count in rows.values_list("account").annotate(Count("pk")).order_by():
            found.setdefault(account, {})[state] = count
    return found


def _view(row: ConnectedAccount, counts: Mapping[str, int]) -> ConnectedView:
    made = connector(row.kind)
    return ConnectedView(
        id=row.account_id,
        kind=row.kind,
        channel=row.account.channel,
        name=row.account.name,
        state=str(row.state),
        problem=_problem(row.problem),
        problem_since=row.problem_since,
        retry_at=row.retry_at,
        heard_at=row.heard_at,
        sent_at=row.sent_at,
        polled_at=row.polled_at,
        checked_at=row.checked_at,
        expires_at=row.expires_at,
        quota=quota(row.quota),
        waiting=counts.get(Inbound.State.WAITING, 0),
        set_aside=counts.get(Inbound.State.SET_ASIDE, 0),
        refused=row.refused,
        skipped=row.skipped,
        webhook=address_of(row.token) if made is not None and made.pushes else "",
        can_send=made is not None and made.sends and row.state != State.OFF,
        installed=made is not None,
        renews=made is not None and type(made).renew is not Connector.renew,
        old_until=_still(row.old_until),
        values=dict(row.values),
        own=dict(row.own),
    )


def _still(until: datetime | None) -> datetime | None:
    return until if until is not None and until > clock.now() else None


def quota(stored: Mapping[str, Any]) -> Quota | None:
    """What was left when the network last said so; None when it never did."""
    if "left" not in stored:
        return None
    resets_at = stored.get("resets_at")
    return Quota(
        left=stored["left"],
        limit=stored["limit"],
        resets_at=datetime.fromisoformat(resets_at) if resets_at else None,
    )


def _problem(stored: Mapping[str, Any]) -> ProblemView | None:
    if not stored:
        return None
    return ProblemView(stored["code"], said(stored["sentence"]), said(stored.get("fix", "")))
