"""Every page of the desk, in both languages and sizes, full and empty: accessible, no overflow."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import SIZES, Server, pale_in_the_dark, running, serious, settled
from tests.browser.conftest import wider_than_screen as too_wide

pytestmark = pytest.mark.browser

# Each page in a full brand and in an empty one; in the full one besides, those of its rows.
PAGES = {
    "inbox": "/w/{slug}/inbox/",
    "everything": "/w/{slug}/inbox/?view=everything",
    "nothing found": "/w/{slug}/inbox/?q=zzzzzz",
    "overview": "/w/{slug}/overview/",
    "topics": "/w/{slug}/topics/",
    "reputation": "/w/{slug}/reputation/",
    "rivals": "/w/{slug}/rivals/",
    "listening": "/w/{slug}/listening/",
    "a new query": "/w/{slug}/listening/queries/new/",
    "mentions": "/w/{slug}/listening/mentions/",
    "mentions, a search that is none": "/w/{slug}/listening/mentions/?within=AND",
    "left out": "/w/{slug}/listening/exclusions/",
    "alerts": "/w/{slug}/alerts/",
    "a new alert": "/w/{slug}/alerts/new/",
    "watched pages": "/w/{slug}/watching/",
    "watched pages in trouble": "/w/{slug}/watching/?only=trouble",
    "a page to watch": "/w/{slug}/watching/new/",
    "weak points": "/w/{slug}/weak-points/",
    "tasks": "/w/{slug}/weak-points/tasks/?state=all",
    "a new task": "/w/{slug}/weak-points/tasks/new/",
    "how complaints are sorted": "/w/{slug}/weak-points/sorting/",
    "understanding": "/w/{slug}/understanding/",
    "confusions": "/w/{slug}/understanding/confusions/",
    "corrections": "/w/{slug}/understanding/corrections/",
    "versions": "/w/{slug}/understanding/versions/",
    "own intents": "/w/{slug}/understanding/intents/",
    "an own intent": "/w/{slug}/understanding/intents/new/",
    "channels": "/w/{slug}/channels/",
    "connect a channel": "/w/{slug}/channels/add/",
    "a search for networks": "/w/{slug}/channels/add/?q=pinterest",
    "connect a mailbox": "/w/{slug}/channels/add/email/",
    "connect a Facebook page": "/w/{slug}/channels/add/facebook/",
    "set aside": "/w/{slug}/channels/set-aside/",
    "import": "/w/{slug}/import/",
    "settings": "/w/{slug}/settings/",
    "own accounts": "/w/{slug}/settings/accounts/",
    "team": "/w/{slug}/settings/team/",
    "journal": "/w/{slug}/settings/journal/",
    "API keys": "/w/{slug}/settings/api/",
    "called addresses": "/w/{slug}/settings/api/addresses/",
    "delete": "/w/{slug}/settings/delete/",
    "not found": "/w/{slug}/nowhere/",
}
OF_ALL = {
    "brands": "/brands/",
    "account": "/account/",
    "two factors": "/account/two-factor/",
    "password": "/account/password/change/",
    "help": "/help/",
    "help page": "/help/guide/start/",
    "the API": "/api/v1/docs/",
}
FULL = {
    "a weak point": "/w/{slug}/weak-points/point/?department=logistics",
    "complaints behind a figure": "/w/{slug}/weak-points/rows/complaints/?department=logistics",
    "a complaint that was moved": "/w/{slug}/weak-points/complaints/{message}/",
    "a task": "/w/{slug}/weak-points/tasks/{task}/",
    "reputation on one page": "/w/{slug}/reputation/brand/?whole=1",
    "a rival": "/w/{slug}/rivals/{rival}/?whole=1&from=2026-02-23&to=2026-03-01",
    "posts of a rival": "/w/{slug}/rivals/{rival}/rows/posts/?sign=any&from=2026-02-23&to=2026-03-01",
    "mentions behind a figure": "/w/{slug}/reputation/brand/rows/mentions.volume/",
    **{
        f"an answer {one}": f"/w/{{slug}}/inbox/c/{{{one}}}/"
        for one in ("queued", "failed", "unknown", "sent")
    },
    **{
        f"a channel, {one}": f"/w/{{slug}}/channels/{{{one}}}/"
        for one in ("chat", "form", "webhook", "lost", "troubled", "paused", "gone")
    },
    "a query": "/w/{slug}/listening/queries/{listened}/",
    "a version of a query": "/w/{slug}/listening/queries/{listened}/versions/1/",
    "a paused query": "/w/{slug}/listening/queries/{quiet}/",
    "a query’s mentions": "/w/{slug}/listening/mentions/?query={listened}&tone=negative",
    "mentions without a tag": "/w/{slug}/listening/mentions/?tag=none",
    "what a figure counts": "/w/{slug}/listening/mentions/?query=brand&from=2026-01-01&to=2026-03-01"
    "&counted=1&by=tone&is=-1",
    "an alert": "/w/{slug}/alerts/{alert}/",
    "an alert that went off": "/w/{slug}/alerts/fired/{firing}/",
    "a watched page": "/w/{slug}/watching/{watched}/",
    "a watched page to change": "/w/{slug}/watching/{watched}/edit/",
    "credentials": "/w/{slug}/channels/{lost}/values/",
}


@dataclass(frozen=True)
class Filled:
    """An installation and what it holds: slugs, sessions, the outside ids of rows."""

    server: Server
    known: dict[str, Any]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """An installation with the sample shop and an empty brand."""
    with running(tmp_path_factory.mktemp("pages") / "home") as server:
        command = [sys.executable, "-m", "tests.browser.filling"]
        told = subprocess.run(
            command, env=server.environ, capture_output=True, text=True, check=False
        )
        assert 0 == told.returncode, told.stderr
        yield Filled(server, json.loads(told.stdout.splitlines()[-1]))


# Every two of brand, language and size meet; each page is seen narrow, wide and in the dark.
@pytest.mark.parametrize(
    ("brand", "language", "size"),
    [
        ("full", "fr", "phone"),
        ("full", "en", "desktop"),
        ("empty", "en", "phone"),
        ("empty", "fr", "desktop"),
    ],
)
def test_pages_are_accessible_and_fit(
    filled: Filled, new_page: Callable[..., Page], brand: str, language: str, size: str
) -> None:
    """
    axe finds nothing serious, words stand out in the dark, and nothing scrolls sideways.
    """
    page, known = new_page(language, size), filled.known
    session = {"name": "sessionid", "value": known["sessions"][language], "url": filled.server.url}
    page.context.add_cookies([session])  # type: ignore[list-item]  # a plain dict
    wrong = {}
    for name, address in (PAGES | (FULL | OF_ALL if brand == "full" else {})).items():
        page.goto(filled.server.url + address.format(slug=known[brand], **known))
        settled(page)
        dark = pale_in_the_dark(page) if size == "desktop" else []
        if found := [*serious(page), *dark, *wider_at_any_size(page, size)]:
            wrong[name] = found

    assert {} == wrong


def test_a_query_is_written_from_the_keyboard(
    filled: Filled, new_page: Callable[..., Page]
) -> None:
    """
    Completion of a field and of its value, the count while typing, a mistake in its place and
    its mending, saving: all without a pointer.
    """
    page, known = new_page("en", "desktop"), filled.known
    session = {"name": "sessionid", "value": known["sessions"]["en"], "url": filled.server.url}
    page.context.add_cookies([session])  # type: ignore[list-item]  # a plain dict
    page.goto(f"{filled.server.url}/w/{known['full']}/listening/queries/new/")
    page.locator("#query-form [name=name]").focus()
    page.keyboard.type("French")
    text = page.locator("#text")
    chosen = page.locator("#completions [aria-selected=true] code")

    text.focus()
    page.keyboard.type("la")
    expect(chosen).to_have_text("lang:")
    page.keyboard.press("Enter")
    expect(text).to_have_value("lang:")
    page.keyboard.type("f")
    expect(chosen).to_have_text("fr")
    page.keyboard.press("Enter")
    expect(text).to_have_value("lang:fr ")
    expect(page.locator("#preview .query-count strong")).to_have_text(re.compile(r"\d"))

    page.keyboard.type('AND "merci')
    expect(page.locator("#checked [data-place]")).to_be_attached()
    expect(page.locator("#query-mirror [data-wrong]").first).to_be_attached()
    expect(text).to_have_attribute("aria-invalid", "true")
    assert [] == serious(page)
    page.locator("#checked [data-suggestion]").first.focus()
    page.keyboard.press("Enter")
    expect(text).to_have_value('lang:fr AND "merci"')
    expect(text).not_to_have_attribute("aria-invalid", "true")

    page.locator("button[name=do][value=save]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/listening/queries/(?!new)[^/]+/"))


def wider_at_any_size(page: Page, size: str) -> list[str]:
    found = ["scrolls sideways"] if too_wide(page) > 0 else []
    other = next(one for one in SIZES if one != size)
    page.set_viewport_size(SIZES[other])  # type: ignore[arg-type]  # a plain dict of the two sizes
    found += [f"scrolls sideways on a {other}"] if too_wide(page) > 0 else []
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]  # a plain dict of the two sizes
    return found
