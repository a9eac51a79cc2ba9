"""
Same-question groups by meaning, and the topics of a period: plain numpy on sentence vectors.

`Groups` gathers messages as they arrive, `topics` reads a whole period. Both see vectors
through a `Space`, in which French and English meet and the encoder's habit of finding
everything alike is taken out.
"""

from comptoir.analysis.grouping.groups import Alike, Assignment, Group, Groups, Incoming, Merged
from comptoir.analysis.grouping.near import Keys, Near
from comptoir.analysis.grouping.space import DIMENSIONS, OtherSpace, Space
from comptoir.analysis.grouping.titles import clarity, title, title_of
from comptoir.analysis.grouping.topics import Growth, Period, Topic, topics

__all__ = [
    "DIMENSIONS",
    "Alike",
    "Assignment",
    "Group",
    "Groups",
    "Growth",
    "Incoming",
    "Keys",
    "Merged",
    "Near",
    "OtherSpace",
    "Period",
    "Space",
    "Topic",
    "clarity",
    "title",
    "title_of",
    "topics",
]
