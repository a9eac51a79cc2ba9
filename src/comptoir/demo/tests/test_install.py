from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from comptoir.base import outbox
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.demo import install as demo
from comptoir.demo import rival
from comptoir.demo.simulation import Simulation, simulate
from comptoir.listening import api as listening
from comptoir.listening.alerting import api as alerting
from comptoir.listening.rivals import api as rivals
from comptoir.listening.watching import api as watching
from comptoir.listening.watching import diffing, visiting
from comptoir.triage.topics import Days

END = date(2026, 3, 2)


@pytest.fixture(scope="module")
def story() -> Simulation:
    return simulate(end=END, scale=0.1)


@pytest.fixture
def small(story: Simulation, monkeypatch: pytest.MonkeyPatch) -> Simulation:
    """The same story, told with a tenth of the people."""
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
        assert len(small.messages) + len(list(rival.posts(END))) == len(first)


def test_the_sample_shop_can_be_worked_like_any_other(owner: User, small: Simulation) -> None:
    """
    It passes through the same steps as an import: threads, labels, conversations.
    """
    made = demo.install(owner, END)
    outbox.drain()

    with scope(made):
        counts = care.counts(owner.pk)
        assert counts["everything"] > counts["unanswered"] > 0


def test_the_sample_shop_listens(owner: User, small: Simulation) -> None:
    """
    Each of its queries finds something in its own messages, and its alerts are on.
    """
    made = demo.install(owner, END)
    outbox.drain()

    with scope(made):
        queries = listening.queries()
        counts = listening.counts(one.id for one in queries)
        assert {"brand", "product", "rival", "topic"} == {one.kind for one in listening.folders()}
        assert {one.id for one in queries} == set(counts), [
            one.name for one in queries if one.id not in counts
        ]
        assert [True, True] == [one.is_on and not one.deaf for one in alerting.alerts()]


def test_an_alert_of_the_sample_shop_has_gone_off(owner: User, small: Simulation) -> None:
    """
    It was set before the worst week, and tells of that week, with the messages it counted.
    """
    made = demo.install(owner, END)

    with scope(made):
        told = [one for one in alerting.firings() if one.kind == "word"]
        assert told
        assert {small.crisis} >= {min(one.ends_at for one in told).date()}
        assert alerting.messages_of(told[-1].id)


def test_pages_of_the_invented_rival_changed_without_a_request(
    owner: User, small: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A simulator answers in the place of a site, says that it is one, and nothing leaves.
    """
    monkeypatch.setattr(visiting, "guarded", None)
    made = demo.install(owner, END)

    with scope(made):
        pages = watching.pages().rows
        assert [("active", {}), ("active", {})] == [(one.state, one.problem) for one in pages]
        assert all("simulé" in one.draft.name for one in pages)
        changed = {one.change.kind for one in watching.changes()}
    assert {diffing.PRICE, diffing.PROMO_BEGAN, diffing.AVAILABILITY} <= changed


@pytest.mark.parametrize("language", ["fr", "en"])
def test_names_in_the_sample_shop_are_its_readers(
    owner: User, small: Simulation, language: str
) -> None:
    owner.language = language
    made = demo.install(owner, END)

    with scope(made):
        named = {one.name for one in listening.folders()} | {q.name for q in listening.queries()}
    assert ("Produits" in named, "Products" in named) == (language == "fr", language == "en")


def test_the_sample_shop_has_a_rival_that_presses(owner: User, small: Simulation) -> None:
    """
    Its last week stands out against its own past, with new offers.
    """
    made = demo.install(owner, END)
    start = datetime.combine(END, time(), ZoneInfo(made.zone)) - timedelta(days=7)
    days = Days(start - timedelta(days=7), start, start + timedelta(days=7))

    with scope(made):
        [one] = rivals.rivals()
        found = rivals.published(one.id, days)
        assert 12 == found.habit.compared
        assert "more" == found.measures["pressure"].verdict
        assert {"20", "29.90 EUR", "1+1"} == {
            each.offer.value for each in found.offers if each.is_new
        }
        assert ["@tilleulbraise"] == [word for word, _count in found.words["names"]]


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
