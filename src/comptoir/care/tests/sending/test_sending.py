"""An answer sent from here, as the conversation lives it."""

from collections.abc import Callable

import pytest

from comptoir.base import http, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry
from comptoir.care import api as care
from comptoir.care.models import Answer
from comptoir.care.tests.conftest import ASK
from comptoir.care.tests.sending.conftest import Answering
from comptoir.channels.connector import Attachment, Rejected
from comptoir.channels.models import Message
from comptoir.channels.tests.sending.conftest import installed
from comptoir.channels.tests.sending.pigeon import Network, Silent


def test_an_answer_on_its_way_ends_the_waiting(answering: Answering) -> None:
    """
    Two agents must not answer the same question, least of all in the ten seconds of undo.
    """
    assert answering.talk.unanswered
    answering.send()

    assert not answering.talk.unanswered
    (entry,) = answering.entries("answer")
    assert entry.answer is not None
    assert entry.answer.outbound is not None
    assert ("queued", "Agent") == (entry.answer.outbound.state, entry.answer.outbound.author)


def test_undo_brings_back_the_question_and_the_draft(answering: Answering) -> None:
    made = answering.send("Il arive demain.")
    care.undo(made.id, answering.agent)
    outbox.drain()
    answering.later(hours=1)

    draft = care.draft(answering.asked.thread_id, answering.agent.pk)
    assert answering.talk.unanswered
    assert draft is not None
    assert "Il arive demain." == draft.text
    assert [] == answering.entries("answer")
    assert not Message.objects.filter(own=True).exists()


def test_undo_after_it_left_is_refused(answering: Answering) -> None:
    made = answering.send()
    answering.later(seconds=10)

    with pytest.raises(Problem) as caught:
        care.undo(made.id, answering.agent)

    assert "already_left" == caught.value.code
    assert not answering.talk.unanswered
    assert None is care.draft(answering.asked.thread_id, answering.agent.pk)


def test_what_was_sent_shows_once_with_its_state_and_author(answering: Answering) -> None:
    """
    First as an answer that leaves, then as the message it became; never as both.
    """
    answering.send()
    answering.later(seconds=10)

    assert [] == answering.entries("answer")
    own = [one for one in answering.entries("message") if one.message and one.message.own]
    assert ["sent"] == [one.outbound.state for one in own if one.outbound]


def test_the_first_reply_is_timed_by_the_message_and_counted_once(answering: Answering) -> None:
    """
    As if it had been heard: an hour of waiting and the twenty seconds of the network.
    """
    answering.send()
    answering.later(seconds=10)
    again = answering.talk
    answering.later(hours=1)

    assert (1, 3620.0) == (again.sent, again.first_reply_seconds)
    assert again.first_reply_at == answering.talk.first_reply_at
    assert 1 == answering.talk.sent


def test_a_failed_answer_makes_the_question_wait_again(
    answering: Answering, network: Network
) -> None:
    answering.send()
    network.fail("before", Rejected("closed", "Comments are closed."))
    answering.later(seconds=10)

    (entry,) = answering.entries("answer")
    assert answering.talk.unanswered
    assert entry.answer is not None
    assert entry.answer.outbound is not None
    assert "failed" == entry.answer.outbound.state


def test_a_failed_answer_can_be_edited_and_sent_again(
    answering: Answering, network: Network
) -> None:
    """
    As a new answer with a key of its own: the failed one stays where it was, as a trace.
    """
    answering.send(
        "Bonjour !", visibility="private", files=[Attachment("a.txt", "text/plain", b"a")]
    )
    network.fail("before", Rejected("closed", "Comments are closed."))
    answering.later(seconds=10)
    failed = answering.outbound
    draft = care.write_again(failed.pk, actor=answering.agent)
    assert draft.outbound is not None

    answering.send(
        f"{draft.text} Voici.",
        visibility="private",
        keep=[one.id for one in draft.outbound.files],
    )
    answering.later(seconds=10)

    sent = network.taken[0]
    assert ("Bonjour ! Voici.", [b"a"]) == (sent.text, [one.content for one in sent.attachments])
    assert sent.key != failed.key
    assert None is care.draft(answering.asked.thread_id, answering.agent.pk)


def test_what_the_customer_adds_meanwhile_is_not_answered_by_it(
    answering: Answering, hear: Callable[..., Message]
) -> None:
    """
    She wrote again while the answer waited its ten seconds: its author had not read that.
    """
    answering.send()
    answering.moment.later(seconds=5)
    hear("m2", "lea", in_reply_to="m1", text=ASK, sent_at=answering.moment.now)
    outbox.drain()
    assert answering.talk.unanswered

    answering.later(seconds=5)

    assert (1, True) == (answering.talk.sent, answering.talk.unanswered)


def test_an_unknown_answer_that_nobody_can_settle_waits_for_a_person(
    answering: Answering, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, Silent(network))
    answering.send()
    network.fail("after", http.NoAnswer("timed out"))
    answering.later(seconds=10)
    assert not answering.talk.unanswered
    answering.later(seconds=10)
    assert answering.talk.unanswered

    made = care.decide(answering.outbound.pk, "sent", actor=answering.agent)
    outbox.drain()

    assert not answering.talk.unanswered
    assert None is answering.talk.first_reply_seconds
    with pytest.raises(Problem) as caught:
        care.undo(made.id, answering.agent)
    assert "cannot_undo" == caught.value.code
    assert AuditEntry.objects.filter(verb="channels.answer_decided_sent").exists()


def test_an_unknown_answer_that_is_not_there_is_sent_again(
    answering: Answering, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, Silent(network))
    answering.send()
    network.fail("before", http.NoAnswer("timed out"))
    answering.later(seconds=10)
    answering.later(seconds=10)
    care.decide(answering.outbound.pk, "not_sent", actor=answering.agent)
    answering.later(seconds=1)

    assert 1 == len(network.taken)
    assert not answering.talk.unanswered


def test_the_same_form_twice_is_one_answer(answering: Answering) -> None:
    key = "0123456789abcdef0123456789abcdef"
    answering.send(key=key)
    again = answering.send(key=key)

    assert () == again.threads
    assert 1 == Answer.objects.count()


def test_taking_back_needs_no_toast(answering: Answering) -> None:
    """
    While an account is paused an answer can wait for days; it can be taken back all along.
    """
    answering.send()
    care.take_back(answering.outbound.pk, actor=answering.agent)

    assert "cancelled" == answering.outbound.state
    assert answering.talk.unanswered


def test_a_newer_draft_is_kept_with_what_was_taken_back(answering: Answering) -> None:
    made = answering.send("un")
    care.save_draft(answering.asked.thread_id, "deux", actor=answering.agent)
    care.undo(made.id, answering.agent)

    draft = care.draft(answering.asked.thread_id, answering.agent.pk)
    assert draft is not None
    assert "un\n\ndeux" == draft.text


def test_capabilities_say_how_it_can_be_answered(answering: Answering) -> None:
    found = care.capabilities(answering.talk)

    assert found.can_send
    assert ["public", "private"] == [way.visibility for way in found.ways.ways]


def test_where_every_window_is_shut_the_reason_says_so(
    answering: Answering, hear: Callable[..., Message]
) -> None:
    private = hear("m5", "max", kind="message", text=ASK)
    outbox.drain()
    answering.moment.later(hours=24)
    talk = care.conversation(private.thread_id)
    assert talk is not None
    found = care.capabilities(talk)

    assert not found.can_send
    assert "24 hours have passed" in found.reason
