"""
Postal addresses: street lines in French and English, with what follows up to the town.

A number alone is no address: a kind of street has to follow. Where that word also means
something else ("2 places", "10 miles down the road") a name in capitals or a postcode must
come with it. A town with its French postcode is taken behind a word for living or sending; a
British postcode stands for itself.
"""

import re
from collections.abc import Iterator

from comptoir.analysis.entities.common import listed
from comptoir.analysis.entities.records import Entity

_SURE = (
    r"rue|avenue|av\.?|ave|boulevard|boul\.?|bld|bvd|bd|chemin|all[ée]e|impasse|imp\.|quai|faubourg|"
    r"lotissement|sentier|ruelle|esplanade|rond[ -]point|square"
)
_UNSURE = r"place|pl\.?|cours|passage|route|rte|r[ée]sidence|r[ée]s\.?|hameau|villa|cit[ée]|voie|mail|promenade|lieu[ -]dit|mont[ée]e|venelle|parvis|zac?|zi"
_POSTCODE = r"(?:0[1-9]|[1-8][0-9]|9[0-8])[ ]?[0-9]{3}"
_TOWN = r"[A-ZÀ-Ý][\w'’]*(?:[ -](?:[A-ZÀ-Ý][\w'’]*|sur|sous|en|le|la|les|lès|de|du|des|aux?|d['’]\w+|l['’]\w+|[0-9]{1,2}(?:e|er|ème|eme)?)){0,5}"
_NUMBER = r"(?<![\w.,€$£-])(?P<number>[0-9]{1,4})(?: ?(?:bis|ter|quater|[a-dA-D])\b)?,? {1,2}"
_NAME = r"(?:[^\W\d_][\w'’.-]{0,30}|[0-9]{1,4}(?:er)?)(?: (?:[^\W\d_][\w'’.-]{0,30}|[0-9]{1,2} [^\W\d_][\w'’]{2,20} [0-9]{4})){0,5}?"
_FRENCH = re.compile(
    rf"{_NUMBER}(?:(?P<sure>(?i:{_SURE}))|(?P<unsure>(?i:{_UNSURE}))) (?P<name>{_NAME})"
    rf"(?:(?P<town>[ ,;\n-]{{1,4}}(?:[^\n,0-9]{{2,40}}[,\n] ?)?(?:F-)?{_POSTCODE},?(?: {_TOWN})?)|"
    rf"(?:,? (?:à|a) (?P<at>{_TOWN}))|(?=[,.;:!?)\n]|$| (?:{_POSTCODE}|et|mais|je|mon|ma|au|il|ou|car|svp|merci)\b))"
)
_STREETS = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Close|Drive|Dr|Court|Ct|Way|Gardens|Terrace|Crescent|"
    "Place|Pl|Boulevard|Blvd|Square|Sq|Mews|Grove|Hill|Row|Walk|Park|Parade|Highway|Hwy"
)
_UK_POSTCODE = r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-BD-HJLNP-UW-Z]{2}"
_US_TOWN = r"[A-Z]{2},? [0-9]{5}(?:-[0-9]{4})?"
_ENGLISH = re.compile(
    r"(?:(?:Flat|Apt|Apartment|Unit) [0-9]{1,4}[A-Za-z]?,? {1,2})?(?<![\w.,€$£-])"
    r"[0-9]{1,5}[A-Za-z]?,? {1,2}(?:[A-Z0-9][\w'’.-]{0,30} ){1,4}"
    rf"(?:{_STREETS})\b\.?"
    rf"(?:(?:[,\n ]{{1,3}}[A-Z][\w'’ -]{{1,30}}){{0,3}}?[,\n ]{{1,3}}(?:{_UK_POSTCODE}|{_US_TOWN})(?!\w))?"
)
_LOWER_ENGLISH = re.compile(
    rf"(?<![\w.,€$£-])[0-9]{{1,5}} (?:[a-z'’]{{2,20}} ){{1,3}}(?i:{_STREETS})\b[^\n0-9]{{0,40}}?[, \n](?i:{_UK_POSTCODE})(?!\w)"
)
_UK_ALONE = re.compile(
    r"[A-Z](?<![\w-][A-Z])[A-Z]?[0-9][0-9A-Z]? [0-9][A-BD-HJLNP-UW-Z]{2}(?![\w-])"
)
_TOWN_ALONE = re.compile(
    r"\b(?i:habite\w*|vis|adresse|code postal|cp|domicili\w+|r[ée]side\w*|livr\w+|ville|postcode|zip)\b"
    rf"[^0-9\n]{{0,25}}(?<!\w)(?P<place>{_POSTCODE}(?![\w,.]?[0-9])(?!(?i: ?(?:€|eur|euros?|points?|fois)))(?: {_TOWN})?)"
)
_FIVE_DIGITS = re.compile(r"[0-9]{2} ?[0-9]{3}")
_SPACES = re.compile(r"[\s,]+")

STREET_WORDS = listed(
    "rue avenue av ave boulevard boul bld bvd bd chemin allée allee impasse imp quai faubourg "
    "lotissement sentier ruelle esplanade rond square place pl cours passage route rte résidence "
    "residence rés res hameau villa cité cite voie mail promenade lieu montée montee venelle parvis "
    "za zac zi street st road rd lane ln close drive dr court ct way gardens terrace crescent blvd "
    "sq mews grove hill row walk park parade highway hwy"
)
_TOWN_SAID = ("adresse", "postal", "cp", "vis", "ville", "zip", "habit", "domicili", "resid", "résid", "livr")  # fmt: skip


def addresses(text: str, lowered: str, seen: frozenset[str]) -> Iterator[Entity]:
    """
    Addresses of a text that holds digits. seen: those of STREET_WORDS among its lower-case words.
    """
    if not STREET_WORDS.isdisjoint(seen):
        yield from _streets(text)
    if any(map(lowered.__contains__, _TOWN_SAID)) and _FIVE_DIGITS.search(text):
        for match in _TOWN_ALONE.finditer(text):
            yield _address(text, match.start("place"), match.end("place"))
    for match in _UK_ALONE.finditer(text):
        yield _address(text, match.start(), match.end())


def _streets(text: str) -> Iterator[Entity]:
    for match in _FRENCH.finditer(text):
        if match["town"] or match["at"] or _names_a_street(match):
            yield _address(text, match.start(), match.end())
    for pattern in (_ENGLISH, _LOWER_ENGLISH):
        for match in pattern.finditer(text):
            yield _address(text, match.start(), match.end())


def _names_a_street(match: re.Match[str]) -> bool:
    if match["sure"]:
        return True
    return any(word[:1].isupper() for word in match["name"].split())


def _address(text: str, start: int, end: int) -> Entity:
    """On one line, parts separated by commas where the writer separated them."""
    written = text[start:end].rstrip(" .\n")
    line = _SPACES.sub(lambda gap: ", " if set(",\n") & set(gap.group()) else " ", written)
    return Entity("address", line.strip(", "), start, start + len(written))
