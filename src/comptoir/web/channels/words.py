"""What pages call the states, abilities and families of channels."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LEVELS: Final[dict[str, Any]] = {
    "lost": pgettext_lazy("state of a channel", "Cut off"),
    "troubled": pgettext_lazy("state of a channel", "In trouble"),
    "warning": pgettext_lazy("state of a channel", "Needs attention"),
    "paused": pgettext_lazy("state of a channel", "Paused"),
    "new": pgettext_lazy("state of a channel", "Nothing received yet"),
    "well": pgettext_lazy("state of a channel", "Connected"),
}
LEVEL_ICONS: Final = {
    "lost": "error",
    "troubled": "warning",
    "warning": "warning",
    "paused": "pause",
    "new": "clock",
    "well": "check-circle",
}
REMEDIES: Final[dict[str, Any]] = {
    "values": _("Enter new credentials"),
    "check": _("Check now"),
    "resume": _("Resume"),
}
REMEDY_ICONS: Final = {"values": "key", "check": "refresh", "resume": "play"}
ACTIONS: Final[dict[str, Any]] = {
    "hide": pgettext_lazy("what a channel can do", "Hides"),
    "delete": pgettext_lazy("what a channel can do", "Deletes"),
    "like": pgettext_lazy("what a channel can do", "Likes"),
}
ACTION_ICONS: Final = {"hide": "eye-off", "delete": "trash", "like": "star"}

# Where a network stands in the gallery; those that nobody placed come last.
FAMILIES: Final[dict[str, tuple[Any, tuple[str, ...]]]] = {
    "messages": (
        _("Mail and messages"),
        ("email", "messenger", "whatsapp", "telegram", "sms", "phone"),
    ),
    "site": (_("Your own site"), ("chat", "form", "webhook", "api")),
    "social": (
        _("Social networks"),
        (
            "facebook", "instagram", "x", "youtube", "tiktok", "linkedin", "mastodon", "bluesky",
            "reddit", "pinterest", "snapchat",
        ),
    ),
    "reviews": (_("Reviews"), ("reviews", "trustpilot", "google", "avis-verifies")),
    "listening": (_("Blogs, forums and press"), ("rss", "feed", "blog", "forum", "press")),
    "other": (_("Others"), ()),
    "alerts": (_("Alerts to your team"), ("slack", "teams")),
}  # fmt: skip
