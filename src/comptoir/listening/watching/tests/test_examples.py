"""The examples in the docstrings hold."""

import doctest
from types import ModuleType

import pytest

from comptoir.listening.watching import (
    amounts,
    diffing,
    markup,
    reading,
    robots,
    words,
)


@pytest.mark.parametrize("module", [amounts, diffing, markup, reading, robots, words])
def test_examples_hold(module: ModuleType) -> None:
    assert 0 < doctest.testmod(module).attempted
    assert 0 == doctest.testmod(module).failed
