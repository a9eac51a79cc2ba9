"""
What is learnt on the server itself, in seconds: own intents from ten examples, corrections.

Plain numpy in float64; nothing here draws at random, so the same cases give the same heads.
"""

from comptoir.analysis.learning.calibration import (
    Scaling,
    accuracy_at,
    calibration_error,
    confidences,
    coverage_curve,
    fit_scaling,
    fit_temperature,
)
from comptoir.analysis.learning.corrections import (
    ENOUGH,
    EXCLUSIVE,
    HELD_OUT,
    BrandModel,
    Comparison,
    Delta,
    LabelNeed,
    changed,
    compare,
    confusions,
    held_out,
    needs,
    refit,
    share_interval,
)
from comptoir.analysis.learning.heads import (
    SHARE,
    THRESHOLD,
    ClassHead,
    IntentHead,
    fit_classes,
    fit_intents,
)

__all__ = [
    "ENOUGH",
    "EXCLUSIVE",
    "HELD_OUT",
    "SHARE",
    "THRESHOLD",
    "BrandModel",
    "ClassHead",
    "Comparison",
    "Delta",
    "IntentHead",
    "LabelNeed",
    "Scaling",
    "accuracy_at",
    "calibration_error",
    "changed",
    "compare",
    "confidences",
    "confusions",
    "coverage_curve",
    "fit_classes",
    "fit_intents",
    "fit_scaling",
    "fit_temperature",
    "held_out",
    "needs",
    "refit",
    "share_interval",
]
