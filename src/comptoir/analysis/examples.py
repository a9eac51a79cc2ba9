"""Labels learnt from a few examples given as text: a brand's own intents, or classes."""

from collections.abc import Mapping, Sequence

from comptoir.analysis.learning import BrandModel, ClassHead, fit_classes, fit_intents
from comptoir.analysis.model import features, plain
from comptoir.analysis.readings import Reading, Text

Examples = Mapping[str, Sequence[str]]
"""Texts by label, about ten of each."""
_HIGHEST = 0.99


def own_intents(examples: Examples, ordinary: Sequence[str]) -> BrandModel:
    """
    What `triage` reads own intents with.

    ordinary: texts nobody has labelled, some hundreds are best. Raises EncoderMissing where
    the encoder cannot run, ValueError without examples, or with one intent and no other text.
    """
    texts = {name: [plain(text) for text in said] for name, said in examples.items()}
    others = [plain(text) for text in ordinary]
    vectors = {name: features(said).vectors for name, said in texts.items()}
    head = fit_intents(vectors, features(others).vectors, texts, others)
    return BrandModel(head, {}, "examples")


def classes(examples: Examples) -> ClassHead:
    """
    What `sorted_into` sorts messages with; the names of the classes are read as well.

    Raises EncoderMissing where the encoder cannot run, ValueError under two classes.
    """
    texts = {name: [plain(text) for text in said] for name, said in examples.items()}
    vectors = {name: features(said).vectors for name, said in texts.items()}
    names = {name: features([name.replace("_", " ")]).vectors[0] for name in texts}
    return fit_classes(vectors, names, texts)


def sorted_into(
    head: ClassHead, texts: Sequence[Text], readings: Sequence[Reading]
) -> list[tuple[str, float] | None]:
    """The class of each message and its chance; None for those that rules had to read."""
    pairs = zip(texts, readings, strict=True)
    return [_class(head, text.text, reading) for text, reading in pairs]


def _class(head: ClassHead, text: str, reading: Reading) -> tuple[str, float] | None:
    """Asked one by one: a product of many rows may be summed in another order."""
    if reading.vector is None:
        return None
    chances = head.chances(reading.vector[None], [plain(text)])[0]
    best = int(chances.argmax())
    return head.names[best], min(float(chances[best]), _HIGHEST)
