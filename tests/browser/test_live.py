"""Pages that stay open while other processes and other people work."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import LANGUAGES, SIZES, Server, running, serious
from tests.test_live import Teller

pytestmark = pytest.mark.browser

SLUG = "atelier"
ASK = "Bonjour, où est mon colis ? Pouvez-vous m’aider ?"
MANY = [f"{ASK} Commande {number}." for number in range(30)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("live") / "home") as found:
        yield found


@pytest.fixture(scope="module")
def tell(server: Server) -> Iterator[Teller]:
    """Another process on the same installation."""
    script = str(Path(__file__).parent.parent / "telling.py")
    process = subprocess.Popen(
        [sys.executable, script],
        env=server.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Teller(process)
    assert process.stdin
    process.stdin.close()
    process.wait(timeout=60)


Open = Callable[..., Page]


@pytest.fixture
def open_as(chromium: Browser, server: Server, tell: Teller) -> Iterator[Open]:
    """open_as("lea", "/inbox/") opens a page of a member; a script error in it fails the test."""
    contexts, errors = [], []

    def make(name: str, path: str = "inbox/", size: str = "desktop", slug: str = SLUG) -> Page:
        key = tell("member", f"{name}@example.com", slug)
        context = chromium.new_context(
            viewport=SIZES[size],  # type: ignore[arg-type]  # a plain dict of the two sizes
            locale=LANGUAGES["en"],
        )
        context.add_cookies([{"name": "sessionid", "value": key, "url": server.url}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{server.url}/w/{slug}/{path}")
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors


def test_a_message_from_another_process_appears(open_as: Open, tell: Teller) -> None:
    """Nobody reloads: the row, its figures and the tab's title come by themselves."""
    page = open_as("lea", slug="appears")
    page.mouse.move(1400, 800)
    (first,) = tell("hear", "appears", [ASK])
    expect(page.locator(f"#row-{first}")).to_be_visible()
    page.wait_for_timeout(1200)

    (second,) = tell("hear", "appears", [ASK])

    expect(page.locator(f"#row-{second}")).to_be_visible()
    assert [f"row-{second}", f"row-{first}"] == page.locator(".row").evaluate_all(
        "rows => rows.map(row => row.id)"
    )
    expect(page.locator("#count-unanswered")).to_have_text("2")
    expect(page).to_have_title(re.compile(r"^\(2\) "))
    assert [] == serious(page)


def test_rows_come_in_the_stream_of_the_view_that_is_open(open_as: Open, tell: Teller) -> None:
    """A page that had to ask for each row would show it a hop later; a search still asks."""
    tell("member", "lea@example.com", "brought")
    tell("hear", "brought", [ASK])
    page = open_as("lea", "inbox/?view=everything", slug="brought")
    page.mouse.move(1400, 800)
    expect(page.locator("#live")).to_have_attribute("data-state", "open")
    requests = list[str]()
    page.on("request", lambda one: requests.append(one.url))

    (first,) = tell("hear", "brought", [ASK])
    expect(page.locator(f"#row-{first}")).to_be_visible()
    with page.expect_request(lambda one: "/live/w/" in one.url and "unanswered" in one.url):
        page.locator(".views a").first.click()
    page.wait_for_timeout(500)
    (second,) = tell("hear", "brought", [ASK])
    expect(page.locator(f"#row-{second}")).to_be_visible()
    page.locator(f"#row-{second} .row-link").click()
    expect(page.locator("#thread .bubble")).to_have_count(1)
    page.mouse.move(1400, 800)
    tell("answer", "brought", second, "Et ma facture ?")
    expect(page.locator(f"#row-{second}")).to_contain_text("Et ma facture ?")
    expect(page.locator(f"#row-{second} .row-link")).to_have_attribute("aria-current", "true")
    assert [] == [one for one in requests if "/inbox/news/" in one]
    assert 1 == len([one for one in requests if "/live/w/" in one])

    page.goto(page.url.partition("/inbox/")[0] + "/inbox/?view=everything&q=colis")
    (third,) = tell("hear", "brought", [ASK])
    expect(page.locator(f"#row-{third}")).to_be_visible()
    assert [one for one in requests if "/inbox/news/" in one]


