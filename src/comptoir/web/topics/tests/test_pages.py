"""The page of topics: what it says in each state, and what it shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.base.models import User, Workspace
from comptoir.channels.models import Message
from comptoir.triage import topics, vectors
from comptoir.triage.tests.conftest import world
from comptoir.triage.tests.meaning import features
from comptoir.triage.tests.test_topics import plain_space, weeks
from comptoir.triage.topics_kept import PeriodTopics

__all__ = ["plain_space"]

WEEK = "from=2026-03-02&to=2026-03-08"


@pytest.fixture(autouse=True)
def meaning(monkeypatch: pytest.MonkeyPatch, plain_space: None) -> None:
    monkeypatch.setattr(vectors, "of_texts", features)


@pytest.fixture
def messages(workspace: Workspace) -> list[Message]:
    """The week begins at midnight: the few hours before nine hold nothing else."""
    return weeks(world(workspace))


@pytest.fixture
def reader(person: Callable[..., User]) -> User:
    made = person("reader")
    User.objects.filter(pk=made.pk).update(language="en")
    return made


@pytest.fixture
def browser(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def url(name: str = "topics", query: str = WEEK) -> str:
    return f"{reverse(name, kwargs={'slug': 'atelier'})}?{query}"


def text(response: Any, status: int = 200) -> str:
    assert status == response.status_code
    return " ".join(response.content.decode().split())


def ask(browser: Client) -> Any:
    sent = {"from": "2026-03-02", "to": "2026-03-08"}
    return browser.post(reverse("topics_find", kwargs={"slug": "atelier"}), sent)


def work() -> None:
    for row in PeriodTopics.objects.all():
        topics.find(row.pk)


def test_a_brand_without_messages_is_told_so(browser: Client) -> None:
    assert "No message yet" in text(browser.get(url()))


def test_looking_finds_nothing_by_itself(browser: Client, messages: list[Message]) -> None:
    """
    An address that is only read must start no work.
    """
    assert "60 messages of customers" in text(browser.get(url()))
    assert 0 == PeriodTopics.objects.count()


def test_asking_leads_back_to_the_same_days(browser: Client, messages: list[Message]) -> None:
    answer = ask(browser)

    assert url() == answer.headers["Location"]
    page = text(browser.get(url()))
    assert "Topics are being found" in page
    assert 'hx-trigger="every 2s"' in page
    assert "<noscript>" in page


def test_what_is_under_way_is_asked_for_until_found(
    browser: Client, messages: list[Message]
) -> None:
    ask(browser)
    assert 200 == browser.get(url("topics_standing")).status_code
    work()

    assert "topics-list" in text(browser.get(url("topics_standing")), 286)


def test_a_rising_topic_says_by_how_much_against_what(
    browser: Client, messages: list[Message]
) -> None:
    ask(browser)
    work()
    page = text(browser.get(url()))

    assert "<strong>30 messages</strong>, 50% of the 60 read" in page
    assert "95% interval" in page
    assert "5 of 35 messages then" in page
    assert 1 == page.count('<span class="label">Rising</span>')
    assert "Found in all messages of customers: 60, compared with 35" in page


def test_messages_shown_lead_to_their_conversation(
    browser: Client, messages: list[Message]
) -> None:
    ask(browser)
    work()

    assert text(browser.get(url())).count('href="/w/atelier/inbox/') >= 3


def test_an_erased_message_is_shown_no_more(browser: Client, messages: list[Message]) -> None:
    ask(browser)
    work()
    shown = [one for topic in PeriodTopics.objects.get().found["topics"] for one in topic["shown"]]
    before = text(browser.get(url())).count('<p dir="auto">')
    Message.objects.filter(pk=shown[0]).delete()

    assert before - 1 == text(browser.get(url())).count('<p dir="auto">')


def test_a_sample_says_its_share(
    browser: Client, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "MOST", 30)
    ask(browser)
    work()

    assert "30 of 60 messages of customers (50%)" in text(browser.get(url()))


def test_too_few_messages_are_said_with_what_is_needed(
    browser: Client, messages: list[Message]
) -> None:
    page = text(browser.get(url(query="from=2026-02-01&to=2026-02-02")))

    assert "0 messages of customers in this period, and 20 are needed" in page


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        ("encoder_missing", "The model that reads meaning cannot run here"),
        ("failed", "Topics could not be found"),
    ],
)
def test_a_failure_says_why_and_offers_another_try(
    browser: Client, messages: list[Message], problem: str, sentence: str
) -> None:
    ask(browser)
    PeriodTopics.objects.update(state="failed", problem=problem)
    page = text(browser.get(url()))

    assert sentence in page
    assert "Try again" in page


def test_the_page_speaks_french(browser: Client, reader: User, messages: list[Message]) -> None:
    User.objects.filter(pk=reader.pk).update(language="fr")
    ask(browser)
    work()
    page = text(browser.get(url()))

    assert "En hausse" in page
    assert "30 messages</strong>, 50 %" in page


def test_nonsense_days_show_the_usual_period(browser: Client, messages: list[Message]) -> None:
    page = text(browser.get(url(query="from=2026-13-99&to=x")))

    assert "These days make no period" in page
