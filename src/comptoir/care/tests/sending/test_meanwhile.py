"""An answer that was begun before others answered, or wrote again, is held back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from comptoir.base import clock, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.care import api as care
from comptoir.care.tests.sending.conftest import Answering
from comptoir.channels.models import Message, Outbound


@pytest.fixture
def marie(person: Callable[..., User]) -> User:
    user = person("agent", email="marie@example.com")
    User.objects.filter(pk=user.pk).update(name="Marie")
    return User.objects.get(pk=user.pk)


def begun(answering: Answering) -> dict[str, Any]:
    """The composer opens now; something may happen a second later."""
    since = clock.now()
    answering.moment.later(seconds=1)
    return {"since": since}


def held(answering: Answering) -> str:
    """Why the newest answer is held back; "" when it is not."""
    entries = [one.answer for one in answering.entries("answer") if one.answer]
    shown = [one.outbound for one in entries if one.outbound][-1]
    return str(shown.waits.sentence) if shown.held and shown.waits else ""


def test_nothing_new_leaves_as_ever(answering: Answering) -> None:
    answering.send(**begun(answering))
    answering.later(seconds=10)

    assert "sent" == answering.outbound.state


def test_two_who_answer_at_once_are_told(answering: Answering, marie: User) -> None:
    """The second is held back while the first still waits its ten seconds, and after."""
    since = begun(answering)
    care.send(answering.asked.thread_id, "Demain.", actor=marie, since=clock.now())
    answering.moment.later(seconds=2)
    answering.send("Il arrive demain.", **since)

    assert held(answering).startswith("Marie answered")
    answering.later(minutes=10)
    assert ["sent", "queued"] == list(
        Outbound.objects.order_by("pk").values_list("state", flat=True)
    )
    assert ["Demain."] == list(Message.objects.filter(own=True).values_list("text", flat=True))


def test_a_customer_who_writes_again_before_it_leaves_holds_it_back(
    answering: Answering, hear: Callable[..., Message]
) -> None:
    """In the ten seconds of undo too: they may have found what they asked for."""
    answering.send(**begun(answering))
    answering.moment.later(seconds=3)
    hear("m2", "lea", text="Trouvé, merci !", in_reply_to="m1")
    outbox.drain()
    answering.later(seconds=8)

    assert "queued" == answering.outbound.state
    assert 0 == answering.outbound.attempts
    assert "wrote again" in held(answering)
    assert answering.talk.unanswered


def test_a_later_answer_is_not_kept_waiting_by_one_that_is_held(
    answering: Answering, marie: User
) -> None:
    since = begun(answering)
    care.send(answering.asked.thread_id, "Demain.", actor=marie)
    answering.moment.later(seconds=1)
    answering.send("Jamais.", **since)
    care.send(answering.asked.thread_id, "Ou lundi.", actor=marie)
    answering.later(minutes=1)

    assert ["sent", "queued", "sent"] == list(
        Outbound.objects.order_by("pk").values_list("state", flat=True)
    )


def test_one_that_is_held_leaves_when_its_author_says_so(answering: Answering, marie: User) -> None:
    since = begun(answering)
    care.send(answering.asked.thread_id, "Demain.", actor=marie)
    answering.moment.later(seconds=1)
    answering.send("Et voici le suivi.", **since)
    row = answering.outbound
    care.send_anyway(row.pk, actor=answering.agent)
    answering.later(seconds=30)

    assert "sent" == Outbound.objects.get(pk=row.pk).state
    with pytest.raises(Problem) as refused:
        care.send_anyway(row.pk, actor=answering.agent)
    assert "not_held" == refused.value.code


def test_one_that_is_held_is_taken_back_as_a_draft(answering: Answering, marie: User) -> None:
    since = begun(answering)
    care.send(answering.asked.thread_id, "Demain.", actor=marie)
    answering.moment.later(seconds=1)
    answering.send("Jamais.", **since)
    care.take_back(answering.outbound.pk, actor=answering.agent)
    outbox.drain()
    answering.later(minutes=1)

    kept = care.draft(answering.asked.thread_id, answering.agent.pk)
    assert kept is not None
    assert "Jamais." == kept.text
    assert "cancelled" == answering.outbound.state


def test_who_answers_by_hand_holds_back_what_others_queued(
    answering: Answering, marie: User
) -> None:
    answering.send(**begun(answering))
    answering.moment.later(seconds=2)
    care.mark_answered(answering.asked.thread_id, "Au téléphone.", actor=marie)
    outbox.drain()
    answering.later(seconds=10)

    assert held(answering).startswith("Marie answered")


def test_an_answer_given_by_hand_since_holds_back_what_is_queued_after(
    answering: Answering, marie: User
) -> None:
    since = begun(answering)
    care.mark_answered(answering.asked.thread_id, "Au téléphone.", actor=marie)
    answering.moment.later(seconds=2)
    answering.send(**since)

    assert held(answering).startswith("Marie answered")
    assert care.meanwhile(answering.asked.thread_id, since["since"], answering.agent)


def test_ones_own_answers_hold_nothing_back(answering: Answering) -> None:
    """Two in a row, the second begun before the first had left."""
    first, since = begun(answering), clock.now() + timedelta(seconds=1)
    answering.send("Bonjour.", **first)
    answering.moment.later(seconds=2)
    answering.send("Il arrive demain.", since=since)
    answering.later(minutes=1)

    assert {"sent"} == set(Outbound.objects.values_list("state", flat=True))
    assert not care.meanwhile(answering.asked.thread_id, since, answering.agent)


def test_what_programs_answer_is_not_held(answering: Answering, marie: User) -> None:
    """They name no moment at which they began."""
    care.send(answering.asked.thread_id, "Demain.", actor=marie)
    answering.moment.later(seconds=1)
    answering.send("Par l’API.")
    answering.later(minutes=1)

    assert {"sent"} == set(Outbound.objects.values_list("state", flat=True))
