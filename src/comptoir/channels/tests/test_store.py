from typing import Any

import pytest

from comptoir.base.models import OutboxEvent, Workspace
from comptoir.base.scope import OutOfScope, scope
from comptoir.channels import api
from comptoir.channels.models import Author, Delivery, Message
from comptoir.channels.tests.making import NOON, rows, said, shape

REVIEW = said("r1", "Léa Roy", kind="review", channel="reviews", rating=2.0)
REPLY = said("r1#reply", "", channel="reviews", kind="reply", at=3, in_reply_to="r1", own=True)


def test_a_batch_stored_again_counts_every_row_as_a_duplicate(brand: Workspace) -> None:
    """
    Files overlap and runs are repeated; account and external id decide what is new.
    """
    batch = rows(said("1", "lea"), said("2", "citron", in_reply_to="1"))
    first = api.store(brand.pk, batch)
    before = shape()

    second = api.store(brand.pk, batch)

    assert (2, 0) == (first.imported, first.duplicates)
    assert (0, 2, []) == (second.imported, second.duplicates, second.ids)
    assert before == shape()


def test_a_row_twice_in_one_batch_is_one_message(brand: Workspace) -> None:
    """
    Exports repeat rows across pages.
    """
    stored = api.store(brand.pk, rows(said("1", "lea"), said("1", "lea")))

    assert (1, 1) == (stored.imported, stored.duplicates)
    assert 1 == Message.objects.count()


def test_a_review_with_its_reply_is_one_row_and_two_messages(brand: Workspace) -> None:
    """
    Counts are of rows, so that they add up to the file's.
    """
    stored = api.store(brand.pk, [api.Arrived(2, "raw", [REVIEW, REPLY])])

    assert (1, 0, 2) == (stored.imported, stored.duplicates, len(stored.ids))
    assert 1 == Delivery.objects.count()
    assert [False, True] == [each.own for each in api.messages(stored.ids)]
    assert 1 == len({each.thread for each in api.messages(stored.ids)})


def test_a_reply_that_appears_later_joins_its_review(brand: Workspace) -> None:
    """
    The same review is exported again once it was answered: still a duplicate, but heard.
    """
    api.store(brand.pk, [api.Arrived(2, "before", [REVIEW])])

    again = api.store(brand.pk, [api.Arrived(2, "after", [REVIEW, REPLY])])

    assert (0, 1, 1) == (again.imported, again.duplicates, len(again.ids))
    assert {"before", "after"} == set(Delivery.objects.values_list("raw", flat=True))
    assert 1 == Message.objects.values("thread").distinct().count()


def test_people_who_sign_nothing_are_not_one_person(brand: Workspace) -> None:
    """
    Anonymous reviews have no author in common, nor with the brand's unsigned reply.
    """
    one = said("a", "", kind="review", channel="reviews")
    other = said("b", "", kind="review", channel="reviews")
    reply = said("b#reply", "", channel="reviews", in_reply_to="b", own=True)
    api.store(brand.pk, rows(one, other, reply))

    assert 3 == Author.objects.count()
    assert ["~own:"] == list(Author.objects.filter(own=True).values_list("key", flat=True))


def test_handles_are_compared_without_case_or_sign(brand: Workspace) -> None:
    """
    @Citron, citron and CITRON are the brand.
    """
    stored = api.store(brand.pk, rows(said("1", "@CITRON"), said("2", "citron"), said("3", "Léa")))

    assert [True, True, False] == [each.own for each in api.messages(stored.ids)]
    assert 2 == Author.objects.count()


def test_an_own_handle_of_one_channel_is_a_stranger_elsewhere(workspace: Workspace) -> None:
    """
    Another person may hold the brand's name on another network.
    """
    api.set_own_handles([("x", "citron")])
    stored = api.store(
        workspace.pk, rows(said("1", "citron"), said("1", "citron", channel="reddit"))
    )

    assert {"x": True, "reddit": False} == {m.channel: m.own for m in api.messages(stored.ids)}


def test_new_messages_are_announced_in_small_portions(brand: Workspace) -> None:
    """
    Consumers hold a portion in memory; each id is announced once.
    """
    stored = api.store(brand.pk, rows(*(said(f"m{n}", f"a{n}") for n in range(1_100))))

    portions = [e.payload["ids"] for e in OutboxEvent.objects.filter(kind="messages_received")]
    assert [500, 500, 100] == [len(portion) for portion in portions]
    assert stored.ids == [each for portion in portions for each in portion]


