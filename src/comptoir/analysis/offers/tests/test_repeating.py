"""One offer, however often it is said."""

from datetime import UTC, datetime, timedelta

from comptoir.analysis.offers import APART, Repeated, Seen, find, repeated

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def said(*told: tuple[float, str]) -> list[Repeated]:
    """Messages by the day they were written and what they say."""
    seen = []
    for number, (day, text) in enumerate(told):
        at = NOON + timedelta(days=day)
        seen += [Seen(number, at, offer) for offer in find(text, at.date())]
    return repeated(seen)


def test_an_offer_said_again_is_one_offer() -> None:
    [one] = said((0, "-20 % avec le code NOEL20"), (1, "Rappel : -20 % !"), (3, "20 % de remise"))

    assert [0, 1, 2] == one.messages
    assert (0, 2) == (one.first.message, one.last.message)
    assert "NOEL20" == one.offer.code, "the fullest telling stands for it"


def test_another_code_is_another_offer() -> None:
    assert 2 == len(said((0, "-20 % avec le code NOEL20"), (1, "-20 % avec le code JANVIER20")))


def test_another_last_day_is_another_offer() -> None:
    assert 2 == len(said((0, "-20 % jusqu'au 30 novembre"), (8, "-20 % jusqu'au 24 décembre")))


def test_a_sale_that_is_prolonged_stays_the_same_offer() -> None:
    assert 1 == len(
        said((0, "-20 %, dernier jour"), (1, "-20 %, dernier jour"), (2, "Dernier jour : -20 %"))
    )


def test_what_it_is_for_tells_offers_apart() -> None:
    assert 2 == len(said((0, "-20 % sur les sacs"), (1, "-20 % sur les lampes")))


def test_up_to_is_not_the_same_as_on_everything() -> None:
    assert 2 == len(said((0, "jusqu'à -50 % sur tout"), (1, "-50 % sur tout")))


def test_what_was_not_said_for_long_is_new() -> None:
    later = APART / timedelta(days=1) + 1

    assert 2 == len(said((0, "-20 %"), (later, "-20 %")))
    assert 1 == len(said((0, "-20 %"), (later / 2, "-20 %"), (later, "-20 %")))


def test_the_order_they_come_in_does_not_matter() -> None:
    seen = [
        Seen(number, NOON + timedelta(days=number), offer)
        for number, text in enumerate(["-20 %", "dès 9,99 €", "-20 % (code LUNE)", "dès 9,99 €"])
        for offer in find(text)
    ]

    assert [one.messages for one in repeated(seen)] == [[0, 2], [1, 3]]
    assert [one.messages for one in repeated(reversed(seen))] == [[0, 2], [1, 3]]
