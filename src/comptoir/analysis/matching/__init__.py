"""Many stored queries against messages as they come, and one query against stored messages."""

from comptoir.analysis.matching.asking import Answers, Given
from comptoir.analysis.matching.columns import KNOWN, Columns, local_minutes
from comptoir.analysis.matching.matcher import Matcher
from comptoir.analysis.matching.past import Asked
from comptoir.analysis.matching.volume import MOST, BadVolume, Reader, Volume

__all__ = [
    "KNOWN",
    "MOST",
    "Answers",
    "Asked",
    "BadVolume",
    "Columns",
    "Given",
    "Matcher",
    "Reader",
    "Volume",
    "local_minutes",
]
