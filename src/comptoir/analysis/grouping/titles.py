"""
What a group is called: words its own members wrote, never invented ones.

A title is a short clause of a member, rid of greetings, handles, links and anything that
points at a person; when no clause will do, the words most members share. Cleaning goes by
rules and can miss a name written like a common word, so titles stay inside the workspace
like the messages they come from.
"""

import html
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from comptoir.analysis.grouping.stopwords import STOPWORDS
from comptoir.analysis.text import words as fold_words

LENGTH = 60
_READ = 2_000
_MANY = 64
_DOTS = "…"

_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.I)
_HANDLE = re.compile(r"(?<!\w)@\w+")
_REPOST = re.compile(r"^RT @\w+:\s*")
_NUMBERED = re.compile(r"(?<!\w)[A-Za-z]{0,6}[-#]?\d(?:[ .\-/]?\w?\d){4,}\w*|#\d+")
_PERSON = re.compile(
    r"(?:[Jj]e m['’]appelle|[Mm]y name is|[Mm]on nom est)[^,.;!?\n]*"
    r"|(?<!\w)(?:M\.|Mr\.?|Mme|Mrs\.?|Ms\.?|Mlle|Monsieur|Madame) [A-ZÀ-Ý][\w'’-]+(?: [A-ZÀ-Ý][\w'’-]+)*",
)
_SIGNED = re.compile(
    r"\n\s*(?:bien |très |kind |best |many )?(?:cordialement|cdlt|bien à vous|respectueusement|"
    r"regards|sincerely|yours|cheers|belle journée|bonne journée|merci d['’]avance)\b.*",
    re.I | re.S,
)
_GREETING = re.compile(
    r"^(?:[\s,!.:;–—-]|(?:re)?bonjour|bjr|bonsoir|bsr|salut|slt|coucou|hello|hi|hey|dear|"
    r"good (?:morning|afternoon|evening)|merci(?: beaucoup| d['’]avance)?|thanks|thank you|"
    r"please|svp|stp|s['’]il vous pla[iî]t|madame|monsieur|messieurs|mesdames|team|there|all|"
    r"à tous|l['’]équipe|the team|(?:cher|chère)s?)(?!\w)",
    re.I,
)
_ENDING = re.compile(
    r"[\s,;:.–—-]*\b(?:svp|stp|please|pls|s['’]il (?:vous|te) pla[iî]t|merci(?: d['’]avance)?|thanks)"
    r"(?=[\s.?!]*$)",
    re.I,
)
_CUT = re.compile(r"(?<=[.!?…])\s+|\n+|(?<=\w)\s*[;:]\s+|\s[–—-]\s|(?<=[.!?…])(?=[A-ZÀ-Ý])")
_COMMA = re.compile(r",\s+|\s+(?=\()")
_SYMBOLS = re.compile("[^\\w\\s'’\",.!?€$£%&/()«»+:;…#°–—-]+")
_ASKS = re.compile(
    r"\?|\b(?:comment|pourquoi|quand|combien|quel(?:le)?s?|où|est-ce|how|when|where|why|what|"
    r"which|can i|do you|is there)\b",
    re.I,
)


def cleaned(text: str) -> str:
    """
    A message without links, handles, emoji, signature and what points at a person.

    >>> cleaned("@shop Où est mon colis 6A12345678901 ?? 😡 https://t.co/x")
    'Où est mon colis ??'
    """
    return _cleaned(text[:_READ])


@lru_cache(_MANY)
def _cleaned(text: str) -> str:
    """Remembered a little: a message that opens a group is cleaned for several ends at once."""
    text = _REPOST.sub("", html.unescape(text))
    for pattern in (_SIGNED, _LINK, _HANDLE, _PERSON, _NUMBERED, _SYMBOLS):
        text = pattern.sub(" ", text)
    return re.sub(r"[^\S\n]+", " ", text).strip()


def clauses(text: str) -> list[str]:
    """Sentences and clauses of a message, cleaned, greetings left out, in order."""
    found: list[str] = []
    for part in _CUT.split(cleaned(text)):
        bare = _without_greeting(part or "")
        if len(bare) > LENGTH:
            found.extend(_without_greeting(piece) for piece in _COMMA.split(bare))
        found.append(bare)
    return [one for one in dict.fromkeys(found) if one]


