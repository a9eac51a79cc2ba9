"""Programs that are called when something happens."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import standardwebhooks

from comptoir.base import clock, http, ids, outbox
from comptoir.base.http import NoAnswer, Response
from comptoir.base.models import User, Workspace
from comptoir.channels.connectors.tests.simulated import Network
from comptoir.listening.alerting import api as alerting
from comptoir.triage.tests.conftest import world
from comptoir.web.api import calling, keys
from comptoir.web.api.models import ApiKey, Call, Subscription

URL = "https://erp.example/hook"


@pytest.fixture
def key(workspace: Workspace, owner: User) -> ApiKey:
    return keys.make(workspace, "ERP", ["conversations:read"], actor=owner)[0]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Network]:
    """program(200, 500, …): simulated, it answers so in turn; an exception is raised."""

    def make(*answers: int | Exception) -> Network:
        said = [one if isinstance(one, Exception) else Response(one) for one in answers]
        made = Network(iter(said))
        monkeypatch.setattr(http, "guarded", lambda: made)
        return made

    return make


def happens(workspace: Workspace, kind: str = "answer_sent", **payload: Any) -> None:
    outbox.publish(workspace.pk, kind, **(payload or {"outbound": 7, "thread": 9}))
    outbox.drain()


def later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    then = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: then)


def test_what_was_asked_for_is_told_with_a_signature_that_others_check(
    workspace: Workspace, key: ApiKey, program: Callable[..., Network]
) -> None:
    """By the library of Standard Webhooks itself; ids are those of the API."""
    _row, secret = calling.subscribe(key, URL, ["answer_sent"])
    erp = program(200)
    happens(workspace)
    happens(workspace, "answer_failed")

    assert 1 == calling.call_due()
    assert 0 == calling.call_due()

    (asked,) = erp.asked
    body, headers = asked.details["data"], asked.details["headers"]
    told: Any = standardwebhooks.Webhook(secret).verify(body, headers)
    assert "answer_sent" == told["type"]
    assert {"answer", "conversations", "count"} == set(told["data"])
    assert "9" not in told["data"]["conversations"]


@pytest.mark.parametrize("failure", [500, 302, NoAnswer("cut")])
def test_a_call_that_fails_is_made_again_under_its_name(
    workspace: Workspace,
    key: ApiKey,
    program: Callable[..., Network],
    monkeypatch: pytest.MonkeyPatch,
    failure: int | Exception,
) -> None:
    calling.subscribe(key, URL, ["answer_sent"])
    erp = program(failure, 200)
    happens(workspace)

    assert 1 == calling.call_due()
    assert 0 == calling.call_due()
    later(monkeypatch, seconds=6)
    assert 1 == calling.call_due()
    later(monkeypatch, hours=1)
    assert 0 == calling.call_due()

    names = [one.details["headers"]["webhook-id"] for one in erp.asked]
    assert 2 == len(names)
    assert 1 == len(set(names))


def test_who_is_silent_for_a_day_is_called_no_more(
    workspace: Workspace,
    key: ApiKey,
    program: Callable[..., Network],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calling.subscribe(key, URL, ["answer_sent"])
    program(*[503] * 8)
    happens(workspace)
    for pause in (*calling.PAUSES, 0):
        assert 1 == calling.call_due()
        later(monkeypatch, seconds=pause + 1)

    assert not Subscription.objects.get().is_on
    happens(workspace)
    assert 0 == calling.call_due()


def test_who_says_gone_is_believed_at_once(
    workspace: Workspace, key: ApiKey, program: Callable[..., Network]
) -> None:
    calling.subscribe(key, URL, ["answer_sent"])
    program(410)
    happens(workspace)
    calling.call_due()

    assert not Subscription.objects.get().is_on


def test_calls_that_are_over_are_forgotten_after_some_days(
    workspace: Workspace,
    key: ApiKey,
    program: Callable[..., Network],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that still have to be made stay, however old."""
    calling.subscribe(key, URL, ["answer_sent"])
    program(204)
    happens(workspace)
    assert 1 == calling.call_due()
    happens(workspace)
    calling.forget_made()
    assert 2 == Call.objects.count()
    later(monkeypatch, days=4)
    calling.forget_made()

    assert [True] == [one.due_at is not None for one in Call.objects.all()]


def test_an_event_read_twice_is_one_call(workspace: Workspace, key: ApiKey) -> None:
    """The consumer of a killed worker reads it again."""
    calling.subscribe(key, URL, ["answer_sent"])
    event = outbox.Event(1, workspace.pk, "answer_sent", {"thread": 9, "outbound": 7})

    calling.follow(event, None)
    calling.follow(event, None)

    assert 1 == Call.objects.count()


def test_a_revoked_key_takes_its_subscriptions_along(
    workspace: Workspace, key: ApiKey, owner: User
) -> None:
    calling.subscribe(key, URL, ["answer_sent"])
    keys.revoke(key.pk, actor=owner)
    happens(workspace)

    assert not Call.objects.exists()


def test_another_brand_hears_nothing(workspace: Workspace, key: ApiKey) -> None:
    calling.subscribe(key, URL, ["answer_sent"])
    other = Workspace.objects.create(slug="other", name="Other")
    happens(other)
    assert not Call.objects.exists()

    happens(workspace)
    assert 1 == Call.objects.count()


def test_the_secret_is_kept_encrypted(workspace: Workspace, key: ApiKey) -> None:
    row, secret = calling.subscribe(key, URL, ["answer_sent"])

    stored = Subscription.objects.filter(pk=row.pk).values().get()
    assert secret.removeprefix("whsec_") not in json.dumps(stored, default=str)


def test_an_alert_tells_its_conversations_and_no_words(
    workspace: Workspace, owner: User, program: Callable[..., Network]
) -> None:
    """
    Whoever reads the call can ask for the messages, with a key that may.
    """
    message = world(workspace)("panne secrète")
    draft = alerting.AlertDraft("Panne", "count", threshold=1)
    with clock.held_at(message.sent_at - timedelta(minutes=1)):
        alerting.add_alert(draft, owner)
    calling.enter(workspace, URL, ["alert_fired"], actor=owner)
    with clock.held_at(message.sent_at):
        outbox.publish(workspace.pk, "messages_received", ids=[message.pk])
        outbox.drain()

    (call,) = Call.objects.all()
    told = call.body["data"]
    assert ("alert_fired", "Panne", 1) == (call.body["type"], told["alert"], told["count"])
    assert [ids.conceal("conversation", message.thread_id)] == told["conversations"]
    assert "secrète" not in str(call.body)
