"""How connected accounts stand, in words: what is wrong with them, since when, what mends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.base.api import clock, ids, scope
from comptoir.base.models import Workspace
from comptoir.channels import api as channels
from comptoir.channels.api import ConnectedView
from comptoir.channels.connector import Connector
from comptoir.channels.connectors import connector
from comptoir.web.shell.words import CHANNELS

Level = Literal["lost", "troubled", "warning", "paused", "new", "well"]
Remedy = Literal["values", "check", "resume", ""]

# A network that is slow to answer mends itself; nobody is called for less.
PATIENCE: Final = timedelta(minutes=15)
LAST_CALL: Final = timedelta(days=3)
LEVELS: Final[tuple[Level, ...]] = ("lost", "troubled", "warning", "paused", "new", "well")
_BY_VALUES: Final = frozenset({"access_lost", "secrets_unreadable", "in_part", "other_account"})


@dataclass(frozen=True, slots=True)
class Standing:
    """
    An account with what is to be said of it.

    sentence, fix: "" when there is nothing to say. remedy: what a button can do about it:
    enter values again, check now, resume. calls: whether every page says so.
    """

    account: ConnectedView
    level: Level
    sentence: str = ""
    fix: str = ""
    remedy: Remedy = ""
    since: datetime | None = None
    calls: bool = False

    @property
    def title(self) -> str:
        """The account with its network: "Instagram · Maison Lampion"."""
        network = network_name(self.account)
        name = self.account.name
        return name if network.casefold() in name.casefold() else f"{network} · {name}"


def standing(account: ConnectedView) -> Standing:
    """How one account stands; what stops it comes before what may stop it later."""
    now = clock.now()
    if not account.installed:
        return Standing(
            account,
            "lost",
            _("Its connector is not installed any more, so nothing arrives or leaves."),
            _("Have the package that brings it installed again, or disconnect the account."),
            calls=True,
        )
    if account.state == "paused":
        sentence = _("Nothing is asked or read until it is resumed. What arrives is kept.")
        return Standing(account, "paused", sentence, remedy="resume")
    if account.state == "lost" or account.problem is not None:
        return _wrong(account, now)
    if account.expires_at is not None and account.expires_soon:
        return _ending(account, account.expires_at, now)
    made = connector(account.kind)
    waits = account.heard_at is None and made is not None and hears(made)
    return Standing(account, "new" if waits else "well")


def hears(made: Connector) -> bool:
    """Whether messages come through it; some only carry alerts."""
    return not made.alerts or made.pushes or made.every is not None


def _wrong(account: ConnectedView, now: datetime) -> Standing:
    problem, since = account.problem, account.problem_since
    code = problem.code if problem else "access_lost"
    level: Level = "warning" if code == "in_part" else "troubled"
    if account.state == "lost" or code == "secrets_unreadable":
        level = "lost"
    lasts = since is not None and now - since >= PATIENCE
    return Standing(
        account,
        level,
        problem.sentence if problem else _("The network no longer accepts our credentials."),
        problem.fix if problem else _("Connect the account again with fresh credentials."),
        "values" if level == "lost" or code in _BY_VALUES else "check",
        since,
        calls=level == "lost" or (level == "troubled" and lasts),
    )


def _ending(account: ConnectedView, end: datetime, now: datetime) -> Standing:
    """A token that ends: a word a week before, a call three days before."""
    sentence = _("Access has ended.") if end <= now else _("Access ends soon.")
    fix = _("Enter fresh credentials, so that nothing is missed.")
    calls = end - now <= LAST_CALL
    level: Level = "lost" if end <= now else "warning"
    return Standing(account, level, sentence, fix, "values", calls=calls)


def network_name(account: ConnectedView) -> str:
    """What people call the network; one that nobody named goes by its connector."""
    if account.channel in CHANNELS:
        return str(CHANNELS[account.channel])
    made = connector(account.kind)
    return str(made.label) if made else account.channel


def ranked(accounts: Sequence[ConnectedView]) -> list[Standing]:
    """Troubled first; those with deliveries set aside before those without; then by name."""
    return sorted(map(standing, accounts), key=_rank)


def _rank(one: Standing) -> tuple[int, bool, str, str]:
    account = one.account
    return (
        LEVELS.index(one.level),
        not account.set_aside,
        network_name(account).casefold(),
        account.name.casefold(),
    )


@dataclass(frozen=True, slots=True)
class Calls:
    """The accounts of which every page of a workspace speaks, the worst first."""

    workspace: Workspace
    standings: list[Standing]

    def __len__(self) -> int:
        return len(self.standings)

    @property
    def only(self) -> Standing | None:
        """The one that calls, when there is but one."""
        return self.standings[0] if len(self.standings) == 1 else None

    @property
    def names(self) -> str:
        """The first two by name, and how many more."""
        names = ", ".join(one.title for one in self.standings[:2])
        more = len(self.standings) - 2
        if more < 1:
            return names
        said = ngettext("%(names)s and %(more)d other", "%(names)s and %(more)d others", more)
        return said % {"names": names, "more": more}

    @property
    def url(self) -> str:
        """Where it is mended: the account when one calls, else the list."""
        slug = self.workspace.slug
        if self.only is None:
            return reverse("channels", kwargs={"slug": slug})
        outside = ids.conceal("channel", self.only.account.id)
        return reverse("channel", kwargs={"slug": slug, "account": outside})


def calls(workspace: Workspace) -> Calls:
    with scope(workspace):
        return Calls(workspace, [one for one in ranked(channels.troubled()) if one.calls])
