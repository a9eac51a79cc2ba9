"""A connected account as its connector sees it: values entered, secrets opened."""

import json
from collections.abc import Mapping
from functools import lru_cache

from django.db import connection as database

from comptoir import conf
from comptoir.base import secrets
from comptoir.channels.connector import Connection, Connector
from comptoir.channels.models import ConnectedAccount


def connection(account_id: int) -> Connection:
    """
    The connection of an account of the active workspace, secrets among its values.

    Raises ConnectedAccount.DoesNotExist, and secrets.Unreadable when the installation's key
    was replaced. Never shown, never logged.
    """
    row = ConnectedAccount.objects.select_related("account").get(pk=account_id)
    return connection_of(row)


def connection_of(row: ConnectedAccount) -> Connection:
    return Connection(
        account_id=row.account_id,
        workspace_id=row.workspace_id,
        kind=row.kind,
        channel=row.account.channel,
        name=row.account.name,
        values={**row.values, **opened(row.secrets)},
        own=row.own,
        cursor=row.cursor,
        webhook=address_of(row.token),
    )


LOOK = """
SELECT connected.account_id, connected.workspace_id, connected.kind, account.channel,
    account.name, connected."values", connected.secrets, connected.own, connected.cursor,
    connected.token
FROM channels_connectedaccount AS connected
JOIN channels_account AS account ON account.id = connected.account_id
WHERE """
"""Asks for what `of_row` takes, below the ORM and in any scope; what is wanted follows."""


def looked_up(account_id: int) -> Connection | None:
    """As `connection`, below the ORM and in any scope; None when missing."""
    with database.cursor() as cursor:
        cursor.execute(f"{LOOK} connected.account_id = %s", [account_id])
        row = cursor.fetchone()
    return None if row is None else of_row(*row)


@lru_cache(maxsize=1024)
def of_row(
    account_id: int,
    workspace_id: int,
    kind: str,
    channel: str,
    name: str,
    values: str,
    stored: str,
    own: str,
    cursor: str,
    token: str,
) -> Connection:
    """A row that LOOK found; remembered by its very texts, so that a change shows at once."""
    return Connection(
        account_id=account_id,
        workspace_id=workspace_id,
        kind=kind,
        channel=channel,
        name=name,
        values={**json.loads(values), **opened(stored)},
        own=json.loads(own),
        cursor=json.loads(cursor),
        webhook=address_of(token),
    )


@lru_cache(maxsize=1024)
def opened(stored: str) -> Mapping[str, str]:
    """The secrets behind what is stored, remembered: opening them costs more than the rest."""
    return dict(json.loads(secrets.decrypt(stored))) if stored else {}


def closed(connector: Connector, values: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """
    Values as they are stored: those that may be seen, and the secrets as one encrypted text.

    What is not declared as a field to be seen (a token that the network gave) is a secret.
    """
    seen = {field.name for field in connector.fields if field.kind != "secret"}
    shown = {name: value for name, value in values.items() if name in seen}
    hidden = {name: value for name, value in values.items() if name not in seen}
    return shown, secrets.encrypt(json.dumps(hidden)) if hidden else ""


def address_of(token: str) -> str:
    """Where a network delivers to the account that has this token."""
    return f"{conf.current().address}/hooks/{token}/"
