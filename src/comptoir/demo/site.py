"""
The simulated site of the sample shop's rival: no server has it, and no request for it leaves.

An address names the day at which its story ends, so that the site goes on after the installation
and the same day always reads the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from comptoir.base import clock
from comptoir.base.http import Response
from comptoir.base.models import User
from comptoir.demo.calendar import PARIS
from comptoir.demo.grammar import typeset
from comptoir.demo.rival import NAME
from comptoir.demo.shop import SHOP
from comptoir.listening import api as listening
from comptoir.listening.watching import api as watching

ORIGIN: Final = "https://feuille-et-cire.example"
"""Names under .example belong to nobody."""
DAYS: Final = 21
"""How long before the installation the pages are watched."""
_ADDRESS = re.compile(rf"{re.escape(ORIGIN)}/(\d{{4}}-\d\d-\d\d)/([a-z-]+)")


@dataclass(frozen=True, slots=True)
class State:
    """A product as its page shows it. price: as printed; was: crossed out, "" for none."""

    price: str
    was: str = ""
    stock: str = "InStock"
    told: str = ""


def _candle(left: int) -> State:
    if left > 14:
        return State("26,90")
    if left > 6 or left < -2:
        return State("24,90")
    told = "Vente privée : −20 % sur toutes les bougies avec le code CIRE20."
    return State("19,92", "24,90", told=typeset(told))


def _set(left: int) -> State:
    if left > 4 or left < -2:
        return State("44,90")
    return State("29,90", "44,90", "LimitedAvailability" if left > 1 else "OutOfStock")


_PAGES: Final[dict[str, tuple[str, str, Callable[[int], State]]]] = {
    "bougie-figuier": ("Bougie « Figuier », 180 g", "“Figuier” candle, 180 g", _candle),
    "coffret-veillee": ("Coffret « Veillée »", "“Veillée” gift set", _set),
}
"""By the end of their address: French and English name, and the state so many days before the end."""


def answer(url: str) -> Response:
    """The page as of the clock's day; 404 for an address that the site does not have."""
    found = _ADDRESS.fullmatch(url)
    if found is None or found[2] not in _PAGES:
        return Response(404, {"content-type": "text/html; charset=utf-8"}, b"", url)
    name, story = typeset(_PAGES[found[2]][0]), _PAGES[found[2]][2]
    left = (date.fromisoformat(found[1]) - clock.now().astimezone(PARIS).date()).days
    page = _html(name, story(left)).encode()
    return Response(200, {"content-type": "text/html; charset=utf-8"}, page, url)


def watch(owner: User, end: date) -> None:
    """Watch both pages since three weeks before `end`, each looked at once a morning."""
    folder = next(one.id for one in listening.folders() if one.name == NAME)
    french = owner.language.startswith("fr")
    for place, (path, (name, english, _story)) in enumerate(_PAGES.items()):
        draft = watching.PageDraft(
            f"{ORIGIN}/{end.isoformat()}/{path}",
            f"{typeset(name)} (site simulé)" if french else f"{english} (simulated site)",
            folder,
            contact=SHOP.handles["email"],
        )
        page = 0
        for back in range(DAYS, 0, -1):
            morning = datetime.combine(end - timedelta(days=back), time(7, 40 + place), PARIS)
            with clock.held_at(morning):
                page = page or watching.add_page(draft, owner)
                watching.look(page)


def _html(name: str, shown: State) -> str:
    was, before = "", ""
    if shown.was:
        was = f"<s>{shown.was} €</s> "
        before = (
            ', "priceSpecification": {"@type": "UnitPriceSpecification", "priceType":'
            f' "https://schema.org/StrikethroughPrice", "price": "{_dotted(shown.was)}"}}'
        )
    told = f"<p>{shown.told}</p>" if shown.told else ""
    return (
        f"<!doctype html><html lang=fr><title>{name} – {NAME}</title><h1>{name}</h1>"
        '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product",'
        f' "name": "{name}", "offers": {{"@type": "Offer", "price": "{_dotted(shown.price)}",'
        f' "priceCurrency": "EUR", "availability": "https://schema.org/{shown.stock}"{before}}}}}'
        "</script>"
        f"<p>{was}{shown.price} €</p>{told}<p>Site simulé, pour l’exemple.</p>"
    )


def _dotted(price: str) -> str:
    return price.replace(",", ".")
