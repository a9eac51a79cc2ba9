"""The words people read for the codes the rest of Comptoir stores."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TONES: Final = {
    "negative": pgettext_lazy("tone of a message", "Negative"),
    "neutral": pgettext_lazy("tone of a message", "Neutral"),
    "positive": pgettext_lazy("tone of a message", "Positive"),
}
STATUSES: Final = {
    "open": pgettext_lazy("status of a conversation", "Open"),
    "waiting": pgettext_lazy("status of a conversation", "Waiting for the customer"),
    "snoozed": pgettext_lazy("status of a conversation", "Snoozed"),
    "closed": pgettext_lazy("status of a conversation", "Closed"),
}
CHANNELS: Final = {
    "x": "X",
    "twitter": "X",
    "facebook": "Facebook",
    "messenger": "Messenger",
    "instagram": "Instagram",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "reddit": "Reddit",
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "email": _("E-mail"),
    "mail": _("E-mail"),
    "sms": _("SMS"),
    "phone": _("Phone"),
    "chat": _("Chat"),
    "form": _("Contact form"),
    "api": _("API"),
    "slack": "Slack",
    "teams": "Teams",
    "review": _("Review"),
    "reviews": _("Review"),
    "trustpilot": "Trustpilot",
    "google": "Google",
    "google-plus": "Google+",
    "viadeo": "Viadeo",
    "rss": _("Feed"),
    "feed": _("Feed"),
    "blog": _("Blog"),
    "forum": _("Forum"),
    "press": _("Press"),
    "file": _("File"),
}
