from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from comptoir.analysis.api import Reading, Text, triage
from comptoir.analysis.gathering import Gatherer


def read(*said: str, own: Sequence[str] = ()) -> tuple[list[Text], list[Reading]]:
    texts = [Text(str(n), text, own=text in own) for n, text in enumerate(said)]
    return texts, triage(texts, mode="light")


ASKED = (
    "Toujours en panne depuis mardi, que faites-vous",
    "Où est mon colis ?",
    "😡",
    "toujours en PANNE depuis mardi que faites-vous @Free",
    "où est mon colis",
    "Autre chose",
)


def test_near_duplicates_take_the_id_of_the_first() -> None:
    assert ["0", "1", None, "0", "1", "5"] == Gatherer().first(*read(*ASKED))


@pytest.mark.parametrize("size", [1, 2, 4])
def test_batches_change_nothing(size: int) -> None:
    texts, readings = read(*ASKED * 3)
    gatherer = Gatherer()
    found = [
        group
        for at in range(0, len(texts), size)
        for group in gatherer.first(texts[at : at + size], readings[at : at + size])
    ]

    assert Gatherer().first(texts, readings) == found


def test_the_brand_is_grouped_apart_from_its_customers() -> None:
    """
    A canned answer that repeats a question is no asker of it.
    """
    texts, readings = read("Où est mon colis ?", "Votre colis arrive", "Votre colis arrive")
    texts[1:] = [replace(text, own=True) for text in texts[1:]]
    texts.append(Text("3", "Votre colis arrive"))
    readings.append(readings[1])

    assert ["0", "1", "1", "3"] == Gatherer().first(texts, readings)


def test_the_same_question_in_other_words_is_found_by_its_vector() -> None:
    texts, readings = read("Où est mon colis ?", "Ma livraison, elle en est où ?")
    vector = np.linspace(-1, 1, 384, dtype=np.float32)
    near = [replace(one, vector=vector, needs_answer=True) for one in readings]
    nothing_asked = [replace(one, needs_answer=False) for one in near]

    assert ["0", "0"] == Gatherer().first(texts, near)
    assert ["0", "1"] == Gatherer().first(texts, nothing_asked)


def test_what_is_remembered_is_bounded_whatever_the_batches() -> None:
    """
    A file of millions must not fill the memory; it forgets at fixed places of the stream.
    """
    said = [f"question {chr(97 + n % 26) * (n // 26 + 1)} ?" for n in range(600)]
    texts, readings = read(*said, *said)
    whole = Gatherer(most=100).first(texts, readings)
    gatherer = Gatherer(most=100)
    parts = [gatherer.first([t], [r])[0] for t, r in zip(texts, readings, strict=True)]

    assert whole == parts
    assert "600" != whole[0]
    assert "600" == whole[600]
    assert [str(n) for n in range(600)] == Gatherer().first(texts, readings)[600:]
