"""
How much a brand's messages press people to buy, in French and English.

`read` finds the signs of pressure in one message, with the words that told each: an offer, an
urgency, a call to buy, a raised voice, another brand named. `compare` holds a period against
the brand's own earlier ones, with an interval. No sign says that anybody bought because of it.
"""

from comptoir.analysis.pressure.comparing import (
    FEWEST,
    FEWEST_EVENTS,
    RANK,
    Comparison,
    Levels,
    Stretch,
    compare,
    levels,
)
from comptoir.analysis.pressure.naming import Names
from comptoir.analysis.pressure.reading import SIGNS, Signs, read

__all__ = [
    "FEWEST",
    "FEWEST_EVENTS",
    "RANK",
    "SIGNS",
    "Comparison",
    "Levels",
    "Names",
    "Signs",
    "Stretch",
    "compare",
    "levels",
    "read",
]
