"""Small components that need a little logic; larger ones are includes under `shell/parts/`."""

import re
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from django import template
from django.contrib.staticfiles.finders import find
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template import Context, Node, NodeList
from django.template.base import Parser, Token
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy

from comptoir.triage.api import URGENCIES, intent_name
from comptoir.web.shell.words import CHANNELS, STATUSES, TONES

register = template.Library()

HUES: Final = 8
TABS: Final = 5
SCRIPTS: Final = (
    "dom",
    "toasts",
    "htmx",
    "appearance",
    "overlays",
    "tips",
    "keys",
    "palette",
    "rows",
    "forms",
)
Word = Any  # a str or a lazily translated one

CHANNEL_ICONS: Final = {
    "x": "x",
    "twitter": "x",
    "facebook": "facebook",
    "messenger": "chat",
    "instagram": "instagram",
    "youtube": "youtube",
    "tiktok": "tiktok",
    "linkedin": "linkedin",
    "mastodon": "mastodon",
    "bluesky": "bluesky",
    "reddit": "reddit",
    "whatsapp": "whatsapp",
    "telegram": "send",
    "email": "mail",
    "mail": "mail",
    "sms": "sms",
    "phone": "phone",
    "chat": "chat",
    "form": "mail",
    "api": "link",
    "slack": "chat",
    "teams": "chat",
    "review": "review",
    "reviews": "review",
    "trustpilot": "review",
    "google": "review",
    "rss": "rss",
    "feed": "rss",
    "blog": "rss",
    "forum": "forum",
    "google-plus": "forum",
    "viadeo": "forum",
    "press": "file",
    "file": "file",
}
STATUS_ICONS: Final = {"open": "inbox", "waiting": "clock", "snoozed": "snooze", "closed": "check"}
DIRECTIONS: Final = {1: "arrow-up", -1: "arrow-down", 0: "minus"}
ROWS: Final = pgettext_lazy("unit of an import's progress", "rows")
NO_INPUT_CLASS: Final = (CheckboxInput, CheckboxSelectMultiple, RadioSelect)


@register.simple_tag
def icon(name: str, label: Word = "", size: str = "") -> SafeString:
    """
    One drawing of the sprite. Without a label it is decoration and hidden from screen readers.

    name: an id of `comptoir/icons/sprite.svg`. size: "s", "" or "l".
    """
    return _drawn(name, _said(label), size, _inside.get())


_inside: ContextVar[bool] = ContextVar("icons_inside", default=False)


class _Inside(Node):
    def __init__(self, inner: NodeList) -> None:
        self._inner = inner

    def render(self, context: Context) -> SafeString:
        before = _inside.set(True)
        try:
            return self._inner.render(context)
        finally:
            _inside.reset(before)


@register.tag
def icons_inside(parser: Parser, token: Token) -> _Inside:
    """
    Icons between this and `endicons_inside` hold their lines, in place of a reference to the sprite.

    For what comes by the hundred while a page is open: a browser makes a tree of its own of each
    reference, and looks it up, lays it out and paints it anew.
    """
    inner = parser.parse(("endicons_inside",))
    parser.delete_first_token()
    return _Inside(inner)


# Lists show the same few signs and pills hundreds of times. typed: what is safe HTML and what is
# not may read the same and must never stand for each other.


def _said(words: Word) -> str:
    """In the reader's language; what is safe stays so."""
    return words if isinstance(words, str) else str(words)


@lru_cache(maxsize=2048, typed=True)
def _drawn(name: str, label: str, size: str, inside: bool) -> SafeString:
    spoken = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    sized = format_html(' data-size="{}"', size) if size else ""
    if inside and name in _lines():
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" {}{}>{}</svg>', spoken, sized, _lines()[name]
        )
    return format_html(
        '<svg class="icon" {}{}><use href="{}#{}"></use></svg>',
        spoken,
        sized,
        static("comptoir/icons/sprite.svg"),
        name,
    )


