"""What networks say became of answers, tied to the answer whichever is known first."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from comptoir.base import bulk, clock, outbox
from comptoir.base.scope import current_workspace_id
from comptoir.channels import connector
from comptoir.channels.models import Outbound, Receipt
from comptoir.channels.storing import fitting
from comptoir.channels.wording import kept

State = Outbound.State
KEPT = timedelta(days=30)
# How far each tells; an answer that was read was delivered, whatever is heard afterwards.
_RANK = {State.DELIVERED: 1, State.FAILED: 2, State.READ: 3}
_OPEN = (State.SENT, State.DELIVERED)


def keep_receipts(account_id: int, receipts: Sequence[connector.Receipt]) -> None:
    """Keep what was told and tie it to the answers that are known; in a transaction."""
    now = clock.now()
    rows = [
        (
            current_workspace_id(), account_id, fitting(each.external_id, 255), each.state,
            each.at, each.code[:60], str(each.sentence), now,
        )
        for each in receipts
    ]  # fmt: skip
    columns = (
        "workspace_id", "account_id", "external_id", "state", "at", "code", "sentence", "heard_at",
    )  # fmt: skip
    bulk.upsert(Receipt, columns, rows, key=("account_id", "external_id", "state"))
    _name(account_id, receipts)
    apply_receipts(account_id, [each.external_id for each in receipts])


def _name(account_id: int, receipts: Sequence[connector.Receipt]) -> None:
    """Answers of unknown fate whose key the network hands back did arrive, under its id."""
    ids = {each.key: fitting(each.external_id, 255) for each in receipts if each.key}
    unknown = Outbound.objects.filter(
        account_id=account_id, key__in=ids, external_id="", state__in=[State.UNKNOWN, State.SENT]
    )
    for row in unknown.select_for_update():
        row.external_id, row.state = ids[row.key], State.SENT
        row.sent_at, row.problem = row.sent_at or clock.now(), {}
        row.claim, row.claimed_at = "", None
        row.save(
            update_fields=["external_id", "state", "sent_at", "problem", "claim", "claimed_at"]
        )
        outbox.publish(row.workspace_id, "answer_sent", outbound=row.pk, thread=row.thread_id)


def apply_receipts(account_id: int, external_ids: Iterable[str]) -> None:
    """
    Move answers to what was told of them; call it when an answer's external id becomes known.

    Publishes `answer_delivered`, `answer_read` or `answer_failed`.
    """
    wanted = [fitting(each, 255) for each in external_ids if each]
    answers = Outbound.objects.filter(
        account_id=account_id, external_id__in=wanted, state__in=_OPEN
    )
    for row in answers.select_for_update():
        told = Receipt.objects.filter(account_id=account_id, external_id=row.external_id)
        last = max(told, key=lambda one: _RANK.get(State(one.state), 0), default=None)
        if last is not None and last.state != row.state:
            _move(row, last)


def _move(row: Outbound, told: Receipt) -> None:
    row.state = told.state
    if told.state == State.FAILED:
        code = told.code or "refused_later"
        row.problem = {"code": code, "sentence": kept(told.sentence), "fix": kept("")}
    else:
        row.delivered_at = row.delivered_at or told.at
    row.save(update_fields=["state", "problem", "delivered_at"])
    outbox.publish(row.workspace_id, f"answer_{told.state}", outbound=row.pk, thread=row.thread_id)
