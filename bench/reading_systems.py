"""
What bench/reading.py compares: word lists, bags of words, the plain encoder, and ours.

Every system that learns here learns from the same messages: the tweets to train on, our
examples and the part of the export labelled to learn from. Packages are imported when a system is opened, so that one missing costs one system.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from reading_measures import Floats, Labels, macro_f1
from reading_sets import Message

from comptoir.analysis import model
from comptoir.analysis.encoder import Encoder, EncoderMissing
from comptoir.analysis.readings import Reading, Text
from comptoir.analysis.triage import triage

TONES = (-1, 0, 1)
Learnt = Mapping[str, Sequence[Message]]


class Unavailable(Exception):
    """A system that cannot run here, and why."""


@dataclass
class Answers:
    """What a system says of n messages; None where it says nothing."""

    tone: Labels
    tone_sure: Floats | None = None
    needs: Labels | None = None
    needs_sure: Floats | None = None
    urgency: Labels | None = None
    irony: Labels | None = None
    intents: list[tuple[str, ...]] | None = None
    aspects: list[frozenset[str]] | None = None
    language: list[str] | None = None


class System(Protocol):
    """Something that reads messages of one language; None for a language it does not know."""

    def learn(self, learnt: Learnt) -> None: ...

    def answer(self, language: str, messages: Sequence[Message]) -> Answers | None: ...


# Word lists


def vader(language: str) -> Callable[[str], float]:
    """VADER's compound score, by its English or its French port."""
    name = {"en": "vaderSentiment", "fr": "vaderSentiment_fr"}[language]
    analyser = importlib.import_module(f"{name}.vaderSentiment").SentimentIntensityAnalyzer()
    return lambda text: float(analyser.polarity_scores(text)["compound"])


def textblob(language: str) -> Callable[[str], float]:
    """TextBlob's polarity, by its own analyser or textblob-fr's."""
    package = {"en": "textblob.en.sentiments", "fr": "textblob_fr"}[language]
    analyser = importlib.import_module(package).PatternAnalyzer()
    return lambda text: float(analyser.analyze(text)[0])


_STEPS = np.round(np.arange(-0.6, 0.61, 0.05), 2)
_USUAL = 0.05, -0.05


class WordList:
    """
    Positive from one score on, negative from another down.

    tuned: the two are those of best macro-F1 on the messages to learn from; else ± 0.05, as
    VADER's authors advise.
    """

    def __init__(self, score: Callable[[str], Callable[[str], float]], tuned: bool) -> None:
        try:
            self._score = {language: score(language) for language in ("fr", "en")}
        except ImportError as problem:
            raise Unavailable(str(problem)) from problem
        self._tuned, self._limits = tuned, dict.fromkeys(("fr", "en"), _USUAL)

    def learn(self, learnt: Learnt) -> None:
        if self._tuned:
            self._limits = {name: self._best(name, learnt[name]) for name in self._score}

    def _best(self, language: str, messages: Sequence[Message]) -> tuple[float, float]:
        scores, truth = self._scores(language, messages), tones(messages)
        pairs = [(high, low) for high in _STEPS for low in _STEPS if low < high]
        best = max(pairs, key=lambda pair: macro_f1(truth, cut(scores, *pair), TONES))
        return float(best[0]), float(best[1])

    def _scores(self, language: str, messages: Sequence[Message]) -> Floats:
        return np.array([self._score[language](message.text) for message in messages])

    def answer(self, language: str, messages: Sequence[Message]) -> Answers | None:
        if language not in self._score:
            return None
        return Answers(cut(self._scores(language, messages), *self._limits[language]))


def cut(scores: Floats, high: float, low: float) -> Labels:
    """Tones of scores."""
    return np.asarray((scores >= high).astype(np.int64) - (scores <= low), np.int64)


def tones(messages: Sequence[Message]) -> Labels:
    return np.array([message.tone for message in messages], np.int64)


# What learns: a view of texts as numbers, then logistic regression


class View(Protocol):
    """Texts as rows of numbers; `penalty` is the C of the regressions on them."""

    penalty: float

    def fit(self, texts: Sequence[str]) -> Any: ...

    def rows(self, texts: Sequence[str]) -> Any: ...


