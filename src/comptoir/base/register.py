"""What erasing a customer does to the tables of `base`: nothing is said of customers here."""

from comptoir.base import erasure, models

_TEAM = "A member of the team, not a customer; removed with the account."

erasure.rule(models.Workspace, "kept", "The brand itself; holds no customer's data.")
erasure.rule(models.User, "kept", _TEAM)
erasure.rule(models.Membership, "kept", _TEAM)
erasure.rule(models.Invitation, "kept", _TEAM)
erasure.rule(
    models.AuditEntry, "kept", "Who did what in the team; details hold no customer's text."
)
erasure.rule(models.OutboxEvent, "kept", "Payloads hold ids only, which lead nowhere once erased.")
erasure.rule(
    models.SetAsideEvent, "kept", "Payloads hold ids only, which lead nowhere once erased."
)
erasure.rule(models.AtWork, "kept", "When a member of the team last had a page open.")
erasure.rule(models.OutboxCursor, "kept", "A place in the outbox; says nothing of anybody.")
erasure.rule(models.IdBlock, "kept", "A counter; counts nobody.")
erasure.rule(models.WorkspaceDeletion, "kept", "The address of a deleted workspace and when.")
