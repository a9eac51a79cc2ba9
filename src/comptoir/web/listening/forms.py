"""What somebody writes about a query, as the page sends it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from comptoir.base.api import ids
from comptoir.listening import api as listening


@dataclass(frozen=True, slots=True)
class Written:
    """A query on the page. folder: its id, 0 for none. must, must_not: one example a line."""

    name: str = ""
    folder: int = 0
    text: str = ""
    must: str = ""
    must_not: str = ""

    @property
    def folder_outside(self) -> str:
        return ids.conceal("listening-folder", self.folder) if self.folder else ""

    @property
    def wanted(self) -> tuple[str, ...]:
        """Examples that the query has to find."""
        return listening.lines(self.must)

    @property
    def unwanted(self) -> tuple[str, ...]:
        """Examples that it has to leave."""
        return listening.lines(self.must_not)

    def draft(self) -> listening.Draft:
        return listening.Draft(self.name, self.folder, self.text, self.wanted, self.unwanted)


def sent(post: QueryDict) -> Written:
    """What the form holds, with line ends as the text box counts them."""
    return Written(
        name=post.get("name", ""),
        folder=ids.reveal("listening-folder", post.get("folder", "")) or 0,
        text=_lines(post.get("text", "")),
        must=_lines(post.get("must", "")),
        must_not=_lines(post.get("must_not", "")),
    )


def stored(it: listening.QueryView) -> Written:
    return Written(it.name, it.folder, it.text, "\n".join(it.must), "\n".join(it.must_not))


def first(asked: Mapping[str, str]) -> Written:
    """A new query; the address may name its folder and its text."""
    folder = ids.reveal("listening-folder", asked.get("folder", "")) or 0
    return Written(folder=folder, text=_lines(asked.get("text", "")))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
