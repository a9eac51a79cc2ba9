"""The outbox: order, failure, setting aside, replay, and being killed at any moment."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from comptoir.base import clock, outbox
from comptoir.base.models import OutboxCursor, OutboxEvent, SetAsideEvent, Workspace
from comptoir.base.scope import current_workspace_id


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the consumers of the test; the real ones stay as they are."""
    monkeypatch.setattr(outbox, "_consumers", {})
    monkeypatch.setattr(outbox, "_paces", {})
    monkeypatch.setattr(outbox, "_turned", {})


@pytest.fixture
def heard(workspace: Workspace) -> list[int]:
    """A consumer of "told" that writes down each number."""
    numbers: list[int] = []

    @outbox.consumer("listener", ["told"])
    def listen(event: outbox.Event, prepared: None) -> None:
        numbers.append(event.payload["number"])

    return numbers


def _tell(workspace: Workspace, *numbers: int) -> None:
    for number in numbers:
        outbox.publish(workspace.pk, "told", number=number)


def test_events_are_heard_once_in_order(workspace: Workspace, heard: list[int]) -> None:
    _tell(workspace, 1, 2, 3)

    assert 3 == outbox.drain()
    assert 0 == outbox.drain()
    assert [1, 2, 3] == heard


def test_other_kinds_are_not_heard(workspace: Workspace, heard: list[int]) -> None:
    outbox.publish(workspace.pk, "whispered", number=1)

    assert 0 == outbox.drain()
    assert {"listener": 0} == outbox.backlog()


def test_the_backlog_counts_what_waits(workspace: Workspace, heard: list[int]) -> None:
    other = Workspace.objects.create(slug="autre", name="Autre")
    _tell(workspace, 1, 2)
    _tell(other, 3)

    assert {"listener": 3} == outbox.backlog()
    assert {"listener": 2} == outbox.backlog(workspace.pk)
    outbox.drain()
    assert {"listener": 0} == outbox.backlog()


def test_an_event_is_not_published_when_its_cause_is_undone(
    workspace: Workspace, heard: list[int]
) -> None:
    with transaction.atomic():
        _tell(workspace, 1)
        transaction.set_rollback(True)

    assert 0 == outbox.drain()


def test_handlers_run_inside_the_events_brand(workspace: Workspace) -> None:
    other = Workspace.objects.create(slug="autre", name="Autre")
    seen: list[tuple[str, int]] = []

    def prepare(event: outbox.Event) -> str:
        seen.append(("prepare", current_workspace_id()))
        return "ready"

    @outbox.consumer("scoped", ["told"], prepare=prepare)
    def handle(event: outbox.Event, prepared: str) -> None:
        seen.append((prepared, current_workspace_id()))

    _tell(other, 1)
    outbox.drain()

    assert [("prepare", other.pk), ("ready", other.pk)] == seen


def test_consumers_keep_their_order_in_each_round(workspace: Workspace) -> None:
    """What the second needs from the first is there when it looks."""
    order: list[str] = []

    @outbox.consumer("later", ["told", "sorted"], order=20)
    def later(event: outbox.Event, prepared: None) -> None:
        order.append(f"later {event.kind}")

    @outbox.consumer("sooner", ["told"], order=10)
    def sooner(event: outbox.Event, prepared: None) -> None:
        order.append(f"sooner {event.kind}")
        outbox.publish(event.workspace_id, "sorted")

    _tell(workspace, 1)
    outbox.drain()

    assert ["sooner told", "later told", "later sorted"] == order


@pytest.fixture
def fragile(workspace: Workspace) -> dict[str, int]:
    """A consumer that fails on number 2 while "failing" is set."""
    state = {"failing": 1, "tries": 0}

    @outbox.consumer("fragile", ["told"])
    def handle(event: outbox.Event, prepared: None) -> None:
        if event.payload["number"] == 2:
            state["tries"] += 1
            if state["failing"]:
                OutboxEvent.objects.filter(pk=event.id).update(kind="half done")
                raise ValueError("two is too much")

    return state


def test_a_failure_waits_then_tries_again(workspace: Workspace, fragile: dict[str, int]) -> None:
    _tell(workspace, 1, 2, 3)

    assert 1 == outbox.drain()
    assert 0 == outbox.drain(), "it must not be tried again at once"
    cursor = OutboxCursor.objects.get(consumer="fragile")
    assert (1, True) == (cursor.failures, "two is too much" in cursor.last_error)

    fragile["failing"] = 0
    with clock.held_at(clock.now() + timedelta(minutes=1)):
        assert 2 == outbox.drain()
    cursor.refresh_from_db()
    assert (0, "", None) == (cursor.failures, cursor.last_error, cursor.retry_at)


def test_a_failing_handler_leaves_nothing_half_done(
    workspace: Workspace, fragile: dict[str, int]
) -> None:
    _tell(workspace, 2)

    outbox.drain()

    assert not OutboxEvent.objects.filter(kind="half done").exists()


