"""The stream of mentions: read, searched, handed over, left out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comptoir.base import ids
from comptoir.base.models import User
from comptoir.care import api as care
from comptoir.listening import api as listening
from comptoir.web.listening import mentions
from comptoir.web.tests.signed_in import text, url

Save = Callable[..., int]


@pytest.fixture
def heard(save: Save, say: Any, work: Any) -> dict[str, Any]:
    """Two queries, and three messages of two people that they found."""
    parcels, late = save("colis", "Parcels"), save("retard*", "Late")
    said = [
        say("Mon colis a du retard", by="lea", thread="a", url="https://www.forum.example/1"),
        say("Colis <b>reçu</b>, merci", by="max", thread="b"),
        say("Encore en retard", by="lea", thread="c"),
    ]
    own = say("Votre colis part demain", by="shop", own=True, thread="a")
    work(*said, own)
    return {"parcels": parcels, "late": late, "said": said, "own": own}


@pytest.fixture
def manager(person: Callable[..., User], sign_in: Callable[[User], Client]) -> Client:
    return sign_in(person("manager"))


def test_each_mention_shows_what_was_found_and_by_which_query(
    browser: Client, heard: dict[str, Any]
) -> None:
    page = text(browser.get(url("mentions")))

    assert "Mon <mark>colis</mark> a du <mark>retard</mark>" in page
    assert "<mark>Colis</mark> &lt;b&gt;reçu&lt;/b&gt;, merci" in page
    assert page.index("Encore en") < page.index("Mon <mark>")
    assert "Votre" not in page
    assert "3 mentions; 3 on this page" in page


def test_a_stream_is_that_of_a_query_or_a_folder(
    browser: Client, heard: dict[str, Any], owner: User
) -> None:
    late = ids.conceal("query", heard["late"])
    page = text(browser.get(url("mentions"), {"query": late}))
    assert "Encore en" in page
    assert "merci" not in page

    folder = ids.conceal("listening-folder", listening.folders()[0].id)
    assert "merci" in text(browser.get(url("mentions"), {"folder": folder}))
    assert "merci" in text(browser.get(url("mentions"), {"query": folder}))
    empty = ids.conceal("listening-folder", listening.add_folder("topic", "Prix", owner))
    assert "Nothing found yet" in text(browser.get(url("mentions"), {"folder": empty}))
    assert 404 == browser.get(url("mentions"), {"folder": "made-up"}).status_code


def test_the_same_language_searches_within(browser: Client, heard: dict[str, Any]) -> None:
    page = text(browser.get(url("mentions"), {"within": "merci NOT retard"}))
    assert "<mark>merci</mark>" in page
    assert "Encore" not in page
    assert "No mention is like this" in text(browser.get(url("mentions"), {"within": "licorne"}))


def test_a_search_that_is_no_query_says_where(browser: Client, heard: dict[str, Any]) -> None:
    page = text(browser.get(url("mentions"), {"within": 'merci AND "ret'}), 422)

    assert "This quotation mark is never closed." in page
    assert "Search for merci AND &quot;ret&quot;" in page
    assert 'value="merci AND &quot;ret"' in page


def test_filters_narrow_the_stream(browser: Client, heard: dict[str, Any]) -> None:
    assert "Votre" in text(browser.get(url("mentions"), {"own": "1"}))
    assert "No mention is like this" in text(browser.get(url("mentions"), {"channel": "email"}))
    page = text(browser.get(url("mentions"), {"tone": "positive"}))
    assert "merci" in page
    assert "Encore" not in page


def test_older_mentions_are_a_link_away(
    browser: Client, heard: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "PAGE", 1)
    seen: list[str] = []
    address = url("mentions") + "?tone=negative&tone=neutral&tone=positive"
    for _page in range(3):
        page = text(browser.get(address))
        seen += [word for word in ("Encore", "merci", "Mon <mark>") if word in page]
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert "tone=negative" in address

    assert ["Encore", "merci", "Mon <mark>"] == seen


def test_without_queries_the_page_says_how_to_begin(browser: Client, workspace: Any) -> None:
    assert "No query, no mention" in text(browser.get(url("mentions")))


def test_chosen_mentions_go_to_the_inbox(
    manager: Client, heard: dict[str, Any], person: Callable[..., User]
) -> None:
    """
    Tagged, given to somebody and open again: whoever works the inbox finds them.
    """
    agent = person("agent")
    threads = [one.thread_id for one in heard["said"][:2]]
    care.close(threads[:1], actor=agent)
    sent = {
        "chosen": [ids.conceal("message", one.pk) for one in heard["said"][:2]],
        "tag": "Parcels",
        "person": ids.conceal("member", agent.pk),
        "back": "tone=negative",
    }
    response = manager.post(url("mentions_hand_over"), sent)
    page = text(manager.get(response["Location"]))

    assert response["Location"].endswith("?tone=negative")
    assert "2 conversations are handed over to the inbox." in page
    found = care.conversations(threads)
    assert [["Parcels"], ["Parcels"]] == [[tag.name for tag in one.tags] for one in found]
    assert [agent.pk, agent.pk] == [one.assignee.id for one in found if one.assignee]
    assert ["open", "open"] == [one.state for one in found]


def test_handing_over_asks_for_what_is_missing(
    manager: Client, browser: Client, heard: dict[str, Any]
) -> None:
    chosen = ids.conceal("message", heard["said"][0].pk)
    address = url("mentions_hand_over")

    assert "No mention is chosen." in text(manager.post(address, {"tag": "x"}, follow=True))
    page = text(manager.post(address, {"chosen": chosen}, follow=True))
    assert "Say how the inbox is to find them." in page
    assert 403 == browser.post(address, {"chosen": chosen, "tag": "x"}).status_code
    assert "Hand over" not in text(browser.get(url("mentions")))


@pytest.mark.parametrize(("kind", "left"), [("site", 2), ("author", 1), ("alike", 2)])
def test_what_is_left_out_goes_and_can_come_back(
    browser: Client, heard: dict[str, Any], kind: str, left: int
) -> None:
    message = ids.conceal("message", heard["said"][0].pk)
    page = text(
        browser.post(
            url("exclusion_add"), {"message": message, "kind": kind, "of": ""}, follow=True
        )
    )
    assert "Left out from now on" in page
    assert f"{left} on this page" in page

    page = text(browser.get(url("exclusions")))
    assert "all queries" in page
    (row,) = listening.exclusions()
    address = url("exclusion_undo", exclusion=ids.conceal("exclusion", row.id))
    assert "They count again" in text(browser.post(address, follow=True))
    assert [] == listening.exclusions()


def test_leaving_out_is_taken_back_from_the_toast(browser: Client, heard: dict[str, Any]) -> None:
    """
    One press brings back what went, and the reader to the mentions that were read.
    """
    sent = {
        "message": ids.conceal("message", heard["said"][0].pk),
        "kind": "author",
        "of": "",
        "back": "within=retard",
    }
    page = text(browser.post(url("exclusion_add"), sent, follow=True))
    assert "3 mentions went." in page
    undo = page.split('data-toast-undo action="')[1].split('"')[0]
    response = browser.post(undo.replace("&amp;", "&"), follow=True)

    assert "They count again; 3 mentions are back." in text(response)
    assert "within=retard" in response.redirect_chain[-1][0]
    assert "2 on this page" in text(response)
    assert [] == listening.exclusions()


def test_an_exclusion_may_hold_for_one_query(browser: Client, heard: dict[str, Any]) -> None:
    sent = {
        "message": ids.conceal("message", heard["said"][0].pk),
        "kind": "author",
        "of": ids.conceal("query", heard["late"]),
        "back": f"query={ids.conceal('query', heard['parcels'])}",
    }
    page = text(browser.post(url("exclusion_add"), sent, follow=True))

    assert "2 mentions went." in page
    assert "<mark>colis</mark> a du retard" in page
    assert "Late" in text(browser.get(url("exclusions")))


def test_what_cannot_be_left_out_says_why(
    browser: Client, heard: dict[str, Any], person: Callable[..., User], sign_in: Any
) -> None:
    sent = {"message": ids.conceal("message", heard["said"][1].pk), "kind": "site", "of": ""}
    assert "has no address" in text(browser.post(url("exclusion_add"), sent, follow=True))
    gone = sent | {"message": "made-up"}
    assert "does not exist" in text(browser.post(url("exclusion_add"), gone, follow=True))
    agent = sign_in(person("agent"))
    assert 403 == agent.post(url("exclusion_add"), sent | {"kind": "author"}).status_code
    assert [] == listening.exclusions()
