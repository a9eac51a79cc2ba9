"""Tags on mentions: many at once, never doubled, taken back whole; mentions that come back."""

from collections.abc import Callable
from typing import Any

import pytest

from comptoir.base.erasure import Person
from comptoir.base.errors import Problem
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.listening import api, erasure
from comptoir.listening.mentions import Filter
from comptoir.listening.models import LeftOut, Mention, TagChangeTarget, TaggedMention
from comptoir.triage.tests.conftest import make_other

__all__ = ["make_other"]

Save = Callable[..., int]


@pytest.fixture
def heard(save: Save, say: Any, work: Any) -> list[int]:
    """Four mentions of two people, newest first, and a message that no query found."""
    save("colis")
    said = [say(f"colis {number}", by="lea" if number % 2 else "max") for number in range(4)]
    work(*said, say("bonjour", by="zoe"))
    return sorted((one.pk for one in said), reverse=True)


def named(message: int) -> list[str]:
    return [one.name for one in api.tags_of([message]).get(message, [])]


def test_a_tag_is_put_once_whatever_its_case_or_accents(heard: list[int], owner: User) -> None:
    first = api.tag(heard[:2], " À  suivre ", owner)
    again = api.tag(heard[:3], "a SUIVRE", owner)

    assert ("À suivre", 2) == (first.name, first.changed)
    assert ("À suivre", 1) == (again.name, again.changed)
    assert ["À suivre"] == [one.name for one in api.tags()] == named(heard[0])
    assert 3 == TaggedMention.objects.count()


def test_only_mentions_are_tagged(heard: list[int], say: Any, work: Any, owner: User) -> None:
    """
    A message that no query found, or that is gone, is passed over.
    """
    other = say("bonjour encore")
    work(other)

    assert 1 == api.tag([heard[0], other.pk, 42], "Suivi", owner).changed
    assert [] == named(other.pk)


def test_undoing_puts_back_what_stood_before(heard: list[int], owner: User) -> None:
    """
    What bore the tag already keeps it: only what a change changed is put back.
    """
    api.tag(heard[:1], "Suivi", owner)
    more = api.tag(heard, "Suivi", owner)
    api.undo_tags(more.id, owner)
    assert [["Suivi"], [], [], []] == [named(one) for one in heard]

    off = api.untag(heard, api.tag_named("suivi"), owner)
    assert 1 == off.changed
    api.undo_tags(off.id, owner)
    assert ["Suivi"] == named(heard[0])
    with pytest.raises(Problem, match="already undone"):
        api.undo_tags(off.id, owner)


def test_undoing_stops_where_somebody_went_on(heard: list[int], owner: User) -> None:
    """
    All or none: a tag that another took off meanwhile is not taken off its neighbours.
    """
    made = api.tag(heard, "Suivi", owner)
    api.untag(heard[:1], api.tag_named("Suivi"), owner)

    with pytest.raises(Problem, match="in the meantime"):
        api.undo_tags(made.id, owner)
    assert ["Suivi"] == named(heard[1])


def test_the_stream_is_narrowed_by_tag(heard: list[int], owner: User) -> None:
    api.tag(heard[:2], "Suivi", owner)
    api.tag(heard[1:3], "Presse", owner)
    queries = [one.id for one in api.queries()]
    suivi, presse = api.tag_named("Suivi"), api.tag_named("Presse")

    def found(**wanted: Any) -> list[int]:
        wanted_filter = Filter(**wanted)
        page = [one.message for one in api.mentions(queries, wanted_filter).mentions]
        assert page == api.fitting(queries, wanted_filter, 10)
        assert len(page) == api.count(queries, wanted_filter, 10)
        return page

    assert heard[:2] == found(tags=(suivi,))
    assert heard[:3] == found(tags=(suivi, presse))
    assert heard[3:] == found(untagged=True)


def test_too_many_at_once_are_refused(heard: list[int], owner: User) -> None:
    queries = [one.id for one in api.queries()]
    with pytest.raises(Problem, match="too many"):
        api.fitting(queries, Filter(), 3)
    assert 4 == len(api.fitting(queries, Filter(), 4))
    assert heard[:1] == api.fitting(queries, Filter(within="colis 3"), 1)


def test_tags_are_those_of_one_brand(
    heard: list[int], make_other: Callable[[], Workspace], owner: User
) -> None:
    made = api.tag(heard, "Suivi", owner)
    with scope(make_other()):
        assert [] == api.tags()
        assert {} == api.tags_of(heard)
        assert 0 == api.tag(heard, "Suivi", owner).changed
        with pytest.raises(Problem):
            api.undo_tags(made.id, owner)


@pytest.mark.parametrize("name", ["", "  ", "!!!"])
def test_a_tag_needs_a_name(heard: list[int], owner: User, name: str) -> None:
    with pytest.raises(Problem, match="needs a name"):
        api.tag(heard, name, owner)


def test_what_is_let_in_again_is_there_at_once(heard: list[int], owner: User) -> None:
    """
    As it was found, by the queries that found it; what another exclusion covers stays out, and
    comes back with that one.
    """
    before = list(Mention.objects.order_by("pk").values_list("query", "message", "number"))
    author = api.exclude(heard[0], "author", None, owner)
    alike = api.exclude(heard[2], "alike", None, owner)
    assert (2, 2) == (author.gone, alike.gone)

    assert 0 == api.allow(author.id, owner)
    assert 0 == Mention.objects.count()
    assert 4 == api.allow(alike.id, owner)
    after = Mention.objects.values_list("query", "message", "number")
    assert sorted(before) == sorted(after)
    assert 0 == LeftOut.objects.count()


def test_an_erased_persons_tags_go(
    heard: list[int], workspace: Workspace, say: Any, owner: User
) -> None:
    api.tag(heard, "Suivi", owner)
    api.exclude(heard[0], "author", None, owner)
    (left, *_rest) = LeftOut.objects.select_related("message")
    erasure.erase(Person(workspace.pk, left.message.author_id))

    assert 0 == LeftOut.objects.count()
    assert 2 == TaggedMention.objects.count() == TagChangeTarget.objects.count()
