"""
What other contexts may use of watched pages.

All functions work inside a workspace scope.
"""

from comptoir.listening.watching.checking import look
from comptoir.listening.watching.diffing import Change
from comptoir.listening.watching.readings import Offered, Promo, Reading
from comptoir.listening.watching.records import (
    ChangeView,
    PageDraft,
    Pages,
    PageView,
    Preview,
    PriceView,
    Spell,
)
from comptoir.listening.watching.saving import (
    EVERY,
    WANTS,
    add_page,
    change_page,
    check_now,
    delete_page,
    pause_page,
    preview,
    resume_page,
)
from comptoir.listening.watching.showing import changes, contact, latest, page, pages, prices
from comptoir.listening.watching.visiting import invent
from comptoir.listening.watching.words import (
    AVAILABILITIES,
    percent,
    problem,
    said,
    state_of,
    sum_of,
)

__all__ = [
    "AVAILABILITIES",
    "EVERY",
    "WANTS",
    "Change",
    "ChangeView",
    "Offered",
    "PageDraft",
    "PageView",
    "Pages",
    "Preview",
    "PriceView",
    "Promo",
    "Reading",
    "Spell",
    "add_page",
    "change_page",
    "changes",
    "check_now",
    "contact",
    "delete_page",
    "invent",
    "latest",
    "look",
    "page",
    "pages",
    "pause_page",
    "percent",
    "preview",
    "prices",
    "problem",
    "resume_page",
    "said",
    "state_of",
    "sum_of",
]
