"""The chat on a page of another site, in a real browser, with a strict policy and rude styles."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import LANGUAGES, SIZES, Server, running, serious, wider_than_screen
from tests.test_live import Teller

pytestmark = pytest.mark.browser

RUDE = """
* { font-size: 9px !important; color: maroon !important; }
button, dialog, p, textarea { display: none !important; transform: rotate(5deg); }
"""
HTML = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Théière bleue</title>
<link rel="stylesheet" href="/style.css"><script src="{script}" async></script></head>
<body><main><h1>Théière bleue</h1></main></body></html>"""
WORDS = {
    "en": {"open": "Open the chat", "close": "Close the chat", "write": "Your message"},
    "fr": {"open": "Ouvrir le chat", "close": "Fermer le chat", "write": "Votre message"},
}


@dataclass
class Site:
    """A shop's own server, on a port of its own. script: what its pages load."""

    url: str
    script: str = ""

    def page(self, path: str) -> tuple[str, bytes]:
        if path == "/style.css":
            return "text/css", RUDE.encode()
        return "text/html; charset=utf-8", HTML.format(
            language=path[1:3], script=self.script
        ).encode()

    @property
    def policy(self) -> str:
        """No inline style or script, nothing but the desk's script and questions to it."""
        desk = self.script.partition("/chat/")[0]
        return f"default-src 'none'; style-src 'self'; script-src {desk}; connect-src {desk}"


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = found.page(self.path)
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Security-Policy", found.policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One installation; each test has a brand of its own."""
    home = tmp_path_factory.mktemp("chat") / "home"
    with running(home) as found:
        yield found


