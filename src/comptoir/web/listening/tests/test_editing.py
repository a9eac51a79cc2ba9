"""The editor of a query: what it says while one writes, what it keeps, what it never loses."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comptoir.base import ids
from comptoir.base.models import User
from comptoir.listening import api as listening
from comptoir.web.tests.signed_in import text, url

Save = Callable[..., int]


@pytest.fixture
def folder(owner: User) -> str:
    return ids.conceal("listening-folder", listening.add_folder("brand", "Citron", owner))


def sent(folder: str, **more: str) -> dict[str, str]:
    return {"name": "Breakdowns", "folder": folder, "text": "panne*", "do": "save"} | more


def test_without_a_folder_the_page_leads_to_one(browser: Client) -> None:
    assert "A folder first" in text(browser.get(url("query_new")))


def test_saving_listens_and_leads_to_the_query(browser: Client, folder: str) -> None:
    page = text(browser.post(url("query_new"), sent(folder, must="une panne"), follow=True))

    assert "“Breakdowns” listens from now on." in page
    (saved,) = listening.queries()
    assert ("panne*", ("une panne",)) == (saved.text, saved.must)


def test_a_broken_query_is_not_saved_and_not_lost(browser: Client, folder: str) -> None:
    """
    Who mistypes reads where, what was expected, and finds everything as it was written.
    """
    broken = sent(folder, text='panne AND "coupure', must="une panne")
    page = text(browser.post(url("query_new"), broken), 422)

    assert "The query was not saved." in page
    assert "This quotation mark is never closed." in page
    assert "At character 11. Expected: a closing quotation mark." in page
    assert "data-wrong>&quot;</span>" in page
    assert "panne AND &quot;coupure</textarea>" in page
    assert 'value="panne AND &quot;coupure&quot;" data-suggestion' in page
    assert "une panne</textarea>" in page
    assert [] == listening.queries()


def test_a_suggestion_is_written_without_scripts(browser: Client, folder: str) -> None:
    wanted = sent(folder, text='"coupure', suggestion='"coupure"')
    page = text(browser.post(url("query_new"), wanted))

    assert "&quot;coupure&quot;</textarea>" in page
    assert "never closed" not in page


def test_problems_speak_the_reader_s_language(browser: Client, folder: str, analyst: User) -> None:
    User.objects.filter(pk=analyst.pk).update(language="fr")
    page = text(browser.post(url("query_check"), {"text": "(panne"}))

    assert "Cette parenthèse n’est jamais fermée." in page


def test_the_check_tells_pieces_doubts_and_examples(browser: Client) -> None:
    page = text(
        browser.post(
            url("query_check"),
            {
                "text": "panne or réseau",
                "must": "panne de réseau, or rien",
                "must_not": "une panne",
            },
        )
    )

    assert "“or” is looked for as a word. Did you mean OR?" in page
    assert 'value="panne OR réseau"' in page
    assert "All examples pass" in page
    assert 'id="query-mirror" aria-hidden="true" dir="auto" hx-swap-oob="true">' in page
    assert '<span data-kind="word">réseau</span>' in page


def test_a_failing_example_is_named_while_one_types(browser: Client) -> None:
    page = text(browser.post(url("query_check"), {"text": "panne", "must": "une coupure"}))

    assert "1 example fails" in page
    assert "must be found, and is not" in page


def test_what_is_typed_is_shown_as_text(browser: Client) -> None:
    """
    A query is written by hand: nothing in it may become part of the page.
    """
    page = text(browser.post(url("query_check"), {"text": '<script>alert(1)</script> "'}))

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_preview_counts_and_marks(browser: Client, say: Any) -> None:
    say("Une PANNE depuis hier"), say("tout va bien"), say("quelle panne !")
    page = text(browser.post(url("query_preview"), {"text": "panne"}))

    assert '<strong class="num">2</strong> of 3 messages read' in page
    assert "Une <mark>PANNE</mark> depuis hier" in page
    assert 31 == page.count("<rect") + 1
    assert "most on 2 March, 2" in page


def test_a_preview_says_how_little_it_read(
    browser: Client, say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comptoir.listening import scanning, trying

    monkeypatch.setattr(scanning, "AT_ONCE", 1)
    monkeypatch.setattr(trying.preview, "__defaults__", (30, -1.0))
    say("une panne"), say("deux pannes")
    page = text(browser.post(url("query_preview"), {"text": "panne*"}))

    assert "the newest 1 of 2 messages" in page


def test_the_preview_waits_for_words_and_for_sense(browser: Client) -> None:
    assert "appears here" in text(browser.post(url("query_preview"), {"text": " "}))
    assert "Not a query yet" in text(browser.post(url("query_preview"), {"text": "NOT a"}))
    assert "No message was received yet" in text(browser.post(url("query_preview"), {"text": "a"}))


def test_a_changed_query_shows_what_it_gains_and_loses(
    browser: Client, save: Save, say: Any
) -> None:
    """
    Before a version is adopted, the messages that come and go are read.
    """
    say("mon colis"), say("mon paquet"), say("colis et paquet")
    query = ids.conceal("query", save("colis"))
    page = text(browser.post(url("query_preview"), {"text": "paquet", "query": query}))

    assert '<strong class="num">2</strong> of 3 messages read' in page
    assert '<dt>Gained</dt><dd class="num">+1</dd>' in page
    assert '<dt>Lost</dt><dd class="num">−1</dd>' in page
    assert '<dt>Kept</dt><dd class="num">1</dd>' in page
    assert "mon <mark>paquet</mark>" in page
    assert "mon <mark>colis</mark>" in page


def test_without_scripts_one_button_shows_it_all(browser: Client, save: Save, say: Any) -> None:
    say("mon colis"), say("mon paquet")
    query = save("colis")
    wanted = {"name": "x", "text": "paquet", "do": "preview"}
    page = text(browser.post(url("query", query=ids.conceal("query", query)), wanted))

    assert "of 2 messages read" in page
    assert "+1" in page
    assert "colis" == listening.query(query).text


def test_all_that_was_received_is_searched_while_the_page_is_read(
    browser: Client, say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The newest are there at once; the page asks on by itself, and counts each message once.
    """
    from comptoir.listening import scanning
    from comptoir.web.listening import trying

    monkeypatch.setattr(scanning, "AT_ONCE", 5)
    monkeypatch.setattr(trying, "HURRY", 0)
    monkeypatch.setattr(trying, "STRETCH", 0)
    for number in range(14):
        say(f"panne {number}" if number % 4 else "rien", minutes=number * 60 * 24 * 30)
    page = text(browser.post(url("query_search"), {"text": "panne"}))

    assert '<strong class="num">4</strong> so far, in 5 messages' in page
    assert 4 == page.count("<article")
    assert 0 < page.index("<mark>panne</mark> 13") < page.index("<mark>panne</mark> 11")
    assert 'max="14"' in page
    going = asked_on(page)
    page = text(browser.post(url("query_search"), going))
    assert '<strong class="num">7</strong> so far, in 10 messages' in page
    assert 'hx-swap-oob="beforeend:#search-cards"' in page
    page = text(browser.post(url("query_search"), asked_on(page)))
    assert 3 == page.count("<article")
    assert '<strong class="num">10</strong> in all 14 messages received' in page
    assert "hx-vals" not in page

    for broken in ({"before": "x"}, {"found": "-1"}, {"read": "²"}):
        assert 404 == browser.post(url("query_search"), going | broken).status_code


