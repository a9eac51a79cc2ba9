"""
The trained reading of messages: one pass of the encoder, then one small head a question.

Every head is linear on the mean of the tokens, so what each word adds to an answer is known
exactly (see `evidence`); to that come the weights of the words themselves (see `bag`). Chances are calibrated on examples the heads were not fitted on; how
all this was trained, on what and how well it does is told in docs/model-card.md.

Two engines share the questions: `best` reads with all twelve layers, `fast` with a student of
a few layers which learnt from it.
"""

import html
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from comptoir.analysis.bag import Bag
from comptoir.analysis.encoder import Encoded, Encoder, EncoderMissing, available, build
from comptoir.analysis.encoder.tokens import readable
from comptoir.analysis.encoder.weights import Wheel
from comptoir.analysis.intents import INTENTS
from comptoir.analysis.learning.solver import sigmoid

Floats = npt.NDArray[np.float64]

ENGINES = ("best", "fast")
ASPECTS = ("delivery", "product", "price", "service", "site")
"""What is liked or disliked; the head of aspects answers liked, then disliked, for each."""
FIELDS: Mapping[str, int] = {
    "tone": 3,
    "needs": 1,
    "urgency": 3,
    "irony": 1,
    "intents": len(INTENTS),
    "aspects": 2 * len(ASPECTS),
}
"""Questions and how many answers each has. Tone: negative, neutral, positive."""
WEIGHED: Mapping[str, int] = {"tone": 3, "talk": 3} | {
    name: FIELDS[name] for name in ("needs", "irony", "intents", "aspects")
}
"""What words are weighed for; "tone" is of what shops are told, "talk" the tone of public talk."""
OWN_LANGUAGES = ("fr", "en", "es", "it", "pt", "de")
"""Languages whose tone was learnt; in any other, and when unsure, answers count as less sure."""

DATA = Path(__file__).parent / "data" / "model"
_TOLD = ("tone", "needs", "urgency", "irony", "intents")
_STEPS = 2**20
_DIGITS = 6  # chances are rounded, so that the order of sums never shows

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_LINK = re.compile(r"https?://\S+|www\.\S+|\bhttp\b")
_HANDLE = re.compile(r"(?<!\w)@\w+")
_BLANKS = re.compile(r"\s+")
_LONG_NUMBER = re.compile(r"\d{5,}")


def plain(text: str) -> str:
    """
    A message as the encoder reads it: who is hailed and what is linked to do not matter.

    Long numbers become zeros, so that near-twins differing by an order number are one text.

    >>> plain("@shop my order 482133 &amp; https://t.co/x\\nstill  nothing")
    '@user my order 000000 & http still nothing'
    """
    text = readable(text)
    if "\\" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.replace('\\"', '"').replace("\\n", "\n")
    if "&" in text:
        text = html.unescape(text)
    text = _LONG_NUMBER.sub(lambda found: "0" * len(found[0]), text)
    return _BLANKS.sub(" ", _HANDLE.sub("@user", _LINK.sub("http", text))).strip()


@dataclass(frozen=True, slots=True)
class Features:
    """
    What the model finds in `n` texts.

    vectors: float32 [n, 384], unit length: near in meaning, near in angle.
    logits: by field, float64 [n, answers], calibrated. Fields with one answer, intents and
        aspects hold log-odds; tone and urgency unnormalised log-chances.
    """

    vectors: npt.NDArray[np.float32]
    logits: Mapping[str, Floats]


