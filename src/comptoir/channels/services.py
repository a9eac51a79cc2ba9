"""Writing: what arrives, and who speaks for the brand."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from django.db import transaction

from comptoir.base.scope import current_workspace_id, scope
from comptoir.channels import handles
from comptoir.channels.models import Account
from comptoir.channels.storing import Target, store_batch
from comptoir.channels.views import AccountView, Arrived, Stored

IMPORTS = "import"


def account_for(channel: str) -> AccountView:
    """The account of the active workspace that receives files of `channel`, made when missing."""
    row, _ = Account.objects.get_or_create(
        workspace_id=current_workspace_id(), channel=channel[:30], connector=IMPORTS, name=IMPORTS
    )
    return AccountView(row.pk, row.channel, row.connector, row.name, can_send=False)


def store(
    workspace_id: int,
    rows: Sequence[Arrived],
    account: AccountView | None = None,
    run_id: int | None = None,
    also: Callable[[Stored], None] | None = None,
) -> Stored:
    """
    Store a batch of rows in one transaction; storing it again counts every row a duplicate.

    account: where they go; None sends each to the import account of its own channel.
    run_id: the import that brings them, which links handles once at its end; without one,
    handles are linked here. also: runs in the transaction with the result, before commit.
    Publishes `messages_received`, and `threads_merged` when kept threads changed.
    """
    with scope(workspace_id), transaction.atomic():
        total = Stored(0, 0)
        for target, part in _by_account(workspace_id, rows, account, run_id):
            done = store_batch(target, part)
            total = Stored(
                total.imported + done.imported,
                total.duplicates + done.duplicates,
                [*total.ids, *done.ids],
            )
        if run_id is None and total.ids:
            handles.link(workspace_id, min(total.ids), max(total.ids))
        if also is not None:
            also(total)
        return total


def _by_account(
    workspace_id: int, rows: Iterable[Arrived], account: AccountView | None, run_id: int | None
) -> list[tuple[Target, list[Arrived]]]:
    if account is not None:
        return [(Target(workspace_id, account.id, account.channel, run_id), list(rows))]
    parts: dict[str, list[Arrived]] = defaultdict(list)
    for row in rows:
        if row.messages:
            parts[row.messages[0].channel[:30]].append(row)
    return [
        (Target(workspace_id, account_for(channel).id, channel, run_id), part)
        for channel, part in parts.items()
    ]
