"""Saved queries: what they find of what arrives and of the past, and how they change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from comptoir.analysis.queries import QueryError
from comptoir.base import erasure, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.listening import api, past, scanning
from comptoir.listening.models import Exclusion, Mention, PastRun
from comptoir.triage.tests.conftest import START, Say

Save = Callable[..., int]
Work = Callable[..., None]


def found(query: int, **wanted: Any) -> list[int]:
    return [one.message for one in api.mentions([query], api.Filter(**wanted)).mentions]


def test_a_saved_query_finds_what_arrives_from_then_on(say: Say, work: Work, save: Save) -> None:
    """
    Who saves a query expects the next message to be in its stream, and no other.
    """
    before = say("Mon colis a du retard")
    work(before)
    query = save('colis NEAR/3 retard AND NOT "pas de retard"')
    late, fine = say("Encore un COLIS en retard !"), say("Colis reçu, pas de retard")
    work(late, fine)

    assert [late.pk] == found(query)


def test_hearing_twice_is_one_mention(say: Say, work: Work, save: Save) -> None:
    """
    Events are told at least once; a stream must not show a message twice.
    """
    query = save("panne")
    message = say("panne depuis hier")
    work(message)
    work(message)

    assert 1 == Mention.objects.filter(query_id=query).count()


def test_what_triage_says_can_be_asked_for(say: Say, work: Work, save: Save, owner: User) -> None:
    """
    A correction changes what a query on tone finds, at once.
    """
    from comptoir.triage import api as triage

    query = save("sentiment:positive")
    message = say("Horrible, arrivé cassé, plus jamais")
    work(message)
    assert [] == found(query)

    triage.correct(message.pk, "tone", 1, owner)
    work()

    assert [message.pk] == found(query)


def test_a_new_version_is_what_listens(say: Say, work: Work, save: Save, owner: User) -> None:
    """
    The text somebody adopted counts from the next message on; older mentions tell what found
    them.
    """
    query = save("colis")
    first = say("mon colis")
    work(first)
    now = api.query(query)
    api.change(query, api.Draft(now.name, now.folder, "paquet"), owner)
    second, third = say("un paquet"), say("un colis")
    work(second, third)

    assert [second.pk, first.pk] == found(query)
    assert {first.pk: 1, second.pk: 2} == dict(Mention.objects.values_list("message_id", "number"))
    assert [2, 1] == [one.number for one in api.versions(query)]


def test_going_back_is_a_version_of_its_own(save: Save, owner: User) -> None:
    """
    What was in use when must stay true, so the past is never rewritten.
    """
    query = save("colis")
    now = api.query(query)
    api.change(query, api.Draft(now.name, now.folder, "paquet"), owner)

    assert (3, "colis") == (api.go_back(query, 1, owner).number, api.query(query).text)
    with pytest.raises(Problem, match="no such version"):
        api.go_back(query, 9, owner)


def test_renaming_is_no_version(save: Save, owner: User) -> None:
    query = save("colis")
    now = api.query(query)
    api.change(query, api.Draft("Livraisons", now.folder, now.text), owner)

    assert ("Livraisons", 1) == (api.query(query).name, api.query(query).number)


def test_a_query_that_fails_its_examples_is_not_saved(save: Save) -> None:
    """
    Examples are kept with a query so that nobody breaks it unawares.
    """
    with pytest.raises(Problem) as refused:
        save("colis", must=("mon paquet",), must_not=("colis reçu",))

    assert "examples_fail" == refused.value.code
    assert "mon paquet" in refused.value.sentence
    assert [] == api.queries()


def test_what_is_no_query_is_refused_where_it_breaks(save: Save) -> None:
    with pytest.raises(QueryError) as refused:
        save("colis AND (retard")

    assert 10 == refused.value.position


def test_the_past_is_asked_on_demand(
    say: Say, work: Work, save: Save, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    In portions, from the newest on; what is older than asked for is left.
    """
    monkeypatch.setattr(scanning, "AT_ONCE", 3)
    monkeypatch.setattr(past, "PATIENCE", 0)
    messages = [say(f"colis {number}" if number % 2 else f"rien {number}") for number in range(10)]
    work(*messages)
    query = save("colis")
    api.ask_past(query, START + timedelta(minutes=4), owner)
    work()

    (run,) = api.past_runs(query)
    wanted = [
        one.pk
        for one in messages
        if "colis" in one.text and one.sent_at >= START + timedelta(minutes=4)
    ]
    assert sorted(wanted, reverse=True) == found(query)
    assert ("done", run.total, len(wanted)) == (run.state, run.read, run.found)


