"""Inbox, search, timeline, history, saved views."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.utils import translation

from comptoir.base import clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.care import api, inbox
from comptoir.care.tests.conftest import ASK, LATER, Hear, only, thread_of

Ask = Callable[[str], api.Page]


@pytest.fixture
def seven(hear: Hear) -> list[int]:
    """Seven conversations about a parcel, newest first; the second oldest is revived last."""
    threads = [thread_of(hear(f"{ASK} {name}", by=name, name=name)) for name in "abcdefg"]
    hear("Toujours rien pour mon colis ?", by="b", to="b", minutes=60)
    return [threads[1], *reversed([one for one in threads if one != threads[1]])]


@pytest.mark.parametrize(
    "filters",
    [
        api.Filters(),
        api.Filters(view="unanswered"),
        api.Filters(words="colis"),
        api.Filters(channels=("x",)),
        api.Filters(view="unanswered", words="colis", intents=("delivery",)),
    ],
)
def test_pages_follow_one_another_both_ways(seven: list[int], filters: api.Filters) -> None:
    """
    Each conversation once, newest first, and back the same way, whatever answers.
    """
    first = api.inbox(filters, limit=3)
    second = api.inbox(filters, first.next_cursor, limit=3)
    third = api.inbox(filters, second.next_cursor, limit=3)
    back = api.inbox(filters, third.previous_cursor, limit=3)
    start = api.inbox(filters, back.previous_cursor, limit=3)

    assert seven == [one.id for page in (first, second, third) for one in page.items]
    assert ("", "") == (first.previous_cursor, third.next_cursor)
    assert (second.items, first.items) == (back.items, start.items)


def test_a_foreign_cursor_gives_the_first_page(seven: list[int]) -> None:
    """
    Cursors come from addresses, so from anybody.
    """
    for filters in (api.Filters(), api.Filters(words="colis")):
        for cursor in ("", "zzz", "b123", "sAAAA", "a", "s", "b'; DROP TABLE", "sé.ü"):
            assert seven[:2] == [one.id for one in api.inbox(filters, cursor, 2).items]


def test_a_search_shows_the_words_it_found(hear: Hear) -> None:
    """
    The line shows the message that matched, not the latest.
    """
    hear("Mon fauteuil jaune est cassé")
    hear("Bonjour, nous regardons", to="m1", own=True)
    (found,) = api.inbox(api.Filters(words="fauteuil")).items

    assert "Mon fauteuil jaune est cassé" == found.match
    assert "Bonjour, nous regardons" == found.preview


def test_a_word_far_into_a_message_is_shown_with_what_surrounds_it(hear: Hear) -> None:
    """
    A list shows forty characters or so: the reason a message was found must be among them.
    """
    hear("Bonjour, " + "je vous écris encore une fois, " * 8 + "mon Café est arrivé froid")
    (found,) = api.inbox(api.Filters(words="cafe")).items

    assert "… une fois, mon Café est arrivé froid" == found.match


def test_customers_are_found_by_their_handle(hear: Hear) -> None:
    hear("Bonjour", by="Citronnelle")
    assert 1 == len(api.inbox(api.Filters(words="citronnelle")).items)
    assert 0 == len(api.inbox(api.Filters(words="verveine")).items)


@pytest.mark.parametrize(
    ("finds", "misses"),
    [
        ({"channels": ("x",)}, {"channels": ("reviews",)}),
        ({"languages": ("fr",)}, {"languages": ("en",)}),
        ({"tones": (-1,)}, {"tones": (1, 0)}),
        ({"intents": ("delivery", "praise")}, {"intents": ("praise",)}),
        ({"states": ("open",)}, {"states": ("closed",)}),
        ({"assignees": (api.NOBODY,)}, {"assignees": (4,)}),
        ({"since": date(2026, 3, 2)}, {"since": date(2026, 3, 3)}),
        ({"until": date(2026, 3, 2)}, {"until": date(2026, 3, 1)}),
        ({"view": "unanswered", "words": "commande"}, {"view": "snoozed", "words": "commande"}),
        ({"view": "complaints", "words": "commande"}, {"view": "mine", "words": "commande"}),
        ({"words": '"toujours pas"'}, {"words": '"pas toujours"'}),
        ({"words": "comm"}, {"words": "-commande honteux"}),
    ],
)
def test_each_filter_finds_and_misses(
    hear: Hear, finds: dict[str, object], misses: dict[str, object]
) -> None:
    """
    Allowed and refused for each filter on the same conversation.
    """
    hear("Toujours pas reçu ma commande, c’est honteux, répondez ! Quelle déception !")
    for asked, number in ((finds, 1), (misses, 0)):
        filters = api.Filters(**asked)  # type: ignore[arg-type]
        assert number == len(api.inbox(filters).items)
        assert filters == api.Filters.from_json(filters.as_json())


def test_days_are_those_of_the_workspace(hear: Hear) -> None:
    """
    23:30 UTC is the next day in Paris.
    """
    hear(ASK, minutes=14 * 60 + 30)
    assert 0 == len(api.inbox(api.Filters(until=date(2026, 3, 2))).items)
    assert 1 == len(api.inbox(api.Filters(since=date(2026, 3, 3))).items)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's own plans")
@pytest.mark.parametrize("view", api.VIEWS)
def test_every_view_is_read_from_its_own_index(seven: list[int], view: api.View) -> None:
    """
    A list or a count that walked the table would be slow on the day it matters.
    """
    values = inbox._values(1) | {"below": 1 << 62, "above": None, "limit": 50}
    where = inbox._CONDITIONS[view]
    order = "+last_message" if view == "snoozed" else "last_message"
    listing = f"SELECT last_message, thread_id {inbox._FROM}{where} AND last_message < %(below)s ORDER BY {order} DESC LIMIT %(limit)s"
    for statement in (listing, f"SELECT COUNT(*) {inbox._FROM}{where}"):
        plan = " ".join(row[3] for row in inbox._rows("EXPLAIN QUERY PLAN " + statement, values))
        names = {"mine": "assigned", "complaints": "complaint", "everything": "newest"}
        assert f"conversation_{names.get(view, view)}" in plan
        assert ("TEMP B-TREE" in plan) is (view == "snoozed" and "ORDER" in statement)


def test_a_timeline_is_in_order_and_pages_lose_nothing(hear: Hear, agent: User) -> None:
    """
    Notes and actions at the same instant stand beside one another, each once.
    """
    thread = thread_of(hear(ASK))
    hear("Le voici.", to="m1", own=True)
    for number in range(5):
        api.note(thread, f"note {number}", actor=agent)
    api.assign(thread, agent.pk, actor=agent)
    api.close(thread, actor=agent)
    api.mark_answered(thread, "dit au téléphone", actor=agent)
    whole = api.timeline(thread).entries
    pages, cursor = [], ""
    while page := api.timeline(thread, cursor, limit=2):
        pages.append(page.entries)
        cursor = page.earlier
        if not cursor:
            break

    assert list(whole) == [entry for page in reversed(pages) for entry in page]
    assert ["message", "message", *["note"] * 5, "answer", "action", "action"] == [
        entry.kind for entry in whole
    ]
    assert whole[0].label is not None


def test_an_imported_conversation_says_why_it_cannot_be_answered_here(hear: Hear) -> None:
    """
    Never a button that does nothing: the reason, and where to go.
    """
    hear(ASK, url="https://x.com/lea/1")
    hear("Le voici", to="m1", own=True, url="https://x.com/citron/2")
    with translation.override("fr"):
        found = api.capabilities(only())

    assert (False, "https://x.com/lea/1") == (found.can_send, found.original_url)
    assert "importés" in found.reason


def test_a_customers_history_sums_up_the_other_conversations(hear: Hear) -> None:
    here = thread_of(hear(ASK))
    hear("C’est honteux, toujours pas remboursé, nul !")
    hear(ASK, by="paul")
    found = api.history(here)

    assert found is not None
    assert ("lea", 2, 2, -1) == (
        found.customer.handle,
        found.total,
        found.unanswered,
        found.last_tone,
    )
    assert 1 == len(found.conversations)
    assert 2 == sum(found.tones.values())


def test_saved_views_are_shared_or_ones_own(hear: Hear, agent: User, owner: User) -> None:
    """
    A private search is nobody else's business, nor for others to delete.
    """
    mine = api.save_view("Colis", api.Filters(words="colis", tones=(-1,)), actor=agent)
    ours = api.save_view("Équipe", api.Filters(since=date(2026, 1, 1)), actor=owner, shared=True)
    api.save_view("Colis", api.Filters(words="colis perdu"), actor=agent)

    assert ["Colis", "Équipe"] == [one.name for one in api.saved_views(agent.pk)]
    assert "colis perdu" == api.saved_views(agent.pk)[0].filters.words
    assert [ours] == api.saved_views(owner.pk)
    with pytest.raises(Problem):
        api.delete_view(mine.id, actor=owner)
    api.delete_view(mine.id, actor=agent)
    assert [ours] == api.saved_views(agent.pk)


def test_only_who_may_answer_is_offered(person: Callable[..., User]) -> None:
    for role in ("agent", "analyst", "reader", "manager"):
        person(role)
    assert ["Agent", "Manager"] == [one.name for one in api.assignees()]


def test_totals_are_those_of_the_view(seven: list[int]) -> None:
    page = api.inbox(api.Filters(view="unanswered"), limit=3)
    assert 7 == page.total == api.counts(None)["unanswered"]
    with clock.held_at(LATER):
        assert 7 == api.inbox(api.Filters(words="colis")).total
