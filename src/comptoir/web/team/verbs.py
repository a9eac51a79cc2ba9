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
    "care.assigned": _("Assigned conversations"),
    "care.snoozed": _("Snoozed conversations"),
    "care.unsnoozed": _("Woke conversations up"),
    "care.closed": _("Closed conversations"),
    "care.reopened": _("Reopened conversations"),
    "care.tagged": _("Tagged conversations"),
    "care.untagged": _("Removed a tag"),
    "care.noted": _("Wrote a note"),
    "care.answered": _("Marked as answered"),
    "care.undone": _("Undid an action"),
    "triage.label_corrected": _("Corrected a label"),
    "triage.correction_undone": _("Undid a correction"),
    "channels.own_handles_changed": _("Changed the brand’s own accounts"),
    "import.started": _("Started an import"),
    "import.finished": _("Finished an import"),
    "import.cancelled": _("Cancelled an import"),
    "import.mapping_saved": _("Saved a mapping of columns"),
    "person.erased": _("Erased a person"),
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
