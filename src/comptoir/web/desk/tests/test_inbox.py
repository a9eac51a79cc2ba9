"""The list: what it shows, finds, counts, and how little it asks of the database."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from comptoir.base import live, outbox
from comptoir.base.models import User, Workspace
from comptoir.care import api as care
from comptoir.web.desk import query
from comptoir.web.desk.tests.conftest import ASK, Browser, Hear, outside, page, url


def test_a_conversation_that_waits_is_listed_with_who_and_what(desk: Browser, hear: Hear) -> None:
    """
    The first page is what waits for an answer.
    """
    thread = hear(ASK)

    shown = page(desk.get("inbox"))

    assert "@lea" in shown
    assert "où est mon colis" in shown
    assert f'id="row-{outside(thread)}"' in shown


def test_an_answered_conversation_leaves_the_first_view(desk: Browser, hear: Hear) -> None:
    """
    The brand's own answer ends the wait; the conversation stays under Everything.
    """
    thread = hear(ASK)
    hear("Bonjour, il arrive demain.", to="m1", own=True)

    assert outside(thread) not in page(desk.get("inbox"))
    assert outside(thread) in page(desk.get("inbox", "?view=everything"))


def test_words_are_found_and_marked(desk: Browser, hear: Hear) -> None:
    """
    A search shows the passage found, accents and case aside.
    """
    hear(ASK)
    hear("Une théière fendue, c’est dommage.", by="max")

    shown = page(desk.get("inbox", "?q=THEIERE"))

    assert "<mark>théière</mark>" in shown
    assert "colis" not in shown


def test_a_search_while_typing_answers_with_the_list_alone(desk: Browser, hear: Hear) -> None:
    """
    The page around stays; the address follows, so that it can be shared.
    """
    hear(ASK)

    response = desk.get("inbox", "?view=everything&q=colis", target="list-body")

    assert "<html" not in page(response)
    assert f"{url('inbox')}?view=everything&q=colis" == response.headers["HX-Replace-Url"]


def test_untrusted_text_stays_text(desk: Browser, hear: Hear) -> None:
    """
    A customer's markup is shown as they wrote it and never runs.
    """
    thread = hear("Où est mon colis <script>alert(1)</script> ?", by="<b>x</b>")

    for response in (desk.get("inbox"), desk.get("conversation", conversation=outside(thread))):
        shown = page(response)
        assert "<script>alert" not in shown
        assert "<b>x</b>" not in shown


@pytest.mark.parametrize("name", ["inbox", "conversation"])
def test_more_rows_take_no_more_queries(name: str, desk: Browser, hear: Hear) -> None:
    """
    A page costs the same whether it lists one conversation or five.
    """
    thread = hear(ASK)
    more = {"conversation": outside(thread)} if name == "conversation" else {}
    desk.get(name, **more)
    few = _queries(desk, name, more)
    for number in range(4):
        hear(ASK, by=f"someone{number}", drain=False)
        hear("Toujours rien ?", to="m1", minutes=100 + number, drain=False)
    outbox.drain()
    many = _queries(desk, name, more)

    assert few == many
    assert many <= 45


def _queries(desk: Browser, name: str, more: dict[str, str]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(desk.get(name, "?view=everything", **more))
    return len(asked)


def test_pages_lead_on_and_back(desk: Browser, hear: Hear, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Older and Newer are links that hold their place.
    """
    monkeypatch.setattr("comptoir.web.desk.listing.PAGE", 2)
    threads = [hear(ASK, by=f"someone{number}") for number in range(3)]

    first = desk.get("inbox").context
    second = desk.client.get(first["older"])
    back = desk.client.get(second.context["newer"])

    assert [threads[2], threads[1]] == [row.it.id for row in first["rows"]]
    assert [threads[0]] == [row.it.id for row in second.context["rows"]]
    assert [threads[2], threads[1]] == [row.it.id for row in back.context["rows"]]


def test_an_empty_brand_leads_to_the_import(owner: User, browse: Callable[[User], Browser]) -> None:
    """
    Nothing to read yet: the way to something is one press away for who may import.
    """
    assert url("imports") in page(browse(owner).get("inbox"))


def test_who_may_not_import_is_not_sent_there(desk: Browser) -> None:
    """
    The same empty brand, seen by an agent.
    """
    shown = page(desk.get("inbox"))

    assert "No message yet" in shown
    assert "Import a file" not in shown


def test_nothing_found_offers_a_way_out(desk: Browser, hear: Hear) -> None:
    """
    A search in one view offers all views; a search in all offers to clear it.
    """
    hear(ASK)

    assert "Search everywhere" in page(desk.get("inbox", "?view=unanswered&q=chameau"))
    assert "Clear search and filters" in page(desk.get("inbox", "?q=chameau"))


def test_an_answered_desk_says_so(desk: Browser, hear: Hear) -> None:
    """
    Inbox zero is an achievement, not an error.
    """
    hear(ASK)
    hear("Bonjour, il arrive demain.", to="m1", own=True)

    assert "Everybody has an answer" in page(desk.get("inbox"))


def test_counts_come_after_the_list(desk: Browser, hear: Hear) -> None:
    """
    Counting may be slow, so the page asks for it once it is drawn.
    """
    hear(ASK)

    shown = page(desk.get("desk_counts"))

    assert '<span class="amount" id="count-unanswered" hx-swap-oob="true">1</span>' in shown


