"""Sending: each answer leaves once, whatever happens on its way, or is said to be unknown."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from comptoir.base import clock, http, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry, OutboxEvent, User, Workspace
from comptoir.channels import health, outgoing, sending, ways
from comptoir.channels.connector import AccessLost, Receipt, Rejected, TryLater
from comptoir.channels.models import (
    ConnectedAccount,
    Message,
    Outbound,
)
from comptoir.channels.receipts import keep_receipts
from comptoir.channels.services import store
from comptoir.channels.tests.making import said
from comptoir.channels.tests.sending.conftest import Moment, installed
from comptoir.channels.tests.sending.pigeon import Network, Silent
from comptoir.channels.views import AccountView, Arrived

State = Outbound.State


def state(row: Outbound) -> str:
    return str(Outbound.objects.get(pk=row.pk).state)


def problem(row: Outbound) -> str:
    return str(Outbound.objects.get(pk=row.pk).problem.get("code", ""))


def connected() -> ConnectedAccount:
    return ConnectedAccount.objects.get()


def events(*kinds: str) -> list[str]:
    return list(
        OutboxEvent.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", flat=True)
    )


# ── The usual way ──────────────────────────────────────────────────────────────────────────


def test_an_answer_leaves_after_the_ten_seconds_in_which_it_can_be_taken_back(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    """
    Whoever pressed too early has ten seconds, and the network hears nothing of it before.
    """
    row = queue()
    sending.send_due()
    assert [] == network.taken

    moment.later(seconds=10)
    assert 1 == sending.send_due()

    assert [row.text] == network.texts
    assert State.SENT == state(row)
    assert row.key == network.taken[0].key


def test_what_was_sent_is_a_message_of_the_brand_in_the_thread(
    queue: Callable[..., Outbound], asked: Message, moment: Moment
) -> None:
    """
    Conversations, metrics and search know own messages; an answer is one like any other.
    """
    row = queue()
    moment.later(seconds=10)
    sending.send_due()

    own = Message.objects.get(own=True)
    row.refresh_from_db()
    assert (own.pk, "pigeon-0", own.thread_id) == (row.message, row.external_id, asked.thread_id)
    assert ("citron", "comment", asked.pk) == (own.author.handle, own.kind, own.parent)
    assert own.sent_at > asked.sent_at
    assert connected().sent_at == moment.now


def test_the_echo_heard_later_changes_nothing(
    queue: Callable[..., Outbound], hear: Callable[..., Message], moment: Moment
) -> None:
    """
    Polling brings back what we sent: it has the id that the network gave us for it.
    """
    row = queue()
    moment.later(seconds=10)
    sending.send_due()
    again = said("pigeon-0", "citron", channel="pigeon", kind="comment", in_reply_to="m1", own=True)
    stored = store(
        row.workspace_id,
        [Arrived(None, "{}", [again])],
        AccountView(row.account_id, "pigeon", "pigeon", "Citron", True),
    )
    outbox.drain()

    assert [] == stored.ids
    assert 1 == Message.objects.filter(own=True).count()


def test_an_echo_heard_before_our_own_answer_is_written_is_linked(
    queue: Callable[..., Outbound], hear: Callable[..., Message], network: Network, moment: Moment
) -> None:
    """
    A webhook can be quicker than the reply to the request that caused it.
    """
    row = queue()
    network.during = lambda: hear(
        "pigeon-0", "citron", in_reply_to="m1", own=True, text=row.text, sent_at=moment.now
    )  # type: ignore[assignment]
    moment.later(seconds=10)
    sending.send_due()

    echo = Message.objects.get(own=True)
    row.refresh_from_db()
    assert (State.SENT, echo.pk) == (row.state, row.message)


def test_answers_of_a_thread_leave_in_the_order_they_were_written(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    """
    "And here is your label" makes no sense before "We found your parcel".
    """
    queue("un")
    queue("deux")
    network.fail("before", http.NotSent("refused"))
    moment.later(seconds=10)
    sending.send_due()
    assert [] == network.texts

    moment.later(seconds=5)
    sending.send_due()

    assert ["un", "deux"] == network.texts


def test_another_thread_does_not_wait_for_it(
    queue: Callable[..., Outbound],
    hear: Callable[..., Message],
    network: Network,
    moment: Moment,
) -> None:
    queue("un")
    other = queue("ailleurs", to=hear("m2", "max"))
    network.fail("before", http.NotSent("refused"))
    moment.later(seconds=10)
    sending.send_due()

    assert ["ailleurs"] == network.texts
    assert State.SENT == state(other)


def test_the_thread_goes_with_the_answer(
    queue: Callable[..., Outbound], hear: Callable[..., Message], network: Network, moment: Moment
) -> None:
    """
    Mail needs the ids of what came before for its References.
    """
    second = hear("m2", "lea", in_reply_to="m1", kind="message")
    queue(to=second, visibility="private")
    moment.later(seconds=10)
    sending.send_due()

    sent = network.taken[0]
    assert (("m1", "m2"), "m2", "lea", "private") == (
        tuple(sent.thread),
        sent.to,
        sent.to_handle,
        sent.visibility,
    )


# ── Taking back, sending twice ─────────────────────────────────────────────────────────────


def test_a_taken_back_answer_never_leaves(
    queue: Callable[..., Outbound], network: Network, moment: Moment, agent: User
) -> None:
    row = queue()
    moment.later(seconds=9)
    outgoing.cancel(row.pk, actor=agent)
    moment.later(hours=1)
    sending.send_due()

    assert [] == network.taken
    assert State.CANCELLED == state(row)
    assert AuditEntry.objects.filter(verb="channels.answer_cancelled", actor=agent).exists()


def test_what_has_left_cannot_be_taken_back(queue: Callable[..., Outbound], moment: Moment) -> None:
    row = queue()
    moment.later(seconds=10)
    sending.send_due()

    with pytest.raises(Problem) as caught:
        outgoing.cancel(row.pk, actor=None)

    assert "already_left" == caught.value.code
    assert State.SENT == state(row)


def test_a_form_sent_twice_queues_once(queue: Callable[..., Outbound]) -> None:
    """
    A double click, or a browser that tries again after a cut, is one answer.
    """
    key = "0123456789abcdef0123456789abcdef"

    assert queue(key=key).pk == queue(key=key).pk
    assert 1 == Outbound.objects.count()


def test_the_same_form_after_taking_back_is_a_new_answer(queue: Callable[..., Outbound]) -> None:
    """
    The browser's Back button shows the old form; using it is meant.
    """
    key = "0123456789abcdef0123456789abcdef"
    first = queue(key=key)
    outgoing.cancel(first.pk, actor=None)

    assert first.pk != queue(key=key).pk


# ── Failures ───────────────────────────────────────────────────────────────────────────────


def test_a_network_out_of_reach_is_tried_again_after_growing_pauses(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    """
    Nobody was reached, so nothing can have happened: trying again is safe.
    """
    row = queue()
    for _ in range(3):
        network.fail("before", http.NotSent("refused"))
    waits = []
    for _ in range(3):
        row.refresh_from_db()
        moment.now = row.due_at
        sending.send_due()
        row.refresh_from_db()
        waits.append((row.due_at - moment.now).total_seconds())
    moment.now = row.due_at
    sending.send_due()

    assert [5, 15, 60] == waits
    assert [row.text] == network.texts
    assert State.SENT == state(row)


def test_a_day_out_of_reach_is_a_failure_that_is_said(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    row = queue()
    network.fail("before", http.NotSent("refused"))
    moment.later(hours=24, minutes=1)
    sending.send_due()

    assert (State.FAILED, "gave_up") == (state(row), problem(row))


def test_patience_makes_the_whole_account_wait(
    queue: Callable[..., Outbound], hear: Callable[..., Message], network: Network, moment: Moment
) -> None:
    """
    A network that limits us limits the account, and every further request makes it worse.
    """
    first, second = queue(), queue("ailleurs", to=hear("m2", "max"))
    network.fail("before", TryLater("429", after=120))
    moment.later(seconds=10)
    sending.send_due()
    assert [] == network.taken
    assert [State.QUEUED, State.QUEUED] == [state(first), state(second)]
    assert "try_later" == (outgoing.view_of([first])[0].waits or pytest.fail("no reason")).code

    moment.later(seconds=119)
    sending.send_due()
    assert [] == network.taken

    moment.later(seconds=1)
    sending.send_due()
    assert 2 == len(network.taken)
    assert {} == connected().problem


def test_lost_access_stops_the_account_and_answers_wait_and_say_so(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    row = queue()
    network.fail("before", AccessLost("401"))
    moment.later(seconds=10)
    sending.send_due()
    moment.later(hours=2)
    sending.send_due()

    (seen,) = outgoing.view_of([Outbound.objects.get(pk=row.pk)])
    assert ([], State.QUEUED) == (network.taken, seen.state)
    assert ConnectedAccount.State.LOST == connected().state
    assert seen.waits is not None
    assert "lost" == seen.waits.code

    ConnectedAccount.objects.update(state=ConnectedAccount.State.ON)
    sending.send_due()
    assert [row.text] == network.texts


def test_a_paused_account_keeps_its_answers(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    row = queue()
    ConnectedAccount.objects.update(state=ConnectedAccount.State.PAUSED)
    moment.later(hours=1)

    assert 0 == sending.send_due()
    waits = outgoing.view_of([Outbound.objects.get(pk=row.pk)])[0].waits
    assert waits is not None
    assert "paused" == waits.code


def test_a_refused_answer_fails_in_the_networks_words_and_is_not_tried_again(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    row = queue()
    network.fail("before", Rejected("comments_closed", "Comments are closed.", "Write privately."))
    moment.later(seconds=10)
    sending.send_due()
    moment.later(days=2)
    sending.send_due()

    (seen,) = outgoing.view_of([Outbound.objects.get(pk=row.pk)])
    assert [] == network.taken
    assert (State.FAILED, "Comments are closed.", "Write privately.") == (
        seen.state,
        seen.problem and seen.problem.sentence,
        seen.problem and seen.problem.fix,
    )
    assert ["answer_failed"] == events("answer_failed")


def test_a_window_that_shut_while_waiting_is_a_failure_that_says_what_remains(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    row = queue(visibility="private")
    ConnectedAccount.objects.update(state=ConnectedAccount.State.PAUSED)
    moment.later(hours=24)
    ConnectedAccount.objects.update(state=ConnectedAccount.State.ON)
    sending.send_due()

    (seen,) = outgoing.view_of([Outbound.objects.get(pk=row.pk)])
    assert seen.problem is not None
    assert ("way_closed", "24 hours have passed since they wrote.") == (
        seen.problem.code,
        seen.problem.sentence,
    )
    assert "Public reply" in seen.problem.fix
    assert [] == network.taken


def test_a_failure_is_told_in_the_readers_language(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    """
    The worker that met it speaks no language; whoever reads it does.
    """
    row = queue()
    network.fail("before", AccessLost("401"))
    network.fail("before", http.NotSent("refused"))
    moment.later(seconds=10)
    sending.send_due()
    told = {}
    for language in ("en", "fr"):
        with translation.override(language):
            (seen,) = outgoing.view_of([Outbound.objects.get(pk=row.pk)])
            told[language] = (seen.waits or pytest.fail("no reason")).sentence

    assert told["en"] != told["fr"]


# ── Unknown ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("error", [http.NoAnswer("timed out"), RuntimeError("a fault of ours")])
def test_no_answer_after_it_was_taken_is_found_and_not_sent_again(
    queue: Callable[..., Outbound], network: Network, moment: Moment, error: Exception
) -> None:
    """
    The network had it all along: sending again would have been a second answer.
    """
    row = queue()
    network.fail("after", error)
    moment.later(seconds=10)
    sending.send_due()
    assert State.UNKNOWN == state(row)
    assert ["answer_unknown"] == events("answer_unknown")

    moment.later(seconds=10)
    sending.send_due()

    assert (1, 1) == (len(network.taken), network.looked)
    assert State.SENT == state(row)
    assert 1 == Message.objects.filter(own=True).count()


def test_no_answer_before_it_was_taken_is_looked_for_then_sent_again(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    row = queue()
    network.fail("before", http.NoAnswer("timed out"))
    moment.later(seconds=10)
    sending.send_due()
    moment.later(seconds=9)
    assert 0 == sending.send_due()
    assert State.UNKNOWN == state(row)

    moment.later(seconds=1)
    sending.send_due()

    assert (1, [row.text]) == (network.looked, network.texts)
    assert State.SENT == state(row)


def test_a_killed_workers_answer_is_looked_for_before_anything_else(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    """
    Its claim went stale: it may have died before the request, or after it.
    """
    row = queue()
    moment.later(seconds=10)
    claim = sending._claim()
    assert claim is not None
    assert State.SENDING == state(row)
    moment.later(seconds=sending.STALE.total_seconds() - 1)
    assert 0 == sending.send_due()

    moment.later(seconds=2)
    sending.send_due()

    assert (1, [row.text]) == (network.looked, network.texts)
    assert State.SENT == state(row)


def test_a_worker_thought_dead_that_comes_back_still_says_that_it_sent(
    queue: Callable[..., Outbound], network: Network, moment: Moment, monkeypatch: Any
) -> None:
    """
    It sent, slept for minutes, and wakes up: what it knows is worth more than what we feared.
    """
    row = queue()
    moment.later(seconds=10)

    def sleep() -> None:
        moment.later(seconds=sending.STALE.total_seconds() + 1)
        monkeypatch.setattr(sending, "_claim", lambda: None)
        sending.send_due()
        assert State.UNKNOWN == state(row)
        monkeypatch.undo()
        monkeypatch.setattr(clock, "now", lambda: moment.now)

    network.during = sleep
    claim = sending._claim()
    assert claim is not None
    sending._send(claim)

    assert State.SENT == state(row)
    assert 1 == len(network.taken)


def test_what_the_network_does_not_tell_a_person_decides(
    queue: Callable[..., Outbound],
    network: Network,
    moment: Moment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch, Silent(network))
    row = queue()
    network.fail("before", http.NoAnswer("timed out"))
    moment.later(seconds=10)
    sending.send_due()
    moment.later(seconds=10)
    sending.send_due()
    moment.later(days=3)
    sending.send_due()

    (seen,) = outgoing.view_of([Outbound.objects.get(pk=row.pk)])
    assert (State.UNKNOWN, True, 1) == (seen.state, seen.asks, network.looked)
    assert [] == network.taken

    outgoing.decide(row.pk, "not_sent", actor=None)
    sending.send_due()
    assert [row.text] == network.texts


def test_a_person_who_found_it_there_ends_the_doubt(
    queue: Callable[..., Outbound],
    hear: Callable[..., Message],
    network: Network,
    moment: Moment,
    monkeypatch: pytest.MonkeyPatch,
    agent: User,
) -> None:
    """
    And when it is heard after all, it is the same answer and not a second one.
    """
    installed(monkeypatch, Silent(network))
    row = queue()
    network.fail("after", http.NoAnswer("timed out"))
    moment.later(seconds=10)
    sending.send_due()
    outgoing.decide(row.pk, "sent", actor=agent)
    moment.later(hours=1)
    sending.send_due()
    assert (State.SENT, 1) == (state(row), len(network.taken))

    echo = hear("x9", "citron", in_reply_to="m1", own=True, text=f"@lea {row.text}")
    outbox.drain()
    row.refresh_from_db()
    assert echo.pk == row.message


def test_deciding_what_is_known_is_refused(queue: Callable[..., Outbound], moment: Moment) -> None:
    row = queue()
    moment.later(seconds=10)
    sending.send_due()

    with pytest.raises(Problem) as caught:
        outgoing.decide(row.pk, "not_sent", actor=None)

    assert "not_unknown" == caught.value.code


def test_an_echo_settles_an_unknown_answer_at_once(
    queue: Callable[..., Outbound],
    hear: Callable[..., Message],
    network: Network,
    moment: Moment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    What a network does not tell when asked, it may still deliver.
    """
    installed(monkeypatch, Silent(network))
    row = queue()
    network.fail("after", http.NoAnswer("timed out"))
    moment.later(seconds=10)
    sending.send_due()
    moment.later(seconds=30)
    echo = hear("x9", "citron", in_reply_to="m1", own=True, text=row.text, sent_at=moment.now)
    outbox.drain()

    row.refresh_from_db()
    assert (State.SENT, echo.pk, "x9") == (row.state, row.message, row.external_id)