def test_a_worker_killed_on_the_past_goes_on_where_it_was(
    say: Say, work: Work, save: Save, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Each portion leaves word of its end in the transaction that writes it.
    """
    monkeypatch.setattr(scanning, "AT_ONCE", 2)
    monkeypatch.setattr(past, "PATIENCE", 0)
    work(*[say(f"colis {number}") for number in range(6)])
    query = save("colis")
    run = api.ask_past(query, None, owner)
    past.write(past.read(run))
    again = past.read(run)
    past.write(again)
    past.write(again)

    assert 4 == PastRun.objects.get(pk=run).read
    work()
    assert (6, 6) == (len(found(query)), PastRun.objects.get(pk=run).found)


def test_another_version_ends_a_run_on_the_past(
    say: Say, work: Work, save: Save, owner: User
) -> None:
    work(say("colis"))
    query = save("colis")
    run = api.ask_past(query, None, owner)
    now = api.query(query)
    api.change(query, api.Draft(now.name, now.folder, "paquet"), owner)
    work()

    assert ("stopped", []) == (PastRun.objects.get(pk=run).state, found(query))


def test_a_preview_tells_days_and_how_much_it_read(say: Say, work: Work, save: Save) -> None:
    messages = [
        say("colis perdu", minutes=1),
        say("colis reçu", minutes=60 * 24),
        say("bonjour", minutes=60 * 24 + 1),
    ]
    work(*messages)

    seen = api.preview("colis")

    assert (2, 3, 3, True) == (seen.found, seen.read, seen.total, seen.whole)
    assert [messages[1].pk, messages[0].pk] == list(seen.ids)
    assert [1, 1] == [count for _day, count in seen.days][-2:]
    assert 30 == len(seen.days)


def test_a_preview_out_of_patience_says_so(
    say: Say, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "AT_ONCE", 1)
    work(*[say(f"colis {number}") for number in range(3)])

    seen = api.preview("colis", patience=0)

    assert (1, 3, False) == (seen.read, seen.total, seen.whole)


def test_the_difference_between_two_versions_is_seen_before(say: Say, work: Work) -> None:
    kept, gained, lost = say("colis et paquet"), say("paquet"), say("colis")
    work(kept, gained, lost)

    seen = api.difference("colis", "paquet")

    assert (1, 1, 1) == (seen.kept, seen.gained, seen.lost)
    assert ([gained.pk], [lost.pk]) == (list(seen.gained_ids), list(seen.lost_ids))


@pytest.mark.parametrize(
    ("kind", "left"), [("author", ["noise 3"]), ("alike", ["noise 2", "noise 3"])]
)
def test_never_again(
    say: Say, work: Work, save: Save, owner: User, kind: str, left: list[str]
) -> None:
    """
    What is excluded goes from the stream and stays out of it, of this query or of all.
    """
    query, other = save("noise"), save("noise OR silence", "other")
    first, second, third = say("noise 1", by="bot"), say("noise 2", by="bot"), say("noise 3")
    Message.objects.filter(pk=second.pk).update(text="noise 2")
    work(first, second, third)
    api.exclude(first.pk, kind, query, owner)
    if kind == "author":
        work(say("noise 4", by="bot"))

    texts = [Message.objects.get(pk=one).text for one in found(query)]
    assert not {"noise 1", "noise 4"} & set(texts)
    assert set(texts) <= set(left) | {"noise 3"}
    assert first.pk in found(other)

    (kept,) = api.exclusions()
    api.allow(kept.id, owner)
    assert [] == api.exclusions()


def test_a_site_can_be_left_out_for_all(say: Say, work: Work, save: Save, owner: User) -> None:
    query = save("test")
    here, there = say("test"), say("test")
    Message.objects.filter(pk=here.pk).update(url="https://www.spam.example/a")
    Message.objects.filter(pk=there.pk).update(url="https://notspam.example/spam.example")
    work(here, there)

    assert 1 == api.exclude(here.pk, "site", None, owner).gone
    assert [there.pk] == found(query)
    with pytest.raises(Problem, match="no site"):
        api.exclude(say("test").pk, "site", None, owner)


def test_a_stream_is_filtered_in_the_same_language(say: Say, work: Work, save: Save) -> None:
    query = save("colis")
    late, fine, ours = (
        say("colis en retard"),
        say("colis parfait, merci !"),
        say("colis parti", by="citron", own=True),
    )
    work(late, fine, ours)

    assert [fine.pk, late.pk] == found(query)
    assert [ours.pk, fine.pk, late.pk] == found(query, own=True)
    assert [late.pk] == found(query, within="retard")
    assert [fine.pk] == found(query, tones=(1,))
    assert [] == found(query, channel="email")


def test_a_stream_comes_in_pages(say: Say, work: Work, save: Save) -> None:
    query = save("colis")
    messages = [say(f"colis {number}") for number in range(5)]
    work(*messages)

    first = api.mentions([query], limit=2)
    second = api.mentions([query], before=first.before, limit=2)
    third = api.mentions([query], before=second.before, limit=2)

    told = [one.message for page in (first, second, third) for one in page.mentions]
    assert [one.pk for one in messages][::-1] == told
    assert third.before is None


def test_paused_is_silent_and_deleted_is_gone(
    say: Say, work: Work, save: Save, owner: User
) -> None:
    query = save("colis")
    work(say("colis 1"))
    api.pause(query, owner)
    work(say("colis 2"))
    assert 1 == len(found(query))
    api.resume(query, owner)
    work(say("colis 3"))
    assert 2 == len(found(query))

    api.delete(query, owner)
    assert ([], []) == (found(query), api.queries())
    with pytest.raises(Problem, match="any more"):
        api.query(query)


def test_folders_hold_queries(save: Save, owner: User) -> None:
    query = save("colis")
    (folder,) = api.folders()
    assert ("brand", "Citron", 1) == (folder.kind, folder.name, folder.queries)
    with pytest.raises(Problem, match="still holds"):
        api.delete_folder(folder.id, owner)
    with pytest.raises(Problem, match="already"):
        api.add_folder("rival", "citron", owner)
    with pytest.raises(Problem, match="about"):
        api.add_folder("planet", "Mars", owner)

    api.delete(query, owner)
    api.delete_folder(folder.id, owner)
    assert [] == api.folders()


def test_brands_do_not_hear_each_other(say: Say, work: Work, save: Save) -> None:
    query = save("colis")
    work(say("colis"))
    other = Workspace.objects.create(slug="autre", name="Autre")
    with scope(other):
        assert ([], []) == (api.queries(), found(query))


def test_erasing_a_person_leaves_no_mention(say: Say, work: Work, save: Save, owner: User) -> None:
    query = save("colis")
    theirs, others = say("colis volé", by="lea"), say("colis", by="tom")
    work(theirs, others)
    api.exclude(others.pk, "author", None, owner)
    api.exclude(theirs.pk, "alike", query, owner)
    erasure.erase(erasure.Person(theirs.workspace_id, theirs.author_id))

    assert not Mention.objects.filter(message_id=theirs.pk).exists()
    assert ["author"] == list(Exclusion.objects.values_list("kind", flat=True))
    outbox.drain()
