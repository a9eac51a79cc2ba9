"""The copy holds each message once, in its newest state, whatever is repeated or lost."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable

from comptoir.base import outbox
from comptoir.base.erasure import Person
from comptoir.base.models import OutboxCursor, Workspace
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.insight import ask, follow, source, store
from comptoir.insight.metric import metrics, named
from comptoir.insight.models import CopyState
from comptoir.insight.periods import Period, month
from comptoir.insight.tests.factory import Town, crowd, utc

MARCH = month(2026, 3, "Europe/Paris")


def answers(period: Period = MARCH) -> dict[str, Any]:
    """Every metric's answer, to compare before and after."""
    with ask.asking(period, period.before()) as asked:
        return {
            name: asked.lines(one) if one.keys else asked.figure(one)
            for name, one in metrics().items()
        }


def received(period: Period = MARCH) -> int:
    with ask.asking(period) as asked:
        return asked.figure(named("reputation.messages"))[0].counted


def copied(workspace: Workspace) -> list[dict[str, Any]]:
    """Every physical row of a workspace, duplicates included."""
    paths = [one.path for one in store.snapshot(workspace.pk).files]
    if not paths:
        return []
    return list(duckdb.read_parquet(paths, hive_partitioning=False).to_arrow_table().to_pylist())


def test_an_event_is_copied_once_however_often_it_is_read(town: Town) -> None:
    """A worker killed after its commit and before noting so reads the same events again."""
    town.tell([town.say("lea", utc(2026, 3, 3), label={})])
    follow.catch_up()
    OutboxCursor.objects.filter(consumer="insight copy").update(last_event=0)

    assert 0 == follow.catch_up()
    assert 1 == len(copied(town.workspace))


def test_a_second_writer_that_slips_past_the_lock_fails_to_commit(town: Town) -> None:
    """Delta refuses two commits that carry the same application's mark."""
    message = town.say("lea", utc(2026, 3, 3), label={})
    rows = list(source.rows_of(town.workspace.pk, "Europe/Paris", [message.pk], 7))
    store.append(rows, 7)
    late = DeltaTable(str(store.folder()))
    store.append(rows, 8)

    with pytest.raises(Exception, match="Concurrent transaction"):
        late.create_write_transaction([], "append", late.schema(), commit_properties=_mark(9))


def _mark(event: int) -> Any:
    from deltalake import CommitProperties, Transaction

    return CommitProperties(app_transactions=[Transaction(store.APP, event)])


def test_many_waiting_events_go_into_one_commit(town: Town) -> None:
    """An import of a thousand batches must not make a thousand small files."""
    for minute in range(30):
        town.tell([town.say("lea", utc(2026, 3, 3, 10, minute), label={})])
    follow.catch_up()

    assert 30 == received()
    assert 1 == len(store.snapshot(town.workspace.pk).files)


def test_a_correction_replaces_what_was_copied(town: Town) -> None:
    """The newest version wins while both lie in files, and alone remains once merged."""
    message = town.say("lea", utc(2026, 3, 3), label={"tone": -1})
    town.tell([message])
    follow.catch_up()
    town.read(message, tone=1)
    town.tell([message])
    follow.catch_up()

    with ask.asking(MARCH) as asked:
        assert ask.Answer(100.0, 1) == asked.figure(named("reputation.net_sentiment"))[0]
    assert 2 == len(copied(town.workspace))
    follow.compact()
    assert [1] == [row["tone"] for row in copied(town.workspace)]


def test_an_older_message_takes_over_the_opening_of_its_conversation(town: Town) -> None:
    """Only one message opens a conversation: the late arrival unseats the first known one."""
    first = town.say("lea", utc(2026, 3, 10), label={"needs_answer": True})
    town.tell([first])
    follow.catch_up()
    town.tell([town.say("lea", utc(2026, 3, 2), thread=first.thread, label={})])
    follow.catch_up()

    with ask.asking(MARCH) as asked:
        rows, total = asked.rows(named("care.conversations"), {}, 10, 0)

    assert 1 == total
    assert Message.objects.order_by("pk")[0].pk == rows[0][0]


def test_an_answer_reaches_the_conversation_opened_before(town: Town) -> None:
    """The answer's event names only the answer; the opening row must change all the same."""
    first = town.say("lea", utc(2026, 3, 10), label={"needs_answer": True})
    town.tell([first])
    follow.catch_up()
    reply = town.say(
        "brand", utc(2026, 3, 10, 13), own=True, thread=first.thread, kind="reply", parent=first.pk
    )
    town.tell([reply])
    follow.catch_up()

    with ask.asking(MARCH) as asked:
        assert 3600.0 == asked.figure(named("care.first_reply_median"))[0].value
        assert 1.0 == asked.figure(named("care.share_answered"))[0].value


def test_merging_files_changes_no_answer(town: Town) -> None:
    for part in range(4):
        town.tell(crowd(town, part, utc(2026, 2, 20), 30, size=12))
        follow.catch_up()
    before = answers()

    assert follow.compact() > 0

    assert before == answers()
    assert {1} == set(_files_by_month(town.workspace).values())


def test_a_crowded_month_is_merged_on_the_way(town: Town) -> None:
    """A quiet brand commits one row at a time all day; files must not pile up."""
    for minute in range(store.CROWDED + 1):
        town.tell([town.say("lea", utc(2026, 3, 3, 10, minute), label={})])
        follow.catch_up()

    assert {"2026-03": 1} == _files_by_month(town.workspace)
    assert store.CROWDED + 1 == received()


def _files_by_month(workspace: Workspace) -> dict[str, int]:
    months = [one.month for one in store.snapshot(workspace.pk).files]
    return {name: months.count(name) for name in months}


