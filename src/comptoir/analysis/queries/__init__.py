"""
The query language: parsing, evaluating, printing, and help for editors.

`grammar` tells how queries are written, `evaluating` what they mean, `fields` and `words` what
they are compared with.
"""

from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.editing import Completion, Piece, complete, tokens
from comptoir.analysis.queries.evaluating import Explained, evaluate, explain, spans
from comptoir.analysis.queries.grammar import Query, parse
from comptoir.analysis.queries.printing import format
from comptoir.analysis.queries.problems import QueryError, Warned, expectation, say

__all__ = [
    "Completion",
    "Document",
    "Explained",
    "Piece",
    "Query",
    "QueryError",
    "Warned",
    "complete",
    "evaluate",
    "expectation",
    "explain",
    "format",
    "parse",
    "say",
    "spans",
    "tokens",
]
