"""What the pages of a report need: figures, charts and tables with their addresses."""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from comptoir.base.api import ids
from comptoir.channels import api as channels
from comptoir.listening import reputation_topics
from comptoir.listening.reputation_records import Report, Side, Sides, Totals
from comptoir.listening.reputation_shares import (
    FEW,
    change_of_share,
    net_interval,
    share_interval,
)
from comptoir.web import charts, defined, wording
from comptoir.web.access import DeskRequest
from comptoir.web.choice import Choice
from comptoir.web.reputation import methods, subjects, tables
from comptoir.web.reputation.subjects import Subject
from comptoir.web.reputation.tables import Table
from comptoir.web.rows import row

BETTER: Final = {
    "mentions.net_sentiment": "up",
    "mentions.share_negative": "down",
    "mentions.share_positive": "up",
}
LISTS: Final = ("intents", "hashtags", "sites", "authors", "networks", "languages")
TIMES: Final = ("weekdays", "hours")


def panels(
    request: DeskRequest, wanted: Subject, choice: Choice, found: Report, beside: Sides
) -> dict[str, Any]:
    """Everything under the choosers, but the topics."""
    told = defined.language()
    days = tables.days(found, choice.period, told)
    made = {name: build(found, told) for name, build in tables.OF_REPORT.items()}
    shown = {name: _table(request, wanted, choice, one) for name, one in made.items()}
    return {
        "found": found,
        "few": 0 < found.now.mentions < FEW,
        "least": FEW,
        "missing": list(methods.missing(found)),
        "stats": [_stat(request, wanted, choice, found, name) for name in tables.MEASURES],
        "figures": shown["figures"],
        "days": _table(request, wanted, choice, days),
        "volume": _volume_chart(found, choice, days),
        "sides": _sides(request, wanted, choice, beside),
        "lists": [shown[name] for name in LISTS],
        "times": [shown[name] for name in TIMES],
        "methods": shown["methods"],
    }


def topics(
    request: DeskRequest,
    wanted: Subject,
    choice: Choice,
    found: reputation_topics.Topics,
    comparable: bool,
) -> dict[str, Any]:
    """
    Each topic with the messages it shows; those erased since are left out.

    comparable: whether growth means anything: not where a query was not asked of both periods.
    """
    known = {
        one.id: one
        for one in channels.messages([pk for topic in found.topics for pk in topic.shown])
    }
    address = reverse("topics", kwargs={"slug": request.desk.workspace.slug})
    return {
        "found": found,
        "fewest": reputation_topics.FEWEST,
        "told": defined.told("mentions.topics"),
        "definition_url": defined.address("mentions.topics"),
        "all_url": f"{address}?{choice.address}",
        "sampled": found.read < found.said or found.read_before < found.said_before,
        "cards": [
            {
                "it": one,
                "growth": one.growth if comparable else None,
                "rises": comparable and one.rises,
                "title": one.title[:1].upper() + one.title[1:] or _("No words in common"),
                "url": _topic_url(request, wanted, choice, one) if one.members else "",
                "said": [row(request, known[pk], None) for pk in one.shown if pk in known],
            }
            for one in found.topics
        ],
    }


def _topic_url(
    request: DeskRequest, wanted: Subject, choice: Choice, one: reputation_topics.TopicLine
) -> str:
    """The stream of the mentions that a topic holds, named by the one closest to its middle."""
    line = urlencode({"topic": ids.conceal("message", one.members[0])})
    return _stream_url(request, wanted, choice, line)


def _rows_url(
    request: DeskRequest, address: str, choice: Choice, measure: str, query: str = ""
) -> str:
    """Rows of a measure, narrowed by `query`; a query with days of its own replaces the period."""
    kwargs = {"slug": request.desk.workspace.slug, "subject": address, "measure": measure}
    parts = [query] if query.startswith("from=") else [choice.address, query]
    return f"{reverse('reputation_rows', kwargs=kwargs)}?{'&'.join(part for part in parts if part)}"


