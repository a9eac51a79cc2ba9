"""The pages of understanding: who sees them, what they say when there is little, what they do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.base import ids
from comptoir.base.models import User, Workspace
from comptoir.triage import api, brand, lessons, vectors
from comptoir.triage.models import BrandVersion, OwnIntent
from comptoir.triage.tests.conftest import receive, world
from comptoir.triage.tests.meaning import features
from comptoir.triage.tests.test_own_intents import EXAMPLES, ITEMS, draft, month

PAGES = ["understanding", "understanding_confusions", "understanding_corrections", "understanding_versions", "own_intents"]  # fmt: skip


@pytest.fixture(autouse=True)
def meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "of_texts", features)


@pytest.fixture
def messages(workspace: Workspace) -> list[Any]:
    return month(world(workspace))


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("manager")


@pytest.fixture
def browser(manager: User) -> Client:
    User.objects.filter(pk=manager.pk).update(language="en")
    client = Client()
    client.force_login(manager)
    return client


def url(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"slug": "atelier", **kwargs})


def text(response: Any, status: int = 200) -> str:
    assert status == response.status_code
    return str(response.content.decode())


def sent(**more: Any) -> dict[str, Any]:
    return {"name": "Engraving", "description": "", "examples": EXAMPLES, "do": "preview"} | more


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_before_anything_was_corrected(browser: Client, name: str) -> None:
    text(browser.get(url(name)))


def test_the_first_page_says_how_many_corrections_are_missing(
    browser: Client, messages: list[Any], agent: User
) -> None:
    receive(*messages[:12])
    for one in messages[:12]:
        api.correct(one.pk, "tone", -1, agent)
    page = " ".join(text(browser.get(url("understanding"))).split())

    assert "12 corrections; 8 more before learning starts." in page


def test_a_preview_shows_the_figures_and_writes_nothing(
    browser: Client, messages: list[Any]
) -> None:
    page = text(browser.post(url("own_intent_new"), sent()))

    assert "Keep this intent" in page
    assert "of 66 messages (9.1%)" in page
    assert page.count("Pouvez-vous graver un prénom sur la") >= len(ITEMS) + 6
    assert 0 == OwnIntent.objects.count()


def test_keeping_leads_to_the_list(browser: Client, messages: list[Any]) -> None:
    page = text(browser.post(url("own_intent_new"), sent(do="keep"), follow=True))

    assert "Engraving" in page
    assert "in use" in page.lower()
    assert 1 == OwnIntent.objects.count()


def test_too_few_examples_are_explained_and_nothing_is_lost(
    browser: Client, messages: list[Any]
) -> None:
    page = text(browser.post(url("own_intent_new"), sent(examples="Graver un mot")), 422)

    assert "10 different examples are needed; there are 1." in page
    assert "Graver un mot</textarea>" in page


def test_messages_of_the_desk_become_examples(browser: Client, messages: list[Any]) -> None:
    """
    Found by their words, chosen, and remembered as that message's words.
    """
    from comptoir.channels import api as channels

    picked = messages[60]
    channels.index_messages([channels.Indexed(picked.pk, picked.text, frozenset())])
    outside = ids.conceal("message", picked.pk)
    page = text(browser.post(url("own_intent_new"), sent(do="find", find="graver")))
    assert f'name="pick" value="{outside}"' in page
    page = text(browser.post(url("own_intent_new"), sent(do="pick", examples="", pick=outside)))
    assert f'name="picked" value="{outside}"' in page
    assert f"{picked.text}</textarea>" in page


def test_an_encoder_that_cannot_run_is_said_in_plain_words(
    browser: Client, messages: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any) -> None:
        raise vectors.EncoderMissing("no-onnxruntime")

    monkeypatch.setattr(vectors, "of_texts", missing)
    page = text(browser.post(url("own_intent_new"), sent()), 422)

    assert "compares meanings cannot run on this server" in page


@pytest.mark.parametrize(("do", "left"), [("pause", "paused"), ("delete", "deleted")])
def test_intents_are_paused_and_deleted(
    browser: Client, messages: list[Any], manager: User, do: str, left: str
) -> None:
    made = brand.add(draft(), manager)
    outside = ids.conceal("own-intent", made.id)
    browser.post(url("own_intent_state", intent=outside), {"do": do})

    assert left == OwnIntent.objects.get().state


def test_own_intents_are_filters_of_the_inbox(
    browser: Client, messages: list[Any], manager: User
) -> None:
    made = brand.add(draft(), manager)
    page = text(browser.get(url("inbox") + f"?view=everything&intent={made.slug}"))

    assert "Gravure" in page


def test_a_version_opens_onto_the_corrections_it_was_judged_by(
    browser: Client, messages: list[Any], manager: User
) -> None:
    receive(*messages)
    for one in messages:
        api.correct(one.pk, "tone", -1, manager)
    lessons.ask()
    lessons.learn()
    number = BrandVersion.objects.get().number
    page = text(browser.get(url("understanding_version", number=number)))
    rows = brand.tested(number, "tone")

    assert len(rows) == page.count("understanding-said")
    assert 0 < len(rows)
    text(browser.get(url("understanding")))
    text(browser.get(url("understanding_versions")))
    assert 66 == len(brand.corrected("tone"))


def test_going_back_says_what_reads_now(
    browser: Client, messages: list[Any], manager: User
) -> None:
    receive(*messages)
    for one in messages:
        api.correct(one.pk, "tone", -1, manager)
    lessons.ask()
    lessons.learn()
    page = text(browser.post(url("understanding_use", number=0), follow=True))
    assert "Comptoir alone reads new messages from now on." in page
    page = text(browser.post(url("understanding_use", number=1), follow=True))
    assert "Version 1 reads new messages from now on." in page
    assert BrandVersion.objects.get().active


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("table", ["corrections", "intents", "versions"])
def test_what_was_taught_can_be_taken_away_as_a_file(
    browser: Client, messages: list[Any], manager: User, table: str, form: str
) -> None:
    receive(*messages[:1])
    api.correct(messages[0].pk, "tone", -1, manager)
    brand.add(draft(), manager)
    response = browser.get(url("understanding_export", table=table, form=form))
    body = response.getvalue()

    assert 200 == response.status_code
    assert len(body) > 20


def test_agents_see_and_do_not_teach(agent: User, messages: list[Any]) -> None:
    client = Client()
    client.force_login(agent)

    assert 200 == client.get(url("understanding")).status_code
    assert 403 == client.get(url("own_intent_new")).status_code
    assert 403 == client.post(url("understanding_learn")).status_code
