"""What insight registers with `base`: erasure rules, and through `follow` its consumer."""

from comptoir.base import erasure
from comptoir.insight import follow, models

erasure.rule(models.CopyState, "kept", "Counts of rows; the copy itself drops an author's rows.")

__all__ = ["follow"]
