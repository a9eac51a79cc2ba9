"""Guessing what each column holds, from its name and from a sample of its cells."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from .dates import DateChoice, choose_dates, unaccented
from .mapping import CHANNELS, FIELDS, Mapping, Profile
from .values import NULLS, read_count, read_stars, scale_of

Warned = tuple[str, dict[str, object]]
Cells = list[Any]

_PEEK: Final = 200
# A date column is recognised among others on few cells, its order is decided on all of them.
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ROUNDED: Final = re.compile(r"\d[.,]\d+E\+\d+$", re.I)
_VIADEO: Final = re.compile(r"\s*(?:https?://)?(?:[a-z]+\.)?viadeo\.com/", re.I)
_ZONED: Final = re.compile(r"(?:[+-]\d\d:?\d\d|Z|GMT|UTC)(?:\s*\([A-Z]+\))?(?:\s\d{4})?$")

# Folded names (lower case, no accents, words apart), best first.
_COMMON: Final[dict[str, tuple[str, ...]]] = {
    "sent_at": (
        "created at", "sent at", "date", "created", "date de publication", "published at",
        "publication date", "published", "posted at", "date time", "datetime", "timestamp",
        "timestamp ms", "created time", "create time", "time", "date heure", "date et heure",
        "date de creation", "date creation", "horodatage", "date du message", "message date",
        "tweet date", "created at utc", "created date", "date utc", "time utc", "heure", "jour",
        "date d envoi", "sent", "date envoi", "received at", "date de reception", "created on",
        "updated time",
    ),
    "text": (
        "full text", "text", "texte", "content", "contenu", "message", "body", "corps", "tweet",
        "tweet text", "tweet content", "comment", "commentaire", "comments", "post", "verbatim",
        "caption", "description", "note tweet text", "message text", "snippet", "mention",
    ),
    "author_handle": (
        "screen name", "user screen name", "username", "user name", "handle", "author username",
        "author handle", "author screen name", "author", "auteur", "user", "utilisateur",
        "pseudo", "pseudonyme", "nom d utilisateur", "from user", "sender", "expediteur",
        "account", "compte", "login", "identifiant", "author id", "user id", "from id",
    ),
    "author_name": (
        "author name", "display name", "user display name", "name", "nom", "nom complet",
        "full name", "nom affiche", "nom de l auteur", "tweet author", "from name",
    ),
    "external_id": (
        "id str", "id", "tweet id", "status id", "tweet id str", "message id", "post id",
        "comment id", "external id", "identifiant", "uid", "uuid", "guid", "reference", "ref",
        "identifiant du message", "id du message",
    ),
    "title": ("title", "titre", "subject", "objet", "sujet", "headline"),
    "url": ("url", "link", "lien", "permalink", "tweet url", "tweet link", "post url", "expanded url", "permalien", "source url"),
    "channel": ("channel", "canal", "platform", "plateforme", "network", "reseau", "media"),
    "language": ("lang", "language", "langue", "locale", "language code", "code langue"),
    "in_reply_to": (
        "in reply to status id str", "in reply to status id", "in reply to tweet id",
        "in reply to", "reply to id", "reply to", "parent id", "in reply to id", "replied to",
        "en reponse a", "reponse a", "parent", "conversation parent", "replied to id",
    ),
    "in_reply_to_handle": (
        "in reply to screen name", "in reply to user", "in reply to username",
        "reply to username", "reply to user", "reply to screen name", "in reply to handle",
    ),
    "repost_of": (
        "retweeted status id str", "retweeted status id", "retweeted status", "retweet of",
        "retweeted id", "retweet id", "repost of", "reposted id", "retweeted tweet id",
    ),
    "quote_of": (
        "quoted status id str", "quoted status id", "quoted status", "quoted tweet id",
        "quote of", "quoted id",
    ),
    "likes": ("favorite count", "favourite count", "like count", "likes", "favorites", "favoris", "nb likes", "j aime", "mentions j aime", "nombre de j aime", "reactions", "public metrics like count"),
    "reposts": ("retweet count", "retweets", "repost count", "reposts", "shares", "share count", "partages", "nb retweets", "nombre de partages", "public metrics retweet count"),
    "replies": ("reply count", "replies", "comment count", "comments count", "reponses", "nb reponses", "nombre de reponses", "nb commentaires", "public metrics reply count"),
    "quotes": ("quote count", "quotes", "citations", "public metrics quote count"),
    "views": ("views count", "view count", "views", "impressions", "impression count", "vues", "nb vues", "nombre de vues", "reach", "portee", "public metrics impression count"),
    "followers": ("followers count", "user followers count", "followers", "follower count", "abonnes", "nb abonnes", "nombre d abonnes", "author followers", "user followers"),
    "rating": (
        "rating", "note", "stars", "etoiles", "score", "star rating", "review rating",
        "note globale", "rate", "review stars", "nb etoiles", "nombre d etoiles", "evaluation",
        "note client", "note du produit", "note sur 5", "note sur 10", "rating value", "grade",
        "overall rating", "appreciation", "product rating",
    ),
    "reply_text": (
        "reply", "reponse", "company reply", "business reply", "owner response", "reply text",
        "reponse du marchand", "reponse de l entreprise", "reponse de la marque", "response",
        "review reply", "review reply comment", "company reply text", "owner reply",
        "merchant reply", "reponse marchand", "texte de la reponse", "company response",
        "seller reply", "reponse du proprietaire", "reply content", "brand reply",
    ),
    "reply_date": (
        "reply date", "date de reponse", "date reponse", "response date", "company reply date",
        "date de la reponse", "replied at", "reply created at", "review reply update time",
        "date reponse marchand", "owner response date", "responded at", "reply at",
    ),
    "reply_author": ("reply author", "auteur de la reponse", "responder", "repondant", "replied by"),
}  # fmt: skip
_REVIEWS: Final[dict[str, tuple[str, ...]]] = {
    "sent_at": (
        "review created utc", "review date", "date de l avis", "date avis", "date depot",
        "date de depot", "review created at", "publish date", "update time", "create time",
        "date de publication", "experienced at", "date de l experience",
    ),
    "text": (
        "review text", "review content", "review body", "texte de l avis", "avis", "avis client",
        "review", "commentaire de l avis", "comment", "commentaire", "pros and cons",
    ),
    "title": ("review title", "titre de l avis", "titre avis"),
    "author_name": (
        "author", "auteur", "reviewer", "reviewer name", "reviewer display name", "consumer",
        "consumer display name", "client", "nom du client", "customer", "customer name",
        "review username", "pseudo", "auteur de l avis", "author name", "username", "prenom",
        "nom", "name", "nom de l auteur", "consumer username",
    ),
    "author_handle": ("reviewer email", "consumer id", "customer id", "review consumer user id"),
    "external_id": ("review id", "id avis", "id de l avis", "identifiant avis", "numero avis", "review name"),
    "url": ("review url", "lien de l avis"),
    "language": ("review language", "langue de l avis"),
}  # fmt: skip
_MAIL: Final[dict[str, tuple[str, ...]]] = {
    "author_handle": ("from", "de", "expediteur", "sender", "from address", "email", "from email", "adresse expediteur"),
    "author_name": ("from name", "sender name", "nom expediteur"),
    "text": ("body", "corps", "body plain", "text", "texte", "message", "contenu", "content", "plain text", "corps du message"),
    "external_id": ("message id", "id du message", "id"),
    "in_reply_to": ("in reply to", "references", "en reponse a"),
    "sent_at": ("date", "sent", "date sent", "sent at", "envoye", "envoye le", "received", "date d envoi"),
}  # fmt: skip
_NOT_IN_X: Final = frozenset({"rating", "title", "reply_text", "reply_date", "reply_author"})
_X_SIGNS: Final = frozenset({
    "full text", "screen name", "user screen name", "retweet count", "retweeted status",
    "favorite count", "in reply to status id", "in reply to status id str", "quoted status",
    "tweet id", "tweet text", "tweet content", "in reply to screen name", "tweet url",
    "retweets", "tweet", "tweet id str", "retweeted status id", "quoted status id",
    "public metrics retweet count", "tweet full text", "tweet date", "bookmark count", "tweet link",
})  # fmt: skip
# In an export of "From", "To", "Subject" these words are sure; in another they are not.
_MAIL_FROM: Final = frozenset({"from", "de", "expediteur", "sender", "from address", "from email"})
_MAIL_SIGNS: Final = frozenset({"message id", "subject", "objet", "sujet", "to", "cc", "bcc", "body", "corps", "destinataire"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guess:
    """
    What a file seems to be. confidence: field key → 0 to 1, for the fields that were found.

    warnings: codes of `messages.SENTENCES` with their fields, for a person to confirm.
    """

    profile: Profile
    mapping: Mapping
    confidence: dict[str, float]
    warnings: list[Warned] = field(default_factory=list)


def guess(columns: Sequence[str], rows: Sequence[Sequence[Any]], zone: str) -> Guess:
    """
    Profile, mapping and doubts, from column names and a sample of rows.

    zone: IANA name for times without offset. The mapping may lack required fields when
    nothing fits: `Mapping.check` says so.
    """
    sample = _Sample(columns, rows)
    profile = profile_of(sample)
    found, confidence = _match(sample, profile)
    return _Finish(sample, profile, found, confidence, zone).guess()


def folded(name: str) -> str:
    """
    A column name as plain words.

    >>> folded("Date de l’avis"), folded("starRating"), folded("user.screen_name")
    ('date de l avis', 'star rating', 'user screen name')
    """
    apart = unaccented(_CAMEL.sub(" ", name))
    return " ".join(re.findall(r"[a-z0-9]+", apart))


class _Sample:
    """Columns with folded names and their known cells."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = list(columns)
        self.names = {column: _shortened(folded(column)) for column in columns}
        nulls = frozenset(NULLS)
        self.cells: dict[str, Cells] = {
            column: [c for row in rows if (c := row[at]) is not None and c not in nulls]
            for at, column in enumerate(columns)
        }
        self.nulls = tuple(
            null for null in NULLS if any(cell == null for row in rows for cell in row)
        )

    def peek(self, column: str) -> Cells:
        return self.cells[column][:_PEEK]

    def words(self) -> set[str]:
        return set(self.names.values())


