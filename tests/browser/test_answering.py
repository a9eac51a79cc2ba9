"""Answering a customer from a page, with a worker that really sends."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.answering import package
from tests.browser.conftest import Server, running, serious, wider_than_screen

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SHOTS", "")
SETTLED = """() => Promise.race([
  Promise.all(document.getAnimations().map(each => each.finished.catch(() => 0))),
  new Promise(done => setTimeout(done, 3000)),
]).then(() => true)"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    packages = package(tmp_path_factory.mktemp("packages"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "PYTHONPATH", os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")])
        )
        with running(tmp_path_factory.mktemp("answering") / "home") as found:
            yield found


@pytest.mark.parametrize(("language", "size"), [("fr", "desktop"), ("en", "phone")])
def test_an_answer_leaves_while_the_page_watches(
    server: Server, new_page: Callable[..., Page], language: str, size: str
) -> None:
    """
    Ways before typing, the network's own count, Ctrl-Enter, Undo, and the state without reload.
    """
    page = opened(server, new_page, language, size)
    window = page.locator(".way-line:visible").first
    expect(window).to_contain_text(re.compile("0,015|0.015"))
    look(page, f"ways-{language}-{size}")

    page.fill("#text", "Bonjour Léa, il arrive demain à 10 h.")
    expect(page.locator("#counter")).to_have_text(re.compile("39 / 280"))
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast-undo]:visible")).to_have_count(1)
    expect(page.locator('[data-moving="queued"]')).to_have_count(1)
    expect(page.locator("#text")).to_have_value("")
    look(page, f"queued-{language}-{size}")

    page.locator("[data-toast-undo]:visible button").click()
    expect(page.locator("#text")).to_have_value("Bonjour Léa, il arrive demain à 10 h.")
    expect(page.locator('[data-moving="queued"]')).to_have_count(0)

    page.locator("#text").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator('[data-moving="queued"]')).to_have_count(1)
    expect(page.locator('.fate[data-state="sent"]')).to_have_count(1, timeout=40_000)
    expect(page.locator("[data-moving]")).to_have_count(0)
    expect(page.locator("#answer-live")).not_to_be_empty()
    look(page, f"sent-{language}-{size}")


def opened(server: Server, new_page: Callable[..., Page], language: str, size: str) -> Page:
    script = str(Path(__file__).with_name("answering.py"))
    told = subprocess.run(
        [sys.executable, script, language],
        env=server.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == told.returncode, told.stderr
    known = json.loads(told.stdout)
    page = new_page(language, size)
    page.context.add_cookies([{"name": "sessionid", "value": known["session"], "url": server.url}])
    page.goto(f"{server.url}/w/{known['slug']}/inbox/?view=everything")
    page.locator("[data-row]", has_text="").first.click()
    expect(page.locator("[data-send]")).to_be_visible()
    return page


def look(page: Page, name: str) -> None:
    """As wide as the screen, no serious fault for those who hear the page; a picture if asked."""
    if SHOTS:
        page.wait_for_timeout(400)
        page.screenshot(path=f"{SHOTS}/{name}.png")
    page.evaluate(SETTLED)  # what fades in has less contrast while it does
    assert 0 == wider_than_screen(page)
    assert [] == serious(page)
