"""
Commercial offers in what a brand publishes, in French and English.

`find` tells the offers of one message: what is given (a percentage, a sum, a price, a gift,
free delivery, one for another), and on what terms (code, minimum, from when until when).
`repeated` tells which of many messages make the same offer. An offer is only told where the
words around say that something is offered: "20 % de batterie" and "remboursé à 50 %" are none.
"""

from comptoir.analysis.offers.finding import MOST, SURE, find
from comptoir.analysis.offers.records import KINDS, Offer
from comptoir.analysis.offers.repeating import APART, Repeated, Seen, repeated

__all__ = ["APART", "KINDS", "MOST", "SURE", "Offer", "Repeated", "Seen", "find", "repeated"]
