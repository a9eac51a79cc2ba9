"""How loud each channel gets on ordinary messages: what the steps of eight bits must cover."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from comptoir.analysis.encoder import graph
from comptoir.analysis.encoder.batches import by_length
from comptoir.analysis.encoder.layers import EMBEDDING_NORM, SITES, floats_of
from comptoir.analysis.encoder.samples import SAMPLES
from comptoir.analysis.encoder.units import Reader
from comptoir.analysis.encoder.weights import Arrays, Floats

_INPUTS = {"qkv": "l{}.out", "ao": "l{}.ao.in", "fi": "l{}.fi.in"}


def ranges(tuned: Mapping[str, npt.NDArray[Any]], count: int, reader: Reader) -> dict[str, Floats]:
    """
    Greatest magnitude of each channel entering `l0.qkv`, `l0.ao`, `l0.fi`, …: [384] each,
    over our own sentences read by the encoder in float32. Takes some seconds.
    """
    wheel = reader.wheel
    arrays: Arrays = {n: tuned.get(n, wheel.floats(n)) for n in EMBEDDING_NORM}
    for layer in range(count):
        arrays |= floats_of(layer, tuned, wheel)
    watched = {
        f"l{layer}.{site}": _INPUTS[site].format(layer - (site == "qkv"))
        for layer in range(count)
        for site in SITES
    }
    running = graph.session(graph.floating(arrays, count, tuple(watched.values())))
    seen = {name: np.zeros(0, np.float32) for name in watched}
    for batch in by_length([text.numbers for text in reader.read(SAMPLES)]):
        words = batch.words(reader.vectors, wheel.positions)
        found = running.run(list(watched.values()), {"words": words})
        for name, values in zip(watched, found, strict=True):
            loud = np.abs(values).max(0)
            seen[name] = np.maximum(seen[name], loud) if seen[name].size else loud
    return seen
