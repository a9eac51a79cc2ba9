"""The words people read for the parts of a message, the makes of files and the states of an import."""

from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comptoir.channels.files import api as files
from comptoir.web.shell.words import CHANNELS as NETWORKS

FIELDS: Final[dict[str, Any]] = {
    "sent_at": _("Date and time"),
    "text": _("Text"),
    "rating": _("Rating"),
    "author_handle": _("Author’s account"),
    "author_name": _("Author’s name"),
    "external_id": _("Identifier of the message"),
    "title": _("Title or subject"),
    "url": _("Link to the message"),
    "channel": _("Channel"),
    "language": _("Language"),
    "in_reply_to": _("Answers the message (identifier)"),
    "in_reply_to_handle": _("Answers the account"),
    "repost_of": _("Reposts the message"),
    "quote_of": _("Quotes the message"),
    "likes": _("Likes"),
    "reposts": _("Reposts"),
    "replies": _("Replies"),
    "quotes": _("Quotes"),
    "views": _("Views"),
    "followers": _("Author’s followers"),
    "reply_text": _("Text of your answer"),
    "reply_date": _("Date of your answer"),
    "reply_author": _("Who answered"),
}
GROUPS: Final = (
    (
        _("The message"),
        ("sent_at", "text", "author_handle", "author_name", "external_id", "rating", "title"),
    ),
    (
        _("What it answers"),
        ("in_reply_to", "in_reply_to_handle", "repost_of", "quote_of"),
    ),
    (_("Your answer, in the same row"), ("reply_text", "reply_date", "reply_author")),
    (
        _("How far it was heard"),
        ("likes", "reposts", "replies", "quotes", "views", "followers"),
    ),
    (_("Where it was said"), ("url", "channel", "language")),
)
PROFILES: Final[dict[str, Any]] = {
    "x_export": _("Export from X"),
    "reviews": _("Export of reviews"),
    "mail": _("Export of e-mails"),
    "generic": _("Messages of any kind"),
}
CHANNELS: Final[dict[str, Any]] = {
    **{code: NETWORKS[code] for code in ("x", "facebook", "instagram", "youtube", "tiktok")},
    **{code: NETWORKS[code] for code in ("linkedin", "mastodon", "bluesky", "reddit")},
    **{code: NETWORKS[code] for code in ("whatsapp", "telegram", "email", "sms", "phone", "chat")},
    "reviews": _("Reviews"),
    "trustpilot": "Trustpilot",
    "google": "Google",
    "avis-verifies": "Avis Vérifiés",
    **{code: NETWORKS[code] for code in ("forum", "blog", "press", "google-plus", "viadeo")},
    "file": _("Other"),
}
KINDS: Final[dict[str, Any]] = {
    "post": pgettext_lazy("kind of message", "Post"),
    "reply": pgettext_lazy("kind of message", "Answer"),
    "repost": pgettext_lazy("kind of message", "Repost"),
    "quote": pgettext_lazy("kind of message", "Quote"),
    "review": pgettext_lazy("kind of message", "Review"),
    "comment": pgettext_lazy("kind of message", "Comment"),
    "email": pgettext_lazy("kind of message", "E-mail"),
    "message": pgettext_lazy("kind of message", "Message"),
}
STATES: Final[dict[str, Any]] = {
    "waiting": pgettext_lazy("state of an import", "Waiting"),
    "running": pgettext_lazy("state of an import", "Running"),
    "done": pgettext_lazy("state of an import", "Done"),
    "failed": pgettext_lazy("state of an import", "Failed"),
    "cancelled": pgettext_lazy("state of an import", "Cancelled"),
}
STATE_ICONS: Final = {
    "waiting": "clock",
    "running": "refresh",
    "done": "check-circle",
    "failed": "error",
    "cancelled": "close",
}
FORMATS: Final[dict[str, Any]] = {
    "csv": "CSV",
    "jsonl": "JSON Lines",
    "json": "JSON",
    "excel": "Excel",
    "transcript": _("Transcript of a call"),
    "takeout": _("Google+ archive"),
}
CONTENTS: Final[dict[str, Any]] = {
    "": _("its kind is unknown"),
    "text": _("plain text"),
    "json": "JSON",
    "zip": _("an archive"),
    "workbook": _("a workbook"),
}
DELIMITERS: Final[dict[str, Any]] = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
}
OPTIONS: Final[dict[str, Any]] = {
    "zone": _("Time zone"),
    "scale": _("Highest rating"),
    "date_order": _("Order of day and month"),
    "columns": _("Columns"),
}


def problem_sentence(code: str, fields: dict[str, object]) -> str:
    """The translated sentence of a code of `files`, with parts of messages under their names."""
    named = dict(fields)
    if code == "missing_columns":
        parts = str(fields.get("columns", "")).split(", ")
        named["columns"] = ", ".join(str(FIELDS.get(part, part)) for part in parts)
    if code == "bad_mapping":
        named["option"] = OPTIONS.get(str(fields.get("option")), fields.get("option"))
    if code in ("binary_file", "not_a_table"):
        kind = str(fields.get("kind", ""))
        named["kind"] = CONTENTS.get(kind, kind)
    return _now(files.SENTENCES[code]).format_map(_Blanks(named))


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"
