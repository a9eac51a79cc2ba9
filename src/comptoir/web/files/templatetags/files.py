"""What templates need to name files and originals."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from comptoir.base import ids
from comptoir.channels.api import AttachmentView, MessageView

register = template.Library()


@register.filter
def file_key(file: AttachmentView) -> str:
    """A file's outside id."""
    return ids.conceal("attachment", file.id)


@register.filter
def message_key(message: MessageView) -> str:
    """A message's outside id."""
    return ids.conceal("message", message.id)


@register.filter
def weight(size: int) -> str:
    """
    How large a file is, as people say it.

    >>> weight(18), weight(20_000), weight(82_500_000)
    ('1 kB', '20 kB', '82.5 MB')
    """
    if size < 999_500:
        return _("%(size)s kB") % {"size": number_format(max(round(size / 1_000), 1))}
    return _("%(size)s MB") % {"size": number_format(round(size / 1_000_000, 1))}
