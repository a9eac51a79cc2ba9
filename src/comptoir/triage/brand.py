"""
What other contexts may use of a brand's own intents and own model.

Apart from `api`, since most callers only read and correct labels. All functions work inside
a workspace scope. Those that encode texts raise EncoderMissing when the encoder cannot run.
"""

from comptoir.analysis.learning import share_interval
from comptoir.triage.judging import (
    ENOUGH,
    NONE,
    code,
    confusions,
    corrected,
    needs,
    pairs,
    tested,
)
from comptoir.triage.lessons import BATCH, ask, learning
from comptoir.triage.own_intents import (
    AT_ONCE,
    FEWEST,
    Draft,
    add,
    change,
    delete,
    draft,
    line_of,
    month_sample,
    own_intent,
    own_intents,
    pause,
    preview,
    read_month,
    resume,
)
from comptoir.triage.relabel import relabel, relabelling
from comptoir.triage.standing import FIELDS, Lesson
from comptoir.triage.taught import (
    Confusion,
    Example,
    LearningView,
    Lookalike,
    Measure,
    Need,
    OwnIntentView,
    Placed,
    Preview,
    RelabelView,
    Tested,
    VersionView,
)
from comptoir.triage.vectors import EncoderMissing
from comptoir.triage.vectors import keep as encode
from comptoir.triage.versions import go_back, version, versions

__all__ = [
    "AT_ONCE",
    "BATCH",
    "ENOUGH",
    "FEWEST",
    "FIELDS",
    "NONE",
    "Confusion",
    "Draft",
    "EncoderMissing",
    "Example",
    "LearningView",
    "Lesson",
    "Lookalike",
    "Measure",
    "Need",
    "OwnIntentView",
    "Placed",
    "Preview",
    "RelabelView",
    "Tested",
    "VersionView",
    "add",
    "ask",
    "change",
    "code",
    "confusions",
    "corrected",
    "delete",
    "draft",
    "encode",
    "go_back",
    "learning",
    "line_of",
    "month_sample",
    "needs",
    "own_intent",
    "own_intents",
    "pairs",
    "pause",
    "preview",
    "read_month",
    "relabel",
    "relabelling",
    "resume",
    "share_interval",
    "tested",
    "version",
    "versions",
]
