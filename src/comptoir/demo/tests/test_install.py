from datetime import date

import pytest

from comptoir.base import outbox
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.demo import install as demo
from comptoir.demo.simulation import Simulation, simulate

END = date(2026, 3, 2)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Simulation:
    """The same story, told with a tenth of the people."""
    story = simulate(end=END, scale=0.1)
    monkeypatch.setattr(demo, "simulate", lambda end: story)
    return story


def test_the_sample_shop_is_a_marked_workspace_of_its_own(owner: User, small: Simulation) -> None:
    """
    Simulated people must never be mistaken for customers.
    """
    made = demo.install(owner, END)

    assert made.is_simulation
    with scope(made):
        first = channels.message_ids(limit=100_000)
        assert len(small.messages) == len(first)


def test_the_sample_shop_can_be_worked_like_any_other(owner: User, small: Simulation) -> None:
    """
    It passes through the same steps as an import: threads, labels, conversations.
    """
    made = demo.install(owner, END)
    outbox.drain()

    with scope(made):
        counts = care.counts(owner.pk)
        assert counts["everything"] > counts["unanswered"] > 0


def test_removing_the_sample_shop_leaves_nothing(owner: User, small: Simulation) -> None:
    made = demo.install(owner, END)
    demo.remove(made, owner)

    assert not Workspace.objects.filter(slug="tilleul-braise").exists()


def test_only_a_simulation_goes_without_a_typed_confirmation(
    owner: User, workspace: Workspace
) -> None:
    """
    The one-click way out must not open onto real customers.
    """
    with pytest.raises(ValueError, match="simulation"):
        demo.remove(workspace, owner)
