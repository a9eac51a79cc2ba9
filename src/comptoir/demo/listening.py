"""What the sample shop listens for: its brand, its products, a rival, its parcels; its alerts."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from comptoir.base import clock, ids
from comptoir.base.models import User
from comptoir.channels import api as channels
from comptoir.demo.calendar import PARIS
from comptoir.demo.shop import SHOP
from comptoir.listening import api as listening
from comptoir.listening.alerting import api as alerting

RIVAL: Final = "Feuille & Cire"
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Listened:
    """
    A saved query with the kind of its folder, and what it must find and leave.

    folder, name: in French and in English; whoever installs the shop reads one of them.
    """

    kind: str
    folder: tuple[str, str]
    name: tuple[str, str]
    text: str
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


QUERIES: Final = (
    Listened(
        "brand",
        (SHOP.name, SHOP.name),
        ("Ce qui se dit de nous", "What is said of us"),
        "@tilleulbraise OR @tilleuletbraise OR tilleul NEAR/1 braise OR channel:reviews",
        ("Merci @tilleulbraise !", "Le coffret Tilleul & Braise est arrivé"),
        ("Une tisane au tilleul",),
    ),
    Listened(
        "product",
        ("Produits", "Products"),
        ("Bougies", "Candles"),
        "bougie* OR photophore* OR candle* OR vela OR velas OR #bougie*",
        ("Ma bougie fume",),
        ("Mon thé est froid",),
    ),
    Listened(
        "product",
        ("Produits", "Products"),
        ("Thés et tisanes", "Teas and herbal teas"),
        "thé OR thés OR tisane* OR rooibos OR matcha OR infusion* OR tea OR té",
        ("Ce rooibos est délicieux",),
        ("Ma bougie fume",),
    ),
    Listened(
        "rival",
        (RIVAL, RIVAL),
        ("Le concurrent nommé", "The rival named"),
        "feuille NEAR/1 cire",
        ("Je vais chez Feuille & Cire",),
        ("La feuille de thé", "La cire a coulé"),
    ),
    Listened(
        "topic",
        ("Service", "Service"),
        ("Colis en retard ou perdus", "Parcels late or lost"),
        "(colis OR commande* OR livr* OR suivi OR parcel) NEAR/8"
        ' (retard* OR perdu* OR jamais OR figé OR bloqué* OR "toujours pas" OR "toujours rien"'
        " OR late OR lost)",
        ("Mon colis n’est toujours pas là",),
        ("Colis bien reçu, merci",),
    ),
)


SHATTERS: Final = (
    "#BougieGate OR (bougie* OR candle* OR vela*)"
    " NEAR/8 (éclat* OR explos* OR fêl* OR fissur* OR shatter*)"
)
"""What the worst week began with."""


def listen(owner: User) -> None:
    """Save the queries, ask them of the past, and set the alert; a worker reads the past."""
    folders: dict[str, int] = {}
    found: list[int] = []
    for one in QUERIES:
        folder = _said(one.folder, owner)
        if folder not in folders:
            folders[folder] = listening.add_folder(one.kind, folder, owner)
        draft = listening.Draft(
            _said(one.name, owner), folders[folder], one.text, one.must, one.must_not
        )
        found.append(listening.add(draft, owner))
        listening.ask_past(found[-1], None, owner)
    alerting.add_alert(
        alerting.AlertDraft(
            _said(("Le ton se dégrade", "The tone worsens"), owner),
            "tone",
            query=found[0],
            threshold=10,
            share=60,
            window=180,
            cooldown=720,
            authors_once=True,
        ),
        owner,
    )


def alarm(owner: User, crisis: date) -> None:
    """An alert on candles that shatter, set before the week in which they did; it went off then."""
    begin = datetime.combine(crisis - timedelta(days=1), time(), PARIS)
    with clock.held_at(begin):
        alerting.add_alert(
            alerting.AlertDraft(
                _said(("Une bougie éclate", "A candle shatters"), owner),
                "word",
                within=SHATTERS,
                threshold=6,
                window=360,
                cooldown=4320,
                authors_once=True,
            ),
            owner,
        )
    for day in range(7):
        morning = begin + timedelta(days=day)
        evening = morning + timedelta(days=1)
        later = ids.lowest_at(evening)
        said = channels.message_ids(ids.lowest_at(morning) - 1, MOST)
        with clock.held_at(evening):
            alerting.count([one for one in said if one < later])


def see_old_alarms(owner: User, end: date) -> None:
    """Somebody has looked at what went off before the last week."""
    begin = datetime.combine(end - timedelta(days=7), time(), PARIS)
    alerting.see([one.id for one in alerting.firings() if one.ends_at < begin], owner)


def _said(words: tuple[str, str], owner: User) -> str:
    """The words in the owner's language: French, or else English."""
    return words[0] if owner.language.startswith("fr") else words[1]
