"""Tables as files, and the messages behind a figure as such a table."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comptoir.channels import api as channels
from comptoir.channels.api import MessageView
from comptoir.insight import api as insight
from comptoir.triage import api as triage
from comptoir.triage.api import LabelView
from comptoir.web import wording

CHUNK: Final = 500


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


def message_rows(
    found: Iterable[tuple[MessageView, LabelView | None]],
) -> Iterator[Sequence[Any]]:
    """Headings, then a row a message with what was read of it; unknown is empty."""
    yield (
        _("Sent at"), _("Network"), _("Author"), _("Text"), _("Tone"), _("Intents"), _("Likes"),
        _("Reposts"), _("Replies"), _("Quotes"), _("Views"), _("Address"),
    )  # fmt: skip
    for message, label in found:
        intents = [wording.key("intent", one.name, {}) for one in label.intents] if label else None
        yield (
            timezone.localtime(message.sent_at),
            wording.key("channel", message.channel, {}),
            message.author.handle or message.author.name,
            message.text,
            wording.key("tone", label.tone, {}) if label else None,
            None if intents is None else ", ".join(intents),
            message.likes, message.reposts, message.replies, message.quotes, message.views,
            message.url,
        )  # fmt: skip


def labelled(found: Sequence[int]) -> Iterator[tuple[MessageView, LabelView | None]]:
    """Messages by id, with their labels, in that order; one erased a moment ago is passed over."""
    for begin in range(0, len(found), CHUNK):
        part = found[begin : begin + CHUNK]
        messages = {one.id: one for one in channels.messages(part)}
        labels = triage.labels(part)
        yield from ((messages[one], labels.get(one)) for one in part if one in messages)
