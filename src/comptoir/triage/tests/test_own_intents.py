"""Own intents: written, seen at work, kept, and what becomes of them."""

import random
from collections.abc import Callable

import pytest

from comptoir.base import erasure
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.triage import api, brand, vectors
from comptoir.triage.models import BrandVersion, Features, Label, OwnIntent
from comptoir.triage.tests.conftest import Say, receive

pytestmark = pytest.mark.usefixtures("meaning")

ITEMS = ["bougie", "théière", "boîte", "tasse", "lampe", "coffret", "plateau", "bol", "carafe", "vase", "cadre", "miroir"]  # fmt: skip
EXAMPLES = "\n".join(f"Pouvez-vous graver un prénom sur la {item} ?" for item in ITEMS)
ORDINARY = ["Où est mon colis {n} ?", "La livraison {n} est en retard", "Bonjour, la taille {n} existe ?", "Merci pour la commande {n}"]  # fmt: skip


def month(say: Say, engraved: int = 6) -> list[Message]:
    """Sixty ordinary messages and some that ask for engraving."""
    rng = random.Random(7)
    texts = [rng.choice(ORDINARY).format(n=number) for number in range(60)]
    texts += [f"Pouvez-vous graver un prénom sur la {item} !" for item in ITEMS[:engraved]]
    return [say(text, by=f"p{number}") for number, text in enumerate(texts)]


def draft(text: str = EXAMPLES, name: str = "Gravure", picked: tuple[int, ...] = ()) -> brand.Draft:
    return brand.draft(name, "Veut un nom gravé", text, picked)


def test_a_preview_says_what_would_be_sorted_and_writes_no_label(say: Say) -> None:
    """
    Ten examples, last month, at once: how many, and which.
    """
    messages = month(say)
    receive(*messages[:3])
    before = list(Label.objects.order_by("pk").values())
    found = brand.preview(draft())

    wanted = {one.pk for one in messages[60:]}
    assert (66, 66, 6) == (found.read, found.total, found.count)
    assert wanted == {one.message_id for one in found.surest}
    assert before == list(Label.objects.order_by("pk").values())
    assert 0 == OwnIntent.objects.count() + BrandVersion.objects.count()


def test_a_preview_counts_what_the_messages_carry_now(say: Say) -> None:
    messages = month(say)
    receive(*messages)
    Label.objects.filter(pk__in=[one.pk for one in messages[60:64]]).update(
        intents=[{"name": "job_application", "confidence": 1.0, "reason": ""}]
    )

    assert ("job_application", 4) in brand.preview(draft()).carried