def test_a_row_is_there_before_its_labels_and_gets_them(open_as: Open, tell: Teller) -> None:
    """Reading takes its time: nobody waits for it, and nobody reloads for it."""
    tell("member", "lea@example.com", "unread")
    tell("hear", "unread", [ASK])
    page = open_as("lea", "inbox/?view=everything", slug="unread")
    page.mouse.move(1400, 800)

    (fresh,) = tell("hear_only", "unread", [ASK])
    row = page.locator(f"#row-{fresh}")
    expect(row).to_be_visible()
    expect(row.locator(".badge")).to_have_count(0)
    row.evaluate("row => (row.dataset.same = 'yes')")
    tell("read")

    expect(row.locator('[data-intent="delivery"]')).to_be_visible()
    expect(row).to_have_attribute("data-unread", "")
    expect(row).to_have_attribute("data-same", "yes")


def test_a_flood_pushes_the_oldest_rows_to_the_next_page(open_as: Open, tell: Teller) -> None:
    """The list stays short while hundreds come, and its link goes on where it ends."""
    tell("member", "lea@example.com", "flood")
    heard = tell("hear", "flood", [f"{ASK} Avant {number}." for number in range(60)])
    page = open_as("lea", "inbox/?view=everything", slug="flood")
    page.mouse.move(1400, 800)
    expect(page.locator(".row")).to_have_count(50)

    for part in range(4):
        heard += tell("hear", "flood", [f"{ASK} Lot {part}, {number}." for number in range(30)])
        expect(page.locator(f"#row-{heard[-1]}")).to_be_attached(timeout=30_000)

    shown = page.locator(".row").evaluate_all("rows => rows.map(row => row.id)")
    assert 60 <= len(shown) <= 90
    page.locator(".pager [rel=next]").click()
    expect(page.locator(f"#{shown[0]}")).to_have_count(0, timeout=30_000)
    after = page.locator(".row").evaluate_all("rows => rows.map(row => row.id)")
    newest = [f"row-{one}" for one in reversed(heard)]
    assert set(newest[: len(shown)]) == set(shown)
    assert set(newest[len(shown) :][:50]) == set(after), "the next page begins where the list ends"


def test_what_is_looked_at_never_moves(open_as: Open, tell: Teller) -> None:
    """Under the pointer and further down, rows stay; a pill says what has come."""
    tell("member", "lea@example.com", "still")
    threads = tell("hear", "still", MANY)
    page = open_as("lea", slug="still")
    watched = page.locator(f"#row-{threads[10]}")
    watched.scroll_into_view_if_needed()
    watched.hover()
    before = watched.bounding_box()

    (fresh,) = tell("hear", "still", [ASK])
    pill = page.locator("#news")
    expect(pill).to_contain_text("1 new conversation")
    tell("hear", "still", [ASK, ASK])
    expect(pill).to_contain_text("3 new conversations")

    assert before
    assert abs(before["y"] - (watched.bounding_box() or before | {"y": 0})["y"]) <= 1
    pill.locator("button").click()
    expect(pill).to_have_count(0)
    expect(page.locator(f"#row-{fresh}")).to_be_in_viewport()


def test_writing_is_never_disturbed(open_as: Open, tell: Teller, server: Server) -> None:
    """A new message in the open conversation comes beside what is focused, written and marked."""
    tell("member", "lea@example.com", "writes")
    (thread,) = tell("hear", "writes", [ASK])
    page = open_as("lea", f"inbox/c/{thread}/", slug="writes")
    page.locator("#composer textarea").fill("Bonjour, nous regardons")
    page.evaluate("document.querySelector('#composer textarea').setSelectionRange(2, 5)")

    tell("answer", "writes", thread, "Et ma facture ?")

    expect(page.locator(".thread .bubble")).to_have_count(2)
    expect(page.locator(".thread .bubble").last).to_be_in_viewport()
    area = "document.querySelector('#composer textarea')"
    assert "Bonjour, nous regardons" == page.evaluate(f"{area}.value")
    assert [2, 5] == page.evaluate(f"[{area}.selectionStart, {area}.selectionEnd]")
    assert page.evaluate(f"document.activeElement === {area}")


