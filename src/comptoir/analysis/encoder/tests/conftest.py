"""One build of the whole encoder for all tests, and a small one of two layers."""

from pathlib import Path

import numpy as np
import pytest

from comptoir.analysis.encoder import Encoder, save_layers
from comptoir.analysis.encoder.weights import Wheel


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoder") / "whole"


@pytest.fixture(scope="session")
def encoder(built: Path) -> Encoder:
    return Encoder.open(folder=built, middle=6)


@pytest.fixture(scope="session")
def wheel() -> Wheel:
    return Wheel()


@pytest.fixture(scope="session")
def student(tmp_path_factory: pytest.TempPathFactory, wheel: Wheel) -> Path:
    """A file of two layers: the wheel's first one, and its second one with one bias moved."""
    path = tmp_path_factory.mktemp("layers") / "student.npz"
    save_layers(path, {"l1.fo.b": wheel.floats("l1.fo.b") + np.float32(0.5)}, count=2)
    return path


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, student: Path) -> Encoder:
    return Encoder.open(student, tmp_path_factory.mktemp("encoder") / "small")
