"""The contact form: what is kept of it, who may use it, and what machines get."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from comptoir.base import clock
from comptoir.base.models import User, Workspace
from comptoir.channels import api
from comptoir.channels.hearing import understand
from comptoir.channels.models import ConnectedAccount, Inbound, Message
from comptoir.web.chat import form
from comptoir.web.limits import Limit

SITE = "https://www.atelier-citron.example"
TOLD = {
    "name": "Odile Renard",
    "email": "odile@example.com",
    "subject": "Colis  perdu",
    "order": "CMD-48213",
    "message": "Bonjour,\r\nmon colis ?",
    "language": "fr",
}

Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "FROM_ADDRESS", Limit(6, 600))
    monkeypatch.setattr(form, "BY_ACCOUNT", Limit(300, 3600))


@pytest.fixture
def token(workspace: Workspace, owner: User) -> str:
    values = {"origins": SITE, "title": "Atelier Citron"}
    view = api.connect("form", "Contact", values, actor=owner)
    return ConnectedAccount.objects.get(pk=view.id).token


@pytest.fixture
def send(token: str) -> Send:
    """send(site, message="…"): as a browser does from a plain form of the shop's."""
    client = Client(enforce_csrf_checks=True)

    def make(site: str = SITE, referer: str = f"{SITE}/contact", **changed: str) -> Any:
        headers = {"Origin": site, "Referer": referer}
        named = {name: value for name, value in headers.items() if value}
        return client.post(f"/chat/{token}/form/", {**TOLD, **changed}, headers=named)

    return make


def stamp(at: datetime) -> str:
    return signing.Signer(salt="contact-form").sign(str(at.timestamp()))


def test_what_a_customer_writes_is_a_message_with_its_subject(send: Send) -> None:
    response = send()
    understand()

    assert 200 == response.status_code
    assert "Merci" in response.content.decode()
    kept = Message.objects.select_related("author").get()
    assert ("form", "email", "Colis perdu") == (kept.channel, kept.kind, kept.title)
    assert ("odile@example.com", "Odile Renard") == (kept.author.handle, kept.author.name)
    assert "Bonjour,\nmon colis ?\n\nNuméro de commande\u00a0: CMD-48213" == kept.text
    assert f"{SITE}/contact" == kept.url


def test_sent_twice_it_is_one(send: Send) -> None:
    """A double click, or a page reloaded after sending."""
    send()
    send()
    send(message="Autre chose")

    assert 2 == Inbound.objects.count()


@pytest.mark.parametrize(
    ("site", "referer"),
    [("https://evil.example", ""), ("null", "https://evil.example/x"), ("", "")],
)
def test_other_sites_may_not_use_it(send: Send, site: str, referer: str) -> None:
    assert 403 == send(site=site, referer=referer).status_code
    assert not Inbound.objects.exists()
    assert 200 == send(site="null").status_code


@pytest.mark.parametrize("how", ["a field nobody sees", "too quick", "forged", "days old"])
def test_machines_are_thanked_and_dropped(send: Send, how: str) -> None:
    now = clock.now()
    given = {
        "a field nobody sees": {"website": "https://spam.example"},
        "too quick": {"since": stamp(now)},
        "forged": {"since": str(now.timestamp() - 60)},
        "days old": {"since": stamp(now - timedelta(days=2))},
    }[how]

    assert 200 == send(**given).status_code
    assert not Inbound.objects.exists()

    assert 200 == send(since=stamp(now - timedelta(minutes=1))).status_code
    assert 1 == Inbound.objects.count()


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(send: Send) -> None:
    response = send(email="odile")

    page = response.content.decode()
    assert 422 == response.status_code
    assert 'aria-invalid="true"' in page
    assert "mon colis" in page
    assert not Inbound.objects.exists()


def test_it_leads_to_a_page_of_the_shop_and_to_no_other(send: Send) -> None:
    onward = send(next=f"{SITE}/merci")
    assert (303, f"{SITE}/merci") == (onward.status_code, onward["Location"])

    for evil in (
        "https://evil.example/",
        f"{SITE}@evil.example/",
        "javascript:alert(1)",
        "//e.example",
    ):
        assert 200 == send(next=evil, message=evil).status_code


def test_too_many_from_one_address_must_wait(send: Send) -> None:
    statuses = [send(message=str(number)).status_code for number in range(7)]

    assert [200] * 6 + [429] == statuses
    assert 6 == Inbound.objects.count()


@pytest.mark.parametrize(("language", "word"), [("fr", "Envoyer"), ("en", "Send")])
def test_the_page_of_our_own_speaks_both_languages(
    client: Client, token: str, language: str, word: str
) -> None:
    page = client.get(f"/chat/{token}/form/", {"language": language}).content.decode()

    assert f'<html lang="{language}">' in page
    assert word in page
    assert 'name="since"' in page


def test_a_chat_is_no_form(client: Client, workspace: Workspace, owner: User) -> None:
    view = api.connect("chat", "", {"origins": SITE}, actor=owner)
    token = ConnectedAccount.objects.get(pk=view.id).token

    assert 404 == client.get(f"/chat/{token}/form/").status_code
