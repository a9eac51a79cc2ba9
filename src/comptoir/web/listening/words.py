"""Words of queries as people read them, and the values that a brand's queries may ask for."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from comptoir.analysis import queries
from comptoir.analysis.queries import QueryError, Warned
from comptoir.channels import api as channels
from comptoir.channels.api import MessageView
from comptoir.triage import api as triage
from comptoir.web import wording
from comptoir.web.shell.words import CHANNELS, TONES

FOLDERS: Final = {
    "brand": "shop",
    "product": "box",
    "rival": "flag",
    "campaign": "bell",
    "topic": "hash",
    "person": "user",
}
"""The sign of each kind of folder."""

STATES: Final[Mapping[str, Promise]] = {
    "active": pgettext_lazy("state of a query", "Listening"),
    "paused": pgettext_lazy("state of a query", "Paused"),
}
RUNS: Final[Mapping[str, Promise]] = {
    "running": pgettext_lazy("state of a run", "Reading the past"),
    "done": pgettext_lazy("state of a run", "Done"),
    "stopped": pgettext_lazy("state of a run", "Stopped"),
}
EXCLUDED: Final[Mapping[str, Promise]] = {
    "site": gettext_lazy("Site"),
    "author": gettext_lazy("Author"),
    "alike": gettext_lazy("Messages like this one"),
}
HINTS: Final[Mapping[str, Promise]] = {
    "AND": gettext_lazy("both"),
    "OR": gettext_lazy("one at least"),
    "NOT": gettext_lazy("without"),
    "NEAR/5": gettext_lazy("at most 5 words between"),
    "ONEAR/5": gettext_lazy("the same, in this order"),
    "title:": gettext_lazy("only in the title"),
    "body:": gettext_lazy("only in the text"),
    "author:": gettext_lazy("handle or name"),
    "followers:": gettext_lazy("of the author, as >10k"),
    "lang:": gettext_lazy("language, as fr"),
    "country:": gettext_lazy("as fr"),
    "site:": gettext_lazy("as example.com"),
    "url:": gettext_lazy("part of its address"),
    "links:": gettext_lazy("part of a link in it"),
    "channel:": gettext_lazy("network"),
    "mention:": gettext_lazy("who is named with @"),
    "is:": gettext_lazy("reply or repost"),
    "engagement:": gettext_lazy("likes, shares, replies"),
    "reach:": gettext_lazy("how many saw it"),
    "sentiment:": gettext_lazy("tone"),
    "intent:": gettext_lazy("what is asked"),
    "rating:": gettext_lazy("stars, 1 to 5"),
    "published:": gettext_lazy("day, month or year"),
    "raw:": gettext_lazy("signs as written"),
}


def hint(completion: queries.Completion) -> str:
    """What a field, value or operator means, in a few words; "" when it says so itself."""
    if completion.kind != "value":
        return str(HINTS.get(completion.text, ""))
    value = completion.text.strip('"')
    named: Mapping[str, Any] = {**TONES, **triage.LANGUAGES, **triage.intent_names()}
    return str(named.get(value) or CHANNELS.get(value, ""))


def known() -> dict[str, list[str]]:
    """The values that this brand has of open fields."""
    return {
        "channel": list(dict.fromkeys(one.channel for one in channels.accounts())),
        "intent": list(triage.intent_names()),
        "lang": list(triage.LANGUAGES),
    }


def say(problem: QueryError | Warned) -> str:
    """What is wrong with a query, in the language of the page."""
    return queries.say(problem, _words())


def expectation(problem: QueryError) -> str:
    """What should have stood there, in the language of the page."""
    return queries.expectation(problem, _words())


def author(message: MessageView) -> str:
    """What to call who wrote a message."""
    return message.author.name or handle(message) or _("Somebody unknown")


def handle(message: MessageView) -> str:
    """The handle of who wrote a message; "" when there is none."""
    return at(message.author.handle)


def at(known: str) -> str:
    """
    A handle as people write it.

    >>> at("lea"), at("lea@example.com")
    ('@lea', 'lea@example.com')
    """
    return f"@{known}" if known and "@" not in known else known


def line(name: str, said: str) -> str:
    """The line of a report's table as people call it; ValueError where there is none such."""
    return _("a topic") if name == "topic" else wording.of_address(name, said) if name else ""


def _words() -> str:
    return "fr" if (get_language() or "").startswith("fr") else "en"
