"""
Parcel numbers, by carrier.

A number is believed in one of two ways:

- its format is its carrier's own and holds a check digit, which is right (S10, Colissimo, UPS
  1Z, La Poste's letters, DPD's labels, DHL's and Yodel's JD…), or is like no other (Amazon TBA);
- it has the format of the carrier named just before it, and a right check digit where that
  format has one.

After a mere "colis", "suivi" or "tracking" any long number is taken, without a carrier.
A number with a wrong check digit is never a parcel: a mistyped number followed by an agent
costs more time than one that is not highlighted.

Formats: UPU S10; carriers' label guides quoted in `checks`; github.com/jkeen/tracking_number_data
(FedEx, DHL, Yodel, Amazon, UPS); parcelforce.com, "Tracking number formats"; what carriers show
on their tracking pages for those without a check digit (Mondial Relay, Relais Colis, Colis
Privé, Evri, InPost, bpost, Swiss Post, PostNL, Geodis, TNT).
"""

import re
from collections.abc import Callable, Iterator

from comptoir.analysis.entities import checks
from comptoir.analysis.entities.records import Entity
from comptoir.analysis.text import fold

_Check = Callable[[str], bool]
_REACH = 60  # characters between the carrier's name and the end of what precedes the number

CARRIERS = {
    "amazon": "Amazon",
    "bpost": "bpost",
    "chronopost": "Chronopost",
    "colis_prive": "Colis Privé",
    "colissimo": "Colissimo",
    "dhl": "DHL",
    "dpd": "DPD",
    "evri": "Evri",
    "fedex": "FedEx",
    "geodis": "Geodis",
    "gls": "GLS",
    "inpost": "InPost",
    "la_poste": "La Poste",
    "mondial_relay": "Mondial Relay",
    "parcelforce": "Parcelforce",
    "postnl": "PostNL",
    "relais_colis": "Relais Colis",
    "royal_mail": "Royal Mail",
    "swiss_post": "La Poste Suisse",
    "tnt": "TNT",
    "ups": "UPS",
    "yodel": "Yodel",
}
"""Carriers that `detail` may name, with how they write themselves; "postal" is any other post."""

_CODE = re.compile(
    r"(?<![^\W_])(?:[A-Z]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3} ?[A-Z]{2}|"
    r"[A-Z]{2} ?[0-9]{2} ?[0-9]{4} ?[0-9]{3} ?[A-Z]{2}|"
    r"1Z ?(?:[0-9A-Z] ?){15}[0-9]|"
    r"[0-9][A-Z] ?(?:[0-9] ?){10}[0-9]|"
    r"(?:[0-9] ?){14}[A-Z]|"
    r"TBA ?[0-9]{12}|J?JD ?(?:[0-9] ?){15}[0-9](?:[0-9]{2}|[0-9]{4})?|JVGL ?[0-9]{9,20}|"
    r"00340[0-9]{15})(?![^\W_])",
    re.I,
)
_POSTS = {"GB": "royal_mail", "BE": "bpost", "CH": "swiss_post", "NL": "postnl"}


def _s10_carrier(code: str) -> str:
    """Whose item it is: the country says, and in France the kind of service too."""
    country = code[11:]
    if country in {"JB", "TS"}:
        return "chronopost"
    if country != "FR":
        return _POSTS.get(country, "postal")
    return {"C": "colissimo", "X": "chronopost", "E": "chronopost"}.get(code[0], "la_poste")


def carrier_of(code: str) -> str:
    """
    Carrier of a self-describing parcel number, in capitals without spaces; "" for others.

    >>> carrier_of("6Q01929938641"), carrier_of("6Q01929938642")
    ('colissimo', '')
    """
    if checks.s10_is_valid(code):
        return _s10_carrier(code)
    if checks.colissimo_is_valid(code):
        return "colissimo"
    if checks.ups_is_valid(code):
        return "ups"
    if checks.mod_37_36_is_valid(code) and code[14].isalpha():
        return "la_poste" if code.startswith("8") else "dpd"
    return _by_prefix(code)


