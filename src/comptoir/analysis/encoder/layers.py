"""
Layers tuned on our own examples: eight bits a weight, in one file of the tree.

The file is an uncompressed `.npz`, read without pickle. It holds `format` (1), `count` (how
many layers the encoder has: 12, or fewer for a student that shares the wheel's word vectors),
`units` (whether it reads words and marks rather than pieces of words)
and, for each layer it defines, what the graph computes with (see `quantise`). A layer which
the file does not define is the wheel's, quantised in the same way when the encoder is built.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from comptoir.analysis.encoder import tokens
from comptoir.analysis.encoder.units import reader_of
from comptoir.analysis.encoder.weights import DEPTH, LINEARS, Arrays, Floats, Wheel

FORMAT = 1
NORMS = ("aln", "oln")
EMBEDDING_NORM = ("emb.ln.w", "emb.ln.b")
SITES = {"qkv": ("q", "k", "v"), "ao": ("ao",), "fi": ("fi",)}  # fo's steps follow each token

_HEADROOM = 1.1  # calibration texts are few; rarer ones may be a little louder


@dataclass(frozen=True)
class Layers:
    """
    What a tuned file holds: the depth of its encoder, and arrays by name.

    units: texts enter it by words and marks rather than by pieces of words, see `units`.
    """

    count: int = DEPTH
    arrays: Mapping[str, npt.NDArray[Any]] | None = None
    units: bool = False

    def holds(self, layer: int) -> bool:
        """Is this layer defined here, rather than taken from the wheel?"""
        return f"l{layer}.q.w" in (self.arrays or {})

    def of(self, layer: int) -> Arrays:
        """The arrays of one layer, ready for the graph; empty for a layer of the wheel."""
        arrays = self.arrays or {}
        return {name: array for name, array in arrays.items() if name.startswith(f"l{layer}.")}

    def floats(self) -> dict[str, Floats]:
        """Every array by its plain name in float32, as `save_layers` was given (± rounding)."""
        arrays = self.arrays or {}
        plain = {n: a for n, a in arrays.items() if n.endswith((".w", ".b"))}
        return {name: _restored(name, array, arrays) for name, array in plain.items()}


def _restored(name: str, array: npt.NDArray[Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Floats:
    if name + ".scale" not in arrays:
        return array.astype(np.float32)
    layer, part, _ = name.split(".")
    matrix = array * arrays[name + ".scale"][:, None]
    smooth = arrays.get(f"{layer}.{'qkv' if part in 'qkv' else part}.smooth")
    restored: Floats = matrix if smooth is None else matrix * smooth
    return restored


def names_of(layer: int) -> Iterator[str]:
    """
    The plain names of one layer's arrays, counted from 0.

    >>> sorted(names_of(3))[:3]
    ['l3.aln.b', 'l3.aln.w', 'l3.ao.b']
    """
    for part in (*LINEARS, *NORMS):
        yield f"l{layer}.{part}.w"
        yield f"l{layer}.{part}.b"


def floats_of(layer: int, tuned: Mapping[str, npt.NDArray[Any]], wheel: Wheel) -> dict[str, Floats]:
    """One layer in float32: the tuned arrays where given, else the wheel's."""
    return {
        name: np.asarray(tuned[name], np.float32) if name in tuned else wheel.floats(name)
        for name in names_of(layer)
    }


def quantise(layer: int, floats: Mapping[str, Floats], ranges: Mapping[str, Floats]) -> Arrays:
    """
    One layer as the graph computes it.

    floats: its arrays by plain name.
    ranges: the greatest magnitude seen on calibration texts of each channel that enters
        `l0.qkv`, `l0.ao` and `l0.fi`, [384] each.
    Returns int8 matrices [out, in] with a float32 `….scale` [out] each (`l0.q.w.scale`);
    `l0.qkv.smooth` and `l0.fi.smooth` [384], which entering channels are multiplied by so that
    no loud one drowns the others (the matrix undoes it, as in SmoothQuant); `l0.qkv.step`,
    `l0.ao.step` and `l0.fi.step`, the width of one of the 255 steps of what enters; biases
    and normalisations in float32.
    """
    done: Arrays = {n: a for n, a in floats.items() if not _is_matrix(n)}
    spreads: dict[str, Floats] = {}
    for site, parts in SITES.items():
        reach = _HEADROOM * ranges[f"l{layer}.{site}"]
        if site != "ao":
            spread = _spread(reach, np.concatenate([floats[f"l{layer}.{p}.w"] for p in parts]))
            spreads |= dict.fromkeys(parts, spread)
            done[f"l{layer}.{site}.smooth"], reach = 1 / spread, reach / spread
        done[f"l{layer}.{site}.step"] = np.asarray(max(reach.max() / 127, 1e-9), np.float32)
    for part in LINEARS:
        name = f"l{layer}.{part}.w"
        done[name], done[name + ".scale"] = _eight_bits(floats[name] * spreads.get(part, 1))
    return done


