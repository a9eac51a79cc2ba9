"""
Heads as bytes: a JSON header, then plain little-endian arrays. Reading runs nothing.

Layout: the mark, the header's length (8 bytes), the header, the arrays one after the other.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MARK = b"comptoir-head-1\n"
_TYPES = ("<f4", "<f8")


def pack(kind: str, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """
    One head as bytes; the same head always gives the same bytes.

    facts: anything JSON can write. arrays: float32 or float64, others raise ValueError.
    """
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    table = [[name, array.dtype.str, array.shape] for name, array in plain.items()]
    if any(kept not in _TYPES for _, kept, _ in table):
        raise ValueError("only float32 and float64 arrays are stored")
    header = json.dumps({"kind": kind, "facts": facts, "arrays": table}, sort_keys=True).encode()
    body = b"".join(array.tobytes() for array in plain.values())
    return _MARK + len(header).to_bytes(8, "little") + header + body


def unpack(kind: str, data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """
    Facts and arrays of what `pack` wrote; ValueError when it is cut, foreign or of another kind.
    """
    try:
        return _unpack(kind, data)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a stored {kind}") from error


def _unpack(kind: str, data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    if not data.startswith(_MARK):
        raise ValueError("mark")
    start = len(_MARK) + 8
    end = start + int.from_bytes(data[len(_MARK) : start], "little")
    header = json.loads(data[start:end])
    if header["kind"] != kind:
        raise ValueError("kind")
    arrays: dict[str, NDArray[Any]] = {}
    for name, kept, shape in header["arrays"]:
        size = math.prod(shape)
        arrays[name] = np.frombuffer(data, _allowed(kept), size, end).reshape(shape)
        end += arrays[name].nbytes
    if end != len(data):
        raise ValueError("length")
    return header["facts"], arrays


def _allowed(kept: str) -> str:
    if kept not in _TYPES:
        raise ValueError("type")
    return kept
