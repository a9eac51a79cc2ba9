"""
Which products a text names: found by whoever keeps the brand's products, registered here.

The copy is written below the context that knows products, so that it is told how to find them.
"""

from collections.abc import Callable, Sequence

Finder = Callable[[int, Sequence[str]], Sequence[Sequence[str]]]
"""Workspace and texts → of each text, the products that it names."""

_finders: list[Finder] = []


def find_products_with(finder: Finder) -> None:
    """Register who finds products. What it finds is known of messages copied from then on."""
    _finders[:] = [finder]


def named_in(workspace_id: int, texts: Sequence[str]) -> list[list[str]]:
    """The products that each text names, each once; none where nobody knows products."""
    if not _finders or not any(texts):
        return [[] for _ in texts]
    return [list(dict.fromkeys(found)) for found in _finders[0](workspace_id, texts)]