def _stream_url(request: DeskRequest, wanted: Subject, choice: Choice, query: str) -> str:
    """
    The stream of mentions, narrowed to a line of a table; a line with days of its own replaces
    the period.
    """
    line = dict(parse_qsl(query))
    days: dict[str, str] = {name: line.pop(name) for name in ("from", "to") if name in line}
    period = days or dict(parse_qsl(choice.address))
    asked: dict[str, str] = {"query": wanted.source, **period, "counted": "1"}
    for key, said in line.items():
        concealed = ids.conceal("author", int(said)) if key == "author" else said
        asked |= {"by": key, "is": concealed}
    address = reverse("mentions", kwargs={"slug": request.desk.workspace.slug})
    return f"{address}?{urlencode(asked)}"


def _stat(
    request: DeskRequest, wanted: Subject, choice: Choice, found: Report, measure: str
) -> dict[str, Any]:
    """What the design system's `stat` needs, in words, and what chance may do to the figure."""
    told, unit = defined.told(measure), tables.MEASURES[measure]
    now = tables.value_of(found.now, measure)
    before = tables.value_of(found.before, measure) if found.comparable else None
    counted = tables.counted(found.now, measure)
    return {
        "label": told.title,
        "value": None if now is None else wording.shown(now, unit),
        "key": defined.slug(measure),
        "change": _change(now, before, unit),
        "text": _change_text(now, before, unit),
        "before": "" if before is None else wording.shown(before, unit),
        "good": BETTER.get(measure, ""),
        "notes": list(_notes(found, measure)),
        "url": _rows_url(request, wanted.address, choice, measure) if counted else "",
        "url_label": wording.mentions_link(counted),
        "definition": told.text,
        "formula": told.formula,
        "definition_url": defined.address(measure),
    }


def _change(now: float | None, before: float | None, unit: str) -> float | None:
    if now is None or before is None:
        return None
    if unit != "count":
        return now - before
    return (now - before) / before if before else float(now > before)


def _change_text(now: float | None, before: float | None, unit: str) -> str:
    """What the arrow says where a percentage would mislead."""
    if now is None or before is None:
        return ""
    if unit == "ratio":
        return wording.points(now - before)
    if unit == "points":
        return wording.signed(now - before, 1)
    return "" if before else wording.signed(now)


def _notes(found: Report, measure: str) -> Any:
    """Sentences of uncertainty under a figure."""
    now, before = found.now, found.before
    if measure in ("mentions.engagement", "mentions.reach"):
        known = tables.counted(now, measure)
        yield _("Known of %(known)s of %(mentions)s mentions") % {
            "known": wording.number(known),
            "mentions": wording.number(now.mentions),
        }
    if measure == "mentions.net_sentiment":
        if edges := net_interval(now.positive, now.negative, now.read):
            yield wording.interval(*edges, "points")
        elif now.read:
            yield _("Too few for an interval: %(read)s read") % {"read": wording.number(now.read)}
    if measure in ("mentions.share_negative", "mentions.share_positive") and now.read:
        side = measure.rpartition("_")[2]
        hits, hits_before = getattr(now, side), getattr(before, side)
        yield wording.interval(*share_interval(hits, now.read), "ratio")
        if found.comparable and before.read:
            yield _change_note(change_of_share(hits, now.read, hits_before, before.read))


def _change_note(edges: tuple[float, float]) -> str:
    low, high = edges
    if low <= 0 <= high:
        return _("The change is within what chance explains")
    return _("Change beyond chance: %(low)s to %(high)s") % {
        "low": wording.points(low),
        "high": wording.points(high),
    }


def _table(request: DeskRequest, wanted: Subject, choice: Choice, made: Table) -> dict[str, Any]:
    """A table with the addresses of its lines, its files and its definition."""
    whole = made.name not in tables.BREAKDOWNS or made.name in TIMES
    shown = made.rows if whole else made.rows[: tables.SHOWN]
    told = defined.told(made.measure) if made.measure else None
    return {
        "name": made.name,
        "title": made.title,
        "heads": made.heads or made.columns,
        "lines": [
            {
                "words": one.words,
                "url": _stream_url(request, wanted, choice, one.query) if one.query else "",
                "share": round(one.share, 4),
                "rises": one.rises,
            }
            for one in shown
        ],
        "hidden": 0 if whole else max(made.total - tables.SHOWN, 0),
        "told": told,
        "definition_url": defined.address(made.measure) if told else "",
        "files": _files(request, wanted, choice, made.name),
    }