def test_marked_text_stays_marked(open_as: Open, tell: Teller) -> None:
    """Copying an order number must not be a race against the next message."""
    tell("member", "lea@example.com", "marks")
    (thread,) = tell("hear", "marks", [ASK])
    page = open_as("lea", f"inbox/c/{thread}/", slug="marks")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.bubble .said'))")
    marked = page.evaluate("getSelection().toString()")

    tell("answer", "marks", thread, "Et ma facture ?")
    expect(page.locator(".thread .bubble")).to_have_count(2)

    assert "colis" in marked
    assert marked == page.evaluate("getSelection().toString()")


def test_others_see_who_looks_and_who_answers(open_as: Open, tell: Teller) -> None:
    """Two answers to one customer are worse than none."""
    tell("member", "lea@example.com", "here")
    (thread,) = tell("hear", "here", [ASK])
    lea = open_as("lea", f"inbox/c/{thread}/", slug="here")
    expect(lea.locator("#here")).to_be_hidden()

    hugo = open_as("hugo", f"inbox/c/{thread}/", slug="here")
    expect(lea.locator("#here")).to_have_text("Hugo is looking", timeout=2000)
    hugo.locator("#composer textarea").press_sequentially("Bonjour")
    expect(lea.locator("#here")).to_have_text("Hugo is answering", timeout=2000)
    expect(lea.locator(f"#row-{thread} .row-here")).to_contain_text("Hugo")
    hugo.context.close()

    expect(lea.locator("#here")).to_be_hidden(timeout=2000)


def test_an_answer_given_meanwhile_warns(open_as: Open, tell: Teller) -> None:
    """The other's answer is shown, and said aloud, before one's own is sent."""
    tell("member", "lea@example.com", "warns")
    (thread,) = tell("hear", "warns", [ASK])
    page = open_as("lea", f"inbox/c/{thread}/", slug="warns")
    page.locator("#composer textarea").fill("Bonjour, nous regardons")
    expect(page.locator("#meanwhile")).to_be_hidden()

    tell("answer", "warns", thread, "Il arrive demain.", True)

    expect(page.locator("#meanwhile")).to_be_visible()


def test_two_tabs_share_one_stream(open_as: Open, tell: Teller) -> None:
    """Browsers open six connections to a server: a seventh tab would hang for ever."""
    first = open_as("lea", slug="tabs")
    second = first.context.new_page()
    second.goto(first.url)
    for page in (first, second):
        expect(page.locator("#live")).to_have_attribute("data-state", "open")
    streams = "performance.getEntriesByType('resource').filter(one => one.name.includes('/live/w/')).length"

    (thread,) = tell("hear", "tabs", [ASK])
    for page in (second, first):
        page.bring_to_front()
        expect(page.locator(f"#row-{thread}")).to_be_visible()
    assert 0 == second.evaluate(streams)

    first.close()
    (after,) = tell("hear", "tabs", [ASK])
    expect(second.locator(f"#row-{after}")).to_be_visible()


def test_a_lost_connection_is_said_and_found_again(open_as: Open, tell: Teller) -> None:
    page = open_as("lea", slug="lost")
    expect(page.locator("#live")).to_have_attribute("data-state", "open")

    tell("end_session", page.context.cookies()[0]["value"])
    page.context.set_offline(True)
    page.evaluate(
        "dispatchEvent(new Event('pagehide')); dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    )

    expect(page.locator("#live")).to_contain_text("Reconnecting")
    assert [] == serious(page)
