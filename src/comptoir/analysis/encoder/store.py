"""
Where the built encoder lies, and how it gets there.

A folder holds the tokeniser, the graph and its weights, and `manifest.json` with the size and
checksum of each. Its name carries a hash of all it is made from, so a new version, other
layers or another processor never meet an old build. It is made aside and renamed into place:
two processes may build at once, and one that dies leaves nothing half made.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

from comptoir.analysis.encoder import graph, tokens
from comptoir.analysis.encoder.layers import EMBEDDING_NORM, Layers, load_layers, quantise_all
from comptoir.analysis.encoder.weights import WHEEL_SHA256, Arrays, Wheel

VERSION = 2
MANIFEST = "manifest.json"


def default_folder(layers: Path | None) -> Path:
    """
    The cache folder of the encoder with these tuned layers.
    """
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    tuned = layers.read_bytes() if layers else b""
    made_from = f"{VERSION} {WHEEL_SHA256} {graph.bytes_saturate()} ".encode() + tuned
    return Path(home) / "comptoir" / f"encoder-{hashlib.sha256(made_from).hexdigest()[:16]}"


def build(folder: Path | None = None, layers: Path | None = None) -> Path:
    """
    Build the encoder if it is not there yet or is damaged; returns its folder.

    Takes some seconds the first time.
    Raises EncoderMissing when a package is absent, ValueError when `layers` is no such file,
    OSError when the folder cannot be written.
    """
    folder = folder or default_folder(layers)
    wanted = fingerprint(layers)
    if is_whole(folder, wanted):
        return folder
    if not _elsewhere(folder, layers):
        make(folder, layers, wanted)
    return folder


def _elsewhere(folder: Path, layers: Path | None) -> bool:
    """
    Build in a process of its own, whose memory (twice what reading takes) goes with it.

    False when that could not be done; the caller then builds here.
    """
    if __name__ == "__main__" or not sys.executable:
        return False
    command = [sys.executable, "-m", __name__, str(folder), *([str(layers)] if layers else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        done = subprocess.run(command, env=environment, check=False, capture_output=True)  # noqa: S603 - ourselves
    except OSError:
        return False
    return done.returncode == 0 and is_whole(folder, fingerprint(layers))


def make(folder: Path, layers: Path | None, wanted: str) -> None:
    """Build in this process; see `build`."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _make(made, load_layers(layers) if layers else Layers(), wanted)
        _put(made, folder, wanted)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def fingerprint(layers: Path | None) -> str:
    """What tells one file of tuned layers from another, or from none."""
    return hashlib.sha256(layers.read_bytes() if layers else b"").hexdigest()


def _make(folder: Path, layers: Layers, wanted: str) -> None:
    wheel = Wheel()
    tokeniser = tokens.make(wheel)
    tokens.save(tokeniser, folder)
    arrays = _arrays(layers, wheel, tokeniser)
    graph.write(folder, arrays, layers.count, not graph.bytes_saturate())
    files = {path.name: _mark(path) for path in sorted(folder.iterdir())}
    manifest = {"version": VERSION, "layers": wanted, "count": layers.count, "files": files}
    manifest["units"] = layers.units
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))


def _arrays(layers: Layers, wheel: Wheel, tokeniser: Any) -> Arrays:
    """All arrays of the graph: the tuned file's, and the wheel's for what it does not hold."""
    tuned = layers.floats()
    absent = [layer for layer in range(layers.count) if not layers.holds(layer)]
    arrays: Arrays = {name: tuned.get(name, wheel.floats(name)) for name in EMBEDDING_NORM}
    if absent:
        arrays |= quantise_all(tuned, absent, layers.count, wheel, tokeniser, layers.units)
    for layer in set(range(layers.count)) - set(absent):
        arrays |= layers.of(layer)
    return arrays


def _put(made: Path, folder: Path, wanted: str) -> None:
    """Rename into place, unless another process was faster."""
    for _ in range(3):
        try:
            made.rename(folder)
        except OSError:
            if is_whole(folder, wanted):
                return
            # Damaged: moved aside in one step, so nobody sees a folder being emptied.
            aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            folder.rename(aside / "damaged")
            shutil.rmtree(aside, ignore_errors=True)
        else:
            return


def _mark(path: Path) -> list[int]:
    """Size and checksum of a file: against damage, not against malice."""
    content = path.read_bytes()
    return [len(content), zlib.crc32(content)]


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a folder says of itself; empty when it says nothing readable."""
    try:
        said = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def is_whole(folder: Path, wanted: str) -> bool:
    """Is this a build of the wanted layers by this version, with every file as it was written?"""
    said = read_manifest(folder)
    if (said.get("version"), said.get("layers")) != (VERSION, wanted):
        return False
    try:
        return all(_mark(folder / name) == mark for name, mark in said["files"].items())
    except OSError:
        return False


if __name__ == "__main__":
    _folder, _layers = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None
    make(_folder, _layers, fingerprint(_layers))
