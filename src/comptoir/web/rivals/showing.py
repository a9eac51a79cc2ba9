"""What the pages of rivals need: statements, charts and tables with their addresses."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.base.api import ids
from comptoir.listening.rivals import api
from comptoir.listening.rivals.api import Complaints, Post, Published, RivalView
from comptoir.web import charts, defined, rows
from comptoir.web import wording as figures
from comptoir.web.access import DeskRequest
from comptoir.web.choice import Choice
from comptoir.web.rivals import finding, methods, tables, wording
from comptoir.web.rivals.tables import Asked, Row, Table
from comptoir.web.shell.words import CHANNELS

SEVERAL: Final = 3
"""Negative messages on a subject that a statement needs."""
NETWORKS: Final = (
    "x", "facebook", "instagram", "tiktok", "youtube", "linkedin", "mastodon", "bluesky", "reddit",
    "telegram",
)  # fmt: skip


def pages_url(request: DeskRequest) -> str:
    """Where pages are watched for change."""
    return reverse("watching", kwargs={"slug": request.desk.workspace.slug})


def accounts(one: RivalView) -> dict[str, Any]:
    """The accounts named, those that may be, and the networks to choose from."""
    return {
        "accounts": [
            {"it": each, "outside": ids.conceal("rival-account", each.id)}
            for each in api.accounts(one.id)
        ],
        "suggestions": api.suggestions(one.id),
        "networks": [(code, CHANNELS[code]) for code in NETWORKS],
    }


def line(request: DeskRequest, one: RivalView, choice: Choice, found: Published) -> dict[str, Any]:
    """One rival on the list."""
    pressure = found.measures["pressure"]
    return {
        "it": one,
        "url": f"{reverse('rival', kwargs=_of(request, one))}?{choice.address}",
        "found": found,
        "pressure": wording.rate("pressure", pressure.rate),
        "usual": wording.rate("pressure", pressure.median),
        "verdict": pressure.verdict,
        "verdict_words": wording.VERDICTS[pressure.verdict],
        "frequency": found.measures["frequency"].verdict,
        "frequency_words": wording.VERDICTS[found.measures["frequency"].verdict],
        "new_offers": sum(each.is_new for each in found.offers),
    }


def panels(request: DeskRequest, choice: Choice, asked: Asked) -> dict[str, Any]:
    """Everything under the choosers."""
    rival, found, heard = asked
    made = {name: build(asked, defined.language()) for name, build in tables.TABLES.items()}
    shown = {name: _table(request, rival, choice, one) for name, one in made.items()}
    return {
        "found": found,
        "heard": heard,
        "few_posts": 0 < found.posts < api.LEAST,
        "least": api.LEAST,
        "missing": list(methods.missing(rival, found, heard)),
        "statements": list(_statements(request, choice, asked)),
        "rhythm_chart": _rhythm(found, made["rhythm"]),
        "words_of_signs": [
            (wording.SIGNS[sign], _rows_url(request, rival, choice, "posts", f"sign={sign}"), told)
            for sign, told in found.words.items()
        ],
        "replies_url": _rows_url(request, rival, choice, "posts", "kind=reply"),
        "reposts_url": _rows_url(request, rival, choice, "posts", "kind=repost"),
        "posts_url": _rows_url(request, rival, choice, "posts", "kind=post"),
        "negative_url": _rows_url(request, rival, choice, "complaints"),
        **shown,
        "lists": [shown[name] for name in ("networks", "weekdays", "hours")],
    }


def row(request: DeskRequest, message: Any, label: Any, post: Post | None) -> dict[str, Any]:
    """A message as people read it, with the words that told signs of pressure."""
    return rows.row(request, message, label) | {
        "signs": [(wording.SIGNS[sign], ", ".join(words)) for sign, words in post.signs.items()]
        if post
        else [],
        "offers": [wording.offer(one) for one in post.offers] if post else [],
    }


def _of(request: DeskRequest, one: RivalView) -> dict[str, str]:
    return {"slug": request.desk.workspace.slug, "rival": finding.address(one.id)}


def _rows_url(
    request: DeskRequest, one: RivalView, choice: Choice, what: str, query: str = ""
) -> str:
    """Rows of a figure, narrowed by `query`; a query with days of its own replaces the period."""
    address = reverse("rival_rows", kwargs=_of(request, one) | {"what": what})
    parts = [query] if query.startswith("from=") else [choice.address, query]
    return f"{address}?{'&'.join(part for part in parts if part)}"


def _statements(request: DeskRequest, choice: Choice, asked: Asked) -> Iterator[dict[str, str]]:
    """What stands out, a sentence each, with the rows behind it; nothing where nothing does."""
    rival, found, heard = asked
    days = choice.period.days
    for name in api.MEASURES:
        one = found.measures[name]
        if (name, one.verdict) in wording.CHANGES:
            query = tables.counted(name, found)
            yield {
                "title": str(wording.CHANGES[name, one.verdict]),
                "text": wording.against(name, one, days),
                "kind": one.verdict,
                "url": _rows_url(request, rival, choice, "posts", query) if query else "",
                "link": _("See the posts"),
            }
    if new := sum(one.is_new for one in found.offers):
        yield {
            "title": ngettext("%(count)s new offer", "%(count)s new offers", new)
            % {"count": figures.number(new)},
            "text": _("None of the earlier stretches that were heard made it."),
            "kind": "new",
            "url": "#title-offers",
            "link": _("See the offers"),
        }
    yield from _of_complaints(request, choice, rival, heard)


def _of_complaints(
    request: DeskRequest, choice: Choice, rival: RivalView, heard: Complaints
) -> Iterator[dict[str, str]]:
    for place, one in enumerate(heard.subjects):
        if one.now < SEVERAL or (place and not one.rises):
            continue
        words = {
            "now": figures.number(one.now),
            "negative": figures.number(heard.negative),
            "share": figures.shown(one.share, "ratio"),
            "low": figures.shown(one.low, "ratio"),
            "high": figures.shown(one.high, "ratio"),
        }
        title = _("Its customers complain of this more than before: %(subject)s")
        yield {
            "title": (title if one.rises else _("Its customers complain most of: %(subject)s"))
            % {"subject": wording.subject(one.key)},
            "text": _(
                "%(now)s of %(negative)s negative messages, %(share)s (95%% interval: %(low)s to"
                " %(high)s)."
            )
            % words,
            "kind": "more" if one.rises else "usual",
            "url": _rows_url(request, rival, choice, "complaints", f"subject={one.key}"),
            "link": _("See the messages"),
        }


def _table(request: DeskRequest, one: RivalView, choice: Choice, made: Table) -> dict[str, Any]:
    """A table with its addresses; hours at which nothing was published are left to its file."""
    shown = [each for each in made.rows if made.name != "hours" or any(each.cells[1:3])]
    told = defined.told(made.measure) if made.measure else None
    return {
        "name": made.name,
        "title": made.title,
        "heads": made.heads,
        "lines": [_line(request, one, choice, made, each) for each in shown],
        "hidden": len(made.rows) - len(shown),
        "told": told,
        "slug": defined.slug(made.measure),
        "definition_url": defined.address(made.measure) if told else "",
        "files": [
            (form, f"{_file(request, one, made.name, form)}?{choice.address}")
            for form in ("csv", "xlsx")
        ],
    }


def _line(
    request: DeskRequest, one: RivalView, choice: Choice, made: Table, each: Row
) -> dict[str, Any]:
    url = _rows_url(request, one, choice, made.what, each.query) if each.query else ""
    return {
        "words": each.words,
        "url": url,
        "mark": each.mark,
        "rises": each.mark == "rises",
        "mark_words": wording.VERDICTS.get(each.mark, ""),
        "notes": each.notes,
    }


def _file(request: DeskRequest, one: RivalView, name: str, form: str) -> str:
    return reverse("rival_table", kwargs=_of(request, one) | {"table": name, "form": form})


def _rhythm(found: Published, made: Table) -> charts.Chart | None:
    """Posts of the earlier stretches and of the period, as columns."""
    known = api.by_stretch(found)
    if not any(posts for _first, _last, posts in known):
        return None
    earlier, now = _("Earlier stretches"), _("This period")
    step = timedelta(days=1)
    bars = [
        charts.Bar(first, last + step, now if place == len(known) - 1 else earlier, float(posts))
        for place, (first, last, posts) in enumerate(known)
    ]
    told = _("%(total)s posts in the period. The table below holds each number.") % {
        "total": figures.number(found.posts)
    }
    colours = [(earlier, charts.SOFT), (now, charts.BLUE)]
    return charts.columns(bars, colours, [], made.title, told, defined.language())
