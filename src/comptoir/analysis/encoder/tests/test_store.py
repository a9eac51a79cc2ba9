import multiprocessing
import shutil
from pathlib import Path

import pytest

from comptoir.analysis.encoder import Encoder, EncoderMissing, build, store
from comptoir.analysis.encoder.weights import Wheel

TEXT = "Où est mon colis ?"


@pytest.mark.parametrize("name", ["weights.bin", "tokens.model", "model.onnx", "manifest.json"])
def test_damage_to_any_file_is_seen(
    name: str, tmp_path: Path, student: Path, small: Encoder
) -> None:
    """
    A disk that filled up leaves files of the right size and the wrong content.
    """
    folder = shutil.copytree(small.folder, tmp_path / "encoder")
    whole = store.is_whole(folder, store.fingerprint(student))
    path = folder / name
    path.write_bytes(path.read_bytes()[:-20] + b"\0" * 20)

    assert whole
    assert not store.is_whole(folder, store.fingerprint(student))


def test_a_damaged_build_is_made_again(tmp_path: Path, student: Path, small: Encoder) -> None:
    """
    The next start mends what a full disk broke, leaving nothing beside it.
    """
    folder = shutil.copytree(small.folder, tmp_path / "encoder")
    (folder / "model.onnx").unlink()

    mended = Encoder.open(student, folder)

    assert small.encode([TEXT]).mean.tobytes() == mended.encode([TEXT]).mean.tobytes()
    assert [folder] == list(tmp_path.iterdir())


def test_a_build_of_other_layers_is_not_taken(student: Path, small: Encoder) -> None:
    """
    A folder named by hand may hold last year's layers.
    """
    assert store.is_whole(small.folder, store.fingerprint(student))
    assert not store.is_whole(small.folder, store.fingerprint(None))


def test_a_whole_build_is_left_alone(small: Encoder, student: Path) -> None:
    """
    Starting again must not cost a build.
    """
    before = (small.folder / "weights.bin").stat().st_mtime_ns

    build(small.folder, student)

    assert before == (small.folder / "weights.bin").stat().st_mtime_ns


def test_two_processes_may_build_at_once(tmp_path: Path, student: Path) -> None:
    """
    A web process and a worker start together after an install.
    """
    folder = tmp_path / "encoder"
    start = multiprocessing.get_context("spawn")
    both = [start.Process(target=build, args=(folder, student)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()

    assert [0, 0] == [process.exitcode for process in both]
    assert store.is_whole(folder, store.fingerprint(student))
    assert [folder] == list(tmp_path.iterdir())


def test_other_weights_are_refused(tmp_path: Path) -> None:
    """
    The wheel has one author; another file under its name is not ours to run.
    """
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1" + bytes(100))

    with pytest.raises(EncoderMissing) as missing:
        Wheel(path)

    assert "other-weights" == missing.value.code
