"""What the chat says on the shop's pages, in both languages: it speaks that of the page."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

LANGUAGES: Final = ("fr", "en")

WORDS: Final = {
    "title": _("Chat"),
    "open": _("Open the chat"),
    "openNew": _("Open the chat: new message"),
    "close": _("Close the chat"),
    "greeting": _("Hello! How can we help?"),
    "write": _("Your message"),
    "send": _("Send"),
    "you": _("You"),
    "team": _("Team"),
    "sent": _("Sent"),
    "sending": _("Sending…"),
    "notSent": _("Not sent."),
    "again": _("Try again"),
    "offline": _("Nobody can answer at the moment. Leave us a message: we answer by e-mail."),
    "email": _("Your e-mail address"),
    "emailWrong": _("Enter a whole address, such as name@example.com: the answer comes there."),
    "emailHelp": _("So that we can answer if you leave this page."),
    "emailKeep": _("Keep"),
    "emailKept": _("If you leave, the answer comes to %(email)s."),
    "thanks": _("Thank you! We answer at %(email)s."),
    "note": _(
        "With your first message, your browser keeps a random number to find this conversation"
        " again. Nothing else is stored."
    ),
    "conversation": _("Conversation"),
    "lost": _("No connection. Trying again…"),
}


def words(language: str) -> dict[str, str]:
    with override(language):
        return {name: str(said) for name, said in WORDS.items()}
