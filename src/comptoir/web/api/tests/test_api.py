"""What programs may do with a key, and what they are told when they may not."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from comptoir.base import clock, outbox
from comptoir.base.models import Membership, User, Workspace
from comptoir.channels.models import Message, Outbound
from comptoir.web.api import door, keys
from comptoir.web.api.models import ApiKey, Done
from comptoir.web.api.routes import api
from comptoir.web.limits import Limit

Ask = Callable[..., Any]
ALL = list(keys.SCOPES)


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ASKING", Limit(240, 60))


@pytest.fixture
def ask(workspace: Workspace, owner: User) -> Ask:
    """ask("GET", "messages", scopes=[…]): with a fresh key for these scopes, or the one given."""
    texts: dict[tuple[str, ...], str] = {}

    def make(
        method: str,
        path: str,
        body: Any = None,
        *,
        scopes: Any = ALL,
        key: str = "",
        **headers: str,
    ) -> Any:
        wanted = tuple(scopes)
        if not key and wanted not in texts:
            texts[wanted] = keys.make(workspace, "Test", list(wanted), actor=owner)[1]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(enforce_csrf_checks=True).generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key or texts[wanted]}", **named},
        )

    return make


def said(number: int, **more: Any) -> dict[str, Any]:
    at = datetime(2026, 3, 4, 12, tzinfo=UTC) + timedelta(minutes=number)
    return {
        "id": f"m{number}",
        "author": "odile",
        "sent_at": at.isoformat(),
        "text": f"Message {number}",
        **more,
    }


@pytest.fixture
def conversation(ask: Ask) -> str:
    """A conversation of two messages, brought in through the API."""
    told = [said(1, conversation="odile"), said(2, conversation="odile")]
    assert 201 == ask("POST", "messages", {"messages": told}).status_code
    outbox.drain()
    (found,) = ask("GET", "conversations").json()["conversations"]
    return str(found["id"])


def test_messages_come_in_once_and_are_read_page_by_page(ask: Ask) -> None:
    batch = {"messages": [said(number) for number in range(5)]}
    first = ask("POST", "messages", batch)
    again = ask("POST", "messages", batch)

    assert (201, 5, 0) == (first.status_code, first.json()["stored"], first.json()["duplicates"])
    assert (0, 5) == (again.json()["stored"], again.json()["duplicates"])
    seen, after = [], ""
    for _turn in range(4):
        page = ask("GET", f"messages?limit=2&after={after}").json()
        seen += [one["external_id"] for one in page["messages"]]
        after = page["next"]
    assert [f"m{number}" for number in range(5)] == seen


def test_a_conversation_is_read_with_all_that_was_said(ask: Ask, conversation: str) -> None:
    whole = ask("GET", f"conversations/{conversation}").json()

    assert ["Message 1", "Message 2"] == [one["text"] for one in whole["timeline"]]
    assert "odile" == whole["conversation"]["customer"]["handle"]


def test_what_the_desk_does_programs_do(ask: Ask, conversation: str, agent: User) -> None:
    at = f"conversations/{conversation}"
    ask("POST", f"{at}/assign", {"assignee": agent.email.upper()})
    ask("POST", f"{at}/tags", {"name": "VIP"})
    ask("POST", f"{at}/notes", {"text": "Called back."})
    closed = ask("POST", f"{at}/close").json()

    assert (str(agent), ["VIP"], "closed") == (
        closed["assignee"],
        closed["tags"],
        closed["state"],
    )
    kinds = [one["kind"] for one in ask("GET", at).json()["timeline"]]
    assert "note" in kinds
    assert "open" == ask("POST", f"{at}/reopen").json()["state"]


def test_what_cannot_be_answered_from_here_says_why(ask: Ask, conversation: str) -> None:
    """Messages that a program brought in have no network to answer on."""
    refused = ask("POST", f"conversations/{conversation}/answers", {"text": "Bonjour"})

    assert 422 == refused.status_code
    assert "application/problem+json" == refused["Content-Type"]
    assert {"code", "sentence", "fix", "status", "title", "type"} <= set(refused.json())
    assert not Outbound.objects.exists()


def test_an_answer_is_queued_where_the_network_takes_it(ask: Ask, owner: User) -> None:
    from comptoir.channels import api as channels
    from comptoir.channels.hearing import understand

    view = channels.connect("chat", "", {"origins": "https://a.example"}, actor=owner)
    told = {"visitor": "v1", "id": "m1", "text": "Bonjour ?"}
    channels.visiting.hear(channels.connection(view.id), "v1:m1", told)
    understand()
    outbox.drain()
    (found,) = ask("GET", "conversations").json()["conversations"]
    body = {"text": "Oui !"}

    at = f"conversations/{found['id']}/answers"
    first = ask("POST", at, body, Idempotency_Key="a1")
    again = ask("POST", at, body, Idempotency_Key="a1")

    assert (202, "queued") == (first.status_code, first.json()["state"])
    assert first.json() == again.json()
    assert "true" == again["Idempotency-Replayed"]
    assert 1 == Outbound.objects.count()
    assert owner == Outbound.objects.get().created_by


def test_an_idempotency_key_belongs_to_one_request(ask: Ask) -> None:
    ask("POST", "messages", {"messages": [said(1)]}, Idempotency_Key="k")
    other = ask("POST", "messages", {"messages": [said(2)]}, Idempotency_Key="k")

    assert (422, "idempotency_mismatch") == (other.status_code, other.json()["code"])
    assert 1 == Message.objects.count()


def test_what_was_refused_may_be_tried_again_under_its_key(ask: Ask, conversation: str) -> None:
    at = f"conversations/{conversation}/assign"
    refused = ask("POST", at, {"assignee": "nobody@example.com"}, Idempotency_Key="k")
    again = ask("POST", at, {"assignee": None}, Idempotency_Key="k")

    assert "unknown_person" == refused.json()["code"]
    assert 200 == again.status_code
    assert 1 == Done.objects.count()


@pytest.mark.parametrize(
    ("method", "path", "body", "needed"),
    [
        ("POST", "messages", {"messages": [said(1)]}, "messages:write"),
        ("GET", "messages", None, "messages:read"),
        ("GET", "conversations", None, "conversations:read"),
        ("GET", "conversations/{id}", None, "conversations:read"),
        ("POST", "conversations/{id}/close", None, "conversations:write"),
        ("POST", "conversations/{id}/notes", {"text": "x"}, "conversations:write"),
        ("POST", "conversations/{id}/answers", {"text": "x"}, "answers:write"),
    ],
)
def test_each_operation_needs_its_scope(
    ask: Ask, conversation: str, method: str, path: str, body: Any, needed: str
) -> None:
    at = path.format(id=conversation)
    others = [one for one in ALL if one != needed]

    refused = ask(method, at, body, scopes=others)
    allowed = ask(method, at, body, scopes=[needed])

    assert (403, "scope_missing") == (refused.status_code, refused.json()["code"])
    assert "scope_missing" != allowed.json().get("code")


@pytest.mark.parametrize("how", ["none", "wrong", "revoked"])
def test_without_a_valid_key_nothing_is_told(
    ask: Ask, workspace: Workspace, owner: User, how: str
) -> None:
    key, text = keys.make(workspace, "K", ALL, actor=owner)
    assert 200 == ask("GET", "messages", key=text).status_code
    if how == "revoked":
        keys.revoke(key.pk, actor=owner)
    given = {"none": " ", "wrong": text[:-1] + "~", "revoked": text}[how]

    refused = ask("GET", "messages", key=given)

    assert (401, "unauthorised") == (refused.status_code, refused.json()["code"])
    assert "Bearer" == refused["WWW-Authenticate"]


def test_a_key_loses_what_its_maker_loses(ask: Ask, workspace: Workspace, owner: User) -> None:
    _key, text = keys.make(workspace, "K", ALL, actor=owner)
    Membership.objects.filter(user=owner).update(role="reader")
    assert 403 == ask("POST", "messages", {"messages": [said(1)]}, key=text).status_code
    assert 200 == ask("GET", "messages", key=text).status_code

    Membership.objects.filter(user=owner).delete()
    assert 403 == ask("GET", "messages", key=text).status_code


def test_another_brands_conversations_are_not_there(
    ask: Ask, conversation: str, owner: User
) -> None:
    other = Workspace.objects.create(slug="other", name="Other")
    Membership.objects.create(workspace=other, user=owner, role="owner")
    _key, text = keys.make(other, "K", ALL, actor=owner)

    assert 404 == ask("GET", f"conversations/{conversation}", key=text).status_code
    assert [] == ask("GET", "messages", key=text).json()["messages"]
    assert 404 == ask("POST", f"conversations/{conversation}/close", key=text).status_code
    assert 200 == ask("GET", f"conversations/{conversation}").status_code


def test_too_many_requests_are_told_when_to_come_back(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ASKING", Limit(2, 60))
    first = ask("GET", "messages")
    ask("GET", "messages")
    refused = ask("GET", "messages")

    assert '"key";r=1;t=31' == first["RateLimit"]
    assert '"key";q=2;w=60' == first["RateLimit-Policy"]
    assert (429, "too_often") == (refused.status_code, refused.json()["code"])
    assert 1 <= int(refused["Retry-After"]) <= 31


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": []},
        {"messages": [said(1)] * 501},
        {"messages": [said(1, sent_at="2026-03-04T12:00:00")]},
        {"messages": [said(1, sent_at="9999-12-31T00:00:00Z")]},
        {"messages": [said(1, id="")]},
        {"messages": [said(1, kind="shout")]},
        [],
    ],
)
def test_what_is_not_as_described_is_refused_with_its_place(ask: Ask, wrong: Any) -> None:
    refused = ask("POST", "messages", wrong)

    assert (422, "invalid") == (refused.status_code, refused.json()["code"])
    assert refused.json()["errors"]
    assert not Message.objects.exists()


def test_the_key_itself_is_kept_nowhere(workspace: Workspace, owner: User) -> None:
    key, text = keys.make(workspace, "K", ALL, actor=owner)

    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert text not in json.dumps(row, default=str)
    assert text.endswith(row["hint"])
    assert row["used_at"] is None
    assert keys.known(text) is not None
    assert ApiKey.objects.get(pk=key.pk).used_at is not None


def test_a_key_is_shown_once_and_can_be_revoked(
    client: Client, workspace: Workspace, owner: User, agent: User
) -> None:
    at = f"/w/{workspace.slug}/settings/api/"
    client.force_login(agent)
    assert 403 == client.get(at).status_code

    client.force_login(owner)
    made = client.post(at, {"name": "ERP", "scopes": ["messages:read"]}).content.decode()
    (row,) = ApiKey.objects.all()
    assert f"{row.hint}" in made
    assert 'value="cpt_' in made
    assert 'value="cpt_' not in client.get(at).content.decode()

    client.post(f"{at}{row.pk}/revoke/")
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_answers_kept_for_repeats_go_after_a_day(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("POST", "messages", {"messages": [said(1)]}, Idempotency_Key="k")
    tomorrow = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)

    again = ask("POST", "messages", {"messages": [said(1)]}, Idempotency_Key="k")

    assert "Idempotency-Replayed" not in again
    assert 1 == Done.objects.count()


def test_an_address_is_subscribed_and_let_go(ask: Ask) -> None:
    """Its secret is given once, and again to the same request repeated, but never kept bare."""
    told = {"url": "https://erp.example/hook", "events": ["answer_sent"]}
    made = ask("POST", "webhooks", told, Idempotency_Key="w")
    again = ask("POST", "webhooks", told, Idempotency_Key="w")

    assert (201, made.json()) == (made.status_code, again.json())
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    assert secret not in Done.objects.get().body
    (listed,) = ask("GET", "webhooks").json()["webhooks"]
    assert "secret" not in listed
    assert 200 == ask("DELETE", f"webhooks/{listed['id']}").status_code
    assert 404 == ask("DELETE", f"webhooks/{listed['id']}").status_code
    assert [] == ask("GET", "webhooks").json()["webhooks"]


def test_the_page_that_explains_loads_nothing_from_elsewhere(client: Client, owner: User) -> None:
    page = client.get("/api/v1/docs/").content.decode()

    assert "/conversations/{conversation}/answers" in page
    assert "messages[].sent_at" in page
    assert "//cdn." not in page  # shorter words could stand in a token by chance
    assert 'script src="http' not in page


def test_operations_are_summed_up_in_the_readers_language(client: Client, owner: User) -> None:
    """
    Who reads French must not guess from English which operation is theirs.
    """
    pages = [
        client.get("/api/v1/docs/", headers={"Accept-Language": one}).content.decode()
        for one in ("en", "fr")
    ]
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    told = [one["summary"] for methods in schema["paths"].values() for one in methods.values()]

    for summary in told:
        with translation.override("fr"):
            french = translation.gettext(summary)
        assert french != summary
        assert all(
            f"<strong>{one}</strong>" in page
            for one, page in zip((summary, french), pages, strict=True)
        )
