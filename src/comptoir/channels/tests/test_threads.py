import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptoir.base.models import OutboxEvent, Workspace
from comptoir.channels import api
from comptoir.channels.models import Message, Thread
from comptoir.channels.tests.making import in_batches, link_of, rows, said, shape, together


def threads(*named: str) -> set[frozenset[str]]:
    """threads("ab", "c"): two threads, of messages named by one letter."""
    return {frozenset(each) for each in named}


def test_an_answer_by_id_joins_the_message_it_answers(brand: Workspace) -> None:
    api.store(brand.pk, rows(said("a", "lea"), said("b", "citron", in_reply_to="a", at=1)))

    assert threads("ab") == together()
    assert ("id", 1.0) == link_of("b")


def test_a_private_conversation_is_one_thread_in_whatever_order_it_arrives(
    brand: Workspace,
) -> None:
    """
    Messengers name the person, not the message answered; addressing the brand by name must
    not begin a thread of its own there.
    """
    talk: dict[str, Any] = {"conversation": "psid-7", "kind": "message"}
    told = rows(
        said("a", "lea", **talk),
        said("b", "citron", at=1, **talk),
        said("c", "lea", text="@citron toujours là ?", at=2, **talk),
        said("d", "max", conversation="psid-8", kind="message"),
        said("e", "lea", in_reply_to="b", at=3),
    )
    for row in [told[4], told[2], told[0], told[3], told[1]]:
        api.store(brand.pk, [row])

    assert threads("abce", "d") == together()
    assert ("id", 1.0) == link_of("c")


def test_those_who_answer_a_missing_message_meet(brand: Workspace) -> None:
    """
    Exports begin somewhere; the brand's answer to a customer is surer than a bystander's.
    """
    api.store(
        brand.pk,
        rows(
            said("b", "citron", in_reply_to="gone", at=1),
            said("c", "max", in_reply_to="gone", text="@lea moi aussi", at=2),
        ),
    )

    assert threads("bc") == together()
    assert [("missing", 0.9), ("missing", 0.7)] == [link_of("b"), link_of("c")]


def test_those_who_answer_the_brand_do_not_meet_under_its_missing_post(brand: Workspace) -> None:
    """
    The handle says that the missing message was the brand's: ten customers are ten cases.
    """
    api.store(
        brand.pk,
        rows(
            said("b", "lea", in_reply_to="gone", text="@Citron où est mon colis ?"),
            said("c", "max", in_reply_to="gone", text="@citron et le mien ?"),
        ),
    )

    assert threads("b", "c") == together()
    assert ("missing", 0.7) == link_of("b")


def test_a_parent_that_arrives_later_is_found_by_its_answers(brand: Workspace) -> None:
    """
    Newest-first exports hold every answer before its question.
    """
    api.store(brand.pk, rows(said("c", "lea", in_reply_to="b", at=2)))
    api.store(brand.pk, rows(said("b", "citron", in_reply_to="a", at=1)))
    api.store(brand.pk, rows(said("a", "lea")))

    assert threads("abc") == together()
    assert [("id", 1.0)] * 2 == [link_of("b"), link_of("c")]


def test_threads_that_prove_to_be_one_say_so(brand: Workspace) -> None:
    """
    What hangs on a thread that is gone (notes, owner) must know where to go.
    """
    api.store(brand.pk, rows(said("a", "lea"), said("c", "lea", in_reply_to="b", at=2)))
    kept, gone = (
        Message.objects.get(external_id="a").thread_id,
        Message.objects.get(external_id="c").thread_id,
    )

    api.store(brand.pk, rows(said("b", "citron", in_reply_to="a", at=1)))

    told = OutboxEvent.objects.get(kind="threads_merged").payload
    assert {"threads": [kept], "gone": [gone], "pairs": [[gone, kept]]} == told
    assert threads("abc") == together()


