"""Many stored queries against messages as they come, and one query against stored messages."""

from comptoir.analysis.matching.matcher import Matcher
from comptoir.analysis.matching.past import Asked, BadVolume, Volume

__all__ = ["Asked", "BadVolume", "Matcher", "Volume"]