def asked_on(page: str) -> dict[str, str]:
    """What the page sends by itself to go on."""
    found = re.search('hx-vals="([^"]*)"', page)
    assert found is not None
    values: dict[str, str] = json.loads(html.unescape(found[1]))
    return values


def test_all_is_searched_without_scripts(browser: Client, save: Save, say: Any) -> None:
    say("mon colis"), say("mon paquet")
    query = save("colis")
    wanted = {"name": "x", "text": "paquet", "do": "search"}
    page = text(browser.post(url("query", query=ids.conceal("query", query)), wanted))

    assert "in all 2 messages received" in page
    assert "mon <mark>paquet</mark>" in page


def test_a_search_of_everything_says_what_is_no_query(browser: Client, say: Any) -> None:
    say("panne")
    page = text(browser.post(url("query_search"), {"text": 'panne AND "'}))
    assert "All that was received" in page
    assert "<article" not in page
    assert "Nothing found" in text(browser.post(url("query_search"), {"text": "rien"}))


def test_adopting_going_back_and_who_did_it(
    browser: Client, save: Save, say: Any, analyst: User
) -> None:
    say("un paquet")
    query = save("colis", "Parcels")
    outside = ids.conceal("query", query)
    folder = ids.conceal("listening-folder", listening.query(query).folder)
    change = sent(folder, name="Parcels", text="colis OR paquet")
    page = text(browser.post(url("query", query=outside), change, follow=True))
    assert "“Parcels” listens with its new version from now on." in page
    assert "Version 2" in page
    assert "Analyst" in page

    page = text(browser.get(url("query_version", query=outside, number=1)))
    assert "What going back would change" in page
    assert '<dt>Lost</dt><dd class="num">−1</dd>' in page
    page = text(browser.post(url("query_version", query=outside, number=1), follow=True))
    assert "listens as in version 1" in page
    assert ("colis", 3) == (listening.query(query).text, listening.query(query).number)
    assert 404 == browser.get(url("query_version", query=outside, number=9)).status_code


