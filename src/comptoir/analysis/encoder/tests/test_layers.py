from pathlib import Path

import numpy as np
import pytest

from comptoir.analysis.encoder import load_layers, save_layers
from comptoir.analysis.encoder.layers import names_of
from comptoir.analysis.encoder.weights import Wheel


def test_saved_layers_come_back_but_for_rounding(student: Path, wheel: Wheel) -> None:
    """
    Eight bits a weight, smoothed: what was trained is what runs.
    """
    restored = load_layers(student).floats()

    for name in ("l1.q.w", "l1.ao.w", "l1.fi.w", "l1.fo.w"):
        expected = wheel.floats(name)
        error = np.abs(expected - restored[name]).max(1) / np.abs(expected).max(1)
        assert error.max() < 0.05, name
    assert (wheel.floats("l1.fo.b") + np.float32(0.5)).tobytes() == restored["l1.fo.b"].tobytes()


def test_a_layer_is_written_whole_or_not_at_all(student: Path) -> None:
    """
    Half a layer of ours and half of the wheel's would be rounded by two measures.
    """
    layers = load_layers(student)

    assert [False, True] == [layers.holds(0), layers.holds(1)]
    assert set(names_of(1)) == layers.floats().keys()


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("l5.q.w", np.zeros((384, 384))),
        ("l0.q.weight", np.zeros((384, 384))),
        ("l0.q.w", np.zeros((384, 383))),
        ("l0.q.b", np.full(384, np.nan)),
    ],
)
def test_what_is_no_layer_of_ours_is_refused(name: str, array: np.ndarray, tmp_path: Path) -> None:
    """
    A wrong name would leave the wheel's layer in place, silently.
    """
    with pytest.raises(ValueError, match=name):
        save_layers(tmp_path / "layers.npz", {name: array}, count=3)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"text"])
def test_a_file_of_something_else_is_refused(content: bytes, tmp_path: Path) -> None:
    """
    A file cut while it was fetched must be named as the cause.
    """
    path = tmp_path / "layers.npz"
    path.write_bytes(content)

    with pytest.raises(ValueError, match="layers"):
        load_layers(path)
