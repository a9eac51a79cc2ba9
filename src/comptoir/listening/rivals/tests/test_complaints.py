"""What customers of a rival complain of, with the messages behind."""

from collections.abc import Callable
from typing import Any

import pytest

from comptoir.analysis.learning import share_interval
from comptoir.base.models import User
from comptoir.listening.rivals import api
from comptoir.listening.rivals.tests.conftest import Publish, always_asked, week
from comptoir.listening.tests.crowd import save

Complain = Callable[..., Any]


@pytest.fixture
def query(folder: int, owner: User) -> int:
    made = save("rival", "Maison Verte", owner, "verte")
    always_asked()
    return made


def test_nobody_complains(folder: int, query: int) -> None:
    found = api.complaints(folder, week())

    assert (0, 0, ()) == (found.said, found.negative, found.subjects)


def test_subjects_are_counted_among_negative_messages(
    folder: int, query: int, complain: Complain
) -> None:
    late = [complain(query, f"verte en retard {n}", n / 2, intents=["delivery"]) for n in range(3)]
    dear = complain(
        query, "verte trop cher", intents=["price_promo", "complaint"], disliked=["price"]
    )
    complain(query, "verte bof", intents=["complaint"])
    complain(query, "verte super", tone=1, intents=["delivery"])
    complain(query, "verte pas lu", tone=None)
    complain(query, "verte hier", day=-2, intents=["delivery"])

    found = api.complaints(folder, week())
    shares = {one.key: (one.now, one.before, one.share) for one in found.subjects}
    assert {
        "intent:delivery": (3, 1, 3 / 5),
        "intent:price_promo": (1, 0, 1 / 5),
        "aspect:price": (1, 0, 1 / 5),
    } == shares
    assert (7, 6, 5, 4) == (found.said, found.read, found.negative, found.named)
    assert share_interval(3, 5) == (found.subjects[0].low, found.subjects[0].high)
    assert [one.pk for one in reversed(late)] == api.complaint_rows(
        folder, week(), "intent:delivery"
    )
    assert [dear.pk] == api.complaint_rows(folder, week(), "aspect:price")
    assert 5 == len(api.complaint_rows(folder, week()))


def test_neither_the_rival_nor_the_brand_nor_reposts_complain(
    folder: int, query: int, owner: User, complain: Complain
) -> None:
    api.add_account(folder, "x", "verte", owner)
    complain(query, "verte : désolés du retard", by="verte", intents=["delivery"])
    complain(query, "verte : pas chez nous", by="citron", own=True, intents=["delivery"])
    complain(query, "RT verte en retard", kind="repost", intents=["delivery"])
    kept = complain(query, "verte en retard", intents=["delivery"])

    assert [kept.pk] == api.complaint_rows(folder, week())


def test_the_brand_stands_beside_only_where_both_have_a_basis(
    folder: int, query: int, owner: User, complain: Complain
) -> None:
    brand = save("brand", "Citron", owner, "citron")
    always_asked()
    for number in range(40):
        complain(query, f"verte {number}", intents=["delivery"] if number < 20 else ["refund"])
        if number < 29:
            complain(brand, f"citron {number}", intents=["delivery"] if number < 8 else ["fault"])

    assert all(one.brand is None for one in api.complaints(folder, week()).subjects)
    for number in range(29, 40):
        complain(brand, f"citron {number}", intents=["fault"])

    found = api.complaints(folder, week())
    delivery = next(one for one in found.subjects if one.key == "intent:delivery")
    assert delivery.brand is not None
    assert delivery.gap is not None
    assert (0.2, 8) == (delivery.brand[0], delivery.brand[3])
    assert 0.3 == pytest.approx(delivery.gap[0])
    assert delivery.gap[1] < delivery.gap[0] < delivery.gap[2]


def test_a_subject_that_grew_beyond_chance_rises(
    folder: int, query: int, complain: Complain, publish: Publish
) -> None:
    publish("premier", day=-8, by="lea")
    for number in range(60):
        complain(
            query, f"verte avant {number}", -5, tone=-1 if number < 5 else 0, intents=["refund"]
        )
        complain(query, f"verte {number}", 1, tone=-1 if number < 40 else 0, intents=["refund"])

    [refund] = api.complaints(folder, week()).subjects
    assert (40, 5) == (refund.now, refund.before)
    assert refund.rises


def test_phrases_are_those_that_several_people_wrote(
    folder: int, query: int, complain: Complain
) -> None:
    for number in range(4):
        complain(
            query, "Chez verte, toujours pas reçu mon colis",
            by=f"client{number}", intents=["delivery"],
        )  # fmt: skip
    complain(query, "verte : toujours pas reçu ma lampe", by="client0", intents=["delivery"])

    [delivery] = api.complaints(folder, week()).subjects
    assert ("toujours pas reçu mon colis", 4) in delivery.phrases


def test_a_query_that_was_not_asked_of_the_past_compares_nothing(
    folder: int, owner: User, complain: Complain, publish: Publish
) -> None:
    """What was never looked for did not fail to happen."""
    publish("premier", day=-8, by="lea")
    query = save("rival", "Maison Verte", owner, "verte")
    for number in range(40):
        complain(query, f"verte {number}", 1, intents=["refund"])

    found = api.complaints(folder, week())
    assert not found.comparable
    assert not any(one.rises for one in found.subjects)