def _shortened(name: str) -> str:
    """Without the wrapper that archives put around each object."""
    return re.sub(r"^(?:tweet|data|node|legacy) (?=full text|created at|id str|favorite|retweet|in reply|lang)", "", name)  # fmt: skip


def profile_of(sample: _Sample) -> Profile:
    """Two signs of an X export, else a sender and a sign of mail, else a column of ratings."""
    words = sample.words()
    if _is_viadeo(sample):
        return "generic"
    if len(words & _X_SIGNS) >= 2:
        return "x_export"
    if words & _MAIL_FROM and words & _MAIL_SIGNS:
        return "mail"
    wanted = _COMMON["rating"]
    rated = [c for c, name in sample.names.items() if _rank(name, wanted) is not None]
    return "reviews" if any(_fits_rating(sample.peek(c)) for c in rated) else "generic"


def _is_viadeo(sample: _Sample) -> bool:
    """
    Whether links lead to members of Viadeo, or columns are named after it.

    The network documented no file of messages, so nothing else tells one: in particular its
    senders and subjects are not those of e-mails.
    """
    if any("viadeo" in name.split() for name in sample.words()):
        return True
    looked = [sample.peek(column)[:20] for column in sample.columns]
    return any(cells and all(_VIADEO.match(str(cell)) for cell in cells) for cells in looked)


