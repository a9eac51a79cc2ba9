"""
Alerts to a channel on Microsoft Teams, through a workflow's webhook.

learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
(Workflows, which replaced Office connectors). Nothing is heard this way.
"""

from django.utils.translation import gettext_lazy as _

from comptoir.base.http import Http
from comptoir.channels.connector import (
    AccessLost,
    Checked,
    Connection,
    Connector,
    Field,
    Rejected,
)
from comptoir.channels.refusing import refuse


class Teams(Connector):
    kind = "teams"
    channel = "teams"
    label = _("Microsoft Teams (alerts)")
    summary = _(
        "Alerts to a channel of your team. Teams is not heard, and customers do not see it."
    )
    fields = (
        Field(
            "url",
            _("Webhook address"),
            _("Channel › Workflows › “Post to a channel when a webhook request is received”."),
            kind="secret",
        ),
    )
    alerts = True

    def check(self, connection: Connection, http: Http) -> Checked:
        if not connection.values["url"].startswith("https://"):
            raise Rejected("bad_url", _("The address must begin with https://."), field="url")
        self.alert(connection, str(_("Comptoir is connected: alerts will appear here.")), http)
        return Checked(name="Teams")

    def alert(self, connection: Connection, text: str, http: Http) -> None:
        """Say something to the team."""
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [{"type": "TextBlock", "text": escaped(text), "wrap": True}],
        }
        attached = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        body = {"type": "message", "attachments": [attached]}
        response = http.request("POST", connection.values["url"], json=body)
        if response.status in (404, 410):
            raise AccessLost(f"HTTP {response.status}")
        if not response.ok:
            refuse(response)


def escaped(text: str) -> str:
    """
    Cards read Markdown: a customer's words must not make links nor titles.

    >>> escaped("[x](https://y.example) *z*")
    '\\\\[x\\\\]\\\\(https://y.example\\\\) \\\\*z\\\\*'
    """
    return "".join(f"\\{one}" if one in "\\`*_[]()#" else one for one in text)
