"""
What other contexts may use of rivals.

All functions work inside a workspace scope.
"""

from comptoir.analysis.pressure import FEWEST, RANK, SIGNS
from comptoir.listening.rivals.accounts import (
    ARTICLES,
    accounts,
    add_account,
    remove_account,
    rival,
    rivals,
    suggestions,
)
from comptoir.listening.rivals.complaints import complaints
from comptoir.listening.rivals.complaints import rows as complaint_rows
from comptoir.listening.rivals.records import (
    AccountView,
    Complaints,
    Habit,
    OfferView,
    Post,
    Published,
    RivalView,
    Subject,
    Suggestion,
)
from comptoir.listening.rivals.report import (
    KEYS,
    LEAST,
    MEASURES,
    STRETCHES,
    by_stretch,
    post_of,
    published,
)
from comptoir.listening.rivals.report import rows as published_rows

__all__ = [
    "ARTICLES",
    "FEWEST",
    "KEYS",
    "LEAST",
    "MEASURES",
    "RANK",
    "SIGNS",
    "STRETCHES",
    "AccountView",
    "Complaints",
    "Habit",
    "OfferView",
    "Post",
    "Published",
    "RivalView",
    "Subject",
    "Suggestion",
    "accounts",
    "add_account",
    "by_stretch",
    "complaint_rows",
    "complaints",
    "post_of",
    "published",
    "published_rows",
    "remove_account",
    "rival",
    "rivals",
    "suggestions",
]