def test_a_query_is_paused_resumed_and_deleted(browser: Client, save: Save) -> None:
    query = save("colis")
    outside = ids.conceal("query", query)
    page = text(browser.post(url("query_state", query=outside), {"do": "pause"}, follow=True))
    assert "is paused" in page
    assert "Listen again" in page
    browser.post(url("query_state", query=outside), {"do": "resume"})
    assert "active" == listening.query(query).state
    assert 404 == browser.post(url("query_state", query=outside), {"do": "sing"}).status_code
    page = text(browser.post(url("query_state", query=outside), {"do": "delete"}, follow=True))
    assert "is deleted, with its mentions." in page
    assert 404 == browser.get(url("query", query=outside)).status_code


def test_the_past_is_asked_followed_and_stopped(
    browser: Client, save: Save, say: Any, work: Any
) -> None:
    say("mon colis"), say("bonjour")
    outside = ids.conceal("query", save("colis"))
    page = text(browser.post(url("query_past", query=outside), {"period": "all"}, follow=True))
    assert "0 of 2 messages" in page
    assert 'hx-trigger="every 2s"' in page
    work()
    response = browser.get(url("query_past_standing", query=outside))
    assert "1 found in 2" in text(response, 286)

    browser.post(url("query_past", query=outside), {"period": "7"})
    (run, *_older) = listening.past_runs(listening.queries()[0].id)
    address = url("query_past_stop", query=outside, run=ids.conceal("past-run", run.id))
    assert "Stopped" in text(browser.post(address, follow=True))
    assert 404 == browser.post(url("query_past", query=outside), {"period": "x"}).status_code


def test_completion_counts_as_browsers_do(browser: Client) -> None:
    """
    An emoji is two places in a browser and one in Python.
    """
    said = "📦 lang:f"
    answer = browser.post(url("query_complete"), {"text": said, "cursor": "9"}).json()["options"]

    assert {"text": "fr", "hint": "French", "kind": "value", "start": 8, "end": 9} == answer[0]


def test_completion_knows_the_brand(browser: Client, say: Any) -> None:
    say("bonjour")

    def offered(said: str) -> list[tuple[str, str]]:
        sent = {"text": said, "cursor": str(len(said))}
        found = browser.post(url("query_complete"), sent).json()["options"]
        return [(one["text"], one["hint"]) for one in found]

    assert [("x", "X")] == offered("channel:")
    assert ("sentiment:", "tone") in offered("panne sent")
    assert ("negative", "Negative") in offered("sentiment:")
    assert ("NEAR/5", "at most 5 words between") in offered("panne NE")
    assert [] == offered('"panne')


def test_a_query_that_is_not_understood_any_more_says_so(browser: Client, save: Save) -> None:
    from comptoir.listening.models import QueryVersion

    query = save("panne")
    QueryVersion.objects.filter(query_id=query).update(text="panne AND")
    page = text(browser.get(url("query", query=ids.conceal("query", query))))

    assert "does not understand the query any more" in page
    assert "AND has nothing after it." in page
