from comptoir.analysis.encoder import Encoder
from comptoir.analysis.encoder.tokens import readable, tokenise


def test_marks_and_prefix_surround_a_text(small: Encoder) -> None:
    """
    The encoder was trained with both; without them its vectors drift.
    """
    tokens = tokenise(small._reader.tokeniser, ["Bonjour"])[0]

    assert ["<s>", "▁que", "ry", ":", "▁Bonjour", "</s>"] == [
        small._reader.tokeniser.id_to_token(token) for token in tokens
    ]


def test_a_long_text_keeps_its_beginning_and_its_end(small: Encoder) -> None:
    """
    The end of a long complaint says what is wanted.
    """
    text = " ".join(f"{number}" for number in range(900))
    whole = small._reader.tokeniser.encode("query: " + text).ids

    tokens = tokenise(small._reader.tokeniser, [text])[0]

    assert whole[:96] + whole[-32:] == tokens


def test_halves_of_a_pair_are_joined() -> None:
    """
    Exports through UTF-16 cut emoji in two; they still mean something.
    """
    assert "😀" == readable("\ud83d\ude00")


def test_a_lone_half_is_replaced() -> None:
    """
    The tokeniser takes UTF-8 only, which has no such letter.
    """
    assert "a\ufffdb" == readable("a\udc00b")
