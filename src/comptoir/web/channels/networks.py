"""
What networks do not allow, as they document it: no connector can give more than its network.

Checked against the networks' own documents in November 2026; see docs/guide.
"""

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from comptoir.channels.connector import Words


@dataclass(frozen=True, slots=True)
class Network:
    """
    A network that can be connected only in part, or not at all.

    code: as in `Connector.channel`, so that a connector that is installed is linked to.
    open: "partly", "never" (its API holds no conversations) or "closed" (the network ended).
    denied: what it does not allow. instead: what can be done. way: where that is done:
    "imports" (a file), "feeds" (the connector of that kind), or "".
    """

    code: str
    label: Words
    open: Literal["partly", "never", "closed"]
    denied: Words
    instead: Words
    way: Literal["imports", "feeds", ""] = ""


NETWORKS: Final = (
    Network(
        "google",
        _("Google reviews"),
        "partly",
        _("Google opens its reviews to projects that it has approved; until then the quota is 0."),
        _("Ask Google for access; meanwhile, import the reviews that you exported."),
        "imports",
    ),
    Network(
        "linkedin",
        "LinkedIn",
        "partly",
        _(
            "LinkedIn opens comments and mentions of a page to applications whose use it has"
            " approved. Private messages to a page are not in its API."
        ),
        _("Ask LinkedIn for access to its community management API. Answer messages there."),
    ),
    Network(
        "tiktok",
        "TikTok",
        "partly",
        _(
            "TikTok opens the comments under your own videos to business applications that it"
            " has approved. What others publish about you cannot be read."
        ),
        _("Ask TikTok for access; meanwhile, import the comments that you exported."),
        "imports",
    ),
    Network(
        "reddit",
        "Reddit",
        "partly",
        _("Reddit asks companies for its approval before they read or answer through its API."),
        _("Follow a community or a search as a feed: add “.rss” to its address."),
        "feeds",
    ),
    Network(
        "pinterest",
        "Pinterest",
        "never",
        _(
            "Pinterest’s API publishes pins and gives figures. It holds neither comments nor"
            " messages, so nobody can be heard or answered through it."
        ),
        _("Read and answer comments on Pinterest itself."),
    ),
    Network(
        "snapchat",
        "Snapchat",
        "never",
        _(
            "Snapchat’s API gives posts and figures of public profiles, to partners that it has"
            " chosen. It has no inbox."
        ),
        _("Answer snaps and messages in Snapchat itself."),
    ),
    Network(
        "google-plus",
        "Google+",
        "closed",
        _("Google closed the network in 2019. Nothing can be fetched from it any more."),
        _(
            "Import the archive that you took out with Google Takeout while it was open: posts"
            " as JSON or as HTML, with the comments below them."
        ),
        "imports",
    ),
    Network(
        "viadeo",
        "Viadeo",
        "closed",
        _(
            "The network has closed. Nothing can be fetched from it any more, and it never"
            " documented an export of messages."
        ),
        _("Import what you kept as a table: any CSV, Excel or JSON with a date and a text."),
        "imports",
    ),
)
