"""Answers to what programs brought in: handed to a program, which says what became of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from django.test import Client

from comptoir.base import clock, http, outbox
from comptoir.base.errors import Problem
from comptoir.base.http import Response
from comptoir.base.models import User, Workspace
from comptoir.channels import api as channels
from comptoir.channels import connectors, outgoing, sending
from comptoir.channels.connectors.tests.simulated import Network
from comptoir.channels.models import Account, ConnectedAccount, Message, Outbound
from comptoir.web.api import calling, keys
from comptoir.web.api.models import ApiKey, Call, Subscription

URL = "https://erp.example/hook"


@pytest.fixture
def made(workspace: Workspace, owner: User) -> tuple[ApiKey, str]:
    return keys.make(workspace, "ERP", list(keys.SCOPES), actor=owner)


@pytest.fixture
def ask(made: tuple[ApiKey, str]) -> Callable[..., Any]:
    def make(method: str, path: str, body: Any = None) -> Any:
        return Client().generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {made[1]}"},
        )

    return make


@pytest.fixture
def asked(ask: Callable[..., Any]) -> Message:
    """A question that a program brought in."""
    at = datetime(2026, 3, 4, 12, tzinfo=UTC).isoformat()
    told = {"id": "42", "author": "odile", "sent_at": at, "text": "Where is it?"}
    assert 201 == ask("POST", "messages", {"messages": [told]}).status_code
    outbox.drain()
    return Message.objects.get()


def sent(asked: Message) -> Outbound:
    queued = outgoing.enqueue(asked.thread_id, asked.pk, "Soon.", actor=None, after=timedelta(0))
    sending.send_due()
    outbox.drain()
    return Outbound.objects.get(pk=queued.id)


def program(monkeypatch: pytest.MonkeyPatch, *answers: int) -> Network:
    network = Network(iter([Response(one) for one in answers]))
    monkeypatch.setattr(http, "guarded", lambda: network)
    return network


def test_without_a_program_that_listens_the_way_is_shut_and_says_why(asked: Message) -> None:
    (way,) = channels.ways(asked.thread_id).ways

    assert "answer_to_deliver" in str(way.closed)
    with pytest.raises(Problem):
        outgoing.enqueue(asked.thread_id, asked.pk, "Soon.", actor=None)


def test_an_answer_goes_to_the_program_and_its_fate_comes_back(
    asked: Message,
    made: tuple[ApiKey, str],
    ask: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Signed so that the library of Standard Webhooks checks it; told twice changes nothing."""
    told = ask("POST", "webhooks", {"url": URL, "events": ["answer_to_deliver", "answer_sent"]})
    erp = program(monkeypatch, 200, 200)
    row = sent(asked)
    assert 2 == calling.call_due()

    calls = [json.loads(one.details["data"]) for one in erp.asked]
    (said,) = [one["data"] for one in calls if one["type"] == "answer_to_deliver"]
    (other,) = [one["data"] for one in calls if one["type"] == "answer_sent"]
    one = erp.asked[0].details
    assert standardwebhooks.Webhook(told.json()["secret"]).verify(one["data"], one["headers"])
    assert ("Soon.", "42", "odile", "private") == (
        said["text"], said["in_reply_to"], said["to"], said["visibility"],
    )  # fmt: skip
    assert "text" not in other
    example = json.loads(
        (Path(connectors.__path__[0]) / "api/fixtures/answer_to_deliver.json").read_text()
    )
    assert set(example["data"]) == set(said)
    assert ("sent", True) == (row.state, row.message is not None)

    path = f"answers/{said['answer']}"
    assert "sent" == ask("GET", path).json()["state"]
    assert "delivered" == ask("POST", f"{path}/state", {"state": "delivered"}).json()["state"]
    assert 200 == ask("POST", f"{path}/state", {"state": "delivered"}).status_code
    assert "read" == ask("POST", f"{path}/state", {"state": "read"}).json()["state"]
    late = ask("POST", f"{path}/state", {"state": "failed", "reason": "No phone"})
    assert (409, "settled") == (late.status_code, late.json()["code"])
    assert 422 == ask("POST", f"{path}/state", {"state": "lost"}).status_code
    assert 404 == ask("POST", "answers/nothing/state", {"state": "read"}).status_code


def test_a_failure_is_told_to_the_team_in_the_programs_words(
    asked: Message, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("POST", "webhooks", {"url": URL, "events": ["answer_to_deliver"]})
    erp = program(monkeypatch, 200)
    row = sent(asked)
    calling.call_due()
    answer = json.loads(erp.asked[0].details["data"])["data"]["answer"]
    ask("POST", f"answers/{answer}/state", {"state": "failed", "reason": "The line is dead."})

    (view,) = channels.outbounds([row.pk]).values()
    assert "failed" == view.state
    assert view.problem is not None
    assert "The line is dead." == view.problem.sentence


def test_an_answer_that_nobody_took_for_a_day_has_failed(
    asked: Message, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("POST", "webhooks", {"url": URL, "events": ["answer_to_deliver"]})
    program(monkeypatch, *[503] * 8)
    row = sent(asked)
    for pause in (*calling.PAUSES, 0):
        assert 1 == calling.call_due()
        row.refresh_from_db()
        assert "sent" == row.state or not pause
        then = clock.now() + timedelta(seconds=pause + 1)
        monkeypatch.setattr(clock, "now", lambda then=then: then)

    row.refresh_from_db()
    assert "failed" == row.state
    assert not Subscription.objects.get().is_on


def test_an_address_deleted_meanwhile_fails_the_answer_at_once(
    asked: Message, ask: Callable[..., Any]
) -> None:
    ask("POST", "webhooks", {"url": URL, "events": ["answer_to_deliver"]})
    queued = outgoing.enqueue(asked.thread_id, asked.pk, "Soon.", actor=None, after=timedelta(0))
    sending.send_due()
    Subscription.objects.all().delete()
    outbox.drain()

    assert "failed" == Outbound.objects.get(pk=queued.id).state
    assert not Call.objects.exists()


def test_only_a_key_that_brings_messages_is_handed_their_answers(
    workspace: Workspace, owner: User
) -> None:
    key, _text = keys.make(workspace, "Reader", ["conversations:read"], actor=owner)
    with pytest.raises(Problem) as refused:
        calling.subscribe(key, URL, ["answer_to_deliver"])

    assert "scope_missing" == refused.value.code


def test_what_came_in_before_is_in_the_same_account(
    workspace: Workspace, owner: User, ask: Callable[..., Any], asked: Message
) -> None:
    """One account, whatever the number of requests; its program is another brand's nothing."""
    ask("POST", "messages", {"messages": []})
    assert ("api", "api", "API") == (
        asked.account.channel, asked.account.connector, asked.account.name,
    )  # fmt: skip
    assert 1 == Account.objects.filter(channel="api").count() == ConnectedAccount.objects.count()
