"""Being forgotten."""

from comptoir.base import erasure, outbox
from comptoir.base.models import OutboxCursor, User, Workspace
from comptoir.care import api
from comptoir.care import models as care
from comptoir.care.models import Note
from comptoir.care.tests.conftest import ASK, Hear, thread_of
from comptoir.channels.models import Author
from comptoir.triage.models import Label


def test_notes_words_and_labels_go_with_the_person(
    hear: Hear, agent: User, workspace: Workspace
) -> None:
    """
    All stores, then the pipeline: nothing of them is left, nothing of others is lost.
    """
    thread = thread_of(hear(ASK))
    hear("Bonjour Léa", to="m1", own=True)
    kept = thread_of(hear(ASK, by="paul"))
    api.note(thread, "Léa est allergique", actor=agent)
    api.note(kept, "Paul rappelle demain", actor=agent)
    erasure.erase(_lea(workspace))
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
    assert 0 == OutboxCursor.objects.exclude(failures=0).count()


def test_erasing_twice_is_harmless(hear: Hear, workspace: Workspace) -> None:
    hear(ASK)
    lea = _lea(workspace)
    for _ in range(2):
        erasure.erase(lea)
        outbox.drain()

    assert () == api.inbox(api.Filters()).items


def _lea(workspace: Workspace) -> erasure.Person:
    return erasure.Person(workspace.pk, Author.objects.get(handle="lea").pk)


def test_every_model_of_care_has_its_rule() -> None:
    names = {name for name in vars(care) if getattr(vars(care)[name], "_meta", None)}
    ours = {name for name in names if vars(care)[name]._meta.app_label == "care"}
    assert {f"care.{name}" for name in ours} <= set(erasure.rules())
