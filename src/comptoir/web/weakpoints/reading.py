"""What an address asks for: a period, a filter, a page."""

from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from comptoir.weakpoints.api import Filter
from comptoir.web.access import DeskRequest
from comptoir.web.choice import Choice

NAMES: Final = ("department", "product", "channel", "language", "phrase")
LONGEST: Final = 80


def wanted(request: DeskRequest) -> Filter:
    return Filter(**{name: request.GET.get(name, "").strip()[:LONGEST] for name in NAMES})


def query(chosen: Choice | None, one: Filter, **more: str) -> str:
    """A query of an address that keeps period and filter."""
    days = (
        {"from": chosen.period.first.isoformat(), "to": chosen.period.last.isoformat()}
        if chosen
        else {}
    )
    return urlencode(days | {name: said for name, said in asdict(one).items() if said} | more)


def at(request: DeskRequest, name: str, **parts: Any) -> str:
    return reverse(name, kwargs={"slug": request.desk.workspace.slug, **parts})


def choosing(request: DeskRequest, chosen: Choice, one: Filter) -> dict[str, Any]:
    """The period's links, each with the filter that stands."""
    kept = query(None, one)
    tail = f"&{kept}" if kept else ""
    return {
        "choice": chosen,
        "filter": one,
        "presets": [(days, f"{asked}{tail}") for days, asked in chosen.presets],
        "month": f"period=month{tail}",
        "custom": f"{chosen.address}{tail}",
        "earlier": f"{chosen.earlier}{tail}",
        "later": f"{chosen.later}{tail}",
        "hidden": [
            (name, getattr(one, name)) for name in ("department", "phrase") if getattr(one, name)
        ],
    }