@pytest.fixture(scope="module")
def tell(server: Server) -> Iterator[Teller]:
    """Another process on the same installation."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.shopping"],
        env=server.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Teller(process)
    assert process.stdin
    process.stdin.close()
    process.wait(timeout=60)


@dataclass
class Team:
    """What happens at the desk, in a process of its own."""

    server: Server
    site: Site
    tell: Teller

    def __post_init__(self) -> None:
        told = self.do("shop", self.site.url)
        self.slug, self.session, self.told = told["slug"], told["session"], told
        self.site.script = f"{self.server.url}/chat/{told['token']}/widget.js"

    def do(self, what: str, *given: Any) -> Any:
        return self.tell(what, *given)

    def standing(self) -> dict[str, Any]:
        return dict(self.do("standing", self.slug))

    def sit_down(self, page: Page) -> None:
        """A member opens the inbox, and stays."""
        cookie = {"name": "sessionid", "value": self.session, "url": self.server.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict
        page.goto(f"{self.server.url}/w/{self.slug}/inbox/")

    def sees(self, page: Page, words: str) -> bool:
        """Looked at anew: an inbox that was empty has no list yet for news to come into."""
        page.reload()
        return bool(page.get_by_text(words).count())


def shot(page: Page, name: str) -> None:
    """Keep a picture where SCREENSHOTS names a folder, to be looked at."""
    folder = os.environ.get("SCREENSHOTS", "")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def eventually(check: Callable[[], bool]) -> None:
    for _ in range(150):
        if check():
            return
        time.sleep(0.2)
    assert check()


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_visitor_and_team_talk(
    server: Server,
    site: Site,
    tell: Teller,
    new_page: Callable[..., Page],
    language: str,
    size: str,
) -> None:
    """
    Written on another site, seen at the desk, answered, read without reload, kept over one.
    """
    team, words = Team(server, site, tell), WORDS[language]
    desk = new_page("en")
    team.sit_down(desk)
    page = new_page(language, size)
    page.goto(f"{site.url}/{language}/theiere")
    page.get_by_role("button", name=words["open"]).focus()
    shot(page, f"chat-{language}-{size}-button")
    page.keyboard.press("Enter")

    box = page.get_by_label(words["write"])
    expect(box).to_be_focused()
    assert [] == page.evaluate("Object.keys(localStorage)")
    page.keyboard.type("Bonjour, <b>la théière</b> revient-elle ?")
    page.keyboard.press("Enter")
    expect(page.locator(".mine")).to_have_text("Bonjour, <b>la théière</b> revient-elle ?")
    eventually(lambda: team.sees(desk, "revient-elle"))
    page.locator("#later").wait_for()
    assert [] == serious(page)
    assert 0 == wider_than_screen(page)

    team.do("answer", team.slug, "Oui, mardi ! Voyez https://www.example.com/bleue.")
    expect(page.locator(".team").last).to_contain_text("Oui, mardi", timeout=15_000)
    assert "https://www.example.com/bleue" == page.locator(".team a").get_attribute("href")
    shot(page, f"chat-{language}-{size}-talk")
    assert [] == serious(page)
    eventually(lambda: ["read"] == team.standing()["answers"])

    page.reload()
    page.get_by_role("button", name=words["open"]).click()
    expect(page.locator(".mine")).to_have_count(1)
    expect(page.locator(".team")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=words["open"])).to_be_focused()
    told = team.standing()
    assert 1 == told["threads"]
    assert f"{site.url}/{language}/theiere" == told["messages"][0][2]


@pytest.mark.parametrize(("language", "size"), [("fr", "phone"), ("en", "desktop")])
def test_when_nobody_is_there_a_form_takes_an_address(
    server: Server,
    site: Site,
    tell: Teller,
    new_page: Callable[..., Page],
    language: str,
    size: str,
) -> None:
    team, words = Team(server, site, tell), WORDS[language]
    page = new_page(language, size)
    page.goto(f"{site.url}/{language}/")
    page.get_by_role("button", name=words["open"]).click()
    page.locator("#address").wait_for()
    shot(page, f"chat-{language}-{size}-offline")
    assert [] == serious(page)

    page.fill("#text", "Où est mon colis ?")
    page.keyboard.press("Enter")
    expect(page.locator("#address")).to_be_focused()
    assert [] == team.standing()["messages"]
    expect(page.get_by_role("status")).to_contain_text("@")
    page.keyboard.type("odile@example.com")
    page.locator(".send").first.click()

    expect(page.get_by_role("status")).to_contain_text("odile@example.com")
    eventually(lambda: 1 == len(team.standing()["messages"]))
    assert "odile@example.com" == team.standing()["messages"][0][3]
    shot(page, f"chat-{language}-{size}-thanks")


def test_a_cut_connection_loses_and_doubles_nothing(
    server: Server, site: Site, tell: Teller, new_page: Callable[..., Page]
) -> None:
    """
    What was answered while the page was cut off is there when it comes back.
    """
    team = Team(server, site, tell)
    page = new_page("en")
    page.goto(f"{site.url}/en/")
    page.evaluate("localStorage.clear()")
    team.sit_down(new_page("en"))
    page.get_by_role("button", name="Open the chat").click()
    page.fill("#text", "First")
    page.keyboard.press("Enter")
    eventually(lambda: 1 == len(team.standing()["messages"]))
    team.do("answer", team.slug, "Here")
    expect(page.locator(".team").last).to_contain_text("Here", timeout=15_000)

    page.context.set_offline(True)
    page.fill("#text", "Second")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Try again").wait_for()
    team.do("answer", team.slug, "Meanwhile")
    eventually(lambda: "sent" == team.standing()["answers"][-1])
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()

    expect(page.locator(".team").last).to_contain_text("Meanwhile", timeout=70_000)
    eventually(lambda: 4 == len(team.standing()["messages"]))
    expect(page.locator(".mine")).to_have_count(2)
    expect(page.locator(".team")).to_have_count(3)


def test_other_sites_are_turned_away(
    server: Server, site: Site, tell: Teller, new_page: Callable[..., Page]
) -> None:
    """The script loads anywhere; only the sites that were entered may write."""
    other = Site("http://127.0.0.1:9")
    team = Team(server, other, tell)
    site.script = other.script
    page = new_page("en")
    page.goto(f"{site.url}/en/")
    page.get_by_role("button", name="Open the chat").click()
    page.fill("#text", "Hello")
    page.keyboard.press("Enter")

    page.get_by_role("button", name="Try again").wait_for()
    assert [] == team.standing()["messages"]


@pytest.mark.parametrize(("language", "size"), [("fr", "phone"), ("en", "desktop")])
def test_the_pages_around_it_are_for_everybody(
    server: Server,
    site: Site,
    tell: Teller,
    new_page: Callable[..., Page],
    language: str,
    size: str,
) -> None:
    """
    The contact form with its mistakes and thanks, the account, keys, the API's page.
    """
    team = Team(server, site, tell)
    page = new_page(language, size)
    page.goto(f"{server.url}/chat/{team.told['contact']}/form/?language={language}")
    check(page, f"form-{language}-{size}")
    page.fill("[name=email]", "odile")
    time.sleep(2.1)
    page.click("button")
    page.locator("[role=alert]").wait_for()
    check(page, f"form-{language}-{size}-wrong")
    for name in ("name", "subject", "message"):
        page.fill(f"[name={name}]", "Où est mon colis ?")
    page.fill("[name=email]", "odile@example.com")
    time.sleep(2.1)
    page.click("button")
    page.locator("h1").wait_for()
    check(page, f"form-{language}-{size}-thanks")
    eventually(lambda: 1 == len(team.standing()["messages"]))

    team.sit_down(page)
    settings = f"{server.url}/w/{team.slug}/settings/api/"
    for name, url in {
        "account": f"{server.url}/w/{team.slug}/channels/{team.told['chat']}/",
        "keys": settings,
        "documents": f"{server.url}/api/v1/docs/",
    }.items():
        page.goto(url)
        check(page, f"{name}-{language}-{size}")
    page.goto(settings)
    page.fill("[name=name]", "ERP")
    page.locator("[name=scopes]").first.check()
    page.locator("form button[data-variant=primary]").click()
    expect(page.locator("#made")).to_have_value(re.compile("^cpt_"))
    check(page, f"key-{language}-{size}")


def check(page: Page, name: str) -> None:
    shot(page, name)
    assert [] == serious(page)
    assert 0 == wider_than_screen(page)
