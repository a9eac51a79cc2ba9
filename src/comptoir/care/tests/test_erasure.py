"""Being forgotten."""

from comptoir.base import outbox
from comptoir.base.erasure import Person, rules
from comptoir.base.models import User, Workspace
from comptoir.care import api
from comptoir.care import models as care
from comptoir.care.erasure import erase
from comptoir.care.models import Note
from comptoir.care.tests.conftest import ASK, Hear, only, thread_of
from comptoir.channels.models import Author, Message
from comptoir.triage.erasure import erase as erase_labels
from comptoir.triage.models import Label


def test_notes_words_and_labels_go_with_the_person(
    hear: Hear, agent: User, workspace: Workspace
) -> None:
    """
    Both erasers, then what channels does, then the pipeline: nothing of them is left.
    """
    first = hear(ASK)
    hear("Bonjour Léa", to="m1", own=True)
    kept = thread_of(hear(ASK, by="paul"))
    thread = thread_of(first)
    api.note(thread, "Léa est allergique", actor=agent)
    api.note(kept, "Paul rappelle demain", actor=agent)
    lea = Person(workspace.pk, Author.objects.get(handle="lea").pk)

    assert 0 < erase(lea)
    assert 0 < erase_labels(lea)
    Message.objects.filter(author_id=lea.author_id).delete()
    outbox.drain()

    found = {one.id: one for one in api.inbox(api.Filters()).items}
    assert {thread, kept} == set(found)
    assert ("Bonjour Léa", None, 0) == (
        found[thread].subject,
        found[thread].customer,
        found[thread].received,
    )
    assert ["Paul rappelle demain"] == list(Note.objects.values_list("text", flat=True))
    assert 2 == Label.objects.count()


def test_erasing_twice_is_harmless(hear: Hear, workspace: Workspace) -> None:
    hear(ASK)
    lea = Person(workspace.pk, Author.objects.get(handle="lea").pk)
    for _ in range(2):
        erase(lea)
        erase_labels(lea)
        Message.objects.filter(author_id=lea.author_id).delete()
        outbox.drain()

    assert () == api.inbox(api.Filters()).items


def test_one_who_was_only_answered_is_forgotten_too(hear: Hear, workspace: Workspace) -> None:
    """
    The brand's answer names them even where their own messages are missing.
    """
    hear("Bonjour, votre numéro ?", own=True, in_reply_to_handle="Paul_75")
    paul = Author.objects.create(workspace=workspace, channel="x", key="paul_75", handle="Paul_75")
    assert "Paul_75" == only().customer.handle  # type: ignore[union-attr]
    assert 1 == erase(Person(workspace.pk, paul.pk))


def test_every_model_of_care_has_its_rule() -> None:
    names = {name for name in vars(care) if getattr(vars(care)[name], "_meta", None)}
    ours = {name for name in names if vars(care)[name]._meta.app_label == "care"}
    assert {f"care.{name}" for name in ours} <= set(rules())