def test_what_was_encoded_once_is_not_encoded_again(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The second look at a month has only the examples left to encode.
    """
    month(say)
    brand.preview(draft())
    asked: list[int] = []
    real = vectors.of_texts

    def counted(texts: list[str], *more: object) -> object:
        asked.append(len(texts))
        return real(texts)

    monkeypatch.setattr(vectors, "of_texts", counted)
    brand.preview(draft())

    assert [len(ITEMS)] == asked


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("\n".join(EXAMPLES.splitlines()[:9]), 9),
        ("\n".join(["Graver un prénom"] * 12), 1),
        ("\n".join(["- Graver un prénom !", "graver un PRENOM", "• Graver un prénom ?"] * 4), 1),
    ],
)
def test_fewer_than_ten_different_examples_are_refused(
    workspace: Workspace, text: str, count: int
) -> None:
    """
    Case, accents, marks and list signs do not make another example.
    """
    with pytest.raises(Problem) as refused:
        draft(text)
    assert ("too_few_examples", count) == (refused.value.code, refused.value.fields["count"])


def test_repeated_lines_are_left_out_and_counted(workspace: Workspace) -> None:
    made = draft(f"{EXAMPLES}\n{EXAMPLES.splitlines()[0].upper()}")
    assert (len(ITEMS), 1) == (len(made.examples), made.repeated)


def test_examples_like_a_known_intent_are_said_to_be(say: Say) -> None:
    """
    "Where is my parcel" under a new name would split what is one.
    """
    month(say)
    parcels = "\n".join(f"Mon colis {item} est perdu" for item in ITEMS)

    assert ["delivery"] == [one.name for one in brand.preview(draft(parcels)).lookalikes]
    assert () == brand.preview(draft()).lookalikes


def test_a_kept_intent_is_chosen_corrected_and_named_everywhere(say: Say, agent: User) -> None:
    messages = month(say)
    receive(messages[0])
    made = brand.add(draft(), agent)

    assert "own_gravure" == made.slug
    assert "Gravure" in [one.label for one in api.choices("intents")]
    label = api.correct(messages[0].pk, "intents", [made.slug, "delivery"], agent)
    assert ["delivery", "own_gravure"] == [one.name for one in label.intents]
    assert "Gravure" == api.intent_name(made.slug)
    assert 1 == AuditEntry.objects.filter(verb="triage.intent_added", actor=agent).count()


def test_a_kept_intent_makes_a_version_that_reads(say: Say, agent: User) -> None:
    """
    Its head is stored with the version, and finds what the preview found.
    """
    from comptoir.triage import versions

    messages = month(say)
    brand.add(draft(), agent)
    model = versions.brand_model()

    assert model is not None
    assert model.intents is not None
    assert ("own_gravure",) == model.intents.names
    known = vectors.of_messages([messages[0].pk, messages[65].pk])
    assert [[False], [True]] == model.intents.holds(known.vectors, known.texts).tolist()
    assert versions.stamp().endswith("+brand 1")


def test_the_past_waits_until_it_is_read_again(say: Say, agent: User, workspace: Workspace) -> None:
    messages = month(say)
    receive(*messages)
    assert 0 == brand.relabelling().older
    brand.add(draft(), agent)

    assert len(messages) == brand.relabelling().older


@pytest.mark.parametrize("name", ["gravure", "Delivery", "DELIVERY"])
def test_a_name_is_given_once(say: Say, agent: User, name: str) -> None:
    month(say)
    brand.add(draft(), agent)
    with pytest.raises(Problem) as refused:
        brand.add(draft(name=name), agent)
    assert "intent_exists" == refused.value.code


def test_pausing_and_resuming_change_what_reads(say: Say, agent: User) -> None:
    from comptoir.triage import versions

    month(say)
    made = brand.add(draft(), agent)
    brand.pause(made.id, agent)
    assert versions.brand_model() is None
    brand.resume(made.id, agent)
    model = versions.brand_model()
    assert model is not None
    assert model.intents is not None


def test_a_deleted_intent_keeps_its_name_for_old_labels_alone(say: Say, agent: User) -> None:
    """
    A person's word stands, and reads well; nobody can choose the intent again.
    """
    messages = month(say)
    receive(messages[0])
    made = brand.add(draft(), agent)
    api.correct(messages[0].pk, "intents", [made.slug], agent)
    brand.delete(made.id, agent)

    assert [] == brand.own_intents()
    assert "Gravure" == api.intent_name(made.slug)
    assert made.slug not in api.intent_names()
    assert [] == OwnIntent.objects.get().examples
    assert "own_gravure_2" == brand.add(draft(), agent).slug


def test_messages_that_people_gave_an_intent_teach_it(say: Say, agent: User) -> None:
    """
    "Personnaliser" is in no example; two corrections say it is the same wish.
    """
    from comptoir.triage import own_intents, versions

    messages = month(say)
    odd = [say(f"Personnaliser mon achat {word}", by=f"q{word}") for word in ("un", "deux", "dix")]
    receive(*odd)
    made = brand.add(draft(), agent)
    for one in odd[:2]:
        api.correct(one.pk, "intents", [made.slug], agent)
    with versions.locked():
        own_intents.renew(agent)
    row = BrandVersion.objects.get(active=True)

    assert {one.pk for one in odd[:2]} <= set(row.learnt_from["intents"])
    assert messages


def test_an_erased_persons_words_leave_the_examples(say: Say, agent: User) -> None:
    """
    Picked from the desk or typed again: their words go, and the version learnt from them too.
    """
    messages = month(say, engraved=0)
    picked = say("Graver Camille sur la bougie", by="zoe")
    typed = "Écrire un mot doux sur le coffret"
    say(typed, by="zoe")
    text = "\n".join([*EXAMPLES.splitlines()[:9], picked.text, typed])
    made = brand.add(draft(text, picked=(picked.pk,)), agent)
    assert picked.pk in [one.message for one in made.examples]
    erasure.erase(erasure.Person(picked.workspace_id, picked.author_id))

    left = brand.own_intent(made.id)
    assert 9 == len(left.examples)
    assert "paused" == left.state
    row = BrandVersion.objects.get(number=1)
    assert (b"", False) == (bytes(row.intents), row.active)
    assert row.withdrawn_at is not None
    assert {one.pk for one in messages} >= set(Features.objects.values_list("pk", flat=True))


def test_an_erased_persons_name_leaves_the_examples_of_others(say: Say, agent: User) -> None:
    month(say)
    gone = say("Merci", by="marie")
    text = f"{EXAMPLES}\nComme @marie, je veux un prénom gravé"
    made = brand.add(draft(text), agent)
    erasure.erase(erasure.Person(gone.workspace_id, gone.author_id))

    assert "Comme @…, je veux un prénom gravé" == brand.own_intent(made.id).examples[-1].text


def test_intents_of_another_brand_are_out_of_reach(
    say: Say, agent: User, make_other: Callable[[], Workspace]
) -> None:
    month(say)
    made = brand.add(draft(), agent)
    with scope(make_other()):
        assert [] == brand.own_intents()
        assert made.slug not in api.intent_names()
        with pytest.raises(Problem, match="does not exist"):
            brand.own_intent(made.id)


def test_without_messages_nothing_can_be_compared(workspace: Workspace) -> None:
    with pytest.raises(Problem) as refused:
        brand.preview(draft())
    assert "no_messages" == refused.value.code


def test_a_version_that_adds_an_intent_keeps_what_was_taught(say: Say, agent: User) -> None:
    """
    Two versions with the same lessons are told to be alike; nobody is sent from one to the other.
    """
    from comptoir.triage import versions

    month(say)
    with versions.locked():
        versions.keep(active=True, cause="corrections", deltas=b"{}\n", adopted=True)
    brand.add(draft(), agent)

    assert [(2, True, True), (1, False, True)] == [
        (one.number, one.active, one.taught_alike) for one in brand.versions()
    ]
