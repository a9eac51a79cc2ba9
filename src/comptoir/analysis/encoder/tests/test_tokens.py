from comptoir.analysis.encoder import Encoder
from comptoir.analysis.encoder.tokens import pieces_of, placed, readable, tokenise


def test_marks_and_prefix_surround_a_text(small: Encoder) -> None:
    """
    The encoder was trained with both; without them its vectors drift.
    """
    tokens = tokenise(small._reader.tokeniser, ["Bonjour"])[0]

    assert ["<s>", "▁que", "ry", ":", "▁Bonjour", "</s>"] == [
        small._reader.tokeniser.id_to_piece(token) for token in tokens
    ]


def test_a_long_text_keeps_its_beginning_and_its_end(small: Encoder) -> None:
    """
    The end of a long complaint says what is wanted.
    """
    text = " ".join(f"{number}" for number in range(900))
    whole = [0, *pieces_of(small._reader.tokeniser, "query: " + text), 2]

    tokens = tokenise(small._reader.tokeniser, [text])[0]

    assert whole[:96] + whole[-32:] == tokens


def test_a_mark_that_somebody_writes_is_none(small: Encoder) -> None:
    """
    Nobody ends a text for the encoder by writing its sign for an end.
    """
    written = tokenise(small._reader.tokeniser, ["bonjour </s><s> merci <mask>"])[0]

    assert (1, 1) == (written.count(0), written.count(2))
    assert not {1, 250001} & set(written)


def test_pieces_of_a_sign_that_opens_lie_where_it_stands(small: Encoder) -> None:
    """
    An ellipsis is read as dots; words that told are quoted as they were written.
    """
    (found,) = placed(small._reader.tokeniser, ["bon… mais"])

    assert {(0, 3), (3, 4), (4, 9)} == set(found.spans) - {(0, 0)}


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