class Heads:
    """The heads of one engine, from the file of trained heads."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.float32]], engine: str) -> None:
        mine = {
            name.removeprefix(f"{engine}."): array.astype(np.float64)
            for name, array in arrays.items()
            if name.startswith(f"{engine}.")
        }
        self.weights = {field: mine[f"{field}.w"] for field in FIELDS}
        self.biases = {field: mine[f"{field}.b"] for field in FIELDS}
        self.by_language = mine["tone.language.w"], mine["tone.language.b"]
        self.register = mine["register.w"], mine["register.b"]
        self.trust = mine["tone.trust"]
        self.back = _whole(mine["vector.w"]), mine["vector.b"]
        self.least = mine["intents.least"]
        self.middle = mine["middle"]
        self.shares = {name: mine[f"{name}.words"] for name in WEIGHED}
        never = np.zeros(len(OWN_LANGUAGES) + 1)
        self.sure = never, never
        if engine != "best":
            self.sure = mine["sure.shop"], mine["sure.talk"]

    def logits(
        self, means: npt.NDArray[np.float32], languages: Sequence[str], words: Mapping[str, Floats]
    ) -> dict[str, Floats]:
        """
        Calibrated logits by field.

        languages: ISO codes, one a text. words: what the bag says, by what is WEIGHED.
        """
        found = {
            field: _products(means, weights) + self.biases[field]
            for field, weights in self.weights.items()
        }
        said = {name: words[name] * share for name, share in self.shares.items()}
        talk = self.talk(means)
        found["tone"] += talk * (self._public(means, languages) + said.pop("talk"))
        said["tone"] *= 1 - talk
        for name, values in said.items():
            found[name] += values
        found["tone"] *= self.trust[0] * (1 - talk) + self.trust[1] * talk
        return {field: np.round(values, _DIGITS) for field, values in found.items()}

    def talk(self, means: npt.NDArray[np.float32]) -> Floats:
        """The chance that each text is public talk, [texts, 1]."""
        return np.round(sigmoid(_products(means, self.register[0]) + self.register[1]), _DIGITS)

    def least_sure(self, talk: Floats, languages: Sequence[str]) -> Floats:
        """
        The chance of the likeliest tone below which a better engine should read, [texts].

        talk: the chance of public talk, [texts]. It was chosen by language on held-out messages,
        see `bench/training/keep.py`; 0 for the best engine.
        """
        places = [OWN_LANGUAGES.index(code) if code in OWN_LANGUAGES else -1 for code in languages]
        shop, public = self.sure[0][places], self.sure[1][places]
        least: Floats = shop + talk * (public - shop)
        return least

    def _public(self, means: npt.NDArray[np.float32], languages: Sequence[str]) -> Floats:
        """
        What tone gains when people talk among themselves rather than to a shop, [texts, 3].

        Both registers were labelled by different people for different ends, in each language;
        this part counts, and answers are trusted, as much as the text looks like public talk.
        """
        added = np.zeros((len(means), 3))
        for place, code in enumerate(OWN_LANGUAGES):
            rows = [at for at, language in enumerate(languages) if language == code]
            if rows:
                weights, biases = self.by_language[0][place], self.by_language[1][place]
                added[rows] = _products(means[rows], weights) + biases
        return added

    def vectors(self, means: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Sentence vectors of unit length, float32 [n, 384]."""
        # Whole numbers below two to the 53: exact in any order, so the fastest way may sum them.
        found = _whole(means) @ self.back[0].T / _STEPS**2 + self.back[1]
        length = np.maximum(np.sqrt((found * found).sum(1, keepdims=True)), 1e-9)
        unit: npt.NDArray[np.float32] = np.round(found / length, _DIGITS).astype(np.float32)
        return unit

    @cached_property
    def telling(
        self,
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], dict[str, tuple[int, int]]]:
        """
        The weights that tell what each token adds, [384, answers], what a usual token adds by
        them, [answers], and where each field's answers lie.

        Among answers of which one holds, only what sets one apart from the others counts.
        """
        parts = {field: self.weights[field] for field in _TOLD}
        for field in ("tone", "urgency"):
            parts[field] = parts[field] - parts[field].mean(0)
        places, at = {}, 0
        for field, weights in parts.items():
            places[field] = (at, at + len(weights))
            at += len(weights)
        weights = np.concatenate(list(parts.values())).T
        usual = (self.middle @ weights).astype(np.float32)
        return np.ascontiguousarray(weights, np.float32), usual, places


def _whole(values: npt.NDArray[np.floating]) -> Floats:
    """Values in whole steps."""
    return np.rint(values * np.float64(_STEPS))


