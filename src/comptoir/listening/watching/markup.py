"""
HTML of strangers as a tree: any bytes give one, nothing in it is executed or fetched.

The tree is the one that browsers build, so that a selector copied from a browser fits.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from justhtml import JustHTML, SelectorError

LARGEST: Final = 3_000_000
"""Bytes of a page that are read."""
MOST_BLOCKS: Final = 4_000
LONGEST: Final = 1_000
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]{2,40})""", re.I)
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w:.-]{2,40})""", re.I)
_BRACKETS = re.compile(r"<{2,}")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "label", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_UNSEEN: Final = frozenset({
    "script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe",
    "select", "datalist", "audio", "video", "canvas", "textarea",
})  # fmt: skip
_STRUCK: Final = frozenset({"s", "del", "strike"})
_OLD = re.compile(
    r"(?:^|[-_ ])(?:old|was|before|regular|crossed|barr[eé]e?|strike|striked|rrp|msrp|initial|original|"
    r"compare|ancien)(?:[-_ ]?(?:price|prix|tarif|amount|at))?(?:$|[-_ ])",
    re.I,
)
_PRICE = re.compile(r"price|prix|tarif|(?:^|[-_ ])amount(?:$|[-_ ])", re.I)
_MINOR = re.compile(
    r"relat|similar|similair|recommend|recommand|cross-?sell|up-?sell|also|viewed|recent|mini-?cart|"
    r"minibasket|panier|basket|wishlist|review|avis|comment|newsletter|breadcrumb|menu|mega",
    re.I,
)
_BANNER = re.compile(
    r"onetrust|didomi|axeptio|tarteaucitron|cookiebot|usercentrics|quantcast|trustarc|cookiefirst|"
    r"(?:cookies?|consent|gdpr|rgpd)[-_ ]*(?:banner|bar|notice|popup|modal|law|message|overlay|wall|"
    r"bandeau|consent|layer|dialog|box|container|manager)|bandeau[-_ ]*cookies?",
    re.I,
)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-ÖØ-Þ«“\"(])")


@dataclass(frozen=True, slots=True)
class Place:
    """What surrounds a text: a crossed-out price, a price, something beside the page's subject."""

    struck: bool = False
    price: bool = False
    minor: bool = False


@dataclass(slots=True)
class Block:
    """A line of a page as one reads it. marks: (start, end, place) of its pieces."""

    text: str = ""
    marks: list[tuple[int, int, Place]] = field(default_factory=list)
    heading: bool = False

    def add(self, piece: str, place: Place) -> None:
        said = _SPACES.sub(" ", piece)
        if not self.text or self.text.endswith(" "):
            said = said.lstrip(" ")
        if said:
            start = len(self.text)
            self.text += said
            self.marks.append((start, len(self.text), place))

    def place(self, at: int) -> Place:
        return next((one for start, end, one in self.marks if start <= at < end), Place())


