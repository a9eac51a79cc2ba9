"""What the audit log's verbs mean, in words."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "team.first_owner_created": _("Created the first owner"),
    "team.invited": _("Invited somebody"),
    "team.invitation_withdrawn": _("Withdrew an invitation"),
    "team.joined": _("Joined the team"),
    "team.left": _("Left the team"),
    "team.removed": _("Removed a member"),
    "team.role_changed": _("Changed a role"),
    "team.reset_link_made": _("Made a link for a new password"),
    "team.reset_link_made_on_server": _("Made a link for a new password on the server"),
    "workspace.created": _("Created the brand"),
    "workspace.changed": _("Changed the brand’s settings"),
    "workspace.deleted": _("Deleted the brand"),
    "audit.exported": _("Exported the audit log"),
}

DETAILS = {
    "role": _("role"),
    "before": _("before"),
    "after": _("after"),
    "fields": _("changed"),
    "name": _("name"),
}
ROLE_DETAILS = frozenset({"role", "before", "after"})