def _products(rows: npt.NDArray[np.float32], weights: Floats) -> Floats:
    """Rows by weights, each sum in the same order whatever the number of rows."""
    found: Floats = np.einsum("ij,kj->ik", rows.astype(np.float64), weights)
    return found


class Engine:
    """An encoder with its heads, and the bag of words beside it. May be shared by threads."""

    def __init__(self, name: str, encoder: Encoder, heads: Heads, bag: Bag) -> None:
        self.name, self.encoder, self.heads, self.bag = name, encoder, heads, bag

    def encode(
        self,
        texts: Sequence[str],
        threads: int = 1,
        through: npt.NDArray[np.float32] | None = None,
    ) -> Encoded:
        """The encoder's means and, by token, its states, of texts already `plain`."""
        return self.encoder.encode(texts, threads=threads, through=through)

    def logits(
        self, texts: Sequence[str], means: npt.NDArray[np.float32], languages: Sequence[str]
    ) -> dict[str, Floats]:
        """Calibrated logits by field of texts already `plain` and encoded."""
        return self.heads.logits(means, languages, weighed(self.bag, texts))


def weighed(bag: Bag, texts: Sequence[str]) -> dict[str, Floats]:
    """What the words of texts say, by what is WEIGHED."""
    ends = np.cumsum(list(WEIGHED.values()))[:-1]
    return dict(zip(WEIGHED, np.split(bag.scores(texts), ends, axis=1), strict=True))


_opening = threading.Lock()


def heads_file() -> Path:
    """The file of trained heads."""
    return DATA / "heads.npz"


@cache
def _arrays() -> Mapping[str, npt.NDArray[np.float32]]:
    try:
        with np.load(heads_file(), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError) as problem:
        raise EncoderMissing("no-heads") from problem


@cache
def _bag() -> Bag:
    """The bag of words, which both engines share."""
    found = _arrays()
    return Bag({name: found[f"bag.{name}"] for name in ("weights", "scale", "bias")})


@cache
def _opened(name: str) -> Engine:
    try:
        heads, bag = Heads(_arrays(), name), _bag()
    except KeyError as problem:
        raise EncoderMissing("no-heads") from problem
    try:
        return Engine(name, Encoder.open(DATA / f"{name}.npz", states=True), heads, bag)
    except OSError as problem:
        raise EncoderMissing("no-room") from problem


def engine(name: str = "best") -> Engine:
    """
    The engine of this name, opened once a process.

    Raises EncoderMissing with a short code when it cannot run here; KeyError for another name.
    """
    if name not in ENGINES:
        raise KeyError(name)
    if (code := available()) is not None:
        raise EncoderMissing(code)
    with _opening:
        return _opened(name)


def check(name: str = "best") -> None:
    """
    Raise EncoderMissing, with the same codes as `engine`, where that engine cannot run here.

    Opens nothing: a page that only names the version does without the memory that reading takes.
    """
    if (code := available()) is not None:
        raise EncoderMissing(code)
    _check(name)


@cache
def _check(name: str) -> None:
    try:
        Heads(_arrays(), name)
        Wheel()
        build(layers=DATA / f"{name}.npz")
    except KeyError as problem:
        raise EncoderMissing("no-heads") from problem
    except OSError as problem:
        raise EncoderMissing("no-room") from problem


def version() -> str:
    """Name of the trained model, which changes whenever it is trained anew."""
    return str(_arrays()["version"])


def features(
    texts: Sequence[str], languages: Sequence[str] | None = None, *, name: str = "best"
) -> Features:
    """
    Vectors and logits of texts, as written; see Features.

    languages: ISO codes when known, which sharpens tone.
    Raises EncoderMissing when the encoder cannot run here.

    >>> features(["Où est mon colis ?"]).vectors.shape  # doctest: +SKIP
    (1, 384)
    """
    reader = engine(name)
    read = [plain(text) for text in texts]
    means = reader.encode(read).mean
    codes = languages if languages is not None else [""] * len(texts)
    return Features(reader.heads.vectors(means), reader.logits(read, means, codes))