@cache
def icon_names() -> tuple[str, ...]:
    """Every id the sprite offers, in file order; for the style guide and for tests."""
    return tuple(re.findall(r'<symbol id="([^"]+)"', _sprite_text()))


@cache
def _lines() -> dict[str, SafeString]:
    """What is drawn, by id, of those on the usual grid."""
    found = re.findall(
        r'<symbol id="([^"]+)" viewBox="0 0 24 24">(.*?)</symbol>', _sprite_text(), re.S
    )
    return {name: SafeString(drawn) for name, drawn in found}


def _sprite_text() -> str:
    path = find("comptoir/icons/sprite.svg")
    assert isinstance(path, str)
    return Path(path).read_text(encoding="utf-8")


@register.simple_tag
def scripts() -> SafeString:
    """The page's own modules, in the order they need each other; each address is versioned."""
    return format_html_join(
        "\n",
        '<script type="module" src="{}"></script>',
        ((static(f"comptoir/js/{name}.js"),) for name in SCRIPTS),
    )


@register.simple_tag
def logo() -> SafeString:
    """Comptoir's mark: an awning over a counter."""
    return format_html(
        '<svg class="mark-logo" aria-hidden="true"><use href="{}#mark"></use></svg>',
        static("comptoir/icons/mark.svg"),
    )


def initials(name: str) -> str:
    """
    One or two characters standing for a person.

    >>> initials("Camille de la Tour"), initials("@mobi_fan"), initials("🦊"), initials("")
    ('CT', 'M', '🦊', '?')
    """
    words = [word for word in name.lstrip("@").split() if word]
    if not words:
        return "?"
    letters = [word[0] for word in words if word[0].isalpha()] or [words[0][0]]
    return (letters[0] + (letters[-1] if len(letters) > 1 else "")).upper()


@register.simple_tag
def avatar(name: str, channel: str = "", size: str = "", brand: bool = False) -> SafeString:
    """
    Initials on one of eight calm colours, always the same for the same name.

    It is decoration: the name must stand beside it. channel adds the network's small sign.
    """
    sign = icon(CHANNEL_ICONS.get(channel, "chat")) if channel else ""
    return format_html(
        '<span class="avatar" aria-hidden="true" data-hue="{}" data-size="{}"{}>{}{}</span>',
        crc32(name.casefold().encode()) % HUES,
        size,
        SafeString(' data-shape="brand"') if brand else "",
        initials(name),
        sign,
    )


def _badge(attributes: dict[str, Word], sign: str, label: Word, reason: Word) -> SafeString:
    """A pill; a reason is read on hover and focus by `tips.js`, and as a title without it."""
    pairs = {key: value for key, value in attributes.items() if value not in ("", None, False)}
    if reason:
        pairs |= {"data-tip": "", "title": reason, "tabindex": "0"}
    # What was said for a reason is said once.
    made = _pill.__wrapped__ if reason else _pill
    return made(
        _inside.get(), sign, _said(label), *(_said(one) for pair in pairs.items() for one in pair)
    )


@lru_cache(maxsize=2048, typed=True)
def _pill(inside: bool, sign: str, label: str, *names_and_values: str) -> SafeString:
    pairs = zip(names_and_values[::2], names_and_values[1::2], strict=True)
    return format_html(
        '<span class="badge"{}>{}<span class="label">{}</span></span>',
        format_html_join("", ' {}="{}"', pairs),
        _drawn(sign, "", "", inside) if sign else "",
        label,
    )


@register.simple_tag
def tone(code: str, reason: Word = "", corrected: bool = False) -> SafeString:
    """Negative, neutral or positive: a colour, a shape, a sign and a word."""
    known = code if code in TONES else "neutral"
    attributes = {"data-tone": known, "data-corrected": "yes" if corrected else ""}
    return _badge(attributes, f"tone-{known}", TONES[known], reason)


