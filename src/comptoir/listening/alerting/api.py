"""
What other contexts may use of alerts.

All functions work inside a workspace scope.
"""

from comptoir.listening.alerting.firings import (
    firing,
    firings,
    messages_of,
    see,
    see_all,
    unseen,
)
from comptoir.listening.alerting.records import (
    AlertDraft,
    AlertView,
    FiringView,
    LessonView,
    NoticeView,
    Offer,
    Tried,
)
from comptoir.listening.alerting.saving import (
    add_alert,
    alert,
    alerts,
    change_alert,
    delete_alert,
    pause_alert,
    resume_alert,
)
from comptoir.listening.alerting.sending import read_at, try_again
from comptoir.listening.alerting.teaching import learn, lessons, offers, unlearn
from comptoir.listening.alerting.trying import try_alert
from comptoir.listening.alerting.watching import count
from comptoir.listening.alerting.words import span
from comptoir.listening.models import Alert

KINDS = Alert.Kind
"""What an alert may be about, with its translated name."""

__all__ = [
    "KINDS",
    "AlertDraft",
    "AlertView",
    "FiringView",
    "LessonView",
    "NoticeView",
    "Offer",
    "Tried",
    "add_alert",
    "alert",
    "alerts",
    "change_alert",
    "count",
    "delete_alert",
    "firing",
    "firings",
    "learn",
    "lessons",
    "messages_of",
    "offers",
    "pause_alert",
    "read_at",
    "resume_alert",
    "see",
    "see_all",
    "span",
    "try_again",
    "try_alert",
    "unlearn",
    "unseen",
]
