"""
What a site's robots.txt allows, as RFC 9309 reads it.

`urllib.robotparser` takes the first rule that fits instead of the longest, knows neither `*`
nor `$` in paths, forgets groups that name an agent a second time, and fetches by itself, past
the guard. Here: groups of one agent are joined, the longest rule decides, Allow wins a tie.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

AGENT: Final = "comptoir"
LARGEST: Final = 500 * 1024
"""Bytes that are read; RFC 9309 asks for at least so many."""
SLOWEST: Final = 86_400.0
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_TOKEN = re.compile(r"[A-Za-z_-]+|\*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line. pattern: normalised."""

    allows: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that hold for one agent. delay: seconds between two requests, where asked."""

    rules: tuple[Rule, ...] = ()
    delay: float | None = None

    def refusal(self, url: str) -> str | None:
        """
        The line that forbids this address, None when it may be asked.

        >>> read("User-agent: *\\nDisallow: /a\\nAllow: /a/b").refusal("https://x.example/a/c")
        'Disallow: /a'
        >>> read("User-agent: *\\nDisallow: /a\\nAllow: /a/b").refusal("https://x.example/a/b")
        """
        asked = _asked(url)
        if asked == "/robots.txt":
            return None
        fitting = [one for one in self.rules if fits(one.pattern, asked)]
        best = max(fitting, key=lambda one: (len(one.pattern), one.allows), default=None)
        return None if best is None or best.allows else f"Disallow: {best.pattern}"


def read(text: str, agent: str = AGENT) -> Robots:
    """What a robots.txt says to `agent`; its own groups, else those for all. Never raises."""
    for wanted in (agent, "*"):
        rules, delay, named = list[Rule](), None, False
        for agents, lines in _groups(text):
            if wanted not in agents:
                continue
            named = True
            for name, value in lines:
                if name == "crawl-delay":
                    delay = max(delay or 0.0, _seconds(value)) or delay
                elif value:
                    rules.append(Rule(name == "allow", _normal(value)))
        if named:
            return Robots(tuple(rules), delay)
    return Robots()


def fits(pattern: str, path: str) -> bool:
    """
    Whether a rule speaks of a path; `*` stands for anything, `$` at the end for the end.

    >>> fits("/*.pdf$", "/a/b.pdf"), fits("/*.pdf$", "/a/b.pdf?x"), fits("/fish*", "/fishing")
    (True, False, True)
    """
    ends = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    if not parts:
        return not ends or place == len(path)
    last = parts.pop() if ends else ""
    for part in parts:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return not ends or (len(path) - len(last) >= place and path.endswith(last))


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    agents, lines = set[str](), list[tuple[str, str]]()
    for name, value in _lines(text):
        if name == "user-agent":
            if lines:
                yield agents, lines
                agents, lines = set(), []
            if token := _TOKEN.match(value):
                agents.add(token[0].lower())
        elif agents:
            lines.append((name, value))
    if agents:
        yield agents, lines


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Lines that decide something; others, such as Sitemap, do not even end a group."""
    for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")):
        name, colon, value = line.partition("#")[0].partition(":")
        name = name.strip().lower()
        if colon and name in ("user-agent", "allow", "disallow", "crawl-delay"):
            yield name, value.strip()


def _seconds(value: str) -> float:
    try:
        return min(max(float(value), 0.0), SLOWEST)
    except ValueError:
        return 0.0


def _asked(url: str) -> str:
    parts = urlsplit(url)
    return _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _normal(path: str) -> str:
    """As RFC 9309 compares: what is not ASCII encoded, what need not be encoded plain."""

    def plain(found: re.Match[str]) -> str:
        sign = chr(int(found[1], 16))
        return sign if _UNRESERVED.fullmatch(sign) else found[0].upper()

    return _PERCENT.sub(plain, quote(path, safe="".join(map(chr, range(33, 127)))))