def _files(
    request: DeskRequest, wanted: Subject, choice: Choice, name: str
) -> list[tuple[str, str]]:
    slug = request.desk.workspace.slug
    kwargs = {"slug": slug, "subject": wanted.address, "table": name}
    return [
        (form, f"{reverse('reputation_table', kwargs={**kwargs, 'form': form})}?{choice.address}")
        for form in ("csv", "xlsx")
    ]


def _volume_chart(found: Report, choice: Choice, made: Table) -> charts.Chart | None:
    parts = tables.volume(found, choice.period)
    names = {tone: wording.key("tone", tone, {}) for tone in tables.TONES}
    bars = [
        charts.Bar(start, until, names[tone], value)
        for start, until, tones in parts
        for tone, value in tones.items()
        if value
    ]
    if not bars:
        return None
    # An empty first and last day keep the axis as long as the period.
    bars += [charts.Bar(start, until, names[0], 0) for start, until, _ in (parts[0], parts[-1])]
    fills = (charts.NEGATIVE, charts.NEUTRAL, charts.POSITIVE, charts.UNREAD)
    colours = [(names[tone], fill) for tone, fill in zip(tables.TONES, fills, strict=True)]
    before = tables.volume_before(found, choice.period)
    told = _("%(total)s mentions, by tone. The table below holds each number.") % {
        "total": wording.number(found.now.mentions)
    }
    return charts.columns(bars, colours, before, made.title, told, defined.language())


def _sides(request: DeskRequest, wanted: Subject, choice: Choice, beside: Sides) -> dict[str, Any]:
    """The brand beside its rivals: the table, its figures that open, the chart."""
    made = tables.sides(beside, defined.language())
    return _table(request, wanted, choice, made) | {
        "found": beside,
        "chart": _sides_chart(beside, made),
        "sides": [_side(request, choice, one, beside) for one in beside.sides],
    }


def _sides_chart(beside: Sides, made: Table) -> charts.Chart | None:
    if not any(one.now.mentions for one in beside.sides):
        return None
    items = [
        charts.Pair(
            tables.side_name(one),
            float(one.now.mentions),
            float(one.before.mentions) if beside.comparable else None,
        )
        for one in beside.sides
    ]
    told = _("Mentions of each side. The table below holds each number.")
    return charts.pairs(items, made.title, told, defined.language())


def _side(request: DeskRequest, choice: Choice, one: Side, beside: Sides) -> dict[str, Any]:
    """One side as a column: figure, words, note, rows."""
    address = subjects.folder_address(one.folder) if one.folder else subjects.BRAND
    return {
        "name": tables.side_name(one),
        "url": f"{reverse('reputation_of', kwargs={'slug': request.desk.workspace.slug, 'subject': address})}?{choice.address}",
        "figures": [
            {
                "words": wording.shown(tables.value_of(one.now, measure), tables.MEASURES[measure]),
                "before": wording.shown(
                    tables.value_of(one.before, measure), tables.MEASURES[measure]
                )
                if beside.comparable
                else "",
                "note": _side_note(one.now, measure),
                "url": _rows_url(request, address, choice, measure)
                if tables.counted(one.now, measure)
                else "",
            }
            for measure in SIDE_MEASURES
        ],
        "voices": [
            {
                "words": wording.shown(one.voice[basis], "ratio"),
                "before": wording.shown(one.voice_before[basis], "ratio")
                if beside.comparable
                else "",
                "note": _voice_note(one, beside) if basis == "mentions" else "",
            }
            for basis in ("mentions", "engagement", "reach")
        ],
    }


SIDE_MEASURES: Final = (
    "mentions.volume",
    "mentions.net_sentiment",
    "mentions.share_negative",
    "mentions.engagement",
    "mentions.reach",
)


def _side_note(now: Totals, measure: str) -> str:
    if measure == "mentions.share_negative" and now.read:
        return wording.interval(*share_interval(now.negative, now.read), "ratio")
    if measure in ("mentions.engagement", "mentions.reach") and now.mentions:
        return _("Known of %(known)s of %(mentions)s mentions") % {
            "known": wording.number(tables.counted(now, measure)),
            "mentions": wording.number(now.mentions),
        }
    return ""


def _voice_note(one: Side, beside: Sides) -> str:
    whole = sum(side.now.mentions for side in beside.sides)
    return wording.interval(*share_interval(one.now.mentions, whole), "ratio") if whole else ""