def _by_prefix(code: str) -> str:
    if code.startswith("TBA") and len(code) == 15:
        return "amazon"
    if code.startswith(("JD", "JJD")) and code.lstrip("JD").isdigit():
        return "yodel" if len(code.lstrip("JD")) == 16 else "dhl"
    if code.startswith("JVGL") or (len(code) == 20 and checks.dhl_is_valid(code)):
        return "dhl"
    return ""


_BY_CARRIER: dict[str, tuple[tuple[str, _Check | None], ...]] = {
    "amazon": ((r"[A-Z]{1,3}[0-9]{9,12}|C[0-9A-Z][0-9]{10}", None),),
    "bpost": ((r"[0-9]{24}", None),),
    "chronopost": ((r"[A-Z]{2}[0-9]{11,13}|[0-9]{13,15}", None),),
    "colis_prive": ((r"[0-9A-Z]{2}[0-9]{10,15}", None),),
    "colissimo": ((r"[0-9]{14}", None), (r"[0-9]{11,15}", None)),
    "dhl": ((r"[0-9]{10,12}|[0-9]{20}", checks.dhl_is_valid),),
    "dpd": ((r"[0-9]{15}", checks.mod_37_36_is_valid), (r"[0-9]{10,14}", None)),
    "evri": ((r"[A-Z][0-9A-Z]{5}[0-9]{10}|[0-9]{8}|[0-9]{14}|[0-9]{16}", None),),
    "fedex": ((r"[0-9]{12}|[0-9]{15}|[0-9]{20}|[0-9]{22}", checks.fedex_is_valid),),
    "geodis": ((r"[0-9A-Z]{2}[0-9]{6,18}", None),),
    "gls": (
        (r"[0-9]{12}", checks.gls_is_valid),
        (r"[0-9]{11}|[0-9]{8}", None),
        (r"(?=[0-9A-Z]*[0-9][0-9A-Z]*[0-9])(?=[0-9]*[A-Z])[0-9A-Z]{8}", None),
    ),
    "inpost": ((r"[0-9]{8}|[0-9]{10}|[0-9]{12}|[0-9]{24}", None),),
    "la_poste": ((r"[0-9]{14}", None),),
    "mondial_relay": ((r"[0-9]{8}|[0-9]{10}|[0-9]{12}", None),),
    "parcelforce": ((r"[A-Z]{2}[0-9]{7}|[A-Z]{4}[0-9]{10}|[0-9]{12}", None),),
    "postnl": ((r"3S[0-9A-Z]{11,13}", None),),
    "relais_colis": ((r"[A-Z]{2}[0-9]{10,12}|[0-9]{10,16}", None),),
    "royal_mail": ((r"[0-9]{16}|[A-Z0-9]{2}[0-9]{12}[A-Z0-9]{2}", None),),
    "swiss_post": ((r"99[0-9]{16}", None),),
    "tnt": ((r"[0-9]{9}|[0-9]{16}", None),),
    "ups": ((r"T[0-9]{10}|[0-9]{12}|[0-9]{18}", None),),
    "yodel": ((r"[A-Z]{2}[0-9]{16}", None),),
}
_FORMATS = {
    carrier: [(re.compile(form), check) for form, check in forms]
    for carrier, forms in _BY_CARRIER.items()
}
_SAID = re.compile(
    r"\b(mondial[ -]?relay|chronopost|colissimo|la poste|dpd|gls|ups|fed[ -]?ex|dhl|tnt|geodis|"
    r"relais[ -]?colis|colis[ -]?priv[ée]e?|royal[ -]?mail|parcel[ -]?force|evri|hermes|yodel|"
    r"in ?post|post ?nl|bpost|poste suisse|swiss post|amazon(?: logistics)?|"
    r"colis|suivi|tracking|track|parcel|package|shipment|consignment|exp[ée]dition|envoi)\b",
    re.I,
)
_ALIASES = {"hermes": "evri", "poste_suisse": "swiss_post", "amazon_logistics": "amazon",
            "colis_privee": "colis_prive", "fed_ex": "fedex", "in_post": "inpost",
            "post_nl": "postnl", "parcel_force": "parcelforce", "mondialrelay": "mondial_relay",
            "relaiscolis": "relais_colis", "colisprive": "colis_prive", "royalmail": "royal_mail"}  # fmt: skip
