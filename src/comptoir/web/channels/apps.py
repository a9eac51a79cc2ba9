from django.apps import AppConfig


class ChannelPagesConfig(AppConfig):
    """The pages of the context `channels`, which has that label itself."""

    name = "comptoir.web.channels"
    label = "channel_pages"
