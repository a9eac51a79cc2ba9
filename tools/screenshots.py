"""
Photographs Comptoir with its sample shop, in headless Chromium.

    python tools/screenshots.py                # the README's two pictures, into docs/images
    python tools/screenshots.py --all FOLDER   # every page: languages, sizes, light and dark

Starts an installation of its own in a temporary folder, on a free port. People and words
come from the simulation's fixed seed; ages ("2 h ago") are counted from the day it is made
up to, today unless --end says otherwise.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
SIZES = {"1440": (1440, 900), "390": (390, 844)}
SCHEMES = ("light", "dark")
LARGEST = 300_000

# Name → address; {slug} is the sample shop. A name ending in "-out" is seen signed out.
PAGES = {
    "sign-in-out": "/account/login/",
    "forgotten-out": "/account/password/forgotten/",
    "inbox": "/w/{slug}/inbox/",
    "inbox-urgent": "/w/{slug}/inbox/?view=urgent",
    "inbox-search": "/w/{slug}/inbox/?view=everything&q=colis",
    "inbox-nothing": "/w/{slug}/inbox/?view=everything&q=zzzzzz",
    "conversation": "{conversation}",
    "overview": "/w/{slug}/overview/?whole=1",
    "overview-rows": "/w/{slug}/overview/rows/reputation.messages/",
    "topics": "/w/{slug}/topics/",
    "understanding": "/w/{slug}/understanding/",
    "understanding-confusions": "/w/{slug}/understanding/confusions/",
    "understanding-versions": "/w/{slug}/understanding/versions/",
    "understanding-intents": "/w/{slug}/understanding/intents/",
    "understanding-intent": "/w/{slug}/understanding/intents/new/",
    "imports": "/w/{slug}/import/",
    "settings": "/w/{slug}/settings/",
    "accounts": "/w/{slug}/settings/accounts/",
    "team": "/w/{slug}/settings/team/",
    "journal": "/w/{slug}/settings/journal/",
    "simulation": "/w/{slug}/settings/simulation/",
    "start": "/w/{slug}/start/",
    "brands": "/brands/",
    "brand-new": "/brands/new/",
    "account": "/account/",
    "password": "/account/password/change/",
    "two-factor": "/account/two-factor/",
    "help": "/help/",
    "help-guide": "/help/guide/import/",
    "help-definitions": "/help/metrics/care/",
    "not-found": "/w/{slug}/nothing-here/",
}
# Picture → the page it shows and the window's height.
README = {"inbox": ("conversation", 800), "overview": ("overview", 1600)}
TALK = 3
PATIENCE = 60_000

# Run with the installation's own environment; prints the shop's slug and a session of each owner.
PREPARE = """
import json, sys
from datetime import date
import django
from comptoir.base.translations import compile_catalogues
compile_catalogues()
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from comptoir.base import members, outbox
from comptoir.base.models import Membership
from comptoir.demo.install import install
claire = members.create_first_owner(
    email="claire@example.com", password=sys.argv[2], name="Claire Vidal", language="fr")
shop = install(claire, end=date.fromisoformat(sys.argv[1]))
emma = members.create_user(
    email="emma@example.com", password=sys.argv[2], name="Emma Reed", language="en")
Membership.objects.create(workspace=shop, user=emma, role="owner")
outbox.drain()
def session(user):
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key
print(json.dumps({"slug": shop.slug, "fr": session(claire), "en": session(emma)}))
"""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="comptoir-") as folder:
        made = _prepare(folder, options.end)
        with _running(folder) as url, sync_playwright() as tools:
            browser = tools.chromium.launch(executable_path=_browser(), args=FLAGS)
            camera = Camera(browser, url, made)
            if options.all:
                return camera.everything(options.all)
            return camera.readme(IMAGES)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page, for review")
    parser.add_argument(
        "--end",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        help="the day (YYYY-MM-DD) before which the simulation ends; today when not given",
    )
    return parser.parse_args()


def _browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit(f"No browser found; install one of: {', '.join(BROWSERS)}.")
    return found


def _environment(folder: str) -> dict[str, str]:
    """Ours without other installations' settings, and with this one's."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COMPTOIR_") and name != "DATABASE_URL"
    }
    return kept | {"COMPTOIR_HOME": folder, "DJANGO_SETTINGS_MODULE": "comptoir.settings"}