def _names_for(profile: Profile) -> dict[str, tuple[str, ...]]:
    special = {"reviews": _REVIEWS, "mail": _MAIL}.get(profile, {})
    skip = _NOT_IN_X if profile == "x_export" else frozenset()
    keys = [each.key for each in FIELDS if each.key not in skip]
    # The special columns are given away first: "author" of a review is a name, not a handle.
    keys.sort(key=lambda key: key not in special)
    return {key: special.get(key, ()) + _COMMON[key] for key in keys}


def _match(sample: _Sample, profile: Profile) -> tuple[dict[str, str], dict[str, float]]:
    """Each column goes to the field that its name names best and that its cells allow."""
    offers = []
    for position, (key, wanted) in enumerate(_names_for(profile).items()):
        for column, name in sample.names.items():
            rank = _rank(name, wanted)
            if rank is not None and _FITS.get(key, _fits_any)(sample.peek(column)):
                offers.append((rank, position, key, column))
    found: dict[str, str] = {}
    confidence: dict[str, float] = {}
    for rank, _, key, column in sorted(offers):
        if key not in found and column not in found.values():
            found[key] = column
            confidence[key] = round(max(0.5, 0.98 - 0.01 * min(rank, 20) - (rank >= 100) * 0.3), 2)
    _fall_back(sample, found, confidence)
    return found, confidence


