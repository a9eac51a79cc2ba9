"""Many stored queries against messages as they come, and one query against stored messages."""

from comptoir.analysis.matching.matcher import Matcher

__all__ = ["Matcher"]
