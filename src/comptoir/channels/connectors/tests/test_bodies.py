"""JSON as networks send it: what is none is set aside and crashes nothing."""

import pytest

from comptoir.base.http import Response
from comptoir.channels.connector import Unrecognised
from comptoir.channels.connectors.bodies import json_of, list_of, object_in, object_of

NONE = {"empty": b"", "cut": b"{", "binary": b"\xff\xfe", "deep": b"[" * 200_000}


@pytest.mark.parametrize("body", NONE.values(), ids=NONE)
def test_what_is_no_json_is_not_recognised(body: bytes) -> None:
    with pytest.raises(Unrecognised):
        json_of(body)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"7"])
def test_what_is_no_object_is_not_recognised(body: bytes) -> None:
    with pytest.raises(Unrecognised):
        object_of(body)


@pytest.mark.parametrize("said", [{}, {"data": None}, {"data": {}}, {"data": "x"}])
def test_a_list_that_is_not_there_is_named(said: dict[str, object]) -> None:
    with pytest.raises(Unrecognised, match="“data”"):
        list_of(said, "data")


@pytest.mark.parametrize("body", [*NONE.values(), b"[]", b"null"])
def test_an_answer_without_an_object_has_no_words(body: bytes) -> None:
    """What a network says of an error is for people; without it the status is enough."""
    assert {} == object_in(Response(502, {}, body))
    assert {"error": "gone"} == object_in(Response(404, {}, b'{"error": "gone"}'))