def test_a_failure_at_the_end_leaves_nothing_behind(brand: Workspace) -> None:
    """
    Rows, facts and progress are one transaction.
    """

    def fails(_: api.Stored) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        api.store(brand.pk, rows(said("1", "lea")), also=fails)

    assert 0 == Message.objects.count()
    assert 0 == OutboxEvent.objects.count()


def test_text_that_databases_refuse_is_mended(brand: Workspace) -> None:
    """
    NUL characters and halves of emoji come out of broken exports.
    """
    stored = api.store(brand.pk, rows(said("1", "l\0ea", text="a\0b \ud83d 🍋", title="\udc00")))

    assert ["ab ? 🍋"] == [each.text for each in api.messages(stored.ids)]


def test_ids_longer_than_the_column_stay_apart(brand: Workspace) -> None:
    """
    Message-ids of mail may be of any length; cutting them would merge two mails.
    """
    long = "x" * 300
    api.store(
        brand.pk, rows(said(long + "a", "lea"), said(long + "b", "lea", in_reply_to=long + "a"))
    )

    assert 2 == Message.objects.count()
    assert 1 == Message.objects.values("thread").distinct().count()


def test_a_name_once_known_stays_and_followers_keep_the_highest(brand: Workspace) -> None:
    """
    Rows of one author disagree, and may come in any order.
    """
    api.store(brand.pk, rows(said("1", "lea", followers=5), said("2", "lea", followers=9)))
    api.store(brand.pk, rows(said("3", "LEA", author_name="Léa Roy", followers=7)))

    author = Author.objects.get()
    assert ("Léa Roy", 9) == (author.name, author.followers)


def test_reposts_count_once_per_author(brand: Workspace) -> None:
    """
    Repeating the same message twice is not being heard twice.
    """
    again: dict[str, Any] = {"kind": "repost", "repost_of": "1"}
    stored = api.store(
        brand.pk,
        rows(
            said("1", "citron"),
            said("2", "lea", **again),
            said("3", "lea", **again),
            said("4", "max", **again),
        ),
    )

    assert 2 == api.reposted(stored.ids)


def test_one_brand_never_sees_the_other(brand: Workspace) -> None:
    """
    Everything that reads is bound to the active workspace, the raw statements too.
    """
    other = Workspace.objects.create(slug="autre", name="Autre")
    mine = api.store(brand.pk, rows(said("1", "lea")))
    with scope(other):
        theirs = api.store(other.pk, rows(said("1", "lea"), said("2", "max", in_reply_to="1")))
        assert [] == api.messages(mine.ids)
        assert [] == api.author_messages(Message._base_manager.get(pk=mine.ids[0]).author_id)

    assert (2, 0) == (theirs.imported, theirs.duplicates)
    assert [] == api.messages(theirs.ids)
    assert api.author(Message._base_manager.get(pk=theirs.ids[0]).author_id) is None


def test_reading_outside_of_any_scope_raises(workspace: Workspace) -> None:
    """
    Forgetting the scope must not show another brand's messages.
    """
    with scope(None), pytest.raises(OutOfScope):
        api.messages([1])


def test_a_page_of_a_thread_is_its_newest_part_oldest_first(brand: Workspace) -> None:
    """
    A conversation is read from the bottom, and loaded upwards.
    """
    batch = [
        said("0", "lea"),
        *(said(str(n), "citron", at=n, in_reply_to="0") for n in range(1, 6)),
    ]
    stored = api.store(brand.pk, rows(*batch))
    thread = api.messages(stored.ids)[0].thread

    newest = api.thread(thread, limit=2)
    above = api.thread(thread, before=newest[0].id, limit=2)

    assert ["4", "5"] == [each.external_id for each in newest]
    assert ["2", "3"] == [each.external_id for each in above]


def test_many_messages_of_one_millisecond_are_all_kept(
    brand: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Files with days and no hours put millions into one instant, where ids can meet again.
    """
    from comptoir.base import ids

    api.store(brand.pk, rows(said("1", "lea")))
    taken = Message.objects.get().pk
    given = iter([[taken], [taken + 1]])
    monkeypatch.setattr(ids, "at_times", lambda moments: next(given))

    stored = api.store(brand.pk, rows(said("2", "lea")))

    assert 1 == stored.imported
    assert {taken, taken + 1} == set(Message.objects.values_list("pk", flat=True))
    assert NOON == Message.objects.get(external_id="2").sent_at
