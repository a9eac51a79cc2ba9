"""Every connected account and how it fares; those fed by files apart."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission, clock
from comptoir.channels import api as channels
from comptoir.channels.connectors import connector
from comptoir.web import troubles
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.channels import words
from comptoir.web.channels.connecting import outside
from comptoir.web.channels.gallery import Entry, families, mark

FILES: Final = "import"
MOST_OFFERED: Final = 8
MOST_OF_A_FAMILY: Final = 2


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """The accounts, troubled first."""
    known = channels.connected(disconnected=True)
    here = [one for one in known if one.state != "off"]
    rows = [row(one) for one in troubles.ranked(here)]
    context = {
        "rows": rows,
        "lead": _lead(rows),
        "gone": [row(troubles.standing(one)) for one in known if one.state == "off"],
        "offered": [] if rows else _offered(),
        "files": [one for one in channels.accounts() if one.connector == FILES],
        "set_aside": sum(one.set_aside for one in known),
    }
    return render(request, "channels/list.html", context)


def _offered() -> list[Entry]:
    """The first of each family, for somebody who has connected nothing yet."""
    found = [entry for family in families() for entry in family.entries[:MOST_OF_A_FAMILY]]
    return found[:MOST_OFFERED]


def row(standing: troubles.Standing) -> dict[str, Any]:
    """An account with the words and signs of its standing."""
    account = standing.account
    network, made = troubles.network_name(account), connector(account.kind)
    return {
        "account": account,
        "standing": standing,
        "id": outside(account),
        "network": network,
        "mark": mark(account.channel, network),
        "level": words.LEVELS[standing.level],
        "level_icon": words.LEVEL_ICONS[standing.level],
        "remedy": words.REMEDIES.get(standing.remedy, ""),
        "remedy_icon": words.REMEDY_ICONS.get(standing.remedy, ""),
        "retry_at": _coming(account.retry_at),
        "hears": made is None or troubles.hears(made),
        "unit": str(made.quota_unit) if made and made.quota_unit else _("requests"),
        "share": _share(account),
    }


def _coming(moment: datetime | None) -> datetime | None:
    """A moment that lies ahead; one that has passed says nothing any more."""
    return moment if moment and moment > clock.now() else None


def _share(account: channels.ConnectedView) -> float | None:
    """What is left of the network's quota, from 0 to 1."""
    quota = account.quota
    return max(quota.left, 0) / quota.limit if quota and quota.limit > 0 else None


def _lead(rows: list[dict[str, Any]]) -> str:
    """How many there are, and how many need attention, in one sentence."""
    troubled = sum(one["standing"].level in ("lost", "troubled", "warning") for one in rows)
    total = ngettext("%(count)d channel", "%(count)d channels", len(rows)) % {"count": len(rows)}
    if not troubled:
        said = ngettext("%(total)s, and it is well.", "%(total)s, and all is well.", len(rows))
        return said % {"total": total}
    return ngettext(
        "%(total)s; %(count)d needs attention.", "%(total)s; %(count)d need attention.", troubled
    ) % {"total": total, "count": troubled}
