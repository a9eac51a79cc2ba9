"""Signing in at the network, as a browser does it: away from our form, and back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from comptoir.base.models import Workspace
from comptoir.channels import api as channels
from comptoir.channels import granting
from comptoir.channels.connectors.tests.simulated import network, said
from comptoir.channels.models import ConnectedAccount
from comptoir.web.channels.connecting import PENDING, outside

FORM = "/w/atelier/channels/add/youtube/"
TYPED = {"name": "", "value-client_id": "c-1", "value-client_secret": "s3cret", "sign-in": "1"}
GRANTED = {"access_token": "a1", "expires_in": 3600, "refresh_token": "r1"}
LUMIO = {"items": [{"id": "UC7", "snippet": {"title": "Lumio", "customUrl": "@lumio"}}]}


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grants, renews, and says whose channel it is, as often as it is asked."""

    def guarded() -> Any:
        return network(said(GRANTED), said(GRANTED), said(LUMIO))

    monkeypatch.setattr(granting, "guarded", guarded)


def left(client: Client, url: str = FORM, **typed: str) -> dict[str, list[str]]:
    """Press the button; what the network's page is asked."""
    page = client.post(url, TYPED | typed).content.decode()
    away = page.split('content="0;url=')[1].split('"')[0].replace("&amp;", "&")
    return parse_qs(urlsplit(away).query)


def test_one_comes_back_connected(manager: Client, workspace: Workspace, google: None) -> None:
    asked = left(manager)
    back = manager.get("/signed-in/", {"state": asked["state"][0], "code": "4/x"}, follow=True)

    assert "/w/atelier/channels/signed-in/" in back.redirect_chain[0][0]
    assert "Lumio is connected." in back.content.decode()
    assert "on" == ConnectedAccount.objects.get().state
    assert PENDING not in manager.session


def test_a_page_leads_away_because_forms_may_not(manager: Client, workspace: Workspace) -> None:
    """`form-action` forbids a redirect to another site; the page names where it leads."""
    page = manager.post(FORM, TYPED)

    assert 200 == page.status_code
    assert "On to accounts.google.com" in page.content.decode()
    assert "s3cret" not in page.content.decode()
    assert "s3cret" not in str(dict(manager.session))


def test_the_form_shows_the_address_to_come_back_to(manager: Client, workspace: Workspace) -> None:
    page = manager.get(FORM).content.decode()

    assert granting.address() in page
    assert "Sign in at Google" in page
    assert "Check and connect" not in page


def test_what_is_missing_stays_on_the_form(manager: Client, workspace: Workspace) -> None:
    page = manager.post(FORM, TYPED | {"value-client_id": ""})

    assert 422 == page.status_code
    assert "This field is required." in page.content.decode()
    assert "“Refresh token” is missing." not in page.content.decode()


def test_a_token_that_is_at_hand_is_taken_without_leaving(
    manager: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = network(said(GRANTED), said(LUMIO))
    monkeypatch.setattr("comptoir.channels.connecting._guarded", lambda: net)
    typed = {name: value for name, value in TYPED.items() if name != "sign-in"}
    there = manager.post(FORM, typed | {"value-refresh_token": "r9"}, follow=True)

    assert "Lumio is connected." in there.content.decode()
    assert "r9" == net.asked[0].details["data"]["refresh_token"]


def test_whoever_declines_is_back_at_the_form(manager: Client, workspace: Workspace) -> None:
    asked = left(manager)
    refused = {"state": asked["state"][0], "error": "access_denied"}
    back = manager.get("/signed-in/", refused, follow=True)

    assert back.redirect_chain[-1][0] == FORM
    assert "Access was not granted at Google." in back.content.decode()


def test_signing_in_again_keeps_the_account(
    manager: Client, workspace: Workspace, google: None
) -> None:
    """After access was lost: the form knows the client's secret, so only the button is left."""
    manager.get("/signed-in/", {"state": left(manager)["state"][0], "code": "x"}, follow=True)
    row = ConnectedAccount.objects.get()
    view = channels.connected_account(row.account_id)
    assert view is not None
    form = f"/w/atelier/channels/{outside(view)}/values/"
    asked = left(manager, form, **{"value-client_secret": ""})
    manager.get("/signed-in/", {"state": asked["state"][0], "code": "y"}, follow=True)

    assert "Check and connect" in manager.get(form).content.decode()
    assert row.pk == ConnectedAccount.objects.get().pk


def test_an_address_without_a_beginning_leads_home(manager: Client, workspace: Workspace) -> None:
    back = manager.get("/signed-in/", {"state": "x", "code": "y"}, follow=True)

    assert "was not begun here" in back.content.decode()
    assert 404 == manager.get("/w/atelier/channels/signed-in/", {"code": "y"}).status_code


def test_only_who_may_connect_comes_back(
    signed_in: Callable[..., Client], workspace: Workspace
) -> None:
    agent = signed_in("agent")

    assert 403 == agent.get("/w/atelier/channels/signed-in/", {"code": "y"}).status_code
    assert 403 == agent.post(FORM, TYPED).status_code
