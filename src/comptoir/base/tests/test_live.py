"""The outbox as open pages follow it."""

import pytest

from comptoir.base import live, outbox
from comptoir.base.models import OutboxEvent, Workspace


@pytest.fixture
def told(workspace: Workspace) -> list[int]:
    """Ids of three changes of conversations."""
    return [outbox.publish(workspace.pk, "conversations_changed", threads=[n]) for n in (1, 2, 3)]


def test_a_reader_hears_what_followed_in_order(workspace: Workspace, told: list[int]) -> None:
    heard = live.news(told[0], live.newest())

    assert [(told[1], [2]), (told[2], [3])] == [(one.id, one.payload["threads"]) for one in heard]


def test_steps_of_the_pipeline_are_not_news(workspace: Workspace, told: list[int]) -> None:
    """They happen several times for each message, and show nothing by themselves."""
    last = outbox.publish(workspace.pk, "messages_received", ids=[1])

    assert last == live.newest()
    assert [] == live.news(told[-1], last)


def test_a_brand_hears_of_itself_alone(workspace: Workspace, told: list[int]) -> None:
    other = Workspace.objects.create(slug="ailleurs", name="Ailleurs")
    theirs = outbox.publish(other.pk, "conversations_changed", threads=[9])

    assert [theirs] == [one.id for one in live.news(0, live.newest(), other.pk)]


def test_the_present_is_kept_even_before_the_first_event(db: None) -> None:
    assert live.is_kept(live.newest())


def test_the_past_is_kept_until_it_is_pruned(workspace: Workspace, told: list[int]) -> None:
    """A page that slept longer than the outbox remembers must not believe that it knows all."""
    assert live.is_kept(told[0])

    OutboxEvent.objects.filter(pk__lte=told[1]).delete()

    assert live.is_kept(told[1])
    assert not live.is_kept(told[0])


def test_the_future_is_not_kept(told: list[int]) -> None:
    """After a restore, ids start again below what pages have seen."""
    assert not live.is_kept(told[-1] + 1)
