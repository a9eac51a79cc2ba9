"""Ways to reach somebody: links, e-mail addresses, handles, tags, phone numbers."""

import re
from collections.abc import Iterator

import phonenumbers

from comptoir.analysis.entities.records import Entity
from comptoir.analysis.text import fold

REGIONS = ("FR", "BE", "CH", "GB")
AT_WORDS = frozenset(("at", "arobase", "chez"))
"""Words that may stand for the sign of an e-mail address."""

_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"«»]+", re.I)
_AT_DOMAIN = re.compile(r"@[\w-]+\.")
_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b", re.I)
_HOSTS = "gmail|hotmail|outlook|live|msn|yahoo|ymail|icloud|aol|gmx|proton|protonmail|orange|wanadoo|free|sfr|laposte|bbox|neuf|btinternet"
_AT = r"(?: ?(?:[\[({] ?(?:at|chez|arobase|@) ?[\])}]) ?| (?:at|arobase) )"
_DOT = r"(?: ?(?:[\[({] ?(?:dot|point|\.) ?[\])}]) ?| (?:dot|point) |\.)"
_VEILED_DOT = r" ?[\[({] ?(?:dot|point) ?[\])}] ?"
_VEILED = re.compile(
    rf"(?<![\w.+-])(?P<user>[\w.+-]{{1,64}}(?:{_VEILED_DOT}[\w+-]{{1,64}}){{0,2}})(?:"
    rf"{_AT}(?P<domain>[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,3}}{_DOT}[a-z]{{2,8}})"
    rf"| ?@ ?(?P<host>(?:{_HOSTS}) ?\. ?(?:fr|com|net|co\.uk|be|ch|org|me|de)))(?!\w)",
    re.I,
)
_AT_DOMAIN_VEILED = re.compile(
    rf"{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,3}}{_DOT}[a-z]", re.I
)
_AT_BRACKETED = re.compile(r"[\[({] ?@")
_AT_HOST = re.compile(rf"@ ?(?:{_HOSTS}) ?\.", re.I)
_ANY_AT = re.compile(_AT, re.I)
_ANY_DOT = re.compile(_DOT, re.I)
# Looking back from the sign itself lets the search leap from one sign to the next.
_MENTION = re.compile(r"@(?<![\w@#/.]@)(\w{1,64}(?:[.@-]\w+)*)")
_HASHTAG = re.compile(r"#(?<![\w#&/]#)(\w{1,100})")
_PHONE = re.compile(
    r"(?<![\w+])(?:0[1-9](?:[ .-]?[0-9]{2}){4}(?![\w./-])|"
    r"(?:\+|\(0|0)\d?[\d .\-()/]{6,20}\d(?!\w))"
)


def links(text: str) -> Iterator[Entity]:
    """Addresses of pages, without the punctuation that ends the sentence."""
    for match in _LINK.finditer(text):
        value = match.group().rstrip(".,;:!?)…]}'’")
        yield Entity("link", value, match.start(), match.start() + len(value))


def emails(text: str) -> Iterator[Entity]:
    if _AT_DOMAIN.search(text):
        for match in _EMAIL.finditer(text):
            yield Entity("email", match.group().lower(), match.start(), match.end())


def veiled_emails(text: str, seen: frozenset[str]) -> Iterator[Entity]:
    """
    Addresses written for people only: "jean (at) exemple (point) fr", "jean @ gmail.com".

    seen: those of AT_WORDS among the lower-case words of the text.
    """
    for match in _VEILED.finditer(text) if _may_veil(text, seen) else ():
        written = match["host"] or match["domain"]
        if match["domain"] and "." in written and not _bracketed(match.group()):
            continue  # "look at example.com" is a sentence, not an address
        domain = _ANY_DOT.sub(".", written).replace(" ", "")
        user = _ANY_DOT.sub(".", match["user"])
        value = f"{user}@{domain}".lower()
        yield Entity("email", value, match.start(), match.end())


def _may_veil(text: str, seen: frozenset[str]) -> bool:
    """Whether the end of a veiled address is there: quick to see, unlike its beginning."""
    if "@" in text and _AT_HOST.search(text):
        return True
    said = not AT_WORDS.isdisjoint(seen) or ("@" in text and _AT_BRACKETED.search(text))
    return bool(said and _AT_DOMAIN_VEILED.search(text))


def _bracketed(written: str) -> bool:
    said = _ANY_AT.search(written)
    return said is not None and ("arobase" in said.group().lower() or said.group().strip()[0] in "[({")  # fmt: skip


def mentions(text: str) -> Iterator[Entity]:
    for match in _MENTION.finditer(text):
        yield Entity("mention", match.group(1).lower(), match.start(), match.end())


def hashtags(text: str) -> Iterator[Entity]:
    for match in _HASHTAG.finditer(text):
        if any(char.isalpha() for char in match.group(1)):
            value = fold("#" + match.group(1)).lstrip("#")
            yield Entity("hashtag", value, match.start(), match.end())


def phones(text: str, limit: int) -> Iterator[Entity]:
    """Valid numbers among the first `limit` that look like one: each costs a long check."""
    for count, match in enumerate(_PHONE.finditer(text)):
        if count == limit:
            return
        if number := phone(match.group()):
            yield Entity("phone", number, match.start(), match.end())


def phone(written: str) -> str:
    """E.164 form of the first region in which the number is valid; "" for none."""
    for region in (None,) if written.startswith("+") else REGIONS:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return ""
