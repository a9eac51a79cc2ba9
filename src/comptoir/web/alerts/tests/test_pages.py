"""The pages of alerts: writing one, reading what it told, teaching it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from comptoir.base import ids, outbox
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.channels.models import Author
from comptoir.listening.alerting import api
from comptoir.triage.tests.conftest import START, Say, world
from comptoir.web.tests.signed_in import text, url

Warn = Callable[..., int]
Hear = Callable[..., None]
FORM = {
    "name": "Panne",
    "kind": "count",
    "query": "",
    "within": "",
    "threshold": "2",
    "window": "60",
    "cooldown": "60",
    "do": "save",
}


@pytest.fixture
def fired(say: Say, hear: Hear, warn: Warn, owner: User) -> str:
    """A firing of two messages; its outside id."""
    warn(threshold=2, people=(owner.pk,))
    hear(say("panne <b>ici</b>", by="lea"), say("panne là", by="tom"))
    return ids.conceal("firing", api.firings()[0].id)


def test_an_empty_list_says_what_alerts_are_for(browser: Client) -> None:
    page = text(browser.get(url("alerts")))

    assert "No alert yet" in page
    assert "Ten complaints in an hour" in page


def test_an_alert_is_written_changed_paused_and_deleted(
    browser: Client, save: Callable[..., int], analyst: User
) -> None:
    query = ids.conceal("query", save("panne", "Breakdowns"))
    member = ids.conceal("member", analyst.pk)
    sent = FORM | {
        "query": query,
        "people": [member],
        "quiet_from": "22:00",
        "quiet_until": "07:00",
    }
    page = text(browser.post(url("alert_new"), sent, follow=True))
    assert "“Panne” counts from now on." in page
    assert "2 messages in 1 hour" in page
    assert "No mailbox is connected" in page

    (one,) = api.alerts()
    assert (analyst.pk,) == one.draft.people
    address = url("alert", alert=ids.conceal("alert", one.id))
    text(browser.post(address, sent | {"threshold": "7"}, follow=True))
    assert 7 == api.alert(one.id).draft.threshold
    state = url("alert_state", alert=ids.conceal("alert", one.id))
    assert "Count again" in text(browser.post(state, {"do": "pause"}, follow=True))
    assert "counts again" in text(browser.post(state, {"do": "resume"}, follow=True))
    assert 404 == browser.post(state, {"do": "explode"}).status_code
    browser.post(state, {"do": "delete"})
    assert [] == api.alerts()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"threshold": "0"}, "greater than or equal to 1"),
        ({"kind": "word"}, "Write the words that are to be found."),
        ({"kind": "weight"}, "This field is required."),
        ({"kind": "weight", "followers": "0"}, "greater than or equal to 1"),
        ({"within": "panne AND ("}, "errorlist"),
        ({"quiet_from": "22:00"}, "Quiet hours need a beginning"),
        ({"window": "7"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_typed_is_lost(
    browser: Client, sent: dict[str, str], said: str
) -> None:
    page = text(browser.post(url("alert_new"), FORM | {"name": "Kept"} | sent), 422)

    assert said in page
    assert 'value="Kept"' in page or not sent.get("name", "Kept")
    assert [] == api.alerts()


def test_how_often_it_would_have_gone_off_shows_while_it_is_written(
    browser: Client, say: Say, time: Any
) -> None:
    for day in range(6):
        for minute in range(3):
            say("panne", minutes=day * 1440 + minute)
    time.to(START + timedelta(days=6))
    page = text(browser.post(url("alert_try"), FORM | {"name": ""}))
    assert "It would have gone off <strong>6 times</strong>." in page
    assert "To go off 4 times at most:" in page
    assert "4 messages in 1 hour" in page

    calm = text(browser.post(url("alert_try"), FORM | {"threshold": "3", "window": "15"}))
    assert "To go off 4 times" in calm
    never = text(browser.post(url("alert_try"), FORM | {"threshold": "5"}))
    assert "<strong>0 times</strong>" in never
    page = text(browser.post(url("alert_new"), FORM | {"advised": "4"}))
    assert 'name="threshold" value="4"' in page
    wrong = text(browser.post(url("alert_try"), FORM | {"within": "("}))
    assert "gone off <strong>" not in wrong


def test_a_firing_shows_reason_messages_and_who_was_told(
    browser: Client, fired: str, rounds: Callable[[], None]
) -> None:
    rounds()
    page = text(browser.get(url("firing", firing=fired)))

    assert "2 messages in 1 hour (asked: 2)." in page
    assert "panne &lt;b&gt;ici&lt;/b&gt;" in page
    assert "No mailbox is connected, so no mail can leave." in page
    assert "Send again" in page
    listed = text(browser.get(url("alerts")))
    assert "not delivered" in listed


def test_fewer_like_this_says_what_it_learnt_and_takes_it_back(browser: Client, fired: str) -> None:
    address = url("firing_fewer", firing=fired)
    page = text(browser.post(address, {"field": "threshold"}, follow=True))
    assert "Learnt: Ask for 3 messages, no longer 2." in page
    assert "As it is now, it would not go off for these messages." in page
    alert = api.alerts()[0]
    lesson = ids.conceal("lesson", api.lessons(alert.id)[0].id)
    page = text(browser.post(url("lesson_undo", lesson=lesson), follow=True))

    assert "Taken back" in page
    assert 2 == api.alert(alert.id).draft.threshold
    again = text(browser.post(url("lesson_undo", lesson=lesson), follow=True))
    assert "cannot be taken back" in again


def test_the_badge_counts_what_nobody_has_seen(browser: Client, fired: str) -> None:
    assert '<span class="label">Alerts</span><span class="count">1</span>' in text(
        browser.get(url("alerts"))
    )
    browser.post(url("firing_seen", firing=fired))

    page = text(browser.get(url("alerts")))
    assert '<span class="label">Alerts</span><span class="count">' not in page
    assert "Seen by Analyst" in page


def test_readers_read_agents_see_and_analysts_write(
    person: Callable[..., User], sign_in: Callable[[User], Client], browser: Client, fired: str
) -> None:
    """
    One firing, one alert: each is let through where the one below is refused.
    """
    reader, agent = sign_in(person("reader")), sign_in(person("agent"))
    seen, fewer = url("firing_seen", firing=fired), url("firing_fewer", firing=fired)

    assert "panne là" in text(reader.get(url("firing", firing=fired)))
    assert "New alert" not in text(reader.get(url("alerts")))
    assert 403 == reader.post(seen).status_code
    assert 302 == agent.post(seen).status_code
    assert 403 == agent.post(fewer, {"field": "threshold"}).status_code
    assert 403 == agent.post(url("alert_new"), FORM).status_code
    assert 302 == browser.post(fewer, {"field": "threshold"}).status_code


def test_another_brand_s_alerts_are_not_found(
    browser: Client, make_other: Callable[[], Workspace], owner: User, time: Any
) -> None:
    other = make_other()
    with scope(other):
        alert = api.add_alert(api.AlertDraft("Theirs", "count", threshold=1), owner)
        message = world(other)("panne")
        time.to(message.sent_at)
        outbox.publish(other.pk, "messages_received", ids=[message.pk])
        outbox.drain()
        firing = api.firings()[0].id

    assert 404 == browser.get(url("alert", alert=ids.conceal("alert", alert))).status_code
    assert 404 == browser.get(url("firing", firing=ids.conceal("firing", firing))).status_code
    assert "Theirs" not in text(browser.get(url("alerts")))


def test_the_page_of_a_firing_says_who_weighs_how_much(
    browser: Client, say: Say, hear: Hear, warn: Warn
) -> None:
    warn("weight", threshold=1, followers=1_000)
    message = say("panne", by="star")
    Author.objects.filter(key="star").update(followers=120_000)
    hear(message)
    page = text(browser.get(url("firing", firing=ids.conceal("firing", api.firings()[0].id))))

    assert "120,000 followers" in page
    assert "Ask for 120,001 followers, no longer 1,000" in page


def test_french_is_spoken(browser: Client, analyst: User, fired: str) -> None:
    User.objects.filter(pk=analyst.pk).update(language="fr")
    page = text(browser.get(url("firing", firing=fired)))

    assert "2 messages en 1 heure (demandé : 2)." in page
    assert "Moins d’alertes comme celle-ci" in page
