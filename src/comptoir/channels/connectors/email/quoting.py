"""
The new part of a mail: without what it quotes and without its signature.

Nothing is lost by it: the whole stays beside. Where it is not sure, it leaves everything.
"""

import re

_SPACE = r"[ \t\u00a0\u202f]*"
_COLON = _SPACE + ":" + _SPACE

# "Le lun. 16 nov. 2026 à 10:12, Marie <marie@example.com> a écrit :" and its kin; clients wrap
# it over several lines.
_ATTRIBUTION = re.compile(
    "^(?:"
    r"Le\b.{4,300}?\ba (?:écrit|&eacute;crit)"
    r"|On\b.{4,300}?\bwrote"
    r"|.{2,200}?\ba écrit (?:le|:).{0,80}?"
    r"|Am\b.{4,300}?\bschrieb\b.{0,100}?"
    r"|El\b.{4,300}?\bescribió"
    r"|Il (?:giorno )?.{4,300}?\bha scritto"
    r"|Op\b.{4,300}?\bschreef\b.{0,100}?"
    r"|Em\b.{4,300}?\bescreveu"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d.{0,40}<[^<>\s]+@[^<>\s]+>"
    ")" + _COLON + "$"
)
_SIGNED_DIGIT = re.compile(r"\d")
_SEPARATOR = re.compile(
    r"^>?" + _SPACE + r"[-_*]{2,}" + _SPACE + r"(?:Message d[’'´]origine|Message initial|"
    r"Original Message|Message original|Ursprüngliche Nachricht|Mensaje original|"
    r"Messaggio originale|Oorspronkelijk bericht|Original-Nachricht|E-mail d[’']origine)"
    + _SPACE + r"[-_*]{2,}" + _SPACE + "$",
    re.IGNORECASE,
)  # fmt: skip
_ABOVE = re.compile(
    r"^[#*\- ]*(?:please (?:type|write) your reply above this line"
    r"|(?:merci d[’']|veuillez )?(?:écrire|répondre|saisir votre réponse) au-dessus de cette ligne)",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\*?(?:De|From|Von|Da|Van)\*?" + _COLON + r"\*?.+", re.IGNORECASE)
_SENT = re.compile(
    r"^\*?(?:Envoyé(?: le)?|Date|Sent|Gesendet|Datum|Enviado(?: el)?|Inviato|Data|Verzonden)\*?"
    + _COLON,
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^\*?(?:Objet|Sujet|Subject|Betreff|Asunto|Oggetto|Onderwerp)\*?" + _COLON, re.IGNORECASE
)
_RULE = re.compile(r"^[_\-=]{5,}$")
_DEVICE = (
    r"(?:iPhone|iPad|Mac|Android|Samsung|Galaxy|Huawei|Xiaomi|Redmi|Honor|Oppo|Pixel|Nokia|Sony"
    r"|Windows|BlackBerry|téléphone|mobile|portable|smartphone|appareil|tablette|ordinateur)"
)
_MOBILE = re.compile(
    rf"^(?:Envoyé (?:de|à partir de|depuis) (?:(?:mon|ma|un|votre) .{{0,20}}{_DEVICE}"
    r"|l[’']app|Outlook|Yahoo|Proton|Gmail|Courrier|Mail).{0,80}"
    r"|Envoyé avec (?:la messagerie|Proton|Yahoo).{0,80}"
    rf"|Sent from (?:my .{{0,20}}{_DEVICE}|Outlook|Yahoo|Mail|Proton|Gmail|Samsung).{{0,80}}"
    r"|Sent (?:via|with) (?:the )?(?:BlackBerry|Proton|Samsung|Yahoo).{0,80}"
    r"|(?:Obtenir|Téléchargez?r?) Outlook pour .{0,80}"
    r"|Get Outlook for .{0,80}"
    r"|(?:Von meinem|Gesendet von (?:meinem|Mail)|Enviado desde mi|Inviato da).{0,60}"
    r")(?<![!?…])$",
    re.IGNORECASE,
)
_DELIMITER = re.compile(r"^--[ \u00a0]?$")
_LONGEST_SIGNATURE = 15
_WRAPPED = 4
"""Over how many lines an attribution is wrapped at most."""

HTML_QUOTE = re.compile(
    r"<(?:"
    r"div[^>]{0,200}class=[\"'][^\"']{0,80}\b(?:gmail_quote|gmail_attr|yahoo_quoted|"
    r"moz-cite-prefix|protonmail_quote|zmail_extra|ms-outlook-mobile-reference-message)\b"
    r"|div[^>]{0,200}id=[\"'](?:x_)?(?:appendonsend|divRplyFwdMsg|mail-editor-reference-message)"
    r"|blockquote[^>]{0,200}(?:type=[\"']?cite|class=[\"'][^\"']{0,80}\b(?:gmail_quote|"
    r"protonmail_quote|iphone-?quote))"
    r"|hr[^>]{0,200}id=[\"']stopSpelling"
    r")",
    re.IGNORECASE,
)
"""Where a client's HTML begins to quote."""


def new_part(text: str, forwarded: bool = False) -> str:
    """
    What the writer added; the whole text when nothing would be left.

    forwarded: what follows is what the mail is about, so it stays.

    >>> new_part("Toujours rien !\\n\\nLe 3 nov. 2026 à 10:12, Lampion a écrit :\\n> Bonjour")
    'Toujours rien !'
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = lines if forwarded else _without_quotes(lines)
    kept = _without_signature(kept)
    found = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return found or text.strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(lines):
        after = _quote_begins(lines, place)
        if after is None:
            if not lines[place].startswith(">"):
                kept.append(lines[place])
            place += 1
            continue
        while kept and (_RULE.match(kept[-1]) or not kept[-1]):
            kept.pop()
        if not _marked(lines, after):
            return kept  # without “>” nobody can say where it ends
        place = after
    return kept


def _quote_begins(lines: list[str], place: int) -> int | None:
    """The line after the words that announce a quotation at `place`; None when there are none."""
    line = lines[place].strip()
    if not line or len(line) > 400:
        return None
    if _SEPARATOR.match(line) or _ABOVE.match(line):
        return place + 1
    if _FROM.match(line):
        return _headers_end(lines, place)
    if line.startswith(">"):
        return None
    for more in range(1, _WRAPPED + 1):
        joined = " ".join(part.strip() for part in lines[place : place + more])
        if len(joined) > 400 or (more > 1 and not lines[place + more - 1 : place + more][:1]):
            break
        if _ATTRIBUTION.match(joined) and _SIGNED_DIGIT.search(joined):
            return place + more
        if place + more >= len(lines) or not lines[place + more].strip():
            break
    return None


def _headers_end(lines: list[str], place: int) -> int | None:
    """The line after a block of headers (From, Sent, To, Subject) copied into the text."""
    block = lines[place : place + 10]
    sent = any(_SENT.match(line.strip()) for line in block)
    for offset, line in enumerate(block):
        if sent and _SUBJECT.match(line.strip()):
            return place + offset + 1
    return None


def _marked(lines: list[str], place: int) -> bool:
    """Whether the quotation is marked line by line, so that an answer may stand between."""
    following = [line for line in lines[place : place + 6] if line.strip()]
    return bool(following) and following[0].startswith(">")


def _without_signature(lines: list[str]) -> list[str]:
    for place, line in enumerate(lines):
        rest = [one for one in lines[place + 1 :] if one.strip()]
        if _DELIMITER.match(line) and len(rest) <= _LONGEST_SIGNATURE:
            return _without_signature(lines[:place])
    return [line for line in lines if not _MOBILE.match(line.strip())]
