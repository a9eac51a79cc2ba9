"""Every page of the desk, in both languages and sizes, full and empty: accessible, no overflow."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import PASSWORD, Server, running, serious, wider_than_screen

pytestmark = pytest.mark.browser

EMAIL = "camille@example.com"

PAGES = {
    "inbox": "/w/{slug}/inbox/",
    "everything": "/w/{slug}/inbox/?view=everything",
    "nothing found": "/w/{slug}/inbox/?q=zzzzzz",
    "overview": "/w/{slug}/overview/",
    "topics": "/w/{slug}/topics/",
    "understanding": "/w/{slug}/understanding/",
    "confusions": "/w/{slug}/understanding/confusions/",
    "corrections": "/w/{slug}/understanding/corrections/",
    "versions": "/w/{slug}/understanding/versions/",
    "own intents": "/w/{slug}/understanding/intents/",
    "an own intent": "/w/{slug}/understanding/intents/new/",
    "channels": "/w/{slug}/channels/",
    "connect a channel": "/w/{slug}/channels/add/",
    "connect a mailbox": "/w/{slug}/channels/add/email/",
    "set aside": "/w/{slug}/channels/set-aside/",
    "import": "/w/{slug}/import/",
    "settings": "/w/{slug}/settings/",
    "own accounts": "/w/{slug}/settings/accounts/",
    "team": "/w/{slug}/settings/team/",
    "journal": "/w/{slug}/settings/journal/",
    "delete": "/w/{slug}/settings/delete/",
    "brands": "/brands/",
    "account": "/account/",
    "two factors": "/account/two-factor/",
    "password": "/account/password/change/",
    "help": "/help/",
    "help page": "/help/guide/start/",
    "not found": "/w/{slug}/nowhere/",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Server]:
    """An installation with the sample shop and an empty brand."""
    with running(tmp_path_factory.mktemp("pages") / "home") as found:
        found.run("demo", "--email", EMAIL, "--password-stdin", said=f"{PASSWORD}\n")
        page = chromium.new_page()
        sign_in(page, found, "fr")
        page.goto(f"{found.url}/brands/new/")
        page.fill("[name=name]", "Marque vide")
        page.locator("button[data-variant=primary]").last.click()
        page.wait_for_url("**/start/")
        yield found


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("slug", ["tilleul-braise", "marque-vide"])
def test_pages_are_accessible_and_fit(
    server: Server, new_page: Callable[..., Page], slug: str, language: str, size: str
) -> None:
    """
    axe finds nothing serious, and nothing scrolls sideways, on any page.
    """
    page = new_page(language, size)
    sign_in(page, server, language)
    wrong = {}
    for name, address in PAGES.items():
        page.goto(server.url + address.format(slug=slug))
        page.wait_for_load_state("networkidle")
        found = [*serious(page), *(["scrolls sideways"] if wider_than_screen(page) > 0 else [])]
        if found:
            wrong[name] = found

    assert {} == wrong


def sign_in(page: Page, server: Server, language: str) -> None:
    page.goto(f"{server.url}/account/login/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile("/inbox/"))
    page.goto(f"{server.url}/account/")
    page.select_option("select[name=language]", language)
    page.locator("form:has(select[name=language]) button[data-variant=primary]").click()
    page.wait_for_load_state("networkidle")
