from typing import Any

import pytest
from django.db import connection

from comptoir.base.models import Workspace
from comptoir.channels import api
from comptoir.channels.tests.making import rows, said


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="looks at SQLite's plans")
def test_no_statement_of_an_import_looks_through_a_whole_account(brand: Workspace) -> None:
    """
    A batch costs the same in a full account as in an empty one. SQLite, left alone, prefers an
    index that begins with the account, and reads all of it for every batch.
    """
    seen: dict[str, Any] = {}

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and sql.startswith("SELECT") and "channels_" in sql:
            seen[sql] = params
        return execute(sql, params, many, context)

    talk = [said("a", "lea", text="@citron"), said("b", "citron", in_reply_to_handle="lea", at=1)]
    with connection.execute_wrapper(note):
        api.store(brand.pk, rows(said("d", "max", in_reply_to="c", at=2), *talk))
        api.store(brand.pk, rows(said("c", "citron", in_reply_to="a", at=1)))

    scans = []
    with connection.cursor() as cursor:
        for sql, params in seen.items():
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            steps = [row[3] for row in cursor.fetchall()]
            scans += [(sql, step) for step in steps if _reads_all(step) and "LIMIT 1" not in sql]
    assert [] == scans


def _reads_all(step: str) -> bool:
    """A table read whole, or by its account alone."""
    if step.startswith("SCAN") and "json_each" not in step:
        return any(big in step for big in ("message", "delivery", "thread", "author"))
    return step.endswith("(account_id=?)")