def _rank(name: str, wanted: tuple[str, ...]) -> int | None:
    """0 for the best synonym; 100 and more when the name only ends or starts with one."""
    if name in wanted:
        return wanted.index(name)
    for at, synonym in enumerate(wanted):
        if len(synonym) > 3 and (name.endswith(" " + synonym) or name.startswith(synonym + " ")):
            return 100 + at
    return None


def _fits_any(cells: Cells) -> bool:
    return True


def _share(cells: Cells, test: Callable[[Any], object]) -> float:
    good = 0
    for cell in cells:
        try:
            test(cell)
        except ValueError:
            continue
        good += 1
    return good / len(cells) if cells else 0.0


def _fits_date(cells: Cells) -> bool:
    return not cells or choose_dates(cells).share >= 0.5


def _fits_count(cells: Cells) -> bool:
    return not cells or _share(cells, read_count) >= 0.8


def _fits_rating(cells: Cells) -> bool:
    return bool(cells) and _share(cells, lambda cell: read_stars(cell, 100)) >= 0.6


def _fits_text(cells: Cells) -> bool:
    return not cells or not all(isinstance(c, int | float | date) or len(str(c)) < 2 for c in cells)


def _fits_handle(cells: Cells) -> bool:
    """Handles are short; a column "author" full of sentences is not one."""
    return not cells or sum(len(str(cell)) <= 80 for cell in cells) > len(cells) / 2


def _fits_id(cells: Cells) -> bool:
    """An id is never rounded and (nearly) never twice the same."""
    return not cells or (len(set(map(str, cells))) > 0.5 * len(cells) and not is_rounded(cells))


def is_rounded(cells: Cells) -> bool:
    """1,34346E+18: a spreadsheet kept fifteen digits and threw the others away."""
    texts = [str(cell) for cell in cells[:_PEEK]]
    rounded = sum(
        1
        for cell, text in zip(cells, texts, strict=False)
        if _ROUNDED.search(text)
        or (isinstance(cell, int) and cell > 1 << 53 and text.endswith("00"))
    )
    return bool(texts) and rounded > 0.6 * len(texts)


_FITS: Final[dict[str, Callable[[Cells], bool]]] = {
    **{each.key: _fits_count for each in FIELDS if each.kind == "count"},
    "sent_at": _fits_date,
    "reply_date": _fits_date,
    "rating": _fits_rating,
    "text": _fits_text,
    "reply_text": _fits_text,
    "external_id": _fits_id,
    "author_handle": _fits_handle,
    "author_name": _fits_handle,
}


def _fall_back(sample: _Sample, found: dict[str, str], confidence: dict[str, float]) -> None:
    """Columns whose names say nothing are told by what they hold."""
    tests: dict[str, Callable[[Cells], float]] = {
        "sent_at": lambda cells: choose_dates(cells).share if _dated(cells) else 0.0,
        "author_handle": lambda cells: sum(str(c).startswith("@") and " " not in str(c) for c in cells) / len(cells),
        "text": lambda cells: min(1.0, sum(len(str(c)) for c in cells) / len(cells) / 40),
    }  # fmt: skip
    for key, test in tests.items():
        free = [c for c in sample.columns if c not in found.values() and sample.cells[c]]
        if key in found or not free or (key == "author_handle" and "author_name" in found):
            continue
        best = max(free, key=lambda column: test(sample.peek(column)))
        score = test(sample.peek(best))
        if score >= (0.8 if key != "text" else 0.3):
            found[key] = best
            confidence[key] = round(0.4 + 0.2 * score, 2)


def _dated(cells: Cells) -> bool:
    """Bare numbers are taken for epochs only when the column's name says that it is a date."""
    return not all(isinstance(c, int | float) or str(c).isdecimal() for c in cells)