def test_a_failure_does_not_hold_up_the_others(
    workspace: Workspace, fragile: dict[str, int], heard: list[int]
) -> None:
    _tell(workspace, 1, 2, 3)

    outbox.drain()

    assert [1, 2, 3] == heard


def test_after_five_failures_the_event_is_kept_aside_whole(
    workspace: Workspace, fragile: dict[str, int]
) -> None:
    """One poisoned event must not stop a brand, and must not be lost."""
    _tell(workspace, 1, 2, 3)

    later = clock.now()
    for _ in range(outbox.ATTEMPTS):
        later += timedelta(hours=1)
        with clock.held_at(later):
            outbox.drain()

    assert outbox.ATTEMPTS == fragile["tries"]
    kept = SetAsideEvent.objects.get()
    assert ("fragile", "told", {"number": 2}) == (kept.consumer, kept.kind, kept.payload)
    assert "two is too much" in kept.error
    assert 1 == outbox.drain(), "the consumer goes on with the next"
    assert {"fragile": 0} == outbox.backlog()


def test_what_was_set_aside_is_replayed_once_mended(
    workspace: Workspace, fragile: dict[str, int]
) -> None:
    _tell(workspace, 2)
    later = clock.now()
    for _ in range(outbox.ATTEMPTS):
        later += timedelta(hours=1)
        with clock.held_at(later):
            outbox.drain()

    assert 0 == outbox.replay(), "still failing: it stays"
    assert SetAsideEvent.objects.exists()

    fragile["failing"] = 0
    assert 1 == outbox.replay()
    assert not SetAsideEvent.objects.exists()
    assert 0 == outbox.replay()


@pytest.mark.parametrize("moment", ["prepare", "first", "second"])
def test_a_kill_repeats_nothing_and_loses_nothing(workspace: Workspace, moment: str) -> None:
    """Work and cursor move together: both are undone, or both stay."""
    alive = {"yet": False}

    def die_in(place: str) -> None:
        if moment == place and not alive["yet"]:
            alive["yet"] = True
            raise Killed

    @outbox.consumer("mortal", ["told"], prepare=lambda event: die_in("prepare"))
    def handle(event: outbox.Event, prepared: None) -> None:
        outbox.publish(event.workspace_id, "done", number=event.payload["number"])
        die_in("first" if event.payload["number"] == 1 else "second")

    _tell(workspace, 1, 2, 3)
    with pytest.raises(Killed):
        outbox.drain()
    outbox.drain()

    done = OutboxEvent.objects.filter(kind="done").order_by("pk")
    assert [1, 2, 3] == [one.payload["number"] for one in done]


def test_a_cursor_moved_elsewhere_is_respected(workspace: Workspace, heard: list[int]) -> None:
    """Two workers: what the other has done while we prepared is not done again."""

    @outbox.consumer("raced", ["told"], prepare=lambda event: _other_worker(event))
    def handle(event: outbox.Event, prepared: None) -> None:
        raise AssertionError("done twice")

    def _other_worker(event: outbox.Event) -> None:
        OutboxCursor.objects.update_or_create(consumer="raced", defaults={"last_event": event.id})

    _tell(workspace, 1)
    outbox.drain()

    assert 0 == OutboxCursor.objects.get(consumer="raced").failures


