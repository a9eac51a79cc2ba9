from pathlib import Path

import numpy as np

from comptoir.analysis.encoder import Encoder, graph, load_layers, store
from comptoir.analysis.encoder.batches import by_length
from comptoir.analysis.encoder.samples import SAMPLES
from comptoir.analysis.encoder.tokens import tokenise
from comptoir.analysis.encoder.weights import Wheel


def test_shifted_weights_give_the_same_bits(
    tmp_path: Path, student: Path, small: Encoder, wheel: Wheel
) -> None:
    """
    Processors without VNNI multiply otherwise; their users get the same labels.
    """
    arrays = store._arrays(load_layers(student), wheel, small._reader.tokeniser)
    graph.write(tmp_path, arrays, 2, signed=False)
    shifted = graph.session(tmp_path / graph.MODEL)
    expected = small.encode(SAMPLES).mean

    for batch in by_length(tokenise(small._reader.tokeniser, SAMPLES)):
        actual = shifted.run(["mean"], {"words": batch.words(wheel.rows, wheel.positions)})[0]
        assert expected[batch.places].tobytes() == np.asarray(actual).tobytes()