def test_a_rebuild_gives_identical_answers(town: Town) -> None:
    """The copy is derived: every figure must come back from the relational truth alone."""
    for part in range(3):
        town.tell(crowd(town, part, utc(2026, 2, 10), 45, size=15))
        follow.catch_up()
    before = answers()
    seen: list[int] = []

    written = follow.rebuild(town.workspace, seen.append)

    assert before == answers()
    assert Message.objects.count() == written == seen[-1] == len(copied(town.workspace))


def test_a_rebuild_mends_a_copy_that_went_wrong(town: Town) -> None:
    town.tell([town.say("lea", utc(2026, 3, n + 1), label={}) for n in range(5)])
    follow.catch_up()
    store.remove(town.workspace.pk, "day >= '2026-03-03'")
    assert 2 == received()

    follow.rebuild(town.workspace)

    assert 5 == received()


@pytest.mark.parametrize("loss", ["folder", "newer"])
def test_a_lost_or_foreign_copy_is_rebuilt_by_itself(town: Town, loss: str) -> None:
    """The folder was deleted, or the database was restored from an older backup."""
    town.tell([town.say("lea", utc(2026, 3, 3), label={})])
    follow.catch_up()
    if loss == "folder":
        store.wipe()
    else:
        store.append([], 10_000_000)
    town.tell([town.say("lea", utc(2026, 3, 4), label={})])

    follow.catch_up()

    assert 2 == received()
    assert follow.lag() == 0


def test_days_move_with_the_workspace_s_zone(town: Town) -> None:
    """23:30 UTC is the next day in Paris and the same day in New York."""
    town.tell([town.say("lea", utc(2026, 3, 3, 23, 30), label={})])
    follow.catch_up()
    town.workspace.zone = "America/New_York"
    town.workspace.save(update_fields=["zone"])
    before = {str(row["day"]) for row in copied(town.workspace)}

    follow.catch_up()

    assert ({"2026-03-04"}, {"2026-03-03"}) == (
        before,
        {str(row["day"]) for row in copied(town.workspace)},
    )
    assert "America/New_York" == CopyState.objects.get().zone


def test_erasing_an_author_leaves_no_byte_of_them(town: Town) -> None:
    """Neither the current files nor those of older versions may keep a row."""
    gone, kept = (
        town.say("lea", utc(2026, 3, 3), label={}),
        town.say("tom", utc(2026, 3, 4), label={}),
    )
    town.tell([gone, kept])
    follow.catch_up()

    assert 1 == follow.erase(Person(town.workspace.pk, gone.author_id))

    files = [str(path) for path in Path(store.root()).rglob("*.parquet")]
    everywhere = duckdb.read_parquet(files, hive_partitioning=False).to_arrow_table().to_pylist()
    assert [kept.author_id] == [row["author"] for row in everywhere]
    assert 0 == follow.erase(Person(town.workspace.pk, gone.author_id))


def test_messages_deleted_from_the_truth_leave_the_copy(town: Town) -> None:
    gone, kept = (
        town.say("lea", utc(2026, 3, 3), label={}),
        town.say("tom", utc(2026, 3, 4), label={}),
    )
    town.tell([gone, kept])
    follow.catch_up()
    identifier = gone.pk
    gone.delete()
    outbox.publish(town.workspace.pk, "messages_erased", ids=[identifier])

    follow.catch_up()

    assert [kept.pk] == [row["id"] for row in copied(town.workspace)]


def test_one_brand_never_counts_another_s_messages(town: Town) -> None:
    """The same period asked in each scope gives each brand its own figure."""
    other = Workspace.objects.create(slug="autre", name="Autre")
    town.tell([town.say("lea", utc(2026, 3, 3), label={})])
    with scope(other):
        theirs = Town(other)
        theirs.tell([theirs.say("zoe", utc(2026, 3, n + 1), label={}) for n in range(3)])
    follow.catch_up()

    with scope(other):
        assert 3 == received()
    assert 1 == received()
    follow.forget(other.pk)
    with scope(other):
        assert 0 == received()
    assert 1 == received()


def test_the_worker_s_turn_waits_for_company_then_commits(town: Town) -> None:
    """A single event is committed after a few seconds at most, a crowd at once."""
    follow._last_commit = 0.0
    town.tell([town.say("lea", utc(2026, 3, 3), label={})])
    assert 1 == follow.follow()
    town.tell([town.say("lea", utc(2026, 3, 3, 13), label={})])
    assert 0 == follow.follow()
    follow._last_commit -= 2 * follow.COMMIT_SECONDS
    assert 1 == follow.follow()


def test_the_consumer_leaves_the_backlog_level(town: Town) -> None:
    town.tell([town.say("lea", utc(2026, 3, 3), label={})])
    outbox.drain()

    assert 0 == outbox.backlog()["insight"]


def test_another_writer_at_work_is_not_waited_for(town: Town) -> None:
    """A page shows what is known instead of queuing behind a long rebuild."""
    town.tell([town.say("lea", utc(2026, 3, 3), label={})])
    with store.writing(wait=True):
        assert 0 == follow.catch_up()

    assert 1 == follow.catch_up()


def test_known_days_are_those_of_the_oldest_and_newest_message(town: Town) -> None:
    assert ask.known_days() is None
    start = utc(2026, 1, 31, 23, 30)
    town.tell([town.say("lea", start + timedelta(days=n * 20), label={}) for n in range(3)])
    follow.catch_up()

    found = ask.known_days()

    assert ("2026-02-01", "2026-03-13") == tuple(str(day) for day in found or ())
