"""What a brand's team does on its first day, in a real browser, in both languages and sizes."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PASSWORD, Server, running, serious, wider_than_screen

pytestmark = pytest.mark.browser

EMAIL = "camille@example.com"
OWN = ("free", "Freebox", "tilleulbraise")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "home", empty=True) as found:
        yield found


@pytest.mark.parametrize(("language", "size"), [("fr", "desktop"), ("en", "phone")])
def test_first_day(
    server: Server, new_page: Callable[..., Page], export: Path, language: str, size: str
) -> None:
    """
    First run, import of an export, answer, correct a label, search, overview.
    """
    page = new_page(language, size)
    create_owner(page, server, language)
    name_the_brand(page)
    import_file(page, export)
    open_a_conversation(page)
    correct_a_label(page)
    answer_by_hand(page)
    search(page)
    read_the_overview(page)


def create_owner(page: Page, server: Server, language: str) -> None:
    page.goto(server.url)
    expect(page).to_have_url(re.compile("/setup/"))
    check(page)
    page.fill("[name=name]", "Camille")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.select_option("select[name=language]", language)
    page.click("button[data-variant=primary]")
    page.wait_for_url("**/brands/new/")


def name_the_brand(page: Page) -> None:
    check(page)
    page.fill("[name=name]", "Atelier Citron")
    for number, handle in enumerate(OWN):
        rows = page.locator("[name=handle]")
        if rows.count() <= number:
            page.click("[name=rows][value=add]")
        rows.nth(number).fill(handle)
    page.locator("button[data-variant=primary]").last.click()
    page.wait_for_url("**/start/")
    check(page)


def import_file(page: Page, export: Path) -> None:
    page.click("a.card[href$='/import/']")
    page.wait_for_url("**/import/")
    check(page)
    page.set_input_files("input[type=file]", export)
    page.wait_for_url("**/import/file/**")
    check(page)
    page.click("button[name=action][value=import]")
    page.locator(".sum-check[data-whole]").wait_for(timeout=60_000)
    page.locator("#state .notice[data-kind=success]").wait_for(timeout=120_000)
    check(page)


def open_a_conversation(page: Page) -> None:
    page.goto(re.sub(r"/import/.*", "/inbox/", page.url))
    page.locator("a.row-link").first.wait_for()
    check(page)
    page.locator("a.row-link").first.click()
    page.locator(".bubble").first.wait_for()
    check(page)


def correct_a_label(page: Page) -> None:
    """One key opens the labels, one key corrects the tone."""
    page.keyboard.press("l")
    positive = page.locator("#set-tone-positive")
    positive.wait_for()
    check(page)
    page.keyboard.press("+")
    expect(page.locator("#set-tone-positive")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-field=tone] .corrected")).to_contain_text("Camille")
    page.keyboard.press("Escape")


def answer_by_hand(page: Page) -> None:
    """A file cannot send: the page says so, and the answer is taken to the network by hand."""
    before = page.url
    page.fill("#text", "Bonjour, nous regardons cela tout de suite.")
    expect(page.locator(".cannot-send")).to_be_visible()
    page.click("[data-answer]")
    page.click("#sent-dialog button[form=sent]")
    expect(page).not_to_have_url(before)


def search(page: Page) -> None:
    page.goto(re.sub(r"/inbox/.*", "/inbox/?view=everything", page.url))
    page.fill("input[name=q]", "bonjour")
    expect(page).to_have_url(re.compile("q=bonjour"))
    expect(page.locator(".row mark").first).to_be_visible()
    check(page)


def read_the_overview(page: Page) -> None:
    """Every figure opens onto its rows."""
    page.goto(re.sub(r"/inbox/.*", "/overview/", page.url))
    page.locator("figure.chart svg").first.wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    check(page)
    page.locator("a[href*='/rows/']").first.click()
    page.locator("table tbody tr").first.wait_for()
    check(page)


def check(page: Page) -> None:
    """No serious accessibility violation, and nothing scrolls sideways."""
    assert [] == serious(page), page.url
    assert 0 >= wider_than_screen(page), page.url