def text_of(body: bytes, headers: Mapping[str, str]) -> str:
    """
    A page's letters, whatever it says of its charset.

    >>> text_of("prix : 49,90 €".encode(), {"content-type": "text/html; charset=iso-8859-1"})
    'prix : 49,90 €'
    >>> text_of("été".encode("cp1252"), {"content-type": "text/html; charset=utf-8"})
    'été'
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    told = _HEADER.search(headers.get("content-type", ""))
    meta = _DECLARED.search(body[:2048])
    names = [told[1] if told else "", meta[1].decode("ascii") if meta else ""]
    for name in filter(None, names):
        found = _decoded(body, name)
        if found is not None:
            return found
    guess = body.decode("utf-8", "replace")
    foreign = sum(one > 127 for one in body)
    return guess if guess.count("\ufffd") * 10 < foreign else body.decode("cp1252", "replace")


def tree(text: str) -> Any:
    """The page as a browser would build it; of broken HTML, too."""
    return JustHTML(_BRACKETS.sub("<", text.replace("\x00", "")), sanitize=False).root


def parts(root: Any, selector: str) -> list[Any]:
    """The elements that a CSS selector names. Raises ValueError for one that is none."""
    return list(root.query(selector))[:20]


def selector_problem(selector: str) -> str:
    """Why it is no CSS selector, "" when it is one."""
    try:
        JustHTML("<p></p>", sanitize=False).root.query(selector)
    except SelectorError as error:
        return str(error) or "?"
    return ""


def blocks(root: Any) -> list[Block]:
    """What one reads on the page, line by line; banners about cookies and hidden parts left out."""
    found, current = list[Block](), Block()
    for step, node, place in _walk(root):
        if step == "text":
            current.add(node, place)
            continue
        if current.text.strip():
            current.text = current.text.rstrip()[:LONGEST]
            found.append(current)
            if len(found) >= MOST_BLOCKS:
                return found
        current = Block(heading=node in ("h1", "h2", "h3"))
    if current.text.strip():
        current.text = current.text.rstrip()[:LONGEST]
        found.append(current)
    return found


def sentences(found: list[Block]) -> list[str]:
    return [said for one in found for said in _SENTENCE.split(one.text) if said.strip()]


def with_phrase(found: list[Block], phrase: str) -> list[Block]:
    """The lines that hold a phrase, accents and capitals aside."""
    wanted = plain(phrase)
    return [one for one in found if wanted in plain(one.text)]


def plain(text: str) -> str:
    """
    Words as they are compared: no capitals, no accents, one apostrophe; signs stay.

    >>> plain("Dès 49 €, l’ÉTÉ")
    "des 49 €, l'ete"
    """
    apart = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    said = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return _SPACES.sub(" ", said).strip()


def words_of(node: Any, most: int = 2_000) -> str:
    """The text of one element, on one line."""
    said = " ".join(one.text for one in blocks(node))
    return _SPACES.sub(" ", said).strip()[:most]


def elements(root: Any) -> Iterator[Any]:
    """Every element, in the order of the page; never recursive, since pages can be very deep."""
    stack = [root]
    while stack:
        node = stack.pop()
        if not str(node.name).startswith("#"):
            yield node
        stack.extend(reversed(node.children or ()))


def attribute(node: Any, name: str) -> str:
    return str((node.attrs or {}).get(name) or "").strip()


def raw_text(node: Any) -> str:
    """What stands inside a script, as it stands."""
    return "".join(str(one.data or "") for one in node.children or () if one.name == "#text")


def _walk(root: Any) -> Iterator[tuple[str, str, Place]]:
    """("text", words, place) for words, ("block", tag, place) where a line begins or ends."""
    stack: list[tuple[Any, Place, bool]] = [(root, Place(), False)]
    while stack:
        node, place, leaving = stack.pop()
        name = str(node.name)
        if leaving:
            yield "block", "", place
        elif name == "#text":
            yield "text", str(node.data or ""), place
        elif name not in _UNSEEN and (name.startswith("#") or not _is_hidden(node, name)):
            inside = _placed(node, name, place)
            if name in _BLOCKS:
                yield "block", name, place
                stack.append((node, place, True))
            stack.extend((child, inside, False) for child in reversed(node.children or ()))


def _is_hidden(node: Any, name: str) -> bool:
    about = node.attrs or {}
    if not about:
        return False
    if "hidden" in about or about.get("aria-hidden") == "true":
        return True
    if about.get("style") and _HIDDEN.search(str(about["style"])):
        return True
    if about.get("role") in ("dialog", "alertdialog") or (name == "dialog" and "open" not in about):
        return True
    if name in ("html", "body", "main"):
        return False
    return bool(_BANNER.search(f"{about.get('id') or ''} {about.get('class') or ''}"))


def _placed(node: Any, name: str, place: Place) -> Place:
    about = node.attrs or {}
    if name in ("html", "body", "main") or not (
        about or name in _STRUCK or name in ("nav", "footer", "aside")
    ):
        return place
    named = f"{about.get('class') or ''} {about.get('id') or ''}"
    priced = bool(
        _PRICE.search(f"{named} {about.get('itemprop') or ''} {about.get('data-testid') or ''}")
    )
    return Place(
        place.struck or name in _STRUCK or bool((priced or place.price) and _OLD.search(named)),
        place.price or priced,
        place.minor or name in ("nav", "footer", "aside") or bool(_MINOR.search(named)),
    )


def _decoded(body: bytes, name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return None
    if codec == "utf-8":
        return None
    codec = "cp1252" if codec in ("iso8859-1", "ascii") else codec
    try:
        return body.decode(codec, "replace")
    except (LookupError, UnicodeError):
        return None
