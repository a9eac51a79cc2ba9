"""What the sample shop's rival publishes: quiet months, and a last week that presses."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from comptoir.base.models import User
from comptoir.channels.incoming import Incoming
from comptoir.demo.calendar import PARIS
from comptoir.demo.listening import RIVAL
from comptoir.listening import api as listening
from comptoir.listening.rivals import api as rivals

NAME: Final = RIVAL
HANDLE: Final = "feuilleetcire"
WEEKS: Final = 14
USUAL: Final = (
    "Dans l’atelier ce matin : on coule les bougies de la semaine.",
    "Trois idées pour parfumer l’entrée sans l’alourdir.",
    "Nos boîtes sont en carton recyclé, et ça se voit.",
    "Le thé fumé, comment le préparer ? On vous raconte.",
    "Bougie « Figuier » dès 24,90 €, en boutique et en ligne.",
    "Une lectrice nous envoie sa table d’hiver. Merci !",
    "Livraison offerte dès 55 € d’achat, comme toujours.",
    "Portrait d’Anouk, qui étiquette tout à la main.",
    "Cire de soja ou cire d’abeille : ce qui change vraiment.",
)
PRESSING: Final = (
    "Vente privée !! -20 % sur toutes les bougies avec le code CIRE20, jusqu’à dimanche.",
    "FONCEZ, il n’y en aura pas pour tout le monde !! -20 % avec CIRE20, code CIRE20.",
    "Le coffret « Veillée » à 29,90 € au lieu de 44,90 €. Commandez vite, stocks limités !",
    "Une bougie achetée = une offerte, ce week-end seulement. Profitez-en !!",
    "Plus que 48 h : -20 % avec le code CIRE20. Ne passez pas à côté !",
    "Moins cher que @tilleulbraise, et livré en 48 h. Comparez, puis craquez !",
    "DERNIÈRE CHANCE : la vente privée se termine ce soir minuit !!",
)


def posts(end: date) -> Iterator[Incoming]:
    """Four or five a week up to the day before `end`, and one a day in the last."""
    last = end - timedelta(days=1)
    number = 0
    for week in range(WEEKS, 0, -1):
        for day in (0, 2, 4, 5)[: 3 + week % 2]:
            yield _post(
                last - timedelta(days=7 * week - day), 10 + number % 8, USUAL[number % len(USUAL)]
            )
            number += 1
    for place, text in enumerate(PRESSING):
        yield _post(last - timedelta(days=6 - place), 9 + place, text)


def name_accounts(owner: User) -> None:
    """Say which account is the rival's."""
    folder = next(one.id for one in listening.folders() if one.name == NAME)
    rivals.add_account(folder, "x", HANDLE, owner)


def _post(day: date, hour: int, text: str) -> Incoming:
    at = datetime.combine(day, time(hour, 12), PARIS)
    return Incoming(
        external_id=f"rival-{at:%Y%m%d%H}",
        channel="x",
        kind="post",
        sent_at=at,
        author_handle=HANDLE,
        author_name=NAME,
        text=text,
        language="fr",
    )
