"""Help, for everybody who may sign in."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from comptoir.web.help import pages


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The table of contents."""
    return render(request, "help/index.html", _contents())


@login_required
def page(request: HttpRequest, section: str, page_slug: str) -> HttpResponse:
    """One page of the guide or of the definitions."""
    found = pages.page(section, page_slug, _language())
    if found is None:
        raise Http404
    return render(request, "help/page.html", {**_contents(), "page": found, **_beside(found)})


def _beside(page: pages.Page) -> dict[str, pages.Page | None]:
    """The pages before and after in reading order, the definitions following the guide."""
    order = [one for section in _contents().values() for one in section]
    here = order.index(page)
    return {
        "earlier": order[here - 1] if here else None,
        "later": order[here + 1] if here + 1 < len(order) else None,
    }


def _contents() -> dict[str, list[pages.Page]]:
    return {section: list(pages.pages(section, _language()).values()) for section in pages.SECTIONS}


def _language() -> str:
    return (get_language() or pages.FALLBACK)[:2]
