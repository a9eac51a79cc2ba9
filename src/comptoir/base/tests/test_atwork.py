"""Whether anybody is there to answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from comptoir.base import atwork, clock
from comptoir.base.models import User, Workspace


def test_somebody_is_there_while_a_page_is_open(workspace: Workspace, agent: User) -> None:
    assert not atwork.anybody()

    atwork.note([(workspace.pk, agent.pk)])
    atwork.note([(workspace.pk, agent.pk)])

    assert atwork.anybody()


def test_who_closed_the_page_is_soon_away(
    workspace: Workspace, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    atwork.note([(workspace.pk, agent.pk)])
    later = clock.now() + atwork.LIFE + timedelta(seconds=1)

    monkeypatch.setattr(clock, "now", lambda: later)

    assert not atwork.anybody()


def test_who_may_not_answer_does_not_count(
    workspace: Workspace, person: Callable[..., User]
) -> None:
    """An analyst who reads figures will not see the visitor's question."""
    atwork.note([(workspace.pk, person("analyst").pk)])
    assert not atwork.anybody()

    atwork.note([(workspace.pk, person("manager").pk)])
    assert atwork.anybody()


def test_another_brand_is_not_served_by_it(workspace: Workspace, agent: User) -> None:
    other = Workspace.objects.create(slug="other", name="Other")

    atwork.note([(other.pk, agent.pk)])

    assert not atwork.anybody()
