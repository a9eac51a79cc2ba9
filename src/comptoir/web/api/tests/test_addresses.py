"""The page of addresses that are called: who may, what it shows, what it does."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import standardwebhooks
from django.test import Client

from comptoir.base import clock, http, outbox
from comptoir.base.http import NoAnswer, Response
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.channels.connectors.tests.simulated import Network
from comptoir.web.api import calling, keys
from comptoir.web.api.models import Call, Subscription

URL = "https://erp.example/hook"


@pytest.fixture
def page(workspace: Workspace) -> str:
    return f"/w/{workspace.slug}/settings/api/addresses/"


def at(page: str) -> str:
    from comptoir.base import ids

    return f"{page}{ids.conceal('webhook', Subscription.objects.get().pk)}/"


def signed_in(user: User, language: str = "en") -> Client:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(owner: User) -> Client:
    return signed_in(owner)


def simulated(monkeypatch: pytest.MonkeyPatch, *answers: int | Exception) -> Network:
    said = [one if isinstance(one, Exception) else Response(one) for one in answers]
    made = Network(iter(said))
    monkeypatch.setattr(http, "guarded", lambda: made)
    return made


def secret_in(text: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", text)
    assert found, text
    return found[0]


def enter(desk: Client, page: str, **more: Any) -> str:
    answer = desk.post(page, {"url": URL, "events": ["answer_sent"], **more})
    assert 200 == answer.status_code, answer.content
    return secret_in(answer.content.decode())


def test_an_address_is_entered_tried_and_its_calls_are_listed(
    desk: Client, page: str, monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    """The secret is shown once; the library of Standard Webhooks checks the test with it."""
    assert b"No address is called yet" in desk.get(page).content
    secret = enter(desk, page)
    assert secret.encode() not in desk.get(page).content
    erp = simulated(monkeypatch, 200, 500)

    assert b"as it should" in desk.post(at(page), {"do": "test"}, follow=True).content
    asked = erp.asked[0].details
    assert (
        "test" == standardwebhooks.Webhook(secret).verify(asked["data"], asked["headers"])["type"]
    )
    failed = desk.post(at(page), {"do": "test"}, follow=True).content.decode()

    assert "answered with an error (500)" in failed
    assert [-2, -1] == sorted(Call.objects.values_list("event", flat=True))
    assert 0 == calling.call_due()
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"api.subscribed", "api.tested"} <= verbs


def test_both_secrets_sign_for_a_day_after_a_rotation(
    desk: Client, page: str, monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    old = enter(desk, page)
    rotated = desk.post(at(page), {"do": "rotate"}).content.decode()
    new = secret_in(rotated)
    assert new != old
    assert "old secret" in rotated
    erp = simulated(monkeypatch, 200, 200)
    desk.post(at(page), {"do": "test"})
    then = clock.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: then)
    desk.post(at(page), {"do": "test"})

    first, second = (one.details["headers"]["webhook-signature"].split(" ") for one in erp.asked)
    assert (2, 1) == (len(first), len(second))
    one = erp.asked[0].details
    for secret in (old, new):
        assert standardwebhooks.Webhook(secret).verify(one["data"], one["headers"])
    assert AuditEntry.objects.filter(verb="api.secret_rotated").exists()


def test_one_that_was_given_up_says_so_and_is_called_again(
    desk: Client, page: str, monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    enter(desk, page)
    simulated(monkeypatch, 410, 200)
    outbox.publish(workspace.pk, "answer_sent", outbound=7, thread=9)
    outbox.drain()
    calling.call_due()

    shown = desk.get(page).content.decode()
    assert "It is called no more." in shown
    assert "gone (410)" in shown
    desk.post(at(page), {"do": "resume"})
    assert Subscription.objects.get().is_on
    assert "It is called no more." not in desk.get(page).content.decode()


def test_what_could_not_be_reached_says_why_and_when_it_is_tried_again(
    desk: Client, page: str, monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    enter(desk, page)
    simulated(monkeypatch, NoAnswer("the connection was refused"))
    outbox.publish(workspace.pk, "answer_sent", outbound=7, thread=9)
    outbox.drain()
    calling.call_due()
    shown = desk.get(page).content.decode()

    assert "Nobody answered there." in shown
    assert "the connection was refused" in shown
    assert "Tried again at" in shown


def test_it_is_removed_and_journalled(desk: Client, page: str) -> None:
    enter(desk, page)
    desk.post(at(page), {"do": "remove"})

    assert not Subscription.objects.exists()
    assert AuditEntry.objects.filter(verb="api.unsubscribed", target="erp.example").exists()


@pytest.mark.parametrize(
    "told", [{"url": "ftp://x"}, {"url": ""}, {"events": []}, {"events": ["anything"]}]
)
def test_what_cannot_be_right_is_refused_and_kept_on_the_page(
    desk: Client, page: str, told: dict[str, Any]
) -> None:
    answer = desk.post(page, {"url": URL, "events": ["answer_sent"], **told})

    assert 422 == answer.status_code
    assert not Subscription.objects.exists()


def test_only_who_may_connect_sees_or_touches_it(
    desk: Client, page: str, agent: User, person: Callable[..., User]
) -> None:
    enter(desk, page)
    other = signed_in(agent)

    assert 403 == other.get(page).status_code
    assert 403 == other.post(at(page), {"do": "remove"}).status_code
    assert 404 == desk.post(f"{page}nothing/", {"do": "remove"}).status_code
    assert 404 == desk.post(at(page), {"do": "anything"}).status_code
    assert Subscription.objects.exists()


def test_those_of_programs_are_shown_with_their_key(
    desk: Client, page: str, workspace: Workspace, owner: User
) -> None:
    key, _text = keys.make(workspace, "Caisse", ["conversations:read"], actor=owner)
    calling.subscribe(key, URL, ["answer_sent"])
    assert "Caisse" in desk.get(page).content.decode()
    keys.revoke(key.pk, actor=owner)

    assert "Its key is revoked" in desk.get(page).content.decode()


def test_the_page_speaks_french(owner: User, page: str) -> None:
    assert "Adresses appelées" in signed_in(owner, "fr").get(page).content.decode()
