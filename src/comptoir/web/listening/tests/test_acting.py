"""Many mentions at once: tagged, untagged, taken back, all that fit."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comptoir.base import ids
from comptoir.base.models import User
from comptoir.listening import api as listening
from comptoir.web.listening import acting, mentions
from comptoir.web.tests.signed_in import text, url


@pytest.fixture
def heard(save: Callable[..., int], say: Any, work: Any) -> list[int]:
    """Five mentions, newest first."""
    save("colis", "Parcels")
    said = [say(f"colis {number}") for number in range(5)]
    work(*said)
    return sorted((one.pk for one in said), reverse=True)


def outside(messages: list[int]) -> list[str]:
    return [ids.conceal("message", one) for one in messages]


def undo_of(page: str) -> str:
    found = re.search(r'action="([^"]*/undo/[^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_chosen_mentions_are_tagged_and_taken_back(browser: Client, heard: list[int]) -> None:
    sent = {"chosen": outside(heard[:2]), "tag": "Presse", "do": "tag", "back": "within=colis"}
    response = browser.post(url("mentions_tag"), sent)
    page = text(browser.get(response["Location"]))

    assert response["Location"].endswith("?within=colis")
    assert "2 mentions tagged “Presse”." in page
    assert 2 == page.count("Take off the tag “Presse”")
    again = text(browser.post(undo_of(page), follow=True))
    assert "Undone." in again
    assert {} == listening.tags_of(heard)


def test_all_that_fit_are_tagged_beyond_the_page(
    browser: Client, heard: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "PAGE", 2)
    assert "All 5 that fit" in text(browser.get(url("mentions")))
    sent = {"all": "1", "tag": "Presse", "do": "tag", "back": "within=colis+NOT+3"}
    assert "4 mentions tagged" in text(browser.post(url("mentions_tag"), sent, follow=True))
    assert {heard[0], *heard[2:]} == set(listening.tags_of(heard))


def test_too_many_at_once_change_nothing(
    browser: Client, heard: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "MOST_TAGGED", 4)
    sent = {"all": "1", "tag": "Presse", "do": "tag", "back": ""}
    assert "too many mentions" in text(browser.post(url("mentions_tag"), sent, follow=True))
    assert {} == listening.tags_of(heard)


def test_a_tag_is_taken_off_one_or_many(browser: Client, heard: list[int], owner: User) -> None:
    made = listening.tag(heard, "Presse", owner)
    tag = ids.conceal("mention-tag", listening.tag_named("presse"))
    one = {"off": f"{tag}.{outside(heard)[0]}", "back": ""}
    assert "taken off 1 mention" in text(browser.post(url("mentions_tag"), one, follow=True))
    many = {"chosen": outside(heard), "tag": "presse", "do": "untag", "back": ""}
    page = text(browser.post(url("mentions_tag"), many, follow=True))

    assert "“Presse” taken off 4 mentions." in page
    assert 5 == made.changed
    assert {} == listening.tags_of(heard)
    assert "Nothing to change." in text(browser.post(url("mentions_tag"), many, follow=True))


def test_the_stream_is_filtered_by_tag(browser: Client, heard: list[int], owner: User) -> None:
    listening.tag(heard[:2], "Presse", owner)
    tag = ids.conceal("mention-tag", listening.tag_named("presse"))

    page = text(browser.get(url("mentions"), {"tag": tag}))
    assert "2 mentions; 2 on this page" in page
    assert f'<option value="{tag}" selected>Presse</option>' in page
    assert "3 mentions" in text(browser.get(url("mentions"), {"tag": "none"}))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"tag": "Presse", "do": "tag"}, "No mention is chosen."),
        ({"tag": "", "do": "tag", "all": "1"}, "A tag needs a name."),
        ({"tag": "Autre", "do": "untag", "all": "1"}, "No mention bears this tag."),
        ({"off": "made.up"}, "No mention bears this tag."),
        ({"tag": "x", "do": "tag", "all": "1", "back": "within=AND"}, "is no query"),
    ],
)
def test_what_cannot_be_done_says_why(
    browser: Client, heard: list[int], sent: dict[str, str], said: str
) -> None:
    page = browser.post(url("mentions_tag"), {"back": ""} | sent, follow=True)
    assert said in " ".join(page.content.decode().split())
    assert [] == listening.tags()


def test_readers_change_no_tags(
    heard: list[int],
    owner: User,
    person: Callable[..., User],
    sign_in: Callable[[User], Client],
) -> None:
    reader = sign_in(person("reader"))
    made = listening.tag(heard[:1], "Presse", owner)
    sent = {"chosen": outside(heard), "tag": "x", "do": "tag"}
    assert 403 == reader.post(url("mentions_tag"), sent).status_code
    change = ids.conceal("tag-change", made.id)
    assert 403 == reader.post(url("mentions_untag", change=change)).status_code
    page = text(reader.get(url("mentions")))
    assert "Presse" in page
    assert "Take off" not in page
    agent = sign_in(person("agent"))
    assert 302 == agent.post(url("mentions_tag"), sent).status_code
