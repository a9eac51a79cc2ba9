"""The tables of a rival's report: what pages show of it, and what its files are made of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from comptoir.insight.api import definition
from comptoir.listening.rivals import api
from comptoir.listening.rivals.api import Complaints, Published, RivalView
from comptoir.web.rivals import methods as sentences
from comptoir.web.rivals import wording
from comptoir.web.wording import DASH, bucket, key, number, shown

Asked = tuple[RivalView, Published, Complaints]


@dataclass(frozen=True, slots=True)
class Row:
    """
    cells: raw values, for files. words: the same as people read them. query: narrows the rows
    to this line, "" where it opens onto nothing. mark: a verdict, "rises" or "new".
    """

    cells: tuple[Any, ...]
    words: tuple[str, ...]
    query: str = ""
    mark: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """columns: headings of its file; heads: of the page. what: the rows that a line opens onto."""

    name: str
    title: str
    measure: str
    columns: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    what: str = "posts"

    def for_file(self) -> Iterator[Sequence[Any]]:
        yield self.columns
        for row in self.rows:
            yield row.cells


def measures(asked: Asked, language: str) -> Table:
    """Every measure against the rival's own past."""
    _rival, found, _complaints = asked
    rows = []
    for name in api.MEASURES:
        one, told = found.measures[name], definition(f"rivals.{name}", language)
        verdict = str(wording.VERDICTS[one.verdict])
        rank = _("%(above)s of %(of)s") % {"above": one.above, "of": one.of} if one.of else DASH
        interval = DASH
        if one.low is not None:
            interval = _("%(low)s to %(high)s") % {
                "low": wording.times(one.low),
                "high": wording.times(one.high),
            }
        cells = (
            told.title, one.rate, one.median, one.mad, one.ratio, one.low, one.high,
            one.above, one.of, verdict,
        )  # fmt: skip
        words = (
            told.title, wording.rate(name, one.rate), wording.rate(name, one.median),
            wording.times(one.ratio), interval, rank,
        )  # fmt: skip
        rows.append(Row(cells, words, counted(name, found), one.verdict))
    depth, told = found.depth, definition("rivals.depth", language)
    rows.append(
        Row(
            (told.title, depth.value, depth.median, depth.mad, None, None, None, depth.above,
             depth.of, ""),
            (told.title, _percent(depth.value), _percent(depth.median), DASH, DASH,
             _("%(above)s of %(of)s") % {"above": depth.above, "of": depth.of}
             if depth.of and depth.value is not None else DASH),
            "depth=known" if depth.value is not None else "",
        )
    )  # fmt: skip
    columns = (
        _("Measure"), _("This period"), _("Usually (median)"), _("Usual distance from it (MAD)"),
        _("Times its habit"), _("From (95%)"), _("To (95%)"), _("Above so many"),
        _("Stretches compared"), _("Verdict"),
    )  # fmt: skip
    heads = (
        _("Measure"), _("This period"), _("Usually"), _("Times its habit"),
        _("95% interval"), _("Above so many stretches"),
    )  # fmt: skip
    title = _("Tone and pressure against its own past")
    return Table("measures", title, "rivals.pressure", columns, heads, tuple(rows))


def counted(name: str, found: Published) -> str:
    """The posts that a measure counts; "" where it counts none."""
    signs = {one.key: one.now for one in found.breakdowns["sign"]}
    counts = {"frequency": found.posts, "pressure": sum(signs.values())} | signs
    if not counts[name]:
        return ""
    queries = {"frequency": "kind=post", "pressure": "sign=any"}
    return queries.get(name) or urlencode({"sign": name})


def _percent(value: float | None) -> str:
    return DASH if value is None else shown(value / 100, "ratio")


def stretches(asked: Asked, language: str) -> Table:
    """Posts of each stretch, oldest first, the period last."""
    _rival, found, _complaints = asked
    rows = []
    for first, last, posts in api.by_stretch(found):
        query = urlencode({"from": first.isoformat(), "to": last.isoformat()})
        rows.append(
            Row((first, last, posts), (bucket(first, last), number(posts)), query if posts else "")
        )
    columns = (_("From"), _("To"), _("Posts"))
    told = definition("rivals.frequency", language)
    return Table(
        "rhythm",
        _("How often it publishes"),
        told.name,
        columns,
        (_("Days"), _("Posts")),
        tuple(rows),
    )


