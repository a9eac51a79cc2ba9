"""Labels, their values and what learning did, in the words that people read."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from comptoir.triage import api as triage
from comptoir.triage import brand
from comptoir.web.shell.templatetags.typo import percent

FIELDS: Final = {
    "tone": gettext_lazy("Tone"),
    "intents": gettext_lazy("Intents"),
    "needs_answer": gettext_lazy("Needs an answer"),
    "urgency": gettext_lazy("Urgency"),
    "irony": gettext_lazy("Irony"),
}
CAUSES: Final = {
    "corrections": pgettext_lazy("why a version was made", "Corrections"),
    "intents": pgettext_lazy("why a version was made", "Own intents"),
    "back": pgettext_lazy("why a version was made", "Going back"),
    "erasure": pgettext_lazy("why a version was made", "An erasure"),
}
STATES: Final = {
    "active": pgettext_lazy("state of an own intent", "In use"),
    "paused": pgettext_lazy("state of an own intent", "Paused"),
}


def field_of(asked: str | None) -> str:
    """The label that an address names; the tone when it names none of ours."""
    return asked if asked in FIELDS else "tone"


def values(field: str) -> dict[str, str]:
    """Each value of a label as addresses write it, with what people read."""
    return {brand.code(one.value): one.label for one in triage.choices(field)}


def value(field: str, code: str) -> str:
    """One value; for intents possibly several, joined by commas."""
    if code == brand.NONE:
        return _("none of these")
    if field == "intents":
        return ", ".join(triage.intent_name(name) for name in code.split(",") if name)
    return values(field).get(code, code)


def said(field: str, raw: Any) -> str:
    """A correction's own value in words."""
    several = raw if isinstance(raw, list) else [raw]
    return value(field, ",".join(brand.code(one) for one in several))


def gain(one: brand.Measure) -> str:
    """How much better the new version did, in points; "" with nothing to judge by."""
    if one.accuracy_before is None or one.accuracy_after is None:
        return ""
    return points(one.accuracy_after - one.accuracy_before)


def points(difference: float) -> str:
    """A difference of shares in points, with a real minus."""
    rounded = round(difference * 100, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    shown = percent(abs(difference), 1).replace("%", "").strip("\u202f ")
    return _("%(points)s pt") % {"points": sign + shown}


def verdict(one: brand.Measure) -> str:
    """Why a label's lessons were adopted or not."""
    if one.adopted and one.accuracy_after == one.accuracy_before:
        return _("Adopted: right as often, and with better founded confidence.")
    if one.adopted:
        return _("Adopted: better on corrections it had not seen.")
    if one.verdict == "too-few":
        return ngettext(
            "Not adopted: too few to judge by. About %(count)s more correction of this label is needed.",
            "Not adopted: too few to judge by. About %(count)s more corrections of this label are needed.",
            one.needed,
        ) % {"count": one.needed}
    return _("Not adopted: it was not better on corrections it had not seen.")


def version_name(number: int | None) -> str:
    """What people call a version; 0 and None are the analysis alone."""
    return _("Version %(number)s") % {"number": number} if number else _("Comptoir alone")
