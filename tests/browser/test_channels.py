"""A channel is connected, hears its first message and is disconnected, in a real browser."""

import base64
import hashlib
import hmac
import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Server, running, serious, wider_than_screen
from tests.browser.test_journeys import create_owner, name_the_brand

pytestmark = pytest.mark.browser

KEY = b"a signing key of thirty-two byte"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
WORDS = {
    "fr": ("Rien reçu pour l’instant", "quelque chose est arrivé", "Ses messages restent"),
    "en": ("Nothing received yet", "something arrived", "Its messages stay"),
}


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("channels") / "home") as found:
        yield found


@pytest.mark.parametrize(("language", "size"), [("fr", "phone"), ("en", "desktop")])
def test_a_channel_from_its_connection_to_its_end(
    server: Server, new_page: Callable[..., Page], language: str, size: str
) -> None:
    """
    Nothing is simulated but the program that posts: search, refusal, connection, first message.
    """
    page = new_page(language, size)
    waiting, arrived, stays = WORDS[language]
    create_owner(page, server, language)
    name_the_brand(page)
    find_the_webhook(page, server)
    mistype_the_secret(page)
    connect(page)
    expect(page.locator("#arrival")).to_contain_text(waiting)
    check(page)
    deliver(page.input_value("#address"), "Ma théière est arrivée fêlée.")
    expect(page.locator("#arrival")).to_contain_text(arrived, timeout=30_000)
    page.goto(f"{server.url}/w/atelier-citron/inbox/?view=everything")
    expect(page.locator("main")).to_contain_text("Ma théière est arrivée fêlée.", timeout=30_000)
    disconnect(page, server)
    expect(page.locator("#toasts")).to_contain_text(stays)
    check(page)


def find_the_webhook(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/w/atelier-citron/channels/")
    check(page)
    page.locator("main a[href$='/channels/add/']").click()
    check(page)
    page.fill("[name=q]", "webhook")
    expect(page.locator(".channel-gallery > li")).to_have_count(1)
    page.locator(".channel-gallery a").click()
    check(page)


def mistype_the_secret(page: Page) -> None:
    page.fill("[name=name]", "Programme maison")
    page.fill("[name=value-secret]", "whsec_too-short")
    page.click("main form button[data-variant=primary]")
    expect(page.locator(".errorlist")).to_have_count(1)
    assert "Programme maison" == page.input_value("[name=name]")
    assert "" == page.input_value("[name=value-secret]")
    check(page)


def connect(page: Page) -> None:
    page.fill("[name=value-secret]", SECRET)
    page.click("main form button[data-variant=primary]")
    expect(page.locator("h1")).to_have_text("Programme maison")


def deliver(address: str, text: str) -> None:
    """Post one signed message, as Standard Webhooks says."""
    message = {
        "id": "1",
        "author": "odile",
        "sent_at": datetime.now(UTC).isoformat(),
        "text": text,
    }
    body = json.dumps({"messages": [message]}).encode()
    stamp = str(int(time.time()))
    digest = hmac.digest(KEY, b"msg_1." + stamp.encode() + b"." + body, hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    request = urllib.request.Request(address, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert 200 == answer.status


def disconnect(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/w/atelier-citron/channels/")
    page.locator(".channel-row h2 a").click()
    page.click("[popovertarget=channel-menu]")
    page.click("#channel-menu [data-dialog=disconnect]")
    page.click("#disconnect button[data-variant=danger]")
    page.wait_for_url(re.compile("/channels/$"))


def check(page: Page) -> None:
    """Accessible, and nothing scrolls sideways."""
    page.wait_for_load_state("domcontentloaded")
    assert [] == serious(page)
    assert wider_than_screen(page) <= 0
