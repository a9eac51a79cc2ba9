from collections.abc import Callable

import pytest
from django.utils import translation

from comptoir.analysis.api import REASON_CODES
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry, OutboxEvent, User, Workspace
from comptoir.base.scope import scope
from comptoir.triage import api
from comptoir.triage.reasons import REASONS
from comptoir.triage.tests.conftest import Say, receive
from comptoir.triage.versions import stamp


@pytest.fixture
def message_id(say: Say) -> int:
    message = say("Toujours pas reçu ma commande, c’est honteux")
    receive(message)
    return message.pk


def test_a_correction_says_who_when_and_what_stood_before(message_id: int, agent: User) -> None:
    """
    Corrections are what the brand's own model learns from.
    """
    label = api.correct(message_id, "tone", 0, agent)
    (made,) = api.corrections(message_id)

    assert (0, 1.0, 2) == (label.tone, label.confidences["tone"], label.version)
    assert {"tone"} == label.corrected
    assert (-1, 0, agent.pk, stamp()) == (
        made.before,
        made.after,
        made.by_id,
        made.model_version,
    )
    assert "corrected:" == label.reasons["tone"]
    assert 1 == OutboxEvent.objects.filter(kind="label_corrected").count()
    entry = AuditEntry.objects.get(verb="triage.label_corrected")
    assert agent == entry.actor
    assert {"field": "tone", "before": -1, "after": 0} == entry.details


def test_intents_are_corrected_by_name_in_the_order_of_the_taxonomy(
    message_id: int, agent: User
) -> None:
    """
    A person ticks names; confidence and reason follow from that.
    """
    label = api.correct(message_id, "intents", ["refund", "delivery"], agent)

    assert ["delivery", "refund"] == [one.name for one in label.intents]
    assert {1.0} == {one.confidence for one in label.intents}


def test_ticking_no_intent_says_other(message_id: int, agent: User) -> None:
    """
    "None of these" is an answer, not a missing one.
    """
    label = api.correct(message_id, "intents", [], agent)
    assert ["other"] == [one.name for one in label.intents]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("language", "en", "English please"),
        ("tone", 1, 2),
        ("urgency", 2, True),
        ("needs_answer", False, "no"),
        ("irony", True, 1),
        ("intents", ["refund"], ["refund", "unheard_of"]),
        ("intents", [], "refund"),
    ],
)
def test_only_possible_values_are_taken(
    message_id: int, agent: User, field: str, good: object, bad: object
) -> None:
    """
    Allowed and refused for each field, on the same message.
    """
    assert field in api.correct(message_id, field, good, agent).corrected
    with pytest.raises(Problem) as refused:
        api.correct(message_id, field, bad, agent)
    assert "impossible_value" == refused.value.code
    assert str(bad)[:40] in refused.value.sentence


def test_unknown_fields_and_messages_are_refused(message_id: int, agent: User) -> None:
    """
    A stale page must be told, not fail.
    """
    with pytest.raises(Problem, match="colour"):
        api.correct(message_id, "colour", "red", agent)
    with pytest.raises(Problem) as refused:
        api.correct(message_id + 1, "tone", 0, agent)
    assert "unknown_message" == refused.value.code


def test_undoing_puts_back_value_confidence_and_reason(message_id: int, agent: User) -> None:
    """
    As if the key had not been pressed, but for the version and the record.
    """
    before = api.labels([message_id])[message_id]
    api.correct(message_id, "tone", 1, agent)
    (made,) = api.corrections(message_id)
    after = api.undo_correction(made.id, agent)

    assert (before.tone, before.confidences, before.reasons, before.corrected) == (
        after.tone,
        after.confidences,
        after.reasons,
        after.corrected,
    )
    assert api.corrections(message_id)[0].undone_at is not None


def test_undoing_is_refused_twice_and_after_a_later_correction(
    message_id: int, agent: User, owner: User
) -> None:
    """
    Nobody's later word is lost by another's undo.
    """
    api.correct(message_id, "tone", 1, agent)
    first = api.corrections(message_id)[0].id
    api.correct(message_id, "tone", 0, owner)
    second = api.corrections(message_id)[0].id
    with pytest.raises(Problem) as refused:
        api.undo_correction(first, agent)
    assert "changed_since" == refused.value.code
    assert 1 == api.undo_correction(second, owner).tone
    with pytest.raises(Problem) as refused:
        api.undo_correction(second, owner)
    assert "already_undone" == refused.value.code
    assert -1 == api.undo_correction(first, agent).tone


def test_corrections_of_another_brand_are_out_of_reach(
    message_id: int, agent: User, make_other: Callable[[], Workspace]
) -> None:
    """
    Isolation, reading and writing.
    """
    api.correct(message_id, "tone", 1, agent)
    made = api.corrections(message_id)[0].id
    with scope(make_other()):
        assert [] == api.corrections(message_id)
        with pytest.raises(Problem, match="message"):
            api.correct(message_id, "tone", 0, agent)
        with pytest.raises(Problem, match="correction"):
            api.undo_correction(made, agent)


def test_every_reason_the_analysis_gives_is_known_word_for_word() -> None:
    """
    Its sentences stand in triage a second time, where the extraction of texts sees them.
    """
    with translation.override("en"):
        ours = {code: str(said) for code, said in REASONS.items() if code != "corrected"}
    assert dict(REASON_CODES) == ours


def test_every_reason_reads_as_french() -> None:
    with translation.override("fr"):
        french = {code: str(sentence) for code, sentence in REASONS.items()}
    assert [] == [code for code, said in french.items() if said == REASON_CODES.get(code, "")]


def test_reasons_quote_their_evidence() -> None:
    """
    Several reasons are several sentences; an intent as evidence is shown by its name.
    """
    with translation.override("fr"):
        sentence = api.reason_sentence("word:toujours pas|intent:delivery")
    assert "«\u00a0toujours pas\u00a0»" in sentence
    assert "Livraison" in sentence
    assert "" == api.reason_sentence("")
    assert "what it said" == api.reason_sentence("forgotten_code:what it said")


def test_choices_are_offered_in_the_readers_language(workspace: Workspace) -> None:
    with translation.override("fr"):
        assert ["Négatif", "Neutre", "Positif"] == [c.label for c in api.choices("tone")]
        assert "Livraison" in [c.label for c in api.choices("intents")]


def test_the_taxonomy_is_that_of_the_analysis() -> None:
    """
    A name that only one side knows would be shown raw or never found.
    """
    from comptoir.analysis.api import INTENTS

    assert list(INTENTS) == list(api.INTENTS)
