"""What each right means, in words for the table of roles."""

from django.utils.translation import gettext_lazy as _

from comptoir.base.roles import Permission

RIGHTS = {
    Permission.READ: _("Read conversations and figures"),
    Permission.CORRECT: _("Correct labels"),
    Permission.TEACH: _("Add own intents, choose the model that reads"),
    Permission.LISTEN: _("Change saved queries, leave mentions out"),
    Permission.ANSWER: _("Answer, assign, note, close"),
    Permission.EXPORT: _("Export tables"),
    Permission.IMPORT: _("Import files"),
    Permission.CONNECT: _("Connect, pause and disconnect channels"),
    Permission.MANAGE_TEAM: _("Invite people and change their roles"),
    Permission.READ_AUDIT: _("Read the audit log"),
    Permission.MANAGE_WORKSPACE: _("Change the brand’s settings, delete the brand"),
    Permission.ERASE: _("Erase a customer’s data"),
}
