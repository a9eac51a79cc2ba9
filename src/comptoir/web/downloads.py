"""Tables as files."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language

from comptoir.insight import api as insight


def table_file(rows: Iterable[Sequence[Any]], name: str, title: str, form: str) -> HttpResponseBase:
    """
    A download named after `name`; title: of the sheet. form: "csv", as the reader's language
    writes numbers, or "xlsx"; raises Http404 for another.
    """
    response: HttpResponseBase
    if form == "csv":
        french = (get_language() or "fr").startswith("fr")
        response = StreamingHttpResponse(insight.as_csv(rows, french), content_type=insight.CSV)
    elif form == "xlsx":
        response = HttpResponse(insight.as_excel(rows, title), content_type=insight.EXCEL)
    else:
        raise Http404
    response.headers["Content-Disposition"] = f'attachment; filename="{slugify(name)}.{form}"'
    return response
