"""Reading the word lists kept beside the code, in `data/`."""

from collections.abc import Iterator
from importlib.resources import files


def rows(name: str) -> Iterator[list[str]]:
    """Tab-separated fields of each line that is neither empty nor a comment."""
    content = files("comptoir.analysis").joinpath("data", name).read_text("utf-8")
    for line in content.splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split("\t")


def forms(entry: str) -> list[str]:
    """
    Inflected forms of an entry: endings follow the last word, a stem or a shorter stem.

    >>> forms("content/e/s")
    ['content', 'contente', 'contents']
    >>> forms("1/2")
    ['1/2']
    """
    stem, *endings = entry.split("/")
    if not endings or not stem[-1:].isalpha() or not all(end.isalpha() for end in endings):
        return [entry]
    return [stem, *(stem + ending for ending in endings)]


def entries(field: str) -> list[str]:
    """Phrases of a comma-separated field, inflections written out."""
    return [form for entry in field.split(",") if entry.strip() for form in forms(entry.strip())]


def weighted(*names: str) -> list[tuple[str, float]]:
    """Phrases with a weight, from files of lines "weight TAB phrases". The first file wins."""
    weights: dict[str, float] = {}
    for name in names:
        for weight, field in rows(name):
            for phrase in entries(field):
                weights.setdefault(phrase, float(weight))
    return list(weights.items())