def breakdown(name: str) -> "Builder":
    """Posts of the period by network, weekday, hour or sign, beside those of the one before."""

    def build(asked: Asked, language: str) -> Table:
        _rival, found, _complaints = asked
        titles = {
            "channel": ("networks", _("By network"), _("Network")),
            "weekday": ("weekdays", _("By weekday"), _("Weekday")),
            "hour": ("hours", _("By hour"), _("Hour")),
        }
        slug, title, head = titles[name]
        known = found.posts_before is not None
        rows = tuple(
            Row(
                (key(name, one.key, {}), one.now, one.before if known else None, one.rises),
                (key(name, one.key, {}), number(one.now), number(one.before) if known else DASH),
                urlencode({name: one.key}) if one.now else "",
                "rises" if one.rises and known else "",
            )
            for one in found.breakdowns[name]
        )
        columns = (head, _("Posts"), _("Period before"), _("Rising"))
        return Table(slug, title, "rivals.frequency", columns, columns[:3], rows)

    return build


def offers(asked: Asked, language: str) -> Table:
    """The offers of the period, new ones first."""
    _rival, found, _complaints = asked
    rows = []
    for one in found.offers:
        what, on_terms = wording.offer(one.offer), wording.terms(one.offer)
        first, last = localtime(one.first), localtime(one.last)
        days = (bucket(first.date(), first.date()), bucket(last.date(), last.date()))
        rows.append(
            Row(
                (what, one.offer.kind, one.offer.value, one.offer.was, one.offer.code,
                 one.offer.minimum, one.offer.starts, one.offer.ends, one.offer.on, first, last,
                 len(one.messages), one.is_new, one.offer.confidence),
                (what, *days, number(len(one.messages)), shown(one.offer.confidence, "ratio")),
                urlencode({"offer": one.id}),
                "new" if one.is_new else "",
                tuple(on_terms),
            )
        )  # fmt: skip
    columns = (
        _("Offer"), _("Kind"), _("Value"), _("Price before"), _("Code"), _("Minimum"), _("Starts"),
        _("Ends"), _("For"), _("First made"), _("Last made"), _("Posts"), _("New"), _("Confidence"),
    )  # fmt: skip
    heads = (_("Offer"), _("First made"), _("Last made"), _("Posts"), _("Confidence"))
    title = definition("rivals.offers", language).title
    return Table("offers", title, "rivals.offers", columns, heads, tuple(rows))


def complaints(asked: Asked, language: str) -> Table:
    """Subjects of complaints, beside the brand's own where there is a basis."""
    _rival, _published, found = asked
    rows = []
    for one in found.subjects:
        ours = one.brand or (None, None, None, None)
        gap = one.gap or (None, None, None)
        name = wording.subject(one.key)
        beside = DASH
        if one.brand:
            beside = _("%(share)s (%(low)s to %(high)s)") % {
                "share": shown(one.brand[0], "ratio"),
                "low": shown(one.brand[1], "ratio"),
                "high": shown(one.brand[2], "ratio"),
            }
        share = _("%(share)s (%(low)s to %(high)s)") % {
            "share": shown(one.share, "ratio"),
            "low": shown(one.low, "ratio"),
            "high": shown(one.high, "ratio"),
        }
        before = number(one.before) if found.comparable else DASH
        rows.append(
            Row(
                (name, one.now, one.share, one.low, one.high,
                 one.before if found.comparable else None, one.rises, *ours, *gap,
                 ", ".join(text for text, _count in one.phrases)),
                (name, number(one.now), share, before, beside),
                urlencode({"subject": one.key}),
                "rises" if one.rises else "",
                tuple(
                    _("“%(phrase)s”, %(people)s people") % {"phrase": text, "people": number(people)}
                    for text, people in one.phrases
                ),
            )
        )  # fmt: skip
    columns = (
        _("Subject"), _("Negative messages"), _("Share"), _("From (95%)"), _("To (95%)"),
        _("Period before"), _("Rising"), _("Share at the brand"), _("Brand, from (95%)"),
        _("Brand, to (95%)"), _("Brand, messages"), _("Difference"), _("Difference, from (95%)"),
        _("Difference, to (95%)"), _("Phrases used"),
    )  # fmt: skip
    heads = (
        _("Subject"), _("Negative messages"), _("Share (95% interval)"), _("Period before"),
        _("Share at the brand (95% interval)"),
    )  # fmt: skip
    title = definition("rivals.complaints", language).title
    return Table(
        "complaints", title, "rivals.complaints", columns, heads, tuple(rows), "complaints"
    )


def methods(asked: Asked, language: str) -> Table:
    """Sources and methods, as lines of a label and its words."""
    rows = tuple(Row(line, line) for line in sentences.lines(*asked))
    columns = (_("What"), _("How"))
    return Table("methods", _("Sources and methods"), "", columns, columns, rows)


Builder = Callable[[Asked, str], Table]
TABLES: Final[dict[str, Builder]] = {
    "measures": measures,
    "rhythm": stretches,
    "networks": breakdown("channel"),
    "weekdays": breakdown("weekday"),
    "hours": breakdown("hour"),
    "offers": offers,
    "complaints": complaints,
    "methods": methods,
}
