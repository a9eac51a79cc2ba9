"""
Deliveries that one address gets for several accounts of an app: each account reads its own.

The delivery is kept once more for every account it speaks of, under the same key; each reads
what is addressed to it and hands the rest over, which changes nothing where it is kept already.
"""

from collections.abc import Iterable, Sequence

from comptoir.channels.connector import Connection
from comptoir.channels.models import ConnectedAccount, Inbound
from comptoir.channels.receiving import keep


def siblings(opened: Connection, names: Iterable[str]) -> dict[str, int]:
    """The workspace's other accounts of this kind that the network calls by these names."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = ConnectedAccount.objects.filter(kind=opened.kind).exclude(pk=opened.account_id)
    found = {str(own.get("id", "")): pk for pk, own in rows.values_list("pk", "own")}
    return {name: found[name] for name in wanted if name in found}


def hand_over(
    opened: Connection, deliveries: Sequence[tuple[Inbound, Iterable[str]]], known: dict[str, int]
) -> None:
    """Keep deliveries for those whom they name, in the current transaction."""
    for row, names in deliveries:
        for name in sorted(set(names) & set(known)):
            raw = (row.key, row.headers, bytes(row.body))
            keep(opened.workspace_id, known[name], [raw])