def _prepare(folder: str, end: date) -> dict[str, str]:
    """The sample shop, sorted; gives its slug and a session key by language."""
    command = [sys.executable, "-c", PREPARE, end.isoformat(), "quatre mots sans rapport"]
    done = subprocess.run(  # noqa: S603 our own command, no shell
        command, env=_environment(folder), check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _running(folder: str) -> Iterator[str]:
    """Comptoir's address while it runs on `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "comptoir", "up", "--no-browser", "--port", str(port)]
    with (Path(folder) / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 our own command, no shell
            command, env=_environment(folder), stdout=log, stderr=log
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 our own address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    sys.exit("Comptoir did not answer within half a minute.")


class Camera:
    """Opens pages as the owner who reads the wanted language."""

    def __init__(self, browser: Browser, url: str, made: dict[str, str]) -> None:
        self.browser = browser
        self.url = url
        self.made = made
        self.talk = ""

    def readme(self, folder: Path) -> int:
        """The two pictures of the README, in English; 1 when one is too heavy."""
        folder.mkdir(parents=True, exist_ok=True)
        heavy = 0
        for name, (shown, height) in README.items():
            path = folder / f"{name}.png"
            page = self._page("en", (1280, height), "light")
            self._show(page, shown)
            page.screenshot(path=path, scale="css", animations="disabled")
            page.context.close()
            heavy += path.stat().st_size > LARGEST
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")
        return int(heavy > 0)

    def everything(self, folder: Path) -> int:
        """Every page of PAGES, whole; 1 when one answers with an error of the server."""
        folder.mkdir(parents=True, exist_ok=True)
        broken = 0
        for language in LANGUAGES:
            for size, window in SIZES.items():
                for scheme in SCHEMES:
                    page = self._page(language, window, scheme)
                    for name in PAGES:
                        broken += self._keep(
                            page, name, folder / f"{name}-{language}-{size}-{scheme}.png"
                        )
                    page.context.close()
        print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
        return int(broken > 0)

    def _keep(self, page: Page, name: str, path: Path) -> bool:
        """Photograph a page; True when it failed on the server."""
        status = self._show(page, name)
        page.screenshot(path=path, full_page=True, scale="css", animations="disabled")
        if status >= 500:
            print(f"{path.name}: {status}")
        return status >= 500

    def _page(self, language: str, window: tuple[int, int], scheme: Any) -> Page:
        context = self.browser.new_context(
            viewport={"width": window[0], "height": window[1]},
            locale=LANGUAGES[language],
            timezone_id="Europe/Paris",
            color_scheme=scheme,
            has_touch=window[0] < 768,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        self._sign_in(context, language)
        return context.new_page()

    def _sign_in(self, context: Any, language: str) -> None:
        context.add_cookies([{"name": "sessionid", "value": self.made[language], "url": self.url}])

    def _show(self, page: Page, name: str) -> int:
        """Open the page called `name` and wait until what it loads by itself is there."""
        language = "fr" if page.evaluate("navigator.language").startswith("fr") else "en"
        if name.endswith("-out"):
            page.context.clear_cookies()
        answer = page.goto(self.url + self._address(page, name))
        page.wait_for_load_state("networkidle")
        if name.endswith("-out"):
            self._sign_in(page.context, language)
        return answer.status if answer else 0

    def _address(self, page: Page, name: str) -> str:
        address = PAGES[name]
        if address != "{conversation}":
            return address.format(slug=self.made["slug"])
        self.talk = self.talk or self._find_talk(page)
        return self.talk

    def _find_talk(self, page: Page) -> str:
        """A waiting conversation in which both sides have spoken; the first one if there is none."""
        page.goto(f"{self.url}/w/{self.made['slug']}/inbox/?view=unanswered")
        rows = page.locator("[data-row]").all()
        addresses = [row.get_attribute("href") or "" for row in rows]
        for address in addresses[:30]:
            page.goto(self.url + address)
            said = page.locator(".bubble[data-side]").count()
            if said >= TALK and page.locator('.bubble[data-side="out"]').count():
                return address
        return addresses[0]


if __name__ == "__main__":
    sys.exit(main())