class _Finish:
    """The options that depend on the cells of the chosen columns."""

    def __init__(
        self,
        sample: _Sample,
        profile: Profile,
        found: dict[str, str],
        confidence: dict[str, float],
        zone: str,
    ) -> None:
        self.sample = sample
        self.profile: Profile = profile
        self.found = found
        self.confidence = confidence
        self.zone = zone
        self.warnings: list[Warned] = []

    def guess(self) -> Guess:
        sent, reply = self._dates("sent_at"), self._dates("reply_date")
        mapping = Mapping(
            profile=self.profile,
            columns=self.found,
            channel=self._channel(),
            date_form=sent.form,
            date_order=reply.order if sent.ambiguous and not reply.ambiguous else sent.order,
            reply_date_form=reply.form,
            zone=self.zone,
            scale=self._scale(),
            nulls=("", *(null for null in self.sample.nulls if null)),
            escaped_newlines=self._has_escaped_newlines(),
            entities=self._has_entities(),
        )
        self._doubt_ids()
        return Guess(self.profile, mapping, self.confidence, self.warnings)

    def _cells(self, key: str) -> Cells:
        return self.sample.cells.get(self.found.get(key, ""), [])

    def _dates(self, key: str) -> DateChoice:
        cells, column = self._cells(key), self.found.get(key, "")
        choice = choose_dates(cells)
        if choice.ambiguous:
            self.warnings.append(("date_ambiguous", {"column": column, "order": choice.order}))
            self.confidence[key] = min(self.confidence.get(key, 0.5), 0.5)
        if choice.mixed:
            self.warnings.append(("date_mixed", {"column": column, "order": choice.order}))
        if key == "sent_at" and any(map(_is_naive, cells[:_PEEK])):
            self.warnings.append(("no_zone", {"column": column, "zone": self.zone}))
        return choice

    def _scale(self) -> float:
        if "rating" not in self.found:
            return 5.0
        scale, ambiguous = scale_of(self._cells("rating"), self.found["rating"])
        if ambiguous:
            warned = {"column": self.found["rating"], "scale": int(scale)}
            self.warnings.append(("scale_ambiguous", warned))
        return scale

    def _channel(self) -> str:
        """A review site that names its columns after itself is a channel of its own."""
        if _is_viadeo(self.sample):
            return "viadeo"
        names = " ".join(self.sample.words())
        if self.profile == "reviews":
            for site in ("trustpilot", "google", "avis verifies"):
                if site in names:
                    return site.replace(" ", "-")
            return "google" if "star rating" in self.sample.words() else CHANNELS["reviews"]
        return CHANNELS[self.profile]

    def _has_escaped_newlines(self) -> bool:
        """Literal \\n in several cells, or in one of an X export, and no real line break."""
        texts = [str(cell) for cell in self._cells("text")]
        escaped = sum("\\n" in text for text in texts)
        if any("\n" in text for text in texts):
            return False
        return escaped > (0 if self.profile == "x_export" else 0.01 * len(texts) + 1)

    def _has_entities(self) -> bool:
        """X escapes & < and > alone; a source that does so never shows them bare."""
        texts = [str(cell) for cell in self._cells("text")]
        if not any(re.search("&(?:amp|lt|gt|quot|#39|#x27|apos);", text) for text in texts):
            return False
        bare = sum(bool(re.search(r"&(?!\w+;|#)|<|>", text)) for text in texts)
        return self.profile == "x_export" or bare <= 0.01 * len(texts)

    def _doubt_ids(self) -> None:
        if "external_id" in self.found:
            return
        names = _names_for(self.profile)["external_id"]
        for column, name in self.sample.names.items():
            if _rank(name, names) is not None and is_rounded(self.sample.cells[column]):
                self.warnings.append(("rounded_ids", {"column": column}))
        self.warnings.append(("no_id", {}))


def _is_naive(cell: object) -> bool:
    """Clock time without offset; a day alone, an epoch or an aware time is not."""
    if isinstance(cell, datetime):
        return cell.tzinfo is None
    text = str(cell)
    return ":" in text and not _ZONED.search(text.strip())
