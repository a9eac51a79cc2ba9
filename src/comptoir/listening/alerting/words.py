"""An alert's reason and its notice, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.channels import api as channels
from comptoir.listening.models import Firing, Hit
from comptoir.listening.watching import words as pages

SHOWN: Final = 5
_EXCERPT: Final = 200


def span(minutes: int) -> str:
    """
    So many minutes as people say them, in the largest unit that leaves no rest.

    >>> span(30), span(60), span(90), span(2880)
    ('30 minutes', '1 hour', '90 minutes', '2 days')
    """
    if minutes and minutes % 1440 == 0:
        return ngettext("%(count)s day", "%(count)s days", minutes // 1440) % {
            "count": minutes // 1440
        }
    if minutes and minutes % 60 == 0:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {
            "count": minutes // 60
        }
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def reason(facts: Mapping[str, Any]) -> str:
    """Why it went off: what was counted, in how long, against what was asked."""
    if facts["kind"] == "page":
        return pages.reason(facts)
    count, window = int(facts.get("count", 0)), span(int(facts["window"]))
    said = {
        "count": _number(count),
        "window": window,
        "threshold": _number(facts.get("threshold", 0)),
    }
    if facts["kind"] == "silence":
        return _("Nobody has written for %(window)s.") % said
    if facts["kind"] == "tone" and facts.get("share"):
        share = round(100 * count / facts["total"]) if facts.get("total") else 0
        told = {"share": share, "least": facts["share"], "total": _number(facts["total"])}
        return ngettext(
            "%(count)s negative message in %(window)s, %(share)s %% of %(total)s (asked: "
            "%(threshold)s and %(least)s %%).",
            "%(count)s negative messages in %(window)s, %(share)s %% of %(total)s (asked: "
            "%(threshold)s and %(least)s %%).",
            count,
        ) % (said | told)
    if facts["kind"] == "tone":
        return (
            ngettext(
                "%(count)s negative message in %(window)s (asked: %(threshold)s).",
                "%(count)s negative messages in %(window)s (asked: %(threshold)s).",
                count,
            )
            % said
        )
    if facts["kind"] == "weight":
        told = {"most": _number(facts.get("most", 0)), "least": _number(facts["followers"])}
        return ngettext(
            "%(count)s message in %(window)s by somebody with up to %(most)s followers (asked: "
            "%(threshold)s by %(least)s or more).",
            "%(count)s messages in %(window)s by people with up to %(most)s followers (asked: "
            "%(threshold)s by %(least)s or more).",
            count,
        ) % (said | told)
    if facts["kind"] == "word":
        return (
            ngettext(
                "%(count)s message with these words in %(window)s (asked: %(threshold)s).",
                "%(count)s messages with these words in %(window)s (asked: %(threshold)s).",
                count,
            )
            % said
        )
    return (
        ngettext(
            "%(count)s message in %(window)s (asked: %(threshold)s).",
            "%(count)s messages in %(window)s (asked: %(threshold)s).",
            count,
        )
        % said
    )


def notice(firing: Firing, brand: str, address: str) -> tuple[str, str]:
    """Subject and text: the reason, the newest messages, where to read on."""
    name, why = firing.alert.name, reason(firing.facts)
    hits = Hit.objects.filter(firing=firing, counts=True).order_by("-at", "-message_id")
    shown = list(hits.values_list("message_id", flat=True)[:SHOWN])
    lines = [f"{name} · {brand}", why, *_quoted(shown)]
    if firing.facts["kind"] == "page":
        lines = [f"{name} · {brand}", *pages.all_said(firing.facts)]
    more = hits.count() - len(shown)
    if more > 0:
        lines.append(ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more})
    if address:
        lines.append(_("Read all, or ask for fewer like this: %(address)s") % {"address": address})
    subject = _("Alert for %(brand)s: %(name)s") % {"brand": brand, "name": name}
    return subject, "\n\n".join(lines)


def _quoted(message_ids: Sequence[int]) -> list[str]:
    known = {one.id: one for one in channels.messages(message_ids)}
    found = []
    for one in message_ids:
        if one in known:
            said = " ".join(f"{known[one].title} {known[one].text}".split())
            cut = said if len(said) <= _EXCERPT else f"{said[: _EXCERPT - 1]}…"
            author = known[one].author.name or known[one].author.handle
            found.append(f"{author}: {cut}" if author else cut)
    return found


def _number(value: Any) -> str:
    return number_format(int(value), force_grouping=True)