def test_each_who_comments_on_a_post_of_the_brand_begins_a_conversation(brand: Workspace) -> None:
    """
    The post keeps its own thread, and each conversation knows the post.
    """
    api.store(
        brand.pk,
        rows(
            said("p", "citron"),
            said("a", "lea", in_reply_to="p", at=1),
            said("b", "max", in_reply_to="p", at=2),
            said("r", "citron", in_reply_to="a", at=3),
            said("q", "citron", in_reply_to="p", at=4),
        ),
    )

    post = Message.objects.get(external_id="p")
    assert threads("pq", "ar", "b") == together()
    assert {"a", "b"} == {t.root_key for t in Thread.objects.filter(about=post)}
    assert 2 == len(api.threads_about(post.pk))


def test_a_post_that_arrives_late_parts_those_who_met_under_it(brand: Workspace) -> None:
    """
    Only then is it known that they commented on the brand's post.
    """
    late = rows(said("a", "lea", in_reply_to="p"), said("b", "max", in_reply_to="p"))
    api.store(brand.pk, late)
    assert threads("ab") == together()

    api.store(brand.pk, rows(said("p", "citron", at=-1)))

    assert threads("p", "a", "b") == together()


def test_a_repost_answers_nobody(brand: Workspace) -> None:
    """
    It is counted, not worked on, so it never sits in a customer's conversation.
    """
    again = said("r", "max", kind="repost", repost_of="p", in_reply_to="p")
    api.store(brand.pk, rows(said("p", "lea"), again))

    assert threads("p", "r") == together()
    assert ("root", 1.0) == link_of("r")


def test_messages_that_answer_in_a_circle_are_one_thread(brand: Workspace) -> None:
    """
    Hand-made files can say so; following the pointers must still end.
    """
    ring = [said("a", "lea", in_reply_to="c"), said("b", "lea", in_reply_to="a"), said("c", "lea", in_reply_to="b"), said("d", "lea", in_reply_to="d")]  # fmt: skip
    for row in rows(*ring):
        api.store(brand.pk, [row])

    assert threads("abc", "d") == together()


def test_the_brand_answering_a_handle_joins_that_persons_latest_message(brand: Workspace) -> None:
    """
    Some exports say who was answered and not what.
    """
    api.store(
        brand.pk,
        rows(
            said("a", "lea", text="@citron colis ?"),
            said("b", "citron", in_reply_to_handle="Lea", at=2),
            said("c", "lea", text="@citron merci", at=3),
            said("d", "max", text="@citron facture ?", at=3.5),
        ),
    )

    assert threads("abc", "d") == together()
    assert [("root", 1.0), ("handle", 0.9), ("handle", 0.9)] == [link_of(each) for each in "abc"]


def test_a_match_is_less_sure_after_a_day_or_among_several(brand: Workspace) -> None:
    api.store(
        brand.pk,
        rows(
            said("a", "lea"),
            said("b", "citron", in_reply_to_handle="lea", at=30),
            said("c", "max"),
            said("d", "max", at=1),
            said("e", "citron", in_reply_to_handle="max", at=2),
        ),
    )

    assert threads("ab", "c", "de") == together()
    assert [("handle", 0.6), ("handle", 0.6)] == [link_of("b"), link_of("e")]


def test_a_late_answer_finds_the_message_that_still_waited(brand: Workspace) -> None:
    """
    A brand that answers after ten days must see ten days, not an unanswered message.
    """
    later = said("c", "citron", in_reply_to_handle="lea", at=19 * 24)
    api.store(
        brand.pk,
        rows(said("a", "lea"), said("b", "citron", in_reply_to_handle="lea", at=10 * 24), later),
    )

    assert threads("ab", "c") == together()
    assert [("handle", 0.5), ("root", 1.0)] == [link_of("b"), link_of("c")]


def test_after_a_month_or_an_answered_week_nothing_is_matched(brand: Workspace) -> None:
    """
    By then it is another subject.
    """
    api.store(
        brand.pk,
        rows(
            said("a", "lea"),
            said("b", "citron", in_reply_to_handle="lea", at=31 * 24),
            said("c", "lea", at=39 * 24, text="@citron"),
        ),
    )

    assert threads("a", "b", "c") == together()


