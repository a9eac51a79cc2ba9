"""
From texts to token numbers, with the vocabulary of the wheel.

Every text is announced by "query: ", as the encoder was trained. A text of more than 128
tokens keeps its first 96 and last 32: a long complaint says what it is about first, and what
it wants last.
"""

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from comptoir.analysis.encoder.weights import Wheel

T = TypeVar("T")

FILE = "tokens.model"
LONGEST, FIRST = 128, 96

_PREFIX = "query: "
_ORDINARY, _UNKNOWN, _MARK = 1, 2, 3  # as sentencepiece counts kinds of pieces
_MARKS = ("<pad>", "<mask>")
# Enough for 128 tokens of any language, so that a book costs no more than a page.
_HEAD_CHARS, _TAIL_CHARS = 4_000, 1_000


def make(wheel: Wheel) -> Any:
    """
    The tokeniser of the wheel's vocabulary; takes a second or two.

    Marks that somebody writes into a message are letters like others, never marks.
    """
    kit = importlib.import_module("sentencepiece")
    model = importlib.import_module("sentencepiece.sentencepiece_model_pb2").ModelProto()
    kinds = {wheel.unknown: _UNKNOWN} | dict.fromkeys((wheel.begin, wheel.end), _MARK)
    for number, (piece, score) in enumerate(wheel.vocabulary()):
        kind = kinds.get(number, _MARK if piece in _MARKS else _ORDINARY)
        model.pieces.add(piece=piece, score=score, type=kind)
    names = [piece.piece for piece in model.pieces]
    model.trainer_spec.unk_id, model.trainer_spec.unk_piece = wheel.unknown, names[wheel.unknown]
    model.trainer_spec.bos_id, model.trainer_spec.bos_piece = wheel.begin, names[wheel.begin]
    model.trainer_spec.eos_id, model.trainer_spec.eos_piece = wheel.end, names[wheel.end]
    rules = type(model)()
    rules.ParseFromString(
        kit.SentencePieceNormalizer(
            rule_name="nmt_nfkc", add_dummy_prefix=True, escape_whitespaces=True
        ).serialized_model_proto()
    )
    model.normalizer_spec.CopyFrom(rules.normalizer_spec)
    return kit.SentencePieceProcessor(model_proto=model.SerializeToString())


def save(tokeniser: Any, folder: Path) -> None:
    """Keep a tokeniser in a folder."""
    (folder / FILE).write_bytes(tokeniser.serialized_model_proto())


def load(folder: Path) -> Any:
    """The tokeniser saved in a folder."""
    kit = importlib.import_module("sentencepiece")
    return kit.SentencePieceProcessor(model_file=str(folder / FILE))


def pieces_of(tokeniser: Any, text: str) -> list[int]:
    """Numbers of the pieces of a text, without marks and prefix."""
    found: list[int] = tokeniser.encode(text)
    return found


@dataclass(frozen=True, slots=True)
class Tokens:
    """
    numbers: the tokens of a text, marks and prefix included, at most 128.
    spans: where each lies in the text, start and end (excluded); (0, 0) for marks and prefix.
    """

    numbers: list[int]
    spans: list[tuple[int, int]]


def tokenise(tokeniser: Any, texts: Iterable[str]) -> list[list[int]]:
    """Token numbers of each text, marks of beginning and end included, at most 128."""
    return [found.numbers for found in placed(tokeniser, texts)]


def placed(tokeniser: Any, texts: Iterable[str]) -> list[Tokens]:
    """The tokens of each text, with their places in what is `readable` of it."""
    # One by one on purpose: a list would be read on threads of its own.
    return [_read(tokeniser, _PREFIX + readable(text)) for text in texts]


def _read(tokeniser: Any, text: str) -> Tokens:
    found = tokeniser.encode(text, return_type="offset_mapping")
    numbers = [tokeniser.bos_id(), *found["ids"], tokeniser.eos_id()]
    shift = len(_PREFIX)
    # Of a sign that opens into several pieces, only one is said to take any room.
    spans = [(max(0, a - shift), max(0, max(b, a + 1) - shift)) for a, b in found["offsets"]]
    return Tokens(shortened(numbers), shortened([(0, 0), *spans, (0, 0)]))


def shortened(items: list[T]) -> list[T]:
    """The first 96 and the last 32 of more than 128."""
    if len(items) <= LONGEST:
        return items
    return items[:FIRST] + items[FIRST - LONGEST :]


def readable(text: str) -> str:
    """
    The part of a text that is read, with halves of surrogate pairs joined or replaced.

    >>> readable("a" * 5_000 + "b" * 95_000) == "a" * 4_000 + " " + "b" * 1_000
    True
    """
    if len(text) > _HEAD_CHARS + _TAIL_CHARS:
        text = f"{text[:_HEAD_CHARS]} {text[-_TAIL_CHARS:]}"
    if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
