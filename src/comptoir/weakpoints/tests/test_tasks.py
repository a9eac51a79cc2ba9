"""Tasks: who does what, what was changed, what was so before and after."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from comptoir.base import erasure
from comptoir.base.clock import held_at
from comptoir.base.erasure import Person
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.channels import noticing
from comptoir.insight.tests.factory import Town, utc
from comptoir.weakpoints import api, notices
from comptoir.weakpoints.api import Filter, TaskDraft
from comptoir.weakpoints.models import Move, Task
from comptoir.weakpoints.tests.conftest import BAD, at, label

Copy = Callable[..., None]
TRAIN = TaskDraft("Train the team", department="service")


def test_a_task_keeps_its_history(workspace: Workspace, owner: User, agent: User) -> None:
    with held_at(utc(2026, 3, 2)):
        task = api.tasks.add_task(replace(TRAIN, owner=agent.pk), owner)
    with held_at(utc(2026, 3, 5)):
        api.tasks.change_task(task, replace(api.tasks.task(task).draft, state="doing"), agent)

    changed, made = api.tasks.history(task)

    assert () == made.changes
    assert {("state", "open", "doing"), ("started_on", None, "2026-03-05")} == set(changed.changes)
    assert "Agent" == changed.by_name
    assert {"weakpoints.task_added", "weakpoints.task_changed"} == set(
        AuditEntry.objects.filter(verb__startswith="weakpoints").values_list("verb", flat=True)
    )


def test_lists_begin_with_what_is_due(workspace: Workspace, owner: User, agent: User) -> None:
    with held_at(utc(2026, 3, 10)):
        later = api.tasks.add_task(replace(TRAIN, owner=agent.pk, due_on=date(2026, 4, 1)), owner)
        late = api.tasks.add_task(replace(TRAIN, due_on=date(2026, 3, 1)), owner)
        done = api.tasks.add_task(replace(TRAIN, state="done"), owner)

        found, total = api.tasks.tasks()

        assert ([late, later], 2) == ([one.id for one in found], total)
        assert found[0].late
        assert [later] == [one.id for one in api.tasks.tasks(agent.pk)[0]]
        assert [done] == [one.id for one in api.tasks.tasks(state="done")[0]]
        assert (1, 0) == (api.tasks.mine(agent), api.tasks.mine(owner))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": " "}, "task_title"),
        ({"kind": "magic"}, "task_kind"),
        ({"owner": 987_654}, "unknown_member"),
        ({"days": 3}, "task_days"),
        ({"phrase": "ring 0612345678"}, "task_phrase"),
        ({"phrase": "@lea_martin"}, "task_phrase"),
        (
            {"started_on": date(2026, 3, 9), "done_on": date(2026, 3, 1), "state": "done"},
            "task_dates",
        ),
        ({"started_on": date(2999, 1, 1), "state": "doing"}, "task_dates"),
    ],
)
def test_what_makes_no_sense_is_refused(
    workspace: Workspace, owner: User, wrong: dict[str, Any], code: str
) -> None:
    with held_at(utc(2026, 3, 20)), pytest.raises(Problem) as refused:
        api.tasks.add_task(replace(TRAIN, **wrong), owner)

    assert code == refused.value.code
    assert not Task.objects.exists()


def talk(town: Town, copy: Copy, month: int, complaints: int, others: int, total: int = 60) -> None:
    """Conversations of the first four weeks of a month."""
    said = []
    for number in range(total):
        reading = (
            label(disliked="service")
            if number < complaints
            else (label("delivery") if number < complaints + others else {})
        )
        said.append(
            town.say(
                f"m{month}n{number}", at(1 + number % 27, 8 + number % 9, month), label=reading
            )
        )
    copy(*said)


DONE = replace(TRAIN, state="done", started_on=date(2026, 3, 1), done_on=date(2026, 3, 31), days=28)


def test_before_and_after_are_compared_with_all_other_complaints(town: Town, copy: Copy) -> None:
    talk(town, copy, 2, complaints=40, others=10)
    talk(town, copy, 4, complaints=10, others=10)
    copy(town.say("far", at(1, month=1), label={}), town.say("end", at(29, month=4), label={}))

    found = api.measure(DONE)

    assert found.before is not None
    assert found.after is not None
    assert "told" == found.state
    assert (date(2026, 2, 1), date(2026, 4, 1)) == (
        found.before.period.first,
        found.after.period.first,
    )
    assert (40, 10, 60) == (found.before.complaints, found.before.rest, found.before.talks)
    assert (10, 10) == (found.after.complaints, found.after.rest)
    assert found.change is not None
    assert found.rest is not None
    assert found.beyond is not None
    assert found.change[2] < 0
    assert found.rest[1] < 0 < found.rest[2]
    assert found.beyond[2] < 0
    for side in (found.before, found.after):
        wanted = Filter(department="service")
        assert side.complaints == api.rows("complaints", side.period, wanted).total
        assert side.rest == api.rows("rest", side.period, wanted).total
        assert side.talks == api.rows("conversations", side.period, wanted).total


def test_it_says_when_it_cannot_tell(town: Town, copy: Copy) -> None:
    """Two weeks after a task, half a window is compared with as many days before."""
    drafts = {
        "no_start": TRAIN,
        "not_done": replace(TRAIN, state="doing", started_on=date(2026, 3, 1)),
        "early": replace(DONE, done_on=date(2026, 4, 25)),
        "so_far": replace(DONE, done_on=date(2026, 4, 15)),
        "unknown": replace(DONE, started_on=date(2026, 1, 10)),
        "few": replace(DONE, phrase="never said"),
    }
    talk(town, copy, 2, 40, 10, total=120)
    talk(town, copy, 4, 40, 10, total=120)
    copy(town.say("far", at(1, month=1), label={}), town.say("end", at(28, month=4), label={}))

    found = {state: api.measure(draft) for state, draft in drafts.items()}

    assert list(drafts) == [one.state for one in found.values()]
    assert ["so_far"] == [state for state, one in found.items() if one.change is not None]


def test_the_owner_is_mailed_once(
    workspace: Workspace, owner: User, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(
        noticing, "mail_notice", lambda to, subject, text, key: sent.append((to, subject))
    )
    own = api.tasks.add_task(replace(TRAIN, owner=owner.pk), owner)
    given = api.tasks.add_task(replace(TRAIN, owner=agent.pk), owner)

    assert 1 == notices.send_due()
    assert 0 == notices.send_due()
    assert [agent.email] == [to for to, _subject in sent]
    assert {} == api.tasks.task(given).notice
    assert {} == api.tasks.task(own).notice


def test_a_task_says_that_no_mail_could_leave(
    workspace: Workspace, owner: User, agent: User
) -> None:
    given = api.tasks.add_task(replace(TRAIN, owner=agent.pk), owner)

    notices.send_due()

    assert "No mailbox is connected" in api.tasks.task(given).notice["sentence"]["en"]
    assert 0 == notices.send_due()


def test_erasing_a_person_forgets_where_their_words_were_moved(
    town: Town, copy: Copy, owner: User
) -> None:
    message = town.say("lea", at(3), label=BAD)
    kept = town.say("tom", at(4), label=BAD)
    copy(message, kept)
    for one in (message, kept):
        api.move(one.pk, "shop", ("none", 0.0), owner)

    erasure.erase(Person(town.workspace.pk, message.author_id))

    assert [kept.pk] == list(Move.objects.values_list("message_id", flat=True))


def test_suggestions_come_from_what_complaints_hold(town: Town, copy: Copy) -> None:
    from comptoir.weakpoints.tests.conftest import MARCH

    said = [
        town.say(f"c{n}", at(2) + timedelta(hours=n), label=label("delivery")) for n in range(6)
    ]
    copy(*said)
    wanted = Filter(department="logistics")

    first, second = api.suggestions(api.weak_points(MARCH, wanted), "logistics")

    assert {("process", "intent:delivery", 6), ("process", "unanswered", 6)} == {
        (one.kind, one.signal, one.hits) for one in (first, second)
    }
    assert [] == api.suggestions(api.weak_points(MARCH, wanted), "shop")[1:]