def _without_greeting(part: str) -> str:
    while (met := _GREETING.match(part)) and met.end():
        part = part[met.end() :]
    kept = _ENDING.sub("", part).strip(" ,.;:\"'’«»-–—")
    return re.sub(r"\s*([?!])[?!\s]*$", r" \1" if " ?" in kept or " !" in kept else r"\1", kept)


def content(text: str) -> list[str]:
    """Folded words that carry the subject: no stop word, handle, number or emoji."""
    bare = (word.lstrip("#") for word in fold_words(text))
    return [w for w in bare if w.isalpha() and len(w) > 1 and w not in STOPWORDS]


def title_of(text: str) -> str:
    """
    The clause of one message that best stands for it, at most LENGTH characters.

    Empty when nothing readable is left, as in a message of handles and links.

    >>> title_of("Bonjour @shop, où est mon colis ? Merci d'avance, Paul")
    'Où est mon colis ?'
    """
    return title([text])


def title(texts: Sequence[str], languages: Sequence[str] = ()) -> str:
    """
    The clause most typical of messages that ask the same, in the language most of them use.

    texts: members, some hundreds at most. languages: of each, when known. Ties go to the
    earlier message. When no clause reads well, the words most members share.

    >>> title(["Hi! Where is my parcel?", "parcel?? where is it", "@x where is my parcel"])
    'Where is my parcel?'
    """
    chosen = _of_majority(texts, languages)
    counts = Counter(word for text in chosen for word in set(content(text)))
    scored = [
        (_typical(clause, counts, len(chosen)), -place, clause)
        for place, text in enumerate(chosen)
        for clause in clauses(text)
    ]
    best = max(scored, default=None)
    if best and best[0] > 0:
        return _capital(_shortened(best[2]))
    return _capital(_shortened(salient(chosen, counts)))


def _of_majority(texts: Sequence[str], languages: Sequence[str]) -> list[str]:
    if not languages:
        return list(texts)
    ((most, _),) = Counter(languages).most_common(1)
    return [text for text, one in zip(texts, languages, strict=True) if one == most]


def _typical(clause: str, counts: Counter[str], members: int) -> float:
    """Share of members behind its words, more for questions of four to ten words; 0: unfit."""
    carried = set(content(clause))
    size = len(fold_words(clause))
    if not carried or size < 2:
        return 0.0
    shared = sum(counts[word] for word in carried) / members
    typical = shared / math.sqrt(len(carried) + 1)
    fits = 1.0 if len(clause) <= LENGTH else 0.45
    brief = 1.0 if 4 <= size <= 10 else 0.75
    return typical * fits * brief * (1.25 if _ASKS.search(clause) else 1.0)


def salient(texts: Iterable[str], counts: Counter[str]) -> str:
    """The words most members share, as first written, joined by commas."""
    written: dict[str, str] = {}
    for text in texts:
        for word in re.findall(r"[^\W\d_]{2,}", cleaned(text)):
            written.setdefault("".join(fold_words(word)), word)
    common = sorted(counts, key=lambda word: (-counts[word], word))
    return ", ".join(written.get(word, word) for word in common[:4] if word in written)


def _shortened(clause: str) -> str:
    if len(clause) <= LENGTH:
        return clause
    return clause[: LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:'’(«") + _DOTS


def _capital(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def clarity(text: str) -> float:
    """
    How well a message speaks for others, 0 to 1: five to 25 words, no handle, link or shouting.

    >>> clarity("Où en est mon colis, s'il vous plaît ?") > clarity("@a @b COLIS ??? http://x.y")
    True
    """
    size = len(fold_words(cleaned(text)))
    fits = 1.0 if 5 <= size <= 25 else size / 5 if size < 5 else max(0.2, 25 / size)
    fits -= 0.2 * bool(_HANDLE.search(text)) + 0.2 * bool(_LINK.search(text))
    fits -= 0.2 * bool(_NUMBERED.search(text)) + 0.2 * (text.isupper())
    return min(1.0, max(0.0, fits))
