"""What is told of offers, and what is not: a table worked on, hostile text, and its rules."""

import random
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from comptoir.analysis.offers import KINDS, MOST, SURE, Offer, find
from comptoir.analysis.offers.plain import plain

WRITTEN = date(2026, 11, 23)
_LINES = (Path(__file__).parent / "offers.tsv").read_text(encoding="utf-8").splitlines()
_TABLE = [line.split("\t") for line in _LINES if line and not line.startswith("#")]
_TERMS = ("was", "code", "minimum", "starts", "ends")


def told(offer: Offer) -> str:
    """An offer as the table writes it."""
    marks = [name for name in ("up_to", "starting") if getattr(offer, name)]
    terms = [f"{name}={getattr(offer, name)}" for name in _TERMS if getattr(offer, name)]
    return ";".join([f"{offer.kind}:{offer.value}", *sorted([*marks, *terms])])


def wanted(field: str) -> str:
    head, *terms = field.split(";")
    return ";".join([head, *sorted(terms)])


@pytest.mark.parametrize(("text", "fields"), [(one[0], one[1:]) for one in _TABLE])
def test_offers_are_told_with_their_terms(text: str, fields: list[str]) -> None:
    assert sorted(wanted(one) for one in fields if one) == sorted(map(told, find(text, WRITTEN)))


def test_the_table_holds_many_that_are_none() -> None:
    """A detector that sees offers everywhere would pass a table of offers."""
    none = [one for one in _TABLE if not any(one[1:])]

    assert len(none) >= 40
    assert len(_TABLE) - len(none) >= 50


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%" * 5_000,
        "-" * 5_000 + "20 %",
        "9" * 5_000 + " %",
        "€" * 5_000,
        "jusqu'à " * 2_000,
        "code " * 4_000,
        "1 acheté " * 2_000,
        "dès le " * 3_000 + "12/12",
        "offert " * 3_000,
        "le le le le le le " * 1_000 + "offert",
        "free " * 4_000 + "with",
        "du 1 au 2 " * 2_000,
        "10 € " * 3_000,
        "\u202e-20 %\u202c dès ١٩ €",
        "٢٠٪ خصم اليوم فقط",
        "\x00-20 %\x00",
        "-20 % 🏷️" * 1_000,
        "İ" * 2_000 + " -20 %",
        "code : " + "A" * 5_000,
        "à 99999999999999999999 €",
        "jusqu'au 31/02 : -20 %",
        "du 31 au 2 février : -20 %",
        "jusqu'au 29 février -20 %",
    ],
)
def test_hostile_text_takes_little_time_and_breaks_nothing(text: str) -> None:
    begun = time.process_time()
    found = find(text, WRITTEN)

    assert time.process_time() - begun < 2.0
    assert len(found) <= MOST
    assert all(0 <= one.start < one.end <= len(text) for one in found)


def test_random_pieces_keep_the_promises_of_an_offer() -> None:
    """Whatever is written: places lie in the text, nothing overlaps, days are days."""
    chance = random.Random(4)
    pieces = [
        "-20 %", "20 % de remise", "jusqu'à", "dès", "50 €", "19,99 €", "au lieu de", "d'achat",
        "code", "NOEL20", "livraison offerte", "jusqu'au 24/12", "du 5 au", "12 décembre", "ce week-end",
        "1 acheté", "= 1 offert", "le 2e", "à moitié prix", "j'ai", "pas", "?", ".", "\n", "🎁", "was £40",
        "now £25", "up to", "50% off", "ends", "Sunday", "48h", "→", "3 pour 2", "sur les sacs",
    ]  # fmt: skip
    for _ in range(500):
        text = " ".join(chance.choices(pieces, k=chance.randrange(1, 12)))
        found = find(text, WRITTEN)

        assert all(one.kind in KINDS and SURE <= one.confidence <= 1 for one in found)
        assert all(0 <= one.start < one.end <= len(text) for one in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
        for one in found:
            days = [date.fromisoformat(day) for day in (one.starts, one.ends) if day]
            assert days == sorted(days)
            assert one.depth is None or 0 < one.depth < 100


def test_a_message_without_a_day_tells_only_whole_dates() -> None:
    """Analysis has no clock: "until Sunday" of an unknown day is unknown."""
    [weekday] = find("-20 % jusqu'à dimanche")
    [whole] = find("-20 % jusqu'au 24/12/2026")

    assert "" == weekday.ends
    assert "2026-12-24" == whole.ends


def test_the_depth_of_a_price_is_what_it_fell_by() -> None:
    [fallen] = find("30 € au lieu de 40 €")
    [alone] = find("seulement 30 €")

    assert 25.0 == fallen.depth
    assert alone.depth is None


@pytest.mark.parametrize("text", ["Été À −20 % ’ ％", "ŒUVRE ĲSSEL ǅ İ ß", "\u202f\xa0\t"])
def test_plain_text_keeps_every_place(text: str) -> None:
    assert len(text) == len(plain(text))
