"""
A query written from a form, for whoever does not know the language yet.

Words come as people list them: several things apart by commas, or by spaces where there is no
comma. What is more than a word is put in quotation marks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comptoir.analysis.queries import lexing
from comptoir.triage import api as triage

FIELDS: Final = ("all", "any", "none", "phrase", "near", "author", "site")
CHOICES: Final = ("lang", "sentiment", "channel", "intent")
FARTHEST: Final = 50
_WORD = re.compile(r"[#@]?\w+(?:['’&-]\w+)*\*?")
_OPERATORS = re.compile(r"AND|OR|NOT|O?NEAR(?:/\w*)?")
_BARE = re.compile(r"[@#]?[\w.-]+\*?")
_STAR = re.compile(r"\w{3,}\*")


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What the form says.

    values: by name of the field. distance: words between, of `near`. original: leave reposts
    out. joined: "instead", or "and" to narrow what stands there.
    """

    values: Mapping[str, str]
    distance: int = 5
    original: bool = False
    joined: str = "instead"

    @property
    def empty(self) -> bool:
        return not any(self.values.values()) and not self.original


def asked(sent: Mapping[str, str]) -> Asked:
    """The form as it was sent; an unreadable distance is the usual one."""
    written = sent.get("help_distance", "")
    return Asked(
        {name: sent.get(f"help_{name}", "").strip()[:1000] for name in (*FIELDS, *CHOICES)},
        min(int(written), FARTHEST) if written.isdecimal() else 5,
        "help_original" in sent,
        "and" if sent.get("help_joined") == "and" else "instead",
    )


def compose(wanted: Asked, before: str = "") -> str:
    """
    The query of a form; `before`: what stood there, kept where it is to be narrowed.

    >>> compose(Asked({"any": "panne, plus de réseau", "none": "concours", "lang": "fr"}))
    '(panne OR "plus de réseau") AND lang:fr NOT concours'
    """
    values = wanted.values
    parts = [
        *_listed(values.get("all", "")),
        *_either(_listed(values.get("any", ""))),
        *_phrase(values.get("phrase", "")),
        *_near(_listed(values.get("near", "")), wanted.distance),
        *(f"{name}:{_value(values[name])}" for name in ("author", "site") if values.get(name)),
        *(f"{name}:{values[name]}" for name in CHOICES if values.get(name)),
    ]
    without = [*_listed(values.get("none", "")), *(["is:repost"] if wanted.original else [])]
    if wanted.joined == "and" and before.strip():
        parts.insert(0, f"({before.strip()})")
    made = " AND ".join(parts)
    if without:
        either = without[0] if len(without) == 1 else f"({' OR '.join(without)})"
        made = f"{made} NOT {either}".strip()
    return made


def choices(known: Mapping[str, list[str]]) -> dict[str, list[tuple[str, str]]]:
    """The values to choose among, with what people call them."""
    from comptoir.web.shell.words import CHANNELS, TONES

    names = triage.intent_names()
    return {
        "lang": [(code, str(triage.LANGUAGES[code])) for code in known["lang"]],
        "sentiment": [(code, str(label)) for code, label in TONES.items()],
        "channel": [(code, str(CHANNELS.get(code, code))) for code in known["channel"]],
        "intent": [(code, str(names[code])) for code in known["intent"]],
    }


def _listed(written: str) -> list[str]:
    """The things listed, each as a query writes it."""
    several = written.split(",") if "," in written else written.split()
    return list(dict.fromkeys(term for one in several if (term := _term(one))))


def _term(written: str) -> str:
    plain = _plain(written)
    if not plain:
        return ""
    bare = _WORD.fullmatch(plain) and not _OPERATORS.fullmatch(plain)
    if bare and ("*" not in plain or _STAR.fullmatch(plain.lstrip("#@"))):
        return plain
    return f'"{_starless(plain)}"'


def _starless(written: str) -> str:
    return " ".join(_plain(written).replace("*", " ").split())


def _plain(written: str) -> str:
    """
    Without signs that would end a phrase or stand for letters in it; "" where no word is left.

    A question is a question here, and a star is kept for whoever can use it.
    """
    signs = zip(written, lexing.plain(written), strict=True)
    kept = "".join(" " if sign in '"?' else "*" if sign == "*" else char for char, sign in signs)
    plain = " ".join(kept.split())
    return plain if any(char.isalnum() or ord(char) > 0x2190 for char in plain) else ""


def _either(terms: list[str]) -> list[str]:
    return [f"({' OR '.join(terms)})"] if len(terms) > 1 else terms


def _phrase(written: str) -> list[str]:
    plain = _starless(written)
    return [f'"{plain}"'] if plain else []


def _near(terms: list[str], distance: int) -> list[str]:
    """Terms close together; one alone is close to nothing and simply wanted."""
    return [f"({f' NEAR/{distance} '.join(terms)})"] if len(terms) > 1 else terms


def _value(written: str) -> str:
    plain = _starless(written)
    return plain if not plain or _BARE.fullmatch(plain) else f'"{plain}"'
