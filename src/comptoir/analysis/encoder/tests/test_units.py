"""An encoder that reads words and marks: the same vectors whatever it has met before."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from comptoir.analysis.encoder import Encoder, load_layers, save_layers, units
from comptoir.analysis.encoder.units import BEGIN, Known, units_of
from comptoir.analysis.encoder.weights import Wheel

TEXTS = [
    "Toujours pas reçu mon colis !!",
    "",
    "   \n",
    "j'attends @user 😡😡 #panne",
    "طلبي لم يصل",
    "\ud83d half a pair",
    "encore " * 300,
    "x" * 5_000,
    "\u0301 \u00b4 \x00",
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, student: Path) -> Encoder:
    """The small encoder, by units."""
    folder = tmp_path_factory.mktemp("units")
    save_layers(folder / "units.npz", load_layers(student).floats(), 2, units=True)
    return Encoder.open(folder / "units.npz", folder / "built", states=True)


@pytest.fixture
def known(small: Encoder, wheel: Wheel) -> Known:
    """Nothing met yet."""
    return Known(wheel, small._reader.tokeniser)


def test_vectors_are_the_same_to_the_bit_in_any_order_and_on_threads(reader: Encoder) -> None:
    """What is remembered of other texts must never show, nor that it was forgotten."""
    expected = reader.encode(TEXTS).mean
    with ThreadPoolExecutor(2) as pool:
        alone = list(pool.map(lambda text: reader.encode([text]).mean[0], TEXTS[::-1]))[::-1]
    reader._reader = Known(reader._reader.wheel, reader._reader.tokeniser)

    assert (expected == np.array(alone)).all()
    assert (expected[::-1] == reader.encode(TEXTS[::-1]).mean).all()


def test_it_begins_anew_before_it_holds_too_much(
    reader: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People spell without end; memory does not grow with them."""
    monkeypatch.setattr(units, "_REMEMBERED", 4)
    first = reader.encode(["un deux trois quatre cinq six"]).mean
    before = reader._reader
    again = reader.encode(["un deux trois quatre cinq six"]).mean

    assert before is not reader._reader
    assert (first == again).all()


def test_a_unit_is_the_sum_of_its_pieces(known: Known, wheel: Wheel) -> None:
    """Over the root of their number, so that long words are no louder than short ones."""
    (read,) = known.read(["anticonstitutionnellement"])
    pieces = known.tokeniser.encode("anticonstitutionnellement")

    begin, word = known.vectors(np.array(read.numbers))

    assert len(pieces) > 1
    assert (begin == wheel.rows(np.array([wheel.begin]))[0]).all()
    assert np.allclose(word, wheel.rows(np.array(pieces)).sum(0) / np.sqrt(len(pieces)), atol=1e-5)


def test_a_long_text_keeps_its_first_and_last_units(known: Known) -> None:
    """At most 128, as with pieces of words."""
    (read,) = known.read([" ".join(f"mot{number}" for number in range(500))])

    assert len(read.numbers) == len(read.spans) == 128
    assert read.numbers[0] == BEGIN
    assert read.spans[-1] == units_of(" ".join(f"mot{number}" for number in range(500)))[-1]