def test_messages_not_yet_sorted_are_announced(desk: Browser, hear: Hear) -> None:
    """
    The notice asks again until nothing is left; then the list is drawn anew.
    """
    hear(ASK, drain=False)

    assert "Still sorting 1 message" in page(desk.get("inbox"))


def test_the_notice_ends_with_the_sorting(desk: Browser, hear: Hear) -> None:
    """
    Once all is sorted the page is told to draw its list and counts again.
    """
    hear(ASK)

    response = desk.get("desk_pending")

    assert "hx-trigger" not in page(response)
    assert "desk:sorted" in response.headers["HX-Trigger"]


def test_filters_survive_their_address(workspace: Workspace, agent: User) -> None:
    """
    What is written into an address is read back as it was.
    """
    filters = care.Filters(
        view="complaints",
        user_id=agent.pk,
        words="colis perdu",
        channels=("x", "reviews"),
        languages=("fr",),
        tones=(-1, 1),
        intents=("delivery",),
        states=("open",),
        assignees=(agent.pk, care.NOBODY, agent.pk + 5),
        tags=(7,),
        since=date(2026, 3, 1),
        until=date(2026, 3, 31),
    )
    place = query.Place("atelier", agent.pk, filters, cursor="b1.2", saved=3)

    assert place == query.read(QueryDict(place.query), "atelier", agent.pk)


def test_nonsense_in_an_address_is_left_out(desk: Browser, hear: Hear) -> None:
    """
    Old or mistyped links open the page rather than an error.
    """
    hear(ASK)

    wrong = "?view=x&tone=purple&intent=?&assignee=1&tag=1&from=2026-99-99&cursor=zz&channel=a'b"

    assert "@lea" in page(desk.get("inbox", wrong))


def test_a_filter_in_force_is_a_chip_that_removes_it(desk: Browser, hear: Hear) -> None:
    """
    What narrows the list is always visible, and one press away from gone.
    """
    hear(ASK)

    chips = desk.get("inbox", "?view=everything&channel=x&tone=negative").context["chips"]

    assert ["X", "Negative"] == [chip.label for chip in chips]
    assert f"{url('inbox')}?view=everything&channel=x" == chips[1].url


def test_strangers_learn_nothing(desk: Browser, hear: Hear, workspace: Workspace) -> None:
    """
    Ids of addresses cannot be guessed, and one brand's are unknown to another.
    """
    thread = hear(ASK)
    Workspace.objects.filter(pk=workspace.pk).update(slug="ailleurs")

    known = desk.client.get(f"/w/ailleurs/inbox/c/{outside(thread)}/")
    guessed = desk.client.get(f"/w/ailleurs/inbox/c/{thread}/")
    elsewhere = desk.get("conversation", conversation=outside(thread))

    assert [200, 404, 404] == [one.status_code for one in (known, guessed, elsewhere)]


def test_news_of_the_list_say_whether_they_fit(desk: Browser, hear: Hear) -> None:
    """
    A page that is open must not show what its view would not list, nor keep it.
    """
    waits, answered = hear(ASK), hear(ASK, by="max")
    hear("Bonjour, il arrive demain.", to="m2", own=True)

    shown = page(desk.get("desk_news", f"?id={outside(waits)}&id={outside(answered)}&id=unknown"))

    assert re.search(f'id="row-{outside(waits)}"[^>]* data-fits="yes"', shown)
    assert re.search(f'id="row-{outside(answered)}"[^>]* data-fits="no"', shown)
    assert 2 == shown.count("<li")


def test_news_of_a_search_fit_only_where_it_finds_them(desk: Browser, hear: Hear) -> None:
    """
    What a search does not find must not appear among its results.
    """
    found, other = hear(ASK), hear("Une théière fendue, où est ma facture ?", by="max")
    query = f"?view=unanswered&q=colis&id={outside(found)}&id={outside(other)}"

    shown = page(desk.get("desk_news", query))

    assert re.search(f'id="row-{outside(found)}"[^>]* data-fits="yes"', shown)
    assert re.search(f'id="row-{outside(other)}"[^>]* data-fits="maybe"', shown)


def test_a_page_says_from_which_event_on_it_follows(desk: Browser, hear: Hear) -> None:
    """
    What happens between drawing a page and opening its stream must not fall between them.
    """
    thread = hear(ASK)
    newest = live.newest()

    pages = [desk.get("inbox"), desk.get("conversation", conversation=outside(thread))]

    assert newest > 0
    for one in pages:
        assert f'data-after="{newest}"' in page(one)


def test_a_row_says_who_spoke_where_that_is_not_its_customer(desk: Browser, hear: Hear) -> None:
    """
    Under a customer's name, the brand's words or a stranger's read as the customer's own.
    """
    hear(ASK)
    hear(ASK, by="max")
    hear("Il part ce soir.", to="m2", own=True, minutes=9)
    hear(ASK, by="zoe")
    hear("Pareil ici !", to="m4", by="nina", minutes=12)

    rows = desk.get("inbox", "?view=everything").context["rows"]

    assert {"@lea": "", "@max": "@citron", "@zoe": "@nina"} == {
        row.name: row.speaker for row in rows
    }
    assert "@citron:</span> Il part ce soir." in page(desk.get("inbox", "?view=everything"))
