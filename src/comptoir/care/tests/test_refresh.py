"""What conversations say of their messages."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from comptoir import conf
from comptoir.base import outbox
from comptoir.base.models import OutboxCursor, OutboxEvent, User, Workspace
from comptoir.base.scope import scope
from comptoir.care import api
from comptoir.care.models import Conversation
from comptoir.care.tests.conftest import ASK, START, Hear, hearing, only, thread_of
from comptoir.channels import api as channels
from comptoir.channels.models import Delivery, ImportRun
from comptoir.triage import api as triage


def test_a_question_becomes_a_waiting_conversation(hear: Hear) -> None:
    """
    From a stored message to a line of the inbox, with all that the line shows.
    """
    message = hear("@citron " + ASK, followers=120)
    found = only()

    assert ("x", "lea", 120) == (found.channel, found.customer.handle, found.customer.followers)  # type: ignore[union-attr]
    assert ASK == found.subject == found.preview
    assert (START + timedelta(minutes=1)) == found.waiting_since == found.first_in_at
    assert (True, "open", 1, 0) == (found.unanswered, found.state, found.received, found.sent)
    assert ("fr", message) == (found.language, found.last_message)
    assert "delivery" in found.intents


@pytest.fixture
def arrive(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """arrive("best") goes as far as a message gets before it is read, where that is read with."""

    def make(mode: str) -> None:
        told = {"arrivals": outbox._consumers["arrivals"]}
        with monkeypatch.context() as early:
            early.setattr(conf, "current", lambda: SimpleNamespace(triage=mode))
            early.setattr(outbox, "_consumers", told)
            outbox.drain()

    return make


def test_what_was_delivered_is_shown_before_it_is_read(
    hear: Hear, arrive: Callable[[str], None]
) -> None:
    """Reading may take its time; who looks on need not wait for it."""
    message = hear(ASK, drain=False)

    arrive("best")
    shown = only()
    outbox.drain()
    read = only()

    assert (ASK, message, ()) == (shown.preview, shown.last_message, shown.intents)
    assert not shown.unanswered, "whether it wants an answer is not known yet"
    assert read.unanswered
    assert "delivery" in read.intents
    assert read.version == shown.version + 1


def test_what_is_read_in_passing_is_shown_once(hear: Hear, arrive: Callable[[str], None]) -> None:
    hear(ASK, drain=False)

    arrive("light")

    assert () == api.inbox(api.Filters()).items


def test_what_is_read_already_is_not_shown_anew(hear: Hear, arrive: Callable[[str], None]) -> None:
    """A worker that comes late to arrivals has nothing to tell of them."""
    hear(ASK)
    told = OutboxEvent.objects.filter(kind="conversations_changed").count()
    OutboxCursor.objects.filter(consumer="arrivals").update(last_event=0)

    arrive("best")

    assert told == OutboxEvent.objects.filter(kind="conversations_changed").count()


def test_rows_of_a_file_come_with_their_labels(
    hear: Hear, arrive: Callable[[str], None], workspace: Workspace
) -> None:
    hear(ASK, drain=False)
    run = ImportRun.objects.create(workspace=workspace, size=1, mapping={})
    Delivery.objects.update(run=run)

    arrive("best")

    assert () == api.inbox(api.Filters()).items


def test_the_brands_answer_ends_the_wait_and_times_the_reply(hear: Hear) -> None:
    """
    Ten minutes within opening hours are ten minutes in both countings.
    """
    hear(ASK, minutes=0)
    hear("Bonjour, nous regardons.", to="m1", own=True, minutes=10)
    found = only()

    assert (None, False) == (found.waiting_since, found.unanswered)
    assert (600.0, 600.0) == (found.first_reply_seconds, found.first_reply_business_seconds)
    assert (1, 1) == (found.received, found.sent)
    assert "Bonjour, nous regardons." == found.preview
    assert ASK == found.subject


def test_an_answer_without_its_date_has_an_unknown_wait(hear: Hear) -> None:
    """
    Review exports hold answers without dates: answered, but not in no time at all.
    """
    hear("Très bon thé", minutes=0, kind="review", rating=4.0)
    hear("Merci !", to="m1", own=True, minutes=0)
    found = only()

    assert found.first_reply_at == found.first_in_at
    assert (None, None) == (found.first_reply_seconds, found.first_reply_business_seconds)
    assert not found.unanswered


def test_closed_hours_do_not_count_in_business_time(hear: Hear, workspace: Workspace) -> None:
    """
    Friday 17:30 to Monday 9:30 in Paris, open nine to six: half an hour twice.
    """
    friday = (4 * 24 * 60) + (7 * 60 + 30)
    hear(ASK, minutes=friday)
    hear("Le voici.", to="m1", own=True, minutes=7 * 24 * 60 - 30)
    found = only()

    assert 64 * 3600.0 == found.first_reply_seconds
    assert 3600.0 == found.first_reply_business_seconds


def test_a_further_question_waits_again_but_first_reply_stands(hear: Hear) -> None:
    """
    First reply time is about the first question; waiting is about the last.
    """
    hear(ASK, minutes=0)
    hear("Le voici.", to="m1", own=True, minutes=5)
    hear("Merci mais où est la facture ?", to="m2", minutes=9)
    hear("Et le remboursement ?", to="m3", minutes=11)
    found = only()

    assert START + timedelta(minutes=9) == found.waiting_since
    assert found.unanswered
    assert 300.0 == found.first_reply_seconds


def test_own_posts_before_the_question_are_no_reply(hear: Hear) -> None:
    """
    A comment under the brand's post is answered by what comes after it.
    """
    hear("Nos nouveaux fauteuils sont là.", own=True, minutes=0)
    hear("Où est ma commande ? Répondez !", to="m1", minutes=3)
    found = api.inbox(api.Filters(view="unanswered")).items[0]

    assert None is found.first_reply_seconds
    assert found.waiting_since == START + timedelta(minutes=3)


def test_a_repost_alone_makes_no_work(hear: Hear) -> None:
    """
    Reposts are heard and kept, but there is nobody to answer.
    """
    hear("RT @zoe: " + ASK, kind="repost")
    found = only()

    assert (0, None, False) == (found.received, found.waiting_since, found.unanswered)
    assert "lea" == found.customer.handle  # type: ignore[union-attr]


def test_a_customer_known_only_by_our_answer_is_named(hear: Hear) -> None:
    """
    Exports of the brand's account hold answers to people whose messages are missing.
    """
    hear("Bonjour, envoyez-nous votre numéro.", own=True, in_reply_to_handle="Paul_75")
    found = only()

    assert (None, "Paul_75") == (found.customer.id, found.customer.handle)  # type: ignore[union-attr]


def test_tone_is_of_the_latest_and_intents_of_all(hear: Hear) -> None:
    """
    How the customer feels now; what it was about altogether.
    """
    hear("Toujours pas reçu ma commande, c’est honteux !")
    angry = only()
    hear("Enfin remboursé, merci beaucoup, super service !", to="m1")
    pleased = only()

    assert (-1, 1) == (angry.tone, pleased.tone)
    assert "delivery" in pleased.intents


def test_hearing_again_changes_nothing(hear: Hear) -> None:
    """
    The consumer can be replayed: not one column, not one version moves.
    """
    first = hear(ASK)
    hear("Le voici.", to="m1", own=True)
    before = list(Conversation.objects.values())
    workspace = Conversation.objects.get().workspace_id
    outbox.publish(workspace, "messages_labelled", ids=[first])
    outbox.drain()

    assert before == list(Conversation.objects.values())


def test_the_order_of_arrival_makes_no_difference(
    hear: Hear, make_other: Callable[[], Workspace]
) -> None:
    """
    A file may hold the answer before the question.
    """
    hear(ASK, minutes=0)
    hear("Le voici.", to="m1", own=True, minutes=5)
    hear("Et la facture ?", to="m2", minutes=9)
    forward = _shown(only())
    other = make_other()
    with scope(other):
        again = hearing(other)
        again("Et la facture ?", to="m2", minutes=9, name="m3")
        again("Le voici.", to="m1", own=True, minutes=5, name="m2")
        again(ASK, minutes=0, name="m1")
        backward = _shown(only())

    assert forward == backward


def test_a_corrected_label_is_seen_at_once(hear: Hear, agent: User) -> None:
    """
    "Needs no answer", said by a person, empties the inbox of it.
    """
    message = hear(ASK)
    triage.correct(message, "needs_answer", False, agent)
    outbox.drain()

    assert (False, 0) == (only().unanswered, api.counts(None)["unanswered"])


def test_urgent_and_complaints_have_their_views(hear: Hear) -> None:
    """
    A threat of law is a complaint, and cannot wait.
    """
    hear("Je vais porter plainte, mise en demeure envoyée, remboursez-moi !")
    hear("Avez-vous le fauteuil en jaune ?", by="zoe")

    for view in ("urgent", "complaints"):
        (found,) = api.inbox(api.Filters(view=view)).items
        assert "lea" == found.customer.handle  # type: ignore[union-attr]
        assert 1 == api.counts(None)[view]


def test_changed_conversations_are_told_with_their_messages(hear: Hear) -> None:
    """
    The columnar copy only knows through this.
    """
    message = hear(ASK)
    (told,) = OutboxEvent.objects.filter(kind="conversations_changed")

    assert {"threads": [thread_of(message)], "messages": [message]} == told.payload


def test_two_threads_found_to_be_one_keep_all_that_was_done(
    hear: Hear, agent: User, owner: User
) -> None:
    """
    The message between two halves arrives last: notes, tags, answers follow.
    """
    first = hear(ASK, name="a", minutes=0)
    last = hear("Toujours rien, répondez !", name="c", to="b", minutes=9)
    here, there = thread_of(first), thread_of(last)
    assert here != there
    for thread, who in ((here, agent), (there, owner)):
        api.note(thread, f"noté par {who.email}", actor=who)
        api.tag(thread, "colis", actor=who)
    api.assign(there, owner.pk, actor=owner)
    api.save_draft(here, "Je regarde", actor=agent)
    api.save_draft(there, "Je cherche", actor=agent)
    api.close(here, actor=agent)
    hear("Vous êtes là ?", name="b", to="a", minutes=5)

    found = only()
    entries = api.timeline(found.id).entries
    assert 2 == sum(one.kind == "note" for one in entries)
    assert 3 == sum(one.kind == "message" for one in entries)
    assert (["colis"], owner.pk, "open", True) == (
        [one.name for one in found.tags],
        found.assignee.id,  # type: ignore[union-attr]
        found.state,
        found.unanswered,
    )
    draft = api.draft(found.id, agent.pk)
    assert draft is not None
    assert {"Je regarde", "Je cherche"} == set(draft.text.split("\n\n"))
    assert [found.id] == [one.id for one in api.inbox(api.Filters(words="colis")).items]
    assert 0 == OutboxCursor.objects.exclude(failures=0).count()


def test_a_thread_without_messages_is_no_conversation(hear: Hear) -> None:
    """
    After an erasure nothing is left to show.
    """
    message = hear(ASK)
    thread, workspace = thread_of(message), Conversation.objects.get().workspace_id
    from comptoir.channels.models import Message
    from comptoir.triage.models import Band, Label

    for model in (Label, Band):
        model.objects.all().delete()
    Message.objects.all().delete()
    outbox.publish(workspace, "messages_erased", ids=[message], threads=[thread])
    outbox.drain()

    assert () == api.inbox(api.Filters()).items


def test_conversations_of_another_brand_are_out_of_reach(
    hear: Hear, make_other: Callable[[], Workspace]
) -> None:
    """
    Isolation, in every way of asking.
    """
    thread = thread_of(hear(ASK))
    with scope(make_other()):
        assert () == api.inbox(api.Filters()).items
        assert () == api.inbox(api.Filters(words="colis")).items
        assert set(api.counts(None).values()) == {0}
        assert None is api.conversation(thread)
        assert () == api.timeline(thread).entries
        assert None is api.history(thread)


@pytest.mark.parametrize("more", [{"own": True}, {"kind": "repost"}])
def test_own_posts_and_reposts_are_still_found(hear: Hear, more: dict[str, object]) -> None:
    """
    Nothing heard is out of reach of the search.
    """
    hear("Une histoire de fauteuil jaune", **more)
    assert 1 == len(api.inbox(api.Filters(words="fauteuil")).items)


def _shown(found: api.ConversationView) -> tuple[object, ...]:
    return (
        found.subject,
        found.preview,
        found.waiting_since,
        found.first_reply_seconds,
        found.unanswered,
        found.received,
        found.sent,
        found.intents,
        channels.author(found.customer.id).handle,  # type: ignore[union-attr, arg-type]
    )