@register.simple_tag
def intent(code: str, label: Word = "", reason: Word = "", corrected: bool = False) -> SafeString:
    """What somebody wants; a brand's own intents come with their label."""
    words = label or intent_name(code)
    attributes = {
        "data-kind": "intent",
        "data-intent": code,
        "data-corrected": "yes" if corrected else "",
    }
    return _badge(attributes, "", words, reason)


@register.simple_tag
def urgency(level: int, reason: Word = "") -> SafeString:
    """Nothing for 0: calm needs no badge. 1 is soon, 2 is now."""
    if level not in (1, 2):
        return SafeString("")
    return _badge(
        {"data-urgency": level}, "bolt" if level == 2 else "flag", URGENCIES[level], reason
    )


@register.simple_tag
def status(code: str, label: Word = "") -> SafeString:
    """Where a conversation stands: open, waiting, snoozed or closed."""
    return _badge(
        {"data-status": code}, STATUS_ICONS.get(code, "dot"), label or STATUSES.get(code, code), ""
    )


@register.simple_tag
def channel(code: str, label: Word = "") -> SafeString:
    """The network something was said on, with its sign."""
    return _badge(
        {"data-channel": code},
        CHANNEL_ICONS.get(code, "chat"),
        label or CHANNELS.get(code, code),
        "",
    )


@register.simple_tag
def badge(label: Word, icon_name: str = "", kind: str = "", reason: Word = "") -> SafeString:
    """A free pill. kind: "", "warning" or "intent"."""
    return _badge({"data-kind": kind}, icon_name, label, reason)


@register.simple_tag
def stars(given: float | None, out_of: int = 5) -> SafeString:
    """A rating as stars, spoken as a sentence; nothing when there is no rating."""
    if given is None:
        return SafeString("")
    drawn = format_html_join(
        "",
        '<svg class="icon"{}><use href="{}#star"></use></svg>',
        (
            (SafeString(" data-full") if rank < round(given) else "", _sprite())
            for rank in range(out_of)
        ),
    )
    spoken = gettext("%(given)s stars out of %(total)s") % {"given": f"{given:g}", "total": out_of}
    return format_html('<span class="stars" role="img" aria-label="{}">{}</span>', spoken, drawn)


def _sprite() -> str:
    return static("comptoir/icons/sprite.svg")


@register.simple_tag
def delta(change: float | None, good: str = "up", text: Word = "") -> SafeString:
    """
    How a figure moved against the period before.

    change: a ratio (0.12 is +12 %), or None when the period before has nothing to compare with.
    good: "up", "down" or "" when neither direction is better.
    text: replaces the percentage, for instance a duration ("−8 min").
    """
    from comptoir.web.shell.templatetags.typo import percent

    if change is None:
        return format_html('<span class="delta">{}</span>', gettext("nothing to compare with"))
    direction = (change > 0) - (change < 0)
    sense = {"up": 1, "down": -1}.get(good, 0) * direction
    sign = {1: "+", -1: "−", 0: ""}[direction]
    return format_html(
        '<span class="delta" data-sense="{}">{}{}</span>',
        {1: "good", -1: "bad", 0: ""}[sense],
        icon(DIRECTIONS[direction], size="s"),
        text or f"{sign}{percent(abs(change), 0)}",
    )


@register.inclusion_tag("shell/parts/field.html")
def field(bound: BoundField, inline: bool = False, icon_name: str = "") -> dict[str, Any]:
    """A form field with its label, help and errors, wired together for screen readers."""
    widget = bound.field.widget
    choice = isinstance(widget, CheckboxInput)
    group = isinstance(widget, CheckboxSelectMultiple | RadioSelect)
    return {
        "bound": bound,
        "inline": inline,
        "icon_name": icon_name,
        "choice": choice,
        "group": group,
        "control": bound.as_widget(
            attrs={} if isinstance(widget, NO_INPUT_CLASS) else {"class": _classes(bound)}
        ),
    }


def _classes(bound: BoundField) -> str:
    return f"input {bound.field.widget.attrs.get('class', '')}".strip()