def test_a_question_that_arrives_late_is_matched_with_the_answer_kept(brand: Workspace) -> None:
    """
    Two files of two months, imported in the wrong order.
    """
    api.store(brand.pk, rows(said("b", "citron", in_reply_to_handle="lea", at=2)))
    assert ("root", 1.0) == link_of("b")

    api.store(brand.pk, rows(said("a", "lea")))

    assert threads("ab") == together()


def test_naming_an_own_handle_later_marks_and_links_what_is_kept(workspace: Workspace) -> None:
    """
    The team adds the account it forgot, and reply times become true.
    """
    api.store(
        workspace.pk,
        rows(
            said("p", "citron"),
            said("a", "lea", in_reply_to="p", at=1),
            said("b", "max", in_reply_to="p", at=2),
            said("c", "zoe", text="@citron bonjour", at=3),
            said("d", "citron", in_reply_to_handle="zoe", at=4),
        ),
    )
    assert threads("pab", "c", "d") == together()

    api.set_own_handles([("", "@Citron")])

    assert threads("p", "a", "b", "cd") == together()
    assert {"p", "d"} == {m.external_id for m in Message.objects.filter(own=True)}
    reowned = OutboxEvent.objects.get(kind="messages_reowned").payload["ids"]
    assert 2 == len(reowned)

    api.set_own_handles([])

    assert threads("pab", "c", "d") == together()
    assert 0 == Message.objects.filter(own=True).count()


AUTHORS = ("lea", "max", "citron")


@st.composite
def talks(draw: st.DrawFn) -> list[api.Incoming]:
    """A few people talking: answers by id (known, missing, circular), by handle, and reposts."""
    count = draw(st.integers(1, 9))
    names = [str(n) for n in range(count)]
    talk = []
    for name in names:
        answers = draw(st.sampled_from(["", "", *names, "x", "y"]))
        handle = draw(st.sampled_from(["", "", *AUTHORS]))
        kind = draw(st.sampled_from(["post", "post", "post", "repost", "review"]))
        hours = draw(st.sampled_from([0, 0, 1, 2, 25, 100, 180, 300, 800, 900]))
        talk.append(
            said(
                name,
                draw(st.sampled_from(AUTHORS)),
                at=hours,
                kind=kind,
                in_reply_to=answers,
                in_reply_to_handle=handle,
            )
        )
    return talk


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(talk=talks(), seed=st.integers(0, 1_000), size=st.integers(1, 4))
def test_threads_depend_neither_on_order_nor_on_batches(
    brand: Workspace, talk: list[api.Incoming], seed: int, size: int
) -> None:
    """
    The same file sorted otherwise, cut otherwise or imported twice is the same state.
    """
    with undone():
        api.store(brand.pk, rows(*talk))
        expected = shape()

    with undone():
        shuffled = rows(*talk)
        random.Random(seed).shuffle(shuffled)
        for batch in in_batches(shuffled, size):
            api.store(brand.pk, batch)
        api.store(brand.pk, rows(*talk))

        assert expected == shape()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(talk=talks())
def test_naming_the_brand_before_or_after_is_the_same(
    workspace: Workspace, talk: list[api.Incoming]
) -> None:
    with undone():
        api.set_own_handles([("", "citron")])
        api.store(workspace.pk, rows(*talk))
        expected = shape()

    with undone():
        api.set_own_handles([])
        api.store(workspace.pk, rows(*talk))
        api.set_own_handles([("", "citron")])

        assert expected == shape()


def test_handle_matching_survives_the_edges_of_its_pages(
    brand: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Messages of one instant must be looked at together, wherever a page ends.
    """
    from comptoir.channels import handles

    talk = []
    for number in range(12):
        at = timedelta(minutes=number // 3 * 10).total_seconds() / 3600
        talk += [
            said(f"q{number}", f"u{number % 4}", at=at),
            said(f"r{number}", "citron", at=at + 0.1, in_reply_to_handle=f"u{number % 4}"),
        ]
    with undone():
        api.store(brand.pk, rows(*talk))
        expected = shape()

    monkeypatch.setattr(handles, "_PAGE", 1)
    api.store(brand.pk, rows(*talk))

    assert expected == shape()
