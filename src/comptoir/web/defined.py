"""What a figure means: its written definition, as the reader reads it."""

from django.urls import reverse
from django.utils.translation import get_language

from comptoir.insight import api as insight


def language() -> str:
    """The reader's, such as "fr" or "en"."""
    return get_language() or "fr"


def told(measure: str) -> insight.Definition:
    """Raises KeyError for a measure that docs/metrics does not define."""
    return insight.definition(measure, language())


def address(measure: str) -> str:
    """Where the definition stands in the guide."""
    one = told(measure)
    page = reverse("help_page", kwargs={"section": "metrics", "page_slug": one.page})
    return f"{page}#{one.anchor}"


def slug(measure: str) -> str:
    """A measure's name as the id of an element of a page."""
    return measure.replace(".", "-").replace("_", "-")
