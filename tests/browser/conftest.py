"""A real Comptoir on a port of its own, and a real browser to use it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests import tables

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
PASSWORD = "un mot de passe long"
# A server that has just begun compiles its pages while the other worker's does, too.
expect.set_options(timeout=20_000)
# Colours that move to those of another theme are there at once.
ARRIVE = """() => new Promise(done => requestAnimationFrame(() => {
  for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
  requestAnimationFrame(done);
}))"""


@dataclass(frozen=True)
class Server:
    """A running installation. run: the command line on the same installation."""

    url: str
    home: Path
    run: Callable[..., str]
    environ: Mapping[str, str]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        pytest.fail("Chromium is not installed.")
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An X export to import: a real one where X_EXPORT names it, else one we write."""
    named = os.environ.get("X_EXPORT", "")
    if named:
        return Path(named)
    from tests.browser.making import write_export

    return write_export(tmp_path_factory.mktemp("export") / "export.csv")


@contextmanager
def running(home: Path, *, empty: bool = False) -> Iterator[Server]:
    """
    Start `comptoir up` on `home` and a free port; stop it at the end.

    Its tables are those that another run has made, if any, unless it begins `empty`.
    """
    if not empty:
        tables.begin(home)
    port = _free_port()
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COMPTOIR_", "DJANGO_")) and name != "DATABASE_URL"
    }
    environ |= {"COMPTOIR_HOME": str(home), "COMPTOIR_PORT": str(port)}
    command = [sys.executable, "-m", "comptoir"]
    log = home.with_suffix(".log").open("wb")
    process = subprocess.Popen(
        [*command, "up", "--no-browser"], env=environ, stdout=log, stderr=log
    )

    def run(*words: str, said: str = "") -> str:
        done = subprocess.run(
            [*command, *words], env=environ, input=said, capture_output=True, check=True, text=True
        )
        return done.stdout

    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/healthz", process)
        yield Server(url, home, run, environ)
    finally:
        process.terminate()
        process.wait(timeout=60)
        log.close()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError("Comptoir ended before it answered.")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("Comptoir did not answer within two minutes.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page: new_page("fr", "phone"); a script error in it fails the test."""
    contexts = []
    errors: list[str] = []

    def make(language: str = "fr", size: str = "desktop") -> Page:
        context = chromium.new_context(
            viewport=SIZES[size],  # type: ignore[arg-type]  # a plain dict of the two sizes
            locale=LANGUAGES[language],
            timezone_id="Europe/Paris",
            has_touch=size == "phone",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console", lambda said: errors.append(said.text) if _is_violation(said.text) else None
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors


def _is_violation(text: str) -> bool:
    return "Content Security Policy" in text or "Content-Security-Policy" in text


def settled(page: Page) -> None:
    """What the page fetches by itself is there, and nothing of it is being changed."""
    expect(page.locator("[aria-busy=true], .htmx-request")).to_have_count(0, timeout=20_000)


def serious(page: Page, **options: Any) -> list[str]:
    """The accessibility violations of the page that axe calls serious or critical."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **options})
    return [
        f"{one['id']}: {one['help']} ({node['target']})"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def pale_in_the_dark(page: Page) -> list[str]:
    """What cannot be read in the dark theme, once colours no longer move to it."""
    page.emulate_media(color_scheme="dark")
    page.evaluate(ARRIVE)
    found = serious(page, runOnly=["color-contrast"])
    page.emulate_media(color_scheme="light")
    page.evaluate(ARRIVE)
    return [f"in the dark, {one}" for one in found]


def wider_than_screen(page: Page) -> int:
    """By how many pixels the page scrolls sideways; 0 is right."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
