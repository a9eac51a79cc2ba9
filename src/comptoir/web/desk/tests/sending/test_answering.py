"""Answering from the desk: before typing, sending, taking back, and every state after."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from comptoir.base import clock, http, ids, outbox
from comptoir.base.models import User
from comptoir.care import api as care
from comptoir.channels.connector import Rejected, TryLater
from comptoir.channels.models import ConnectedAccount, Message, Outbound
from comptoir.channels.tests.sending.conftest import installed
from comptoir.channels.tests.sending.pigeon import Network, Silent
from comptoir.web.desk.composer import moment_of
from comptoir.web.desk.tests.conftest import Browser, outside, page, url
from comptoir.web.desk.tests.sending.conftest import Talk


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def key_of(talk: Talk) -> str:
    return ids.conceal("outbound", talk.outbound.pk)


def test_before_typing_the_composer_says_how_until_when_and_at_what_price(talk: Talk) -> None:
    """
    A shut window or a price learnt after writing is learnt too late.
    """
    shown = talk.shown()
    told = words(shown)

    assert ["public", "private"] == re.findall(r'name="visibility" value="(\w+)"', shown)
    assert "Open until Saturday 21 November, 10:00" in told
    assert "US$0.015 an answer, US$0.20 with a link" in told
    assert re.search(r'id="counter"[^>]*data-most="280"', shown)
    assert 'data-answer="' not in shown


def test_a_shut_way_says_why_and_cannot_be_chosen(talk: Talk) -> None:
    talk.moment.later(hours=24)
    shown = talk.shown()

    assert "24 hours have passed since they wrote." in shown
    assert re.search(r'value="private" disabled', shown)
    assert re.search(r'value="public" checked', shown)


def test_where_nothing_is_open_the_reason_stands_and_copying_remains(
    talk: Talk, hear: Callable[..., Message]
) -> None:
    private = hear("m5", "max", kind="message", text="Bonjour, et ma commande ?")
    outbox.drain()
    talk.moment.later(hours=24)
    shown = page(talk.desk.get("conversation", conversation=outside(private.thread_id)))

    assert "24 hours have passed since they wrote." in shown
    assert 'data-answer="' in shown
    assert "data-send" not in shown.replace("data-sends", "")


def test_sending_without_scripts_offers_undo_and_takes_back(talk: Talk, network: Network) -> None:
    """
    The toast of the page that comes back is a form with a button.
    """
    back = talk.send("Il arive demain.")
    shown = page(talk.desk.client.get(back.url))
    undo = re.search(r'data-toast-undo action="([^"]+)"', shown)
    assert undo is not None
    assert "Leaves at" in words(shown)

    talk.desk.client.post(undo[1])
    outbox.drain()
    talk.later(hours=1)

    assert [] == network.taken
    assert "Il arive demain." in talk.shown().split("<textarea", 1)[1].split("</textarea>")[0]


def test_sending_by_script_clears_the_draft_and_says_so(talk: Talk) -> None:
    care.save_draft(talk.asked.thread_id, "Il arrive", actor=talk.desk.user)
    response = talk.send("Il arrive demain.", script=True)

    shown = page(response)
    assert '"undo": "/w/' in response.headers["HX-Trigger"]
    assert "ten seconds" in response.headers["HX-Trigger"]
    assert re.search(r"<textarea[^>]*></textarea>", shown)
    assert 'data-moving="queued"' in shown


def test_the_state_follows_the_answer(talk: Talk, network: Network) -> None:
    """
    The bubble asks how it fares until it is a message; each state has its sentence to be heard.
    """
    talk.send("Il arrive demain.")
    waiting = page(talk.desk.get("desk_answer", answer=key_of(talk)))
    talk.later(seconds=10)
    sent = page(talk.desk.get("desk_answer", answer=key_of(talk)))

    assert "hx-get" in waiting
    assert "hx-get" not in sent
    assert "Sent" in words(sent)
    assert 'data-spoken="The answer is sent."' in sent
    assert 'data-state="sent"' in talk.shown()


def test_a_form_sent_twice_is_one_answer(talk: Talk, network: Network) -> None:
    key = talk.field("key")
    talk.send("Il arrive demain.", key=key)
    talk.send("Il arrive demain.", key=key)
    talk.later(seconds=10)

    assert 1 == len(network.taken)


def test_a_late_draft_does_not_come_back_after_sending(talk: Talk) -> None:
    """
    What was typed last is kept a moment later, when the answer may have left already.
    """
    key = talk.field("key")
    talk.send("Il arrive demain.", key=key)
    talk.desk.post(
        "desk_draft",
        {"text": "Il arrive demain.", "key": key, "visibility": "public"},
        script=True,
        conversation=outside(talk.asked.thread_id),
    )

    assert None is care.draft(talk.asked.thread_id, talk.desk.user.pk)


def test_the_count_and_the_price_are_the_networks_own(talk: Talk) -> None:
    """
    Pigeon counts bytes: an é is two. A link makes the price another.
    """
    response = talk.desk.post(
        "desk_draft",
        {"text": "été www.citron.fr", "visibility": "public", "key": talk.field("key")},
        script=True,
        conversation=outside(talk.asked.thread_id),
    )

    shown = page(response)
    assert 'data-used="19"' in shown
    assert "US$0.20" in shown
    assert "Draft kept" in shown


def test_too_long_is_refused_and_the_text_is_kept(talk: Talk) -> None:
    talk.send("é" * 141)

    draft = care.draft(talk.asked.thread_id, talk.desk.user.pk)
    assert 0 == Outbound.objects.count()
    assert draft is not None
    assert "é" * 141 == draft.text
    assert "The answer has 282 characters; the network takes 280." in talk.shown()


def test_a_failure_says_why_and_can_be_edited_and_sent_again(talk: Talk, network: Network) -> None:
    talk.send("Il arrive demain.")
    network.fail("before", Rejected("closed", "Comments are closed.", "Write privately."))
    talk.later(seconds=10)
    told = words(talk.shown())
    talk.desk.post("desk_again", answer=key_of(talk))

    assert "Not sent. Comments are closed. Write privately." in told
    assert "Edit and send again" in told
    assert re.search(r"<textarea[^>]*>Il arrive demain.</textarea>", talk.shown())


def test_an_unknown_answer_asks_whether_it_is_there(
    talk: Talk, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, Silent(network))
    talk.send("Il arrive demain.")
    network.fail("before", http.NoAnswer("timed out"))
    talk.later(seconds=10)
    assert "It is there" not in words(talk.shown())
    talk.later(seconds=10)
    assert "It is there" in words(talk.shown())

    talk.desk.post("desk_settle", {"verdict": "not_sent"}, answer=key_of(talk))
    talk.later(seconds=1)

    assert ["Il arrive demain."] == network.texts


def test_an_answer_that_waits_says_why_and_can_be_taken_back(talk: Talk, network: Network) -> None:
    talk.send("Il arrive demain.")
    network.fail("before", TryLater("429", after=600))
    talk.later(seconds=10)
    shown = talk.shown()
    talk.desk.post("desk_take_back", answer=key_of(talk))
    talk.later(hours=1)

    assert "The network asks for patience: answers wait." in shown
    assert "Take back" in shown
    assert [] == network.taken


def test_a_paused_account_is_said_before_typing(talk: Talk) -> None:
    ConnectedAccount.objects.update(state=ConnectedAccount.State.PAUSED)

    assert "This account is paused: answers wait." in words(talk.shown())


def test_files_go_along_privately_and_come_back_when_taken_back(
    talk: Talk, network: Network
) -> None:
    label = SimpleUploadedFile("étiquette.pdf", b"%PDF-1.7", "application/pdf")
    talk.send("La voici.", visibility="private", files=label)
    talk.desk.post("desk_take_back", answer=key_of(talk))
    outbox.drain()
    kept = talk.field("keep")
    assert "étiquette.pdf" in talk.shown()

    talk.send("La voici.", visibility="private", keep=kept)
    talk.later(seconds=10)

    (sent,) = network.taken
    assert [("étiquette.pdf", b"%PDF-1.7")] == [(f.name, f.content) for f in sent.attachments]


def test_an_older_message_can_be_answered(
    talk: Talk, hear: Callable[..., Message], network: Network
) -> None:
    """
    The newest question is not always the one that an answer is for.
    """
    hear("m2", "max", in_reply_to="m1", text="Moi aussi !")
    outbox.drain()
    older = ids.conceal("message", talk.asked.pk)
    shown = talk.shown()
    assert f"to={older}" in shown
    assert "You answer" in words(talk.shown(f"?to={older}"))

    talk.send("Il arrive demain.", to=older)
    talk.later(seconds=10)

    assert ["m1"] == [one.to for one in network.taken]


def test_messages_are_hidden_shown_again_and_deleted(talk: Talk, network: Network) -> None:
    message = ids.conceal("message", talk.asked.pk)
    talk.desk.post("desk_treat", {"action": "hide"}, message=message)
    hidden = words(talk.shown())
    talk.desk.post("desk_treat", {"action": "delete"}, message=message)
    gone = talk.shown()

    assert [("hide", "m1"), ("delete", "m1")] == network.acted
    assert "Hidden on the network" in hidden
    assert "Show again on the network" in hidden
    assert "Deleted on the network" in gone
    assert "desk_treat" not in gone
    assert "colis" in gone


def test_readers_see_states_and_no_buttons(
    talk: Talk, browse: Callable[[User], Browser], person: Callable[..., User]
) -> None:
    """
    Allowed and refused on the same conversation: the role alone makes the difference.
    """
    talk.send("Il arrive demain.")
    reader = browse(person("reader"))
    shown = page(reader.get("conversation", conversation=outside(talk.asked.thread_id)))
    addresses: list[tuple[str, dict[str, Any]]] = [
        ("desk_take_back", {"answer": key_of(talk)}),
        ("desk_settle", {"answer": key_of(talk)}),
        ("desk_again", {"answer": key_of(talk)}),
        ("desk_treat", {"message": ids.conceal("message", talk.asked.pk)}),
    ]

    assert "Leaves at" in words(shown)
    for name, named in addresses:
        assert url(name, **named) not in shown
        assert 403 == reader.post(name, **named).status_code
    assert 200 == reader.get("desk_answer", answer=key_of(talk)).status_code
    assert "queued" == talk.outbound.state


def test_other_ids_than_ours_lead_nowhere(talk: Talk) -> None:
    assert 404 == talk.desk.get("desk_answer", answer="abc").status_code
    assert 404 == talk.desk.post("desk_take_back", answer=str(1)).status_code


def test_an_answer_begun_before_somebody_else_answered_is_held_back(
    talk: Talk, person: Callable[..., User]
) -> None:
    """The page says who, and offers both ways out; nothing leaves until one is chosen."""
    marie = person("agent", email="marie@example.com")
    since = talk.field("since")
    talk.moment.later(seconds=1)
    care.send(talk.asked.thread_id, "Demain.", actor=marie)
    talk.moment.later(seconds=1)
    answer = talk.send("Il arrive demain.", script=True, since=since)
    assert "Your answer is held back." in answer.headers["HX-Trigger"]
    talk.later(minutes=1)
    shown = talk.shown()

    assert "Held back." in words(shown)
    assert "answered after you began" in words(shown)
    assert "queued" == talk.outbound.state
    talk.desk.post("desk_anyway", {}, answer=key_of(talk))
    talk.later(seconds=1)
    assert "sent" == talk.outbound.state
    assert "Held back." not in words(talk.shown())


def test_a_whole_page_says_when_its_answer_was_begun(talk: Talk) -> None:
    """Whatever was taken for an earlier moment would hold every answer back."""
    html = page(talk.desk.get("conversation", conversation=outside(talk.asked.thread_id)))
    found = re.findall(r'name="since" value="(\d+)"', html)

    assert found
    begun = [moment_of(mark) for mark in found]
    assert all(one and abs(clock.now() - one) < timedelta(seconds=5) for one in begun)


def test_by_hand_too_somebody_elses_answer_is_shown_before_one_is_recorded(
    talk: Talk, hear: Callable[..., Message], person: Callable[..., User]
) -> None:
    """Where nothing can be sent from here: asked once more, the draft kept, then believed."""
    private = hear("m5", "max", kind="message", text="Bonjour, et ma commande ?")
    outbox.drain()
    talk.moment.later(hours=24)
    html = page(talk.desk.get("conversation", conversation=outside(private.thread_id)))
    found = re.search(r'name="since" value="(\d+)"', html)
    assert found
    talk.moment.later(seconds=1)
    care.mark_answered(private.thread_id, "Fait.", actor=person("agent", email="marie@example.com"))
    talk.moment.later(seconds=1)
    form = {"do": "answered", "id": outside(private.thread_id), "open": outside(private.thread_id)}
    held = talk.desk.post("desk_act", form | {"text": "Oui.", "since": found[1]}, script=True)

    assert "Read it first." in held.content.decode()
    assert 1 == len([e for e in care.timeline(private.thread_id).entries if e.kind == "answer"])
    fresh = re.search(r'name="since" value="(\d+)"', held.content.decode())
    assert fresh
    talk.desk.post("desk_act", form | {"text": "Oui.", "since": fresh[1]}, script=True)
    assert 2 == len([e for e in care.timeline(private.thread_id).entries if e.kind == "answer"])


def test_rows_name_the_agent_who_answered_and_oneself(
    talk: Talk, browse: Callable[[User], Browser], owner: User
) -> None:
    """
    As mail clients do: “You” to who wrote it, the name to everybody else.
    """
    talk.send("Il part ce soir.")
    talk.later(minutes=1)

    mine, others = (
        one.get("inbox", "?view=everything").context["rows"][0].speaker
        for one in (talk.desk, browse(owner))
    )

    assert ("You", "Agent") == (mine, others)