@register.inclusion_tag("shell/parts/stat.html")
def stat(
    label: Word,
    value: Word,
    *,
    key: str = "",
    change: float | None = None,
    compared: bool = True,
    before: Word = "",
    good: str = "up",
    change_text: Word = "",
    url: str = "",
    url_label: Word = "",
    definition: Word = "",
    formula: Word = "",
    definition_url: str = "",
) -> dict[str, Any]:
    """
    A figure that opens onto its rows and its definition.

    value: already formatted; None shows a dash, for unknown is not zero.
    key: unique on the page, names the definition's pop-over.
    before: the period before's value, formatted.
    """
    return {**locals(), "unknown": value is None}


@register.inclusion_tag("shell/parts/define.html")
def define(
    key: str, title: Word, definition: Word, formula: Word = "", definition_url: str = ""
) -> dict[str, Any]:
    """The small ⓘ beside a figure: what it counts, its formula, where to read more."""
    return {**locals(), "label": title}


@register.inclusion_tag("shell/parts/tone_bar.html")
def tone_bar(negative: int, neutral: int, positive: int) -> dict[str, Any]:
    """Shares of the three tones as one bar, in thousandths of its width, spoken in words."""
    total = negative + neutral + positive
    widths = [round(1000 * part / total) if total else 0 for part in (negative, neutral)]
    return {
        "negative": negative,
        "neutral": neutral,
        "positive": positive,
        "total": total,
        "width_negative": widths[0],
        "start_neutral": widths[0],
        "width_neutral": widths[1],
        "start_positive": sum(widths),
        "width_positive": 1000 - sum(widths),
    }


@register.simple_tag
def tabs(nav: list[dict[str, Any]]) -> dict[str, Any]:
    """
    The bar at the foot of a phone: five entries at most, the last of them opening the rest.

    tabs: places with a short name; more: the others. current: the page shown is among the
    others. badge: the sum of theirs.
    """
    shown = nav if len(nav) <= TABS else [one for one in nav if one.get("short")][: TABS - 1]
    more = [one for one in nav if one not in shown]
    return {
        "tabs": shown,
        "more": more,
        "current": any(one["current"] for one in more),
        "badge": sum(one.get("badge") or 0 for one in more),
    }


@register.inclusion_tag("shell/parts/progress.html")
def progress(
    value: int | None,
    maximum: int | None,
    label: Word,
    rate: float | None = None,
    seconds_left: float | None = None,
    unit: Word = ROWS,
) -> dict[str, Any]:
    """How far a long work has come; without a maximum the bar only says that it moves."""
    return dict(locals())


@register.inclusion_tag("shell/parts/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any, parameter: str = "page") -> dict[str, Any]:
    """Previous and next around a `django.core.paginator.Page`, keeping the other parameters."""
    query = context["request"].GET.copy()
    query.pop(parameter, None)
    return {"page": page, "parameter": parameter, "query": query.urlencode()}


@register.simple_tag(takes_context=True)
def sort_link(context: template.Context, column: str, label: Word) -> SafeString:
    """
    A column heading that sorts: put it in `<th scope="col" {% sorted "column" %}>`.

    It writes `?sort=column`, or `?sort=-column` when the table already rises by that column.
    """
    query = context["request"].GET.copy()
    current = query.get("sort", "")
    query["sort"] = f"-{column}" if current == column else column
    query.pop("page", None)
    sign = {column: "arrow-up", f"-{column}": "arrow-down"}.get(current, "sort")
    return format_html('<a href="?{}">{}{}</a>', query.urlencode(), label, icon(sign, size="s"))


@register.simple_tag(takes_context=True, name="sorted")
def sorted_attribute(context: template.Context, column: str) -> SafeString:
    """The `aria-sort` of a column heading, or nothing when the table is sorted otherwise."""
    order = {column: "ascending", f"-{column}": "descending"}.get(
        context["request"].GET.get("sort", "")
    )
    return format_html('aria-sort="{}"', order) if order else SafeString("")
