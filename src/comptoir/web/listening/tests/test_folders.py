"""The list of what is listened for: what it says when empty, who may change it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comptoir.base import ids
from comptoir.base.models import User
from comptoir.listening import api as listening
from comptoir.web.tests.signed_in import text, url


def test_an_empty_list_explains_with_an_example(browser: Client) -> None:
    """
    Nobody writes a query who was never shown one.
    """
    page = text(browser.get(url("listening")))

    assert "Nothing is listened for yet" in page
    assert '<span data-kind="operator">NEAR/5</span>' in page
    assert "Begin with a folder" in page


def test_a_reader_sees_queries_and_changes_none(
    person: Callable[..., User], sign_in: Callable[[User], Client], save: Callable[..., int]
) -> None:
    """
    Same query, same pages: an analyst is let through where an agent is refused.
    """
    query = ids.conceal("query", save("panne", "Breakdowns"))
    agent, analyst = sign_in(person("agent")), sign_in(person("analyst"))

    assert "Breakdowns" in text(agent.get(url("listening")))
    assert "New query" not in text(agent.get(url("listening")))
    assert "What it looks for" in text(agent.get(url("query", query=query)))
    sent = {"do": "pause"}
    assert 403 == agent.post(url("query_state", query=query), sent).status_code
    assert 403 == agent.post(url("query", query=query), {"do": "save"}).status_code
    assert 403 == agent.post(url("query_preview"), {"text": "panne"}).status_code
    assert 302 == analyst.post(url("query_state", query=query), sent).status_code
    assert "paused" == listening.queries()[0].state


def test_a_folder_leads_to_its_first_query(browser: Client) -> None:
    page = text(
        browser.post(url("listening_folder_add"), {"kind": "rival", "name": "Orange"}, follow=True)
    )

    assert "Write its first query" in page
    assert [("rival", "Orange")] == [(one.kind, one.name) for one in listening.folders()]
    assert "selected>Orange</option>" in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "brand", "name": " "}, "Name the folder"),
        ({"kind": "planet", "name": "Mars"}, "Choose what the folder is about"),
        ({"kind": "brand", "name": "citron"}, "There is a folder “citron” already."),
    ],
)
def test_a_folder_that_cannot_be_is_refused_in_words(
    browser: Client, save: Callable[..., int], sent: dict[str, Any], said: str
) -> None:
    save("panne")

    assert said in text(browser.post(url("listening_folder_add"), sent, follow=True))
    assert 1 == len(listening.folders())


def test_a_folder_is_renamed_and_deleted_once_empty(
    browser: Client, owner: User, save: Callable[..., int]
) -> None:
    save("panne")
    full = ids.conceal("listening-folder", listening.folders()[0].id)
    empty = ids.conceal("listening-folder", listening.add_folder("topic", "Prix", owner))

    page = text(browser.post(url("listening_folder", folder=full), {"do": "delete"}, follow=True))
    assert "still holds queries" in page
    sent = {"do": "rename", "name": "Tarifs"}
    assert "Tarifs" in text(browser.post(url("listening_folder", folder=empty), sent, follow=True))
    browser.post(url("listening_folder", folder=empty), {"do": "delete"})
    assert ["Citron"] == [one.name for one in listening.folders()]


def test_the_list_tells_mentions_state_and_the_run_on_the_past(
    browser: Client, owner: User, save: Callable[..., int], say: Any, work: Any
) -> None:
    query = save("panne", "Breakdowns")
    work(say("panne depuis hier"), say("encore une panne"), say("merci"))
    listening.ask_past(query, None, owner)
    page = text(browser.get(url("listening")))
    assert "Reading the past, 0" in page
    work()
    page = text(browser.get(url("listening")))

    assert '>2<span class="visually-hidden"> mentions of “Breakdowns”' in page
    assert "Done" in page


def test_folders_of_another_brand_are_not_here(
    browser: Client, make_other: Callable[[], Any], owner: User
) -> None:
    """
    An id that was seen elsewhere opens nothing here.
    """
    from comptoir.base.scope import scope

    other = make_other()
    with scope(other):
        folder = listening.add_folder("brand", "Secret", owner)
        query = listening.add(listening.Draft("Hidden", folder, "panne"), owner)

    assert "Secret" not in text(browser.get(url("listening")))
    assert 404 == browser.get(url("query", query=ids.conceal("query", query))).status_code
    sent = {"do": "delete"}
    outside = ids.conceal("listening-folder", folder)
    page = text(browser.post(url("listening_folder", folder=outside), sent, follow=True))
    assert "does not exist any more" in page
