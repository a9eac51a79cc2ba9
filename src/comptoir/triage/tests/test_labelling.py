from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from comptoir.analysis import api as analysis
from comptoir.analysis.api import Aspect, Reading, Text
from comptoir.base import outbox
from comptoir.base.models import OutboxCursor, OutboxEvent, User, Workspace
from comptoir.base.scope import scope
from comptoir.triage import api, relabel
from comptoir.triage.models import Band, Label
from comptoir.triage.tests.conftest import Say, receive, tell, world


def test_a_received_message_is_labelled_with_reasons(say: Say) -> None:
    """
    The whole step: read, kept, and said why.
    """
    message = say("Toujours pas reçu ma commande n° 48213, c’est honteux !")
    receive(message)

    label = api.labels([message.pk])[message.pk]
    assert "fr" == label.language
    assert -1 == label.tone
    assert "delivery" in [intent.name for intent in label.intents]
    assert label.needs_answer
    assert {"language", "tone", "needs_answer", "urgency", "irony"} == set(label.reasons)
    assert "order" in {entity.kind for entity in label.entities}


def test_the_labelled_messages_are_told_to_whoever_listens(say: Say) -> None:
    """
    care and insight only know of messages through this event.
    """
    message = say("Bonjour, une question ?")
    receive(message)

    told = OutboxEvent.objects.filter(kind="messages_labelled").get()
    assert {"ids": [message.pk]} == told.payload


def test_hearing_of_a_message_twice_changes_nothing(say: Say) -> None:
    """
    Events can be replayed: labels, groups and versions must stand still.
    """
    messages = [say("Ma box ne marche plus depuis hier soir"), say("Merci beaucoup !")]
    receive(*messages)
    before = list(Label.objects.order_by("pk").values())
    bands = Band.objects.count()
    receive(*messages)

    assert before == list(Label.objects.order_by("pk").values())
    assert bands == Band.objects.count()


def test_a_message_erased_meanwhile_is_passed_over(say: Say) -> None:
    """
    Between the event and its handling a person may have been erased.
    """
    gone, here = say("Je pars"), say("Je reste")
    gone_id = gone.pk
    tell(gone, here)
    gone.delete()
    outbox.drain()

    assert {here.pk} == set(api.labels([gone_id, here.pk]))


def test_places_of_entities_hold_in_the_text_whatever_the_title(say: Say) -> None:
    """
    The page marks entities inside the text, so a title must not shift them.
    """
    message = say("Écrivez à lea@example.com", title="Commande n° 48213 perdue")
    receive(message)

    entities = {one.kind: one for one in api.labels([message.pk])[message.pk].entities}
    mail = entities["email"]
    assert "lea@example.com" == message.text[mail.start : mail.end]
    assert (-1, -1) == (entities["order"].start, entities["order"].end)


@pytest.mark.parametrize(
    ("more", "needed"), [({}, True), ({"own": True}, False), ({"kind": "repost"}, False)]
)
def test_only_what_customers_ask_themselves_needs_an_answer(
    say: Say, more: dict[str, object], needed: bool
) -> None:
    """
    The brand's own questions and reposts of others' are nobody's work.
    """
    message = say("Bonjour, où est mon colis ? Pouvez-vous m’aider ?", **more)
    receive(message)

    assert needed is api.labels([message.pk])[message.pk].needs_answer


def test_messages_that_change_owner_are_read_again(say: Say) -> None:
    """
    Naming the brand's accounts after an import turns questions into its own posts.
    """
    message = say("Bonjour, où est mon colis ? Pouvez-vous m’aider ?")
    receive(message)
    message.own = True
    message.save()
    tell(message, kind="messages_reowned")
    outbox.drain()

    assert not api.labels([message.pk])[message.pk].needs_answer


def test_pending_counts_what_waits_for_labels(say: Say) -> None:
    """
    The import page shows it while labels catch up.
    """
    tell(say("un"), say("deux"))
    assert 2 == api.pending()
    outbox.drain()
    assert 0 == api.pending()