def _is_matrix(name: str) -> bool:
    return name.endswith(".w") and name.split(".")[1] in LINEARS


def _spread(reach: Floats, matrix: Floats) -> Floats:
    """How much louder than usual each channel is, shared evenly with its weights."""
    heard = np.sqrt((matrix**2).mean(0)) + 1e-9
    spread = np.sqrt(np.maximum(reach, 1e-6) / heard)
    even: Floats = (spread / np.median(spread)).astype(np.float32)
    return even


def _eight_bits(matrix: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    scale = np.maximum(np.abs(matrix).max(1), 1e-9) / 127
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def quantise_all(
    tuned: Mapping[str, npt.NDArray[Any]],
    layers: Sequence[int],
    count: int,
    wheel: Wheel,
    tokeniser: Any,
    units: bool = False,
) -> Arrays:
    """The named layers of an encoder of `count` layers, calibrated on our own sentences."""
    from comptoir.analysis.encoder.calibration import ranges

    seen = ranges(tuned, count, reader_of(wheel, tokeniser, units))
    done: Arrays = {}
    for layer in layers:
        done |= quantise(layer, floats_of(layer, tuned, wheel), seen)
    return done


def save_layers(
    path: Path, arrays: Mapping[str, npt.NDArray[Any]], count: int = DEPTH, units: bool = False
) -> None:
    """
    Keep tuned layers in a file, eight bits a weight.

    arrays: float arrays by plain name (`l11.fo.w` [384, 1536] as torch keeps a Linear's
        weight, `l11.fo.b`, `l11.oln.w`, `emb.ln.w`, …). A layer with any array here is
        written whole, the rest of it from the wheel; others stay the wheel's.
    count: layers of the encoder, from `l0`; fewer than 12 for a distilled student.
    units: it reads words and marks rather than pieces of words.
    Takes some seconds: the ranges of activations are measured on our own sentences.
    Raises ValueError for a name or a shape that is not the encoder's, EncoderMissing without
    the packages that run it.
    """
    wheel = Wheel()
    _check(arrays, count, wheel)
    layers = sorted({int(n[1:].split(".")[0]) for n in arrays if n not in EMBEDDING_NORM})
    kept: Arrays = {n: np.asarray(arrays[n], np.float32) for n in EMBEDDING_NORM if n in arrays}
    kept |= quantise_all(arrays, layers, count, wheel, tokens.make(wheel), units)
    told = {"format": np.int64(FORMAT), "count": np.int64(count), "units": np.bool_(units)}
    with path.open("wb") as file:
        np.savez(file, **told, **kept)  # type: ignore[arg-type]


def _check(arrays: Mapping[str, npt.NDArray[Any]], count: int, wheel: Wheel) -> None:
    known = {*EMBEDDING_NORM, *(name for layer in range(count) for name in names_of(layer))}
    if unknown := sorted(arrays.keys() - known):
        raise ValueError(f"not of an encoder of {count} layers: {', '.join(unknown)}")
    for name, array in arrays.items():
        if array.shape != (expected := wheel.floats(name).shape):
            raise ValueError(f"{name} is {array.shape}, not {expected}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds values that are not finite")


def load_layers(path: Path) -> Layers:
    """
    What `save_layers` kept; raises ValueError when the file is not such a file.
    """
    try:
        with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, EOFError, ValueError) as wrong:
        raise ValueError(f"{path.name} holds no layers") from wrong
    if int(arrays.pop("format", np.int64(0))) != FORMAT:
        raise ValueError(f"{path.name} holds layers of another format")
    units = bool(arrays.pop("units", np.bool_(False)))
    return Layers(int(arrays.pop("count")), arrays, units)