class Grams:
    """TF-IDF of words, pairs of words and 2 to 5 letters."""

    penalty = 3.0

    def __init__(self) -> None:
        kit = sklearn("feature_extraction.text").TfidfVectorizer
        options = {"min_df": 2, "sublinear_tf": True}
        self._parts = (
            kit(ngram_range=(1, 2), token_pattern=r"\w+|[^\w\s]", **options),  # noqa: S106 # words
            kit(analyzer="char_wb", ngram_range=(2, 5), **options),
        )
        self._join = importlib.import_module("scipy.sparse").hstack

    def fit(self, texts: Sequence[str]) -> Any:
        return self._join([part.fit_transform(plain(texts)) for part in self._parts], "csr")

    def rows(self, texts: Sequence[str]) -> Any:
        return self._join([part.transform(plain(texts)) for part in self._parts], "csr")


class Vectors:
    """The plain encoder's vectors, each text encoded once; kept in a file when one is given."""

    def __init__(self, kept: Path | None = None) -> None:
        self._encoder = Encoder.open()
        self._kept, self._known = kept, dict[str, NDArray[np.float32]]()
        if kept is not None and kept.exists():
            with np.load(kept) as file:
                self._known = dict(zip(file["keys"].tolist(), file["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        keys = [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            found = self._encoder.encode(list(new.values())).mean
            self._known |= dict(zip(new, found, strict=True))
            self._keep()
        return np.array([self._known[key] for key in keys])

    def _keep(self) -> None:
        if self._kept is not None:
            keys, vectors = list(self._known), np.array(list(self._known.values()))
            np.savez(self._kept, keys=np.array(keys), vectors=vectors)


class Encoded:
    """The plain encoder's vectors, each column centred and scaled."""

    penalty = 0.001

    def __init__(self, vectors: Vectors) -> None:
        self._vectors, self._scaler = vectors, sklearn("preprocessing").StandardScaler()

    def fit(self, texts: Sequence[str]) -> Any:
        return self._scaler.fit_transform(self._vectors(plain(texts)))

    def rows(self, texts: Sequence[str]) -> Any:
        return self._scaler.transform(self._vectors(plain(texts)))


def plain(texts: Sequence[str]) -> list[str]:
    """Texts as ours reads them: handles and links made alike."""
    return [model.plain(text) for text in texts]


def sklearn(name: str) -> Any:
    try:
        return importlib.import_module(f"sklearn.{name}")
    except ImportError as problem:
        raise Unavailable(str(problem)) from problem


_FEWEST = 5


@dataclass
class Regressions:
    """Logistic regressions on one view: one a label, one an intent, one an aspect."""

    view: View
    single: dict[str, Any] = field(default_factory=dict)
    several: dict[str, dict[str, Any]] = field(default_factory=dict)

    def learn(self, messages: Sequence[Message]) -> None:
        rows = self.view.fit([message.text for message in messages])
        self.single["tone"] = self._fit(rows, tones(messages))
        places = [at for at, message in enumerate(messages) if message.whole]
        if not places:
            return
        whole = [messages[at] for at in places]
        for name in ("needs", "urgency", "irony"):
            labels = np.array([getattr(message, name) for message in whole], np.int64)
            self.single[name] = self._fit(rows[places], labels, even=name != "needs")
        for name in ("intents", "aspects"):
            given = [frozenset(getattr(message, name)) for message in whole]
            self.several[name] = self._fit_each(rows[places], given)

    def _fit(self, rows: Any, labels: NDArray[Any], even: bool = False) -> Any:
        """even: rare labels weigh as much as frequent ones, at the price of honest chances."""
        kind = sklearn("linear_model").LogisticRegression
        weights = "balanced" if even else None
        return kind(C=self.view.penalty, class_weight=weights, max_iter=500).fit(rows, labels)

    def _fit_each(self, rows: Any, given: Sequence[frozenset[str]]) -> dict[str, Any]:
        found = {}
        for name in sorted(frozenset().union(*given)):
            labels = np.array([name in one for one in given])
            if labels.sum() >= _FEWEST:
                found[name] = self._fit(rows, labels, even=True)
        return found

    def answer(self, messages: Sequence[Message]) -> Answers:
        rows = self.view.rows([message.text for message in messages])
        said, sure = self._say("tone", rows)
        found = Answers(said, sure)
        if self.several:
            found.needs, found.needs_sure = self._say("needs", rows)
            found.urgency, found.irony = self._say("urgency", rows)[0], self._say("irony", rows)[0]
            found.intents = self._name("intents", rows, least=1)
            found.aspects = [frozenset(names) for names in self._name("aspects", rows, least=0)]
        return found

    def _say(self, name: str, rows: Any) -> tuple[Labels, Floats]:
        head = self.single[name]
        chances = head.predict_proba(rows)
        said = np.asarray(head.classes_[chances.argmax(axis=1)], np.int64)
        return said, np.asarray(chances.max(axis=1), np.float64)

    def _name(self, field_name: str, rows: Any, least: int) -> list[tuple[str, ...]]:
        """Names more likely than not, surest first; at least so many."""
        heads = self.several[field_name]
        names = list(heads)
        chances = np.array([head.predict_proba(rows)[:, 1] for head in heads.values()]).T
        return [
            tuple(names[at] for at in order[: max(least, int((row >= 0.5).sum()))])
            for row, order in zip(chances, np.argsort(-chances, axis=1), strict=True)
        ]


class Trained:
    """Regressions of one view, learnt from each language apart or from all together."""

    def __init__(self, view: Callable[[], View], together: bool = False) -> None:
        view()  # what is missing shows before anything is learnt
        self._view, self._together = view, together
        self._parts: dict[str, Regressions] = {}

    def learn(self, learnt: Learnt) -> None:
        if self._together:
            every = Regressions(self._view())
            every.learn([message for messages in learnt.values() for message in messages])
            self._parts = dict.fromkeys(learnt, every)
            return
        for language, messages in learnt.items():
            self._parts[language] = Regressions(self._view())
            self._parts[language].learn(messages)

    def answer(self, language: str, messages: Sequence[Message]) -> Answers | None:
        return self._parts[language].answer(messages)


# Ours


class Ours:
    """The triage as shipped, which learns nothing here and is not told the language."""

    def __init__(self, mode: str) -> None:
        if mode != "light":
            try:
                model.engine(mode)
            except (EncoderMissing, KeyError) as problem:  # KeyError: heads of the other engine
                raise Unavailable(repr(problem)) from problem
        self._mode = mode

    def learn(self, learnt: Learnt) -> None:
        pass

    def answer(self, language: str, messages: Sequence[Message]) -> Answers | None:
        texts = [Text(message.source, message.text) for message in messages]
        return answers_of(triage(texts, mode=self._mode))


def answers_of(readings: Sequence[Reading]) -> Answers:
    return Answers(
        tone=np.array([one.tone for one in readings], np.int64),
        tone_sure=np.array([one.tone_confidence for one in readings]),
        needs=np.array([one.needs_answer for one in readings], np.int64),
        needs_sure=np.array([one.needs_answer_confidence for one in readings]),
        urgency=np.array([one.urgency for one in readings], np.int64),
        irony=np.array([one.irony for one in readings], np.int64),
        intents=[tuple(intent.name for intent in one.intents) for one in readings],
        aspects=[
            frozenset(f"{aspect.name}{'+' if aspect.liked else '-'}" for aspect in one.aspects)
            for one in readings
        ],
        language=[one.language for one in readings],
    )


def systems(kept: Path | None) -> dict[str, Callable[[], System]]:
    """Every system by name; opening one raises Unavailable when it cannot run here."""
    vectors: list[Vectors] = []

    def encoded() -> View:
        if not vectors:
            vectors.append(Vectors(kept))
        return Encoded(vectors[0])

    return {
        "VADER (English, fr)": lambda: WordList(vader, tuned=False),
        "VADER, tuned": lambda: WordList(vader, tuned=True),
        "TextBlob (English, fr), tuned": lambda: WordList(textblob, tuned=True),
        "TF-IDF + regression": lambda: Trained(Grams),
        "encoder + regression, one language": lambda: Trained(encoded),
        "encoder + regression, all": lambda: Trained(encoded, together=True),
        "ours, light (rules)": lambda: Ours("light"),
        "ours, fast": lambda: Ours("fast"),
        "ours, best": lambda: Ours("best"),
    }