def test_a_new_analysis_rereads_the_past_but_not_a_persons_word(
    say: Say, agent: User, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Relabelling walks all batches and leaves corrections alone.
    """
    messages = [say(f"Message numéro {name} pour vous") for name in ("un", "deux", "trois")]
    receive(*messages)
    api.correct(messages[0].pk, "tone", -1, agent)
    Label.objects.update(model_version="rules-0", tone=1, reasons={"tone": "old:"})
    monkeypatch.setattr(relabel, "_BATCH", 2)
    api.relabel(workspace.pk)
    outbox.drain()

    found = api.labels([one.pk for one in messages])
    assert {"rules-0"} & {one.model_version for one in found.values()} == set()
    assert [1, 0, 0] == [found[one.pk].tone for one in messages]
    assert "old:" == found[messages[0].pk].reasons["tone"]


def test_relabelling_goes_on_where_it_was_killed(
    say: Say, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Every batch leaves word of the next in the same transaction.
    """
    messages = [say(f"Bonjour à vous {name}") for name in "abcde"]
    receive(*messages)
    Label.objects.update(model_version="rules-0")
    monkeypatch.setattr(relabel, "_BATCH", 2)
    api.relabel(workspace.pk)
    (triage,) = [one for one in outbox.consumers() if one.name == "triage"]
    outbox._step(triage)
    assert 0 < Label.objects.filter(model_version="rules-0").count()
    outbox.drain()

    assert 0 == Label.objects.filter(model_version="rules-0").count()
    assert 0 == OutboxCursor.objects.exclude(failures=0).count()


def test_labels_of_another_brand_are_out_of_reach(
    say: Say, make_other: Callable[[], Workspace]
) -> None:
    """
    Isolation between workspaces: same ids asked, nothing given.
    """
    message = say("Bonjour")
    receive(message)
    with scope(make_other()):
        assert {} == api.labels([message.pk])
        assert 0 == api.pending()


def test_two_brands_do_not_share_groups(say: Say, make_other: Callable[[], Workspace]) -> None:
    """
    The same sentence said to two brands is two questions.
    """
    ours = say("Toujours pas de nouvelles de mon colis perdu")
    receive(ours)
    other = make_other()
    with scope(other):
        theirs = world(other)("Toujours pas de nouvelles de mon colis perdu")
        receive(theirs)
        assert theirs.pk == api.labels([theirs.pk])[theirs.pk].group


def test_what_is_liked_or_disliked_is_kept_with_its_reason(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Only the encoder tells aspects; a stand-in for it answers here.
    """
    from comptoir.triage import reading

    def triage(texts: Sequence[Text], **options: Any) -> list[Reading]:
        aspect = Aspect("delivery", liked=False, confidence=0.91, reason="telling:en retard")
        return [replace(one, aspects=(aspect,)) for one in analysis.triage(texts, **options)]

    monkeypatch.setattr(reading, "triage", triage)
    message = say("Livraison en retard")
    receive(message)

    stored = api.labels([message.pk])[message.pk].aspects
    assert (api.AspectView("delivery", False, 0.91, "telling:en retard"),) == stored
    assert "Delivery disliked" == str(api.ASPECTS["delivery", False])


def test_the_brands_own_words_are_not_sent_through_the_encoder(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It takes most of the time, and half of what a busy brand's inbox holds is its own answers.
    """
    from comptoir.triage import reading

    asked: list[tuple[str, str]] = []

    def triage(texts: Sequence[Text], **options: Any) -> list[Reading]:
        asked.extend((one.text, options["mode"]) for one in texts)
        return analysis.triage(texts, **{**options, "mode": "light"})

    best = SimpleNamespace(current=lambda: SimpleNamespace(triage="best"))
    monkeypatch.setattr(reading, "conf", best)
    monkeypatch.setattr(reading, "triage", triage)
    messages = [say("Où est mon colis ?"), say("Il arrive.", own=True), say("Merci !")]
    receive(*messages)

    assert {"Il arrive."} == {text for text, mode in asked if mode == "light"}
    assert {one.pk for one in messages} == set(api.labels([one.pk for one in messages]))
    assert not api.labels([messages[1].pk])[messages[1].pk].needs_answer