_TOKEN = re.compile(
    r"(?<![^\W_])(?:(?:[A-Z]{1,4}|(?-i:[A-Z]{1,2} ))?[0-9](?:[ .\xa0-]?[0-9]){6,25}(?: ?[A-Z]{1,2})?|"
    r"(?=[A-Z]{0,6}[0-9])[0-9A-Z]{8,20})(?![^\W_])",
    re.I,
)
_OTHER_NUMBER = re.compile(
    r"\b(?:commandes?|cmd|orders?|factures?|invoice|client|dossier|ticket|r[ée]f|t[ée]l|"
    r"t[ée]l[ée]phone|phone|mobile|portable|joindre|appel\w*|call|iban|carte|card)\b",
    re.I,
)
_CHECKED = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}|1Z[0-9A-Z]{16}|[0-9][A-Z][0-9]{11}")
_SPACING = re.compile(r"[ .\xa0-]")


def self_described(text: str) -> Iterator[Entity]:
    """Numbers whose format and check digit say the carrier."""
    for match in _CODE.finditer(text):
        code = _compact(match.group())
        if carrier := carrier_of(code):
            yield Entity("parcel", code, match.start(), match.end(), carrier)


def announced(text: str) -> Iterator[Entity]:
    """Numbers behind a carrier's name, or behind a word for parcels."""
    for match in _SAID.finditer(text):
        said = fold(match.group()).replace(" ", "_")
        if found := _next_number(text, match.end(), _ALIASES.get(said, said)):
            yield found


def _next_number(text: str, start: int, said: str) -> Entity | None:
    """The first number within reach, unless another word announces it."""
    for token in _TOKEN.finditer(text, start, start + _REACH):
        between = text[start : token.start()]
        following = _SAID.search(between)
        if following or "\n\n" in between or _OTHER_NUMBER.search(between):
            return None
        if found := _parcel(token, said):
            return found
    return None


def _parcel(token: re.Match[str], said: str) -> Entity | None:
    if _CHECKED.fullmatch(_compact(token.group())) and not carrier_of(_compact(token.group())):
        return None  # its check digit is wrong: no part of it is a number either
    for written in _readings(token.group()):
        code = _compact(written)
        carrier = _believed(code, said)
        if carrier is not None:
            start = token.start() + token.group().index(written)
            return Entity("parcel", code, start, start + len(written), carrier)
    return None


def _readings(written: str) -> list[str]:
    """What was meant: all of it, without letters of the next word, up to the first space."""
    shorter = re.sub(r" ?[A-Za-z]{1,2}$", "", written)
    return list(dict.fromkeys((written, shorter, re.split(r"[ \xa0]", written)[0])))


def _believed(code: str, said: str) -> str | None:
    """The carrier of a number after what was said; None when it is no parcel number."""
    if re.fullmatch(r"0[1-9][0-9]{8}", code):  # a French phone number
        return None
    if carrier := carrier_of(code):
        return carrier
    if said not in _FORMATS:
        return "" if re.fullmatch(r"[A-Z]{0,4}[0-9]{8,24}[A-Z]?", code) else None
    checked = (check is None or check(code) for form, check in _FORMATS[said] if form.fullmatch(code))  # fmt: skip
    return said if next(checked, False) else None


def _compact(written: str) -> str:
    return _SPACING.sub("", written).upper()