def test_an_older_answer_in_the_same_words_is_not_its_echo(
    queue: Callable[..., Outbound],
    hear: Callable[..., Message],
    network: Network,
    moment: Moment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch, Silent(network))
    hear("x1", "citron", in_reply_to="m1", own=True, text="Merci !")
    row = queue("Merci !")
    network.fail("before", http.NoAnswer("timed out"))
    moment.later(seconds=10)
    sending.send_due()
    outbox.drain()
    moment.later(seconds=10)
    sending.send_due()

    assert State.UNKNOWN == state(row)


def test_a_network_that_cannot_be_asked_is_asked_again_then_a_person_is(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    row = queue()
    network.fail("before", http.NoAnswer("timed out"))
    network.finding.extend([http.NotSent("down")] * len(sending.LOOKS))
    moment.later(seconds=10)
    sending.send_due()
    for pause in sending.LOOKS:
        assert not outgoing.view_of([Outbound.objects.get(pk=row.pk)])[0].asks
        moment.later(seconds=pause)
        sending.send_due()

    assert outgoing.view_of([Outbound.objects.get(pk=row.pk)])[0].asks
    assert [] == network.taken


def test_later_answers_wait_for_an_unknown_one_until_a_person_must_decide(
    queue: Callable[..., Outbound],
    network: Network,
    moment: Moment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    Order is worth seconds; it is not worth silence for days.
    """
    installed(monkeypatch, Silent(network))
    queue("un")
    queue("deux")
    network.fail("before", http.NoAnswer("timed out"))
    moment.later(seconds=10)
    sending.send_due()
    assert [] == network.texts

    moment.later(seconds=10)
    sending.send_due()
    assert ["deux"] == network.texts


def test_a_failing_server_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    500 may come after the work was done; 503 says that nothing was.
    """
    from comptoir.channels.careful import Careful

    class Answers:
        def __init__(self, status: int) -> None:
            self.status = status

        def request(self, method: str, url: str, **options: Any) -> http.Response:
            return http.Response(self.status)

    for status in (500, 502, 504):
        with pytest.raises(http.NoAnswer):
            Careful(Answers(status)).request("POST", "https://pigeon.example")
    assert 503 == Careful(Answers(503)).request("POST", "https://pigeon.example").status
    assert 500 == Careful(Answers(500)).request("GET", "https://pigeon.example").status


def test_an_answer_whose_message_cannot_be_stored_is_still_known_to_have_left(
    queue: Callable[..., Outbound],
    network: Network,
    moment: Moment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    A fault of ours after the network took it must not send it again.
    """

    def fail(*anything: Any) -> None:
        raise ValueError("cannot be stored")

    monkeypatch.setattr(sending, "store", fail)
    row = queue()
    moment.later(seconds=10)
    sending.send_due()
    moment.later(hours=1)
    sending.send_due()

    assert (State.SENT, 1) == (state(row), len(network.taken))


def test_two_answers_that_the_network_names_alike_both_left(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    first, second = queue("un"), queue("deux")
    moment.later(seconds=10)
    sending.send_due(1)
    Message.objects.filter(own=True).update(external_id="pigeon-1")
    Outbound.objects.filter(pk=first.pk).update(external_id="pigeon-1")
    sending.send_due(1)

    second.refresh_from_db()
    assert (State.SENT, State.SENT, 2) == (state(first), second.state, len(network.taken))
    assert None is second.message


# ── What the network tells afterwards ──────────────────────────────────────────────────────


def receipt(row: Outbound, state: str, **more: Any) -> None:
    told = Receipt("pigeon-0", state, clock.now(), **more)  # type: ignore[arg-type]
    keep_receipts(row.account_id, [told])


def test_receipts_move_an_answer_on_and_never_back(
    queue: Callable[..., Outbound], moment: Moment
) -> None:
    row = queue()
    moment.later(seconds=10)
    sending.send_due()
    states = []
    for told in ("read", "delivered"):
        receipt(row, told)
        states.append(state(row))

    assert [State.READ, State.READ] == states


def test_a_receipt_that_is_quicker_than_the_answer_to_the_request_is_kept(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    """
    "Delivered" can arrive while the network still says "accepted" to the worker.
    """
    row = queue()
    network.during = lambda: receipt(row, "delivered")
    moment.later(seconds=10)
    sending.send_due()

    assert State.DELIVERED == state(row)


def test_a_receipt_with_our_key_settles_what_was_unknown(
    queue: Callable[..., Outbound],
    network: Network,
    moment: Moment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    It proves that the answer is there; it becomes a message though no echo ever comes.
    """
    installed(monkeypatch, Silent(network))
    row = queue()
    network.fail("after", http.NoAnswer("timed out"))
    moment.later(seconds=10)
    sending.send_due()
    receipt(row, "delivered", key=row.key)
    outbox.drain()
    moment.later(hours=1)
    sending.send_due()

    row.refresh_from_db()
    assert (State.DELIVERED, 1) == (row.state, len(network.taken))
    assert Message.objects.get(own=True).pk == row.message


# ── Before typing ──────────────────────────────────────────────────────────────────────────


def test_ways_say_window_length_and_price(asked: Message, moment: Moment) -> None:
    seen = ways.ways(asked.thread_id)
    public, private = seen.ways

    assert asked.pk == seen.to
    assert (15_000, 280) == (public.price, public.max_length)
    assert asked.sent_at + timedelta(hours=24) == private.closes_at
    assert 200_000 == ways.measure(seen, "public", "voir pigeon.example.com").price
    assert 6 == ways.measure(seen, "public", "été !").used - 1


def test_the_price_is_kept_with_the_answer(
    queue: Callable[..., Outbound],
) -> None:
    row = queue("Voir https://citron.example/suivi")

    assert (200_000, "USD") == (row.price, row.currency)


def test_too_long_or_shut_is_refused_at_once(
    queue: Callable[..., Outbound], moment: Moment
) -> None:
    with pytest.raises(Problem) as long:
        queue("é" * 141)
    moment.later(hours=24)
    with pytest.raises(Problem) as shut:
        queue(visibility="private")

    assert ("too_long", "way_closed") == (long.value.code, shut.value.code)
    assert "Public reply" in shut.value.fix
    assert 0 == Outbound.objects.count()


def test_files_go_only_where_they_are_taken(
    queue: Callable[..., Outbound], network: Network, moment: Moment
) -> None:
    from comptoir.channels.connector import Attachment

    label = Attachment("étiquette.pdf", "application/pdf", b"%PDF-1.7")
    with pytest.raises(Problem) as refused:
        queue(files=[label])
    queue(visibility="private", files=[label])
    moment.later(seconds=10)
    sending.send_due()

    assert "no_files" == refused.value.code
    assert (label,) == tuple(network.taken[0].attachments)


def test_a_message_that_was_erased_is_not_answered(
    queue: Callable[..., Outbound], asked: Message, network: Network, moment: Moment
) -> None:
    row = queue()
    Message.objects.filter(pk=asked.pk).delete()
    moment.later(seconds=10)
    sending.send_due()

    assert (State.FAILED, "message_gone") == (state(row), problem(row))
    assert [] == network.taken


def test_another_brands_answers_are_not_seen(queue: Callable[..., Outbound]) -> None:
    from comptoir.base.scope import scope

    row = queue()
    other = Workspace.objects.create(slug="autre", name="Autre")
    with scope(other):
        assert outgoing.outbound(row.pk) is None
        with pytest.raises(Problem):
            outgoing.cancel(row.pk, actor=None)


def test_trouble_is_taken_off_once_something_was_sent(
    queue: Callable[..., Outbound], network: Network, moment: Moment, account: AccountView
) -> None:
    queue()
    health.trouble(account.id, "try_later", "Wait.", retry_at=moment.now)
    moment.later(seconds=10)
    sending.send_due()

    assert {} == connected().problem