def test_draining_stops_at_its_limit(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker goes back to its tasks between rounds."""
    monkeypatch.setattr(outbox, "BATCH", 2)

    @outbox.consumer("slow", ["told"])
    def handle(event: outbox.Event, prepared: None) -> None:
        return None

    _tell(workspace, *range(10))

    assert 2 == outbox.drain(limit=2)
    assert {"slow": 8} == outbox.backlog()


def test_who_is_level_is_not_asked_again(workspace: Workspace, heard: list[int]) -> None:
    """A worker drains after every delivery: rounds that bring nothing must cost next to nothing."""
    for number in range(10):

        @outbox.consumer(f"idle{number}", ("never",))
        def handle(event: outbox.Event, prepared: Any) -> None: ...

    _tell(workspace, 1)
    with CaptureQueriesContext(connection) as said:
        outbox.drain()

    looks = sum("FROM base_outboxcursor" in one["sql"] for one in said)
    assert [1] == heard
    # Each once; who heard something once more for itself, and while it moved its cursor.
    assert 11 <= looks <= 11 + 4


def test_what_is_known_to_be_read_is_not_passed_by_again(
    workspace: Workspace, heard: list[int]
) -> None:
    """Who hears rare things must not look through all the others' each time."""
    level: outbox.Levels = {}
    outbox.publish(workspace.pk, "whispered", number=0)
    outbox.drain(level=level)
    top = outbox.newest()

    _tell(workspace, 1)
    with CaptureQueriesContext(connection) as said:
        outbox.drain(level=level)

    assert [1] == heard
    looks = [one["sql"] for one in said if "FROM base_outboxevent WHERE id >" in one["sql"]]
    assert f"id > {top} " in looks[0]
    assert {"listener": outbox.newest()} == level


def test_who_rests_takes_more_at_once_and_less_often(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a worker's loop alone: whoever drains the outbox once wants all of it read."""
    turns: list[list[int]] = []

    @outbox.consumer("calm", ["messages"], joins=["messages"], rest=60.0)
    def count(event: outbox.Event, prepared: None) -> None:
        turns.append(event.payload["ids"])

    level: outbox.Levels = {}
    for number in range(3):
        outbox.publish(workspace.pk, "messages", ids=[number])
        outbox.drain(level=level)
    assert [[0]] == turns

    monkeypatch.setattr(outbox, "_turned", {"calm": time.monotonic() - 61})
    outbox.drain(level=level)
    assert [[0], [1, 2]] == turns

    outbox.publish(workspace.pk, "messages", ids=[3])
    outbox.drain()
    assert [[0], [1, 2], [3]] == turns


def test_what_waits_after_a_failure_is_not_taken_for_read(
    workspace: Workspace, fragile: dict[str, int]
) -> None:
    level: outbox.Levels = {}
    _tell(workspace, 1, 2, 3)
    outbox.drain(level=level)
    outbox.drain(level=level)

    fragile["failing"] = 0
    with clock.held_at(clock.now() + timedelta(minutes=1)):
        assert 2 == outbox.drain(level=level)


def test_what_another_worker_is_at_is_not_taken_for_read(
    workspace: Workspace, heard: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be killed; then its events are ours."""
    level: outbox.Levels = {}
    _tell(workspace, 1)
    with monkeypatch.context() as held:
        held.setattr(outbox, "_locked", lambda name: None)
        outbox.drain(level=level)

    outbox.drain(level=level)

    assert [1] == heard


def test_an_older_database_is_read_from_where_it_stands(
    workspace: Workspace, heard: list[int]
) -> None:
    """A backup was restored: its events have lower ids than those that were known."""
    _tell(workspace, 1)

    outbox.drain(level={"listener": outbox.newest() + 1000})

    assert [1] == heard


@pytest.fixture
def joined() -> list[list[int]]:
    """A listener that takes several events in a row as one; 13 is more than it can bear."""
    found: list[list[int]] = []

    @outbox.consumer("joiner", ("came", "went"), joins=("came",))
    def handle(event: outbox.Event, prepared: Any) -> None:
        if 13 in event.payload["ids"]:
            raise ValueError("bad luck")
        found.append(event.payload["ids"])

    return found


def test_events_in_a_row_are_handled_as_one(workspace: Workspace, joined: list[list[int]]) -> None:
    """
    Two hundred messages a second, one event each, cannot be two hundred transactions a step.
    """
    other = Workspace.objects.create(slug="autre", name="Autre")
    for brand, kind, number in [
        (workspace, "came", 1),
        (workspace, "came", 2),
        (other, "came", 3),
        (workspace, "came", 4),
        (workspace, "went", 5),
        (workspace, "came", 6),
        (workspace, "came", 7),
    ]:
        outbox.publish(brand.pk, kind, ids=[number])
    outbox.publish(workspace.pk, "came", ids=[8], reason="another shape")

    outbox.drain()

    assert [[1, 2], [3], [4], [5], [6, 7], [8]] == joined
    assert {"joiner": 0} == outbox.backlog()


def test_who_is_slow_takes_fewer_at_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others wait for the end of a turn: a message must not wait until hundreds are read."""
    monkeypatch.setattr(outbox, "TURN_SECONDS", 0.01)
    monkeypatch.setattr(outbox, "JOINED_LEAST", 2)
    sizes: list[int] = []

    @outbox.consumer("slow", ("came",), joins=("came",))
    def handle(event: outbox.Event, prepared: Any) -> None:
        sizes.append(len(event.payload["ids"]))
        time.sleep(0.005 * sizes[-1])

    for number in range(30):
        outbox.publish(workspace.pk, "came", ids=[number])
    outbox.drain()

    assert [30] == sizes, "nothing is known of it yet"
    for number in range(30):
        outbox.publish(workspace.pk, "came", ids=[number])
    outbox.drain()
    assert max(sizes[1:]) <= 2


def test_one_bad_event_in_a_row_is_set_aside_alone(
    workspace: Workspace, joined: list[list[int]]
) -> None:
    for number in (12, 13, 14):
        outbox.publish(workspace.pk, "came", ids=[number])

    for hour in range(20):
        with clock.held_at(datetime(2026, 3, 2, hour, tzinfo=UTC)):
            outbox.drain()

    assert [12] in joined
    assert [14] in joined
    assert [[13]] == list(SetAsideEvent.objects.values_list("payload__ids", flat=True))
