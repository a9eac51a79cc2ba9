"""
How many texts a second one core reads with the sentence encoder, how well, in how much memory.

    python bench/encoder.py --data ../shared/data/sentiment-fr-train.jsonl

Compares our eight-bit graph with the stock way, onnxruntime.quantization's dynamic one, made
here from the same weights and fed the same batches (so it is spared its padding and mask).
Cosines are to the encoder in float32. Seconds are of processor time on one thread, the least
of several runs, so that a busy machine tells little. Each system runs in a process of its
own, so that its load time and peak memory are its own.
"""

import argparse
import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from comptoir.analysis.encoder import Encoder, graph, load_layers, tokens
from comptoir.analysis.encoder.batches import by_length
from comptoir.analysis.encoder.layers import EMBEDDING_NORM, Layers, floats_of
from comptoir.analysis.encoder.weights import Arrays, Floats, Wheel

ROWS = (1, 8, 16)
STATUS = Path("/proc/self/status")
SYSTEMS = ("float", "stock", "ours")


def texts_of(path: Path, count: int) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()[:count]
    return [json.loads(line)["text"] for line in lines]


def floating(layers: Layers) -> bytes:
    """The encoder in float32: the wheel's layers, under the tuned ones if any."""
    wheel, tuned = Wheel(), layers.floats()
    arrays: Arrays = {name: tuned.get(name, wheel.floats(name)) for name in EMBEDDING_NORM}
    for layer in range(layers.count):
        arrays |= floats_of(layer, tuned, wheel)
    return graph.floating(arrays, layers.count)


def quantised(model: bytes, folder: Path) -> Path:
    """The same by onnxruntime.quantization, as its documentation advises for transformers."""
    kit = importlib.import_module("onnxruntime.quantization")
    (folder / "float.onnx").write_bytes(model)
    made = folder / "stock.onnx"
    options = {"MatMulConstBOnly": True}
    kit.quantize_dynamic(
        folder / "float.onnx",
        made,
        weight_type=kit.QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
        extra_options=options,
    )
    return made


def prepare(folder: Path, layers: Path | None) -> None:
    """Build what every system needs, once, in the same folder."""
    model = floating(load_layers(layers) if layers else Layers())
    quantised(model, folder)
    Encoder.open(layers, folder / "ours")


class Alternative:
    """A graph of the same inputs as ours, run by the runtime's own defaults on one thread."""

    def __init__(self, model: Path, folder: Path) -> None:
        runtime = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 3
        self.session = runtime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self.wheel, self.tokeniser = Wheel(), tokens.load(folder)

    def encode(self, texts: list[str], rows: int) -> Floats:
        numbers = tokens.tokenise(self.tokeniser, texts)
        found = np.empty((len(texts), 384), np.float32)
        for batch in by_length(numbers, rows):
            words = {"words": batch.words(self.wheel.rows, self.wheel.positions)}
            found[batch.places] = self.session.run(["mean"], words)[0]
        return found


def opened(system: str, folder: Path, layers: Path | None) -> Callable[[list[str], int], Floats]:
    if system == "ours":
        encoder = Encoder.open(layers, folder / "ours")
        return lambda texts, rows: encoder.encode(texts, rows).mean
    return Alternative(folder / f"{system}.onnx", folder / "ours").encode


def least(run: Callable[[], Any], repeats: int) -> float:
    """Processor seconds of the quickest of several runs."""
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return min(spent)


def measure(system: str, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One system: load time, rates, peak memory; its vectors are left in the folder."""
    start = time.process_time()
    encode = opened(system, folder, options.layers)
    loaded = time.process_time() - start
    texts = texts_of(options.data, options.texts)
    np.save(folder / f"{system}.npy", encode(texts, 8))
    repeats = 1 if system == "float" else options.repeats
    rows = (8,) if system == "float" else ROWS
    rates = {n: len(texts) / least(lambda n=n: encode(texts, n), repeats) for n in rows}  # type: ignore[misc]
    return {"rates": rates, "load": loaded, "peak": peak()}


def peak() -> float:
    """Most memory this process has held, in MB; not what its parent held before it."""
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def cosines(folder: Path, system: str) -> tuple[float, float]:
    """Mean and least cosine to the vectors in float32."""
    expected, actual = np.load(folder / "float.npy"), np.load(folder / f"{system}.npy")
    norms = np.linalg.norm(expected, axis=1) * np.linalg.norm(actual, axis=1)
    found = (expected * actual).sum(1) / norms
    return float(found.mean()), float(found.min())


def row(system: str, found: dict[str, Any], folder: Path) -> str:
    rates = [f"{found['rates'].get(str(n), float('nan')):9.0f}" for n in ROWS]
    mean, worst = cosines(folder, system)
    return (
        f"{system:6}{''.join(rates)}{mean:13.5f}{worst:10.5f}"
        f"{found['load']:9.2f}{found['peak']:10.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--data", type=Path, required=True, help="JSON Lines with a `text`")
    parser.add_argument("--layers", type=Path, help="a file of tuned layers")
    parser.add_argument("--texts", type=int, default=800)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--system", choices=SYSTEMS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.system:
        print(json.dumps(measure(options.system, options, options.folder)))
        return
    heads = "".join(f"{f'batch {n}':>9}" for n in ROWS)
    print(f"{'':6}{heads}{'cosine mean':>13}{'least':>10}{'load, s':>9}{'peak, MB':>10}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, options.layers)
        for system in SYSTEMS:
            command = [sys.executable, __file__, *sys.argv[1:]]
            command += ["--folder", name, "--system", system]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 # ourselves
            print(row(system, json.loads(done.stdout), folder), flush=True)


if __name__ == "__main__":
    main()
