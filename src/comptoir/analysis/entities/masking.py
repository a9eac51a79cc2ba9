"""Hiding personal data in one call, before a text is shown, exported or sent on."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from comptoir.analysis.entities.finding import search
from comptoir.analysis.entities.records import PERSONAL, Entity

LABELS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "link": "lien", "email": "e-mail", "mention": "compte", "hashtag": "mot-dièse",
        "parcel": "colis", "order": "commande", "phone": "téléphone", "amount": "montant",
        "date": "date", "address": "adresse", "name": "nom", "iban": "compte bancaire",
        "card": "carte bancaire", "product": "produit",
    },
    "en": {
        "link": "link", "email": "e-mail", "mention": "handle", "hashtag": "tag",
        "parcel": "parcel", "order": "order", "phone": "phone", "amount": "amount",
        "date": "date", "address": "address", "name": "name", "iban": "bank account",
        "card": "bank card", "product": "product",
    },
}  # fmt: skip
_MANY = 10_000
_ROUNDS = 50


def mask(
    text: str,
    entities: Iterable[Entity] | None = None,
    kinds: Collection[str] = PERSONAL,
    *,
    language: str = "fr",
) -> str:
    """
    The text with what is personal replaced by its kind in brackets, the rest untouched.

    entities: what was found in this very text, to hide these and search nothing; None to
    search, as often as needed until `find` sees nothing of `kinds` any more. Links are searched
    inside as well. kinds: any of KINDS. language: "fr" or "en"; others read English.
    Masking a masked text changes nothing.

    >>> mask("Rappelez Mme Durand au 06 12 34 56 78 svp")
    'Rappelez Mme [nom] au [téléphone] svp'
    """
    labels = LABELS.get(language, LABELS["en"])
    if entities is not None:
        return _without(text, [one for one in entities if one.kind in kinds], labels)
    for _ in range(_ROUNDS):
        found = [one for one in _personal(text, kinds) if one.kind in kinds]
        if not found:
            return text
        text = _without(text, found, labels)
    return text


def _personal(text: str, kinds: Collection[str]) -> Sequence[Entity]:
    """What is to be hidden: first also inside links, then what only shows when links count."""
    opened = search(text, limit=_MANY, links="link" in kinds)
    if any(one.kind in kinds for one in opened) or "link" in kinds:
        return opened
    return search(text, limit=_MANY)


def _without(text: str, found: Iterable[Entity], labels: Mapping[str, str]) -> str:
    parts, place = [], 0
    for one in sorted(found, key=lambda one: one.start):
        if one.start >= place:  # entities of a title have no place in the text and stay out
            parts += [text[place : one.start], f"[{labels[one.kind]}]"]
            place = one.end
    return "".join([*parts, text[place:]])
