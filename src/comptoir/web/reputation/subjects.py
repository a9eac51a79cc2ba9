"""What a report is of: the brand, a folder or one saved query, as addresses name them."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from comptoir.base.api import ids
from comptoir.listening import api as listening
from comptoir.listening import reputation_sides

BRAND: Final = "brand"


@dataclass(frozen=True, slots=True)
class Subject:
    """address: its name in addresses. queries: ids of the saved queries behind it."""

    address: str
    name: str
    queries: tuple[int, ...]

    @property
    def source(self) -> str:
        """Its name in the addresses of mentions."""
        return self.address.partition("-")[2] or self.address


def folder_address(folder: int) -> str:
    return f"folder-{ids.conceal('listening-folder', folder)}"


def query_address(query: int) -> str:
    return f"query-{ids.conceal('query', query)}"


def first() -> Subject | None:
    """The brand where there is a query about it, else the first folder with any."""
    offered = [one for _group, subjects in choices() for one in subjects]
    return offered[0] if offered else None


def find(address: str) -> Subject | None:
    """The subject of an address; None when there is none, or none any more."""
    found = {one.address: one for _group, subjects in choices() for one in subjects}
    return found.get(address)


def choices() -> list[tuple[str, list[Subject]]]:
    """Group → subjects; only those with a query."""
    queries = listening.queries()
    held: dict[int, list[listening.QueryView]] = {}
    for one in queries:
        held.setdefault(one.folder, []).append(one)
    folders = [one for one in listening.folders() if one.id in held]
    brand = reputation_sides.brand_queries()
    groups = [(_("Brand"), [Subject(BRAND, _("The brand"), tuple(brand))])] if brand else []
    groups.append(
        (
            _("Folders"),
            [
                Subject(folder_address(one.id), one.name, tuple(q.id for q in held[one.id]))
                for one in folders
            ],
        )
    )
    for folder in folders:
        subjects = [Subject(query_address(one.id), one.name, (one.id,)) for one in held[folder.id]]
        groups.append((_("Queries of %(folder)s") % {"folder": folder.name}, subjects))
    return [(group, subjects) for group, subjects in groups if subjects]
