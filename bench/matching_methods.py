"""
Other ways to match many stored queries, for bench/matching.py to compare with.

Each is written to be quick: messages are cut into words once, queries become closures over the
places of words, and what a method cannot decide by itself is checked by those.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from comptoir.analysis.matching import Matcher
from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.evaluating import evaluate
from comptoir.analysis.queries.tree import And, Field, Near, Node, Not, Or, Phrase, Wildcard, Word
from comptoir.analysis.queries.words import words

FEW = 200
Found = list[list[int]]
Places = dict[str, list[int]]
Holds = Callable[[Places, Document], bool]


class Method(Protocol):
    """A way to match; made with all queries, asked with messages."""

    def __init__(self, queries: Sequence[Node], sample: Sequence[Document]) -> None: ...

    def match(self, documents: Sequence[Document]) -> Found: ...


class Ours:
    """What Comptoir does."""

    def __init__(self, queries: Sequence[Node], sample: Sequence[Document]) -> None:
        self.matcher = Matcher()
        for number, query in enumerate(queries):
            self.matcher.add(number, query)
        self.matcher.match(sample)

    def match(self, documents: Sequence[Document]) -> Found:
        return self.matcher.match(documents)


class Naive:
    """Every query on every message."""

    def __init__(self, queries: Sequence[Node], sample: Sequence[Document]) -> None:
        self._holds = [closure(query) for query in queries]

    def match(self, documents: Sequence[Document]) -> Found:
        return [self._one(places_of(document), document) for document in documents]

    def _one(self, places: Places, document: Document) -> list[int]:
        return [number for number, holds in enumerate(self._holds) if holds(places, document)]


class Dictionary:
    """The rarest word a query needs leads to it; closures decide."""

    def __init__(self, queries: Sequence[Node], sample: Sequence[Document]) -> None:
        seen = Counter(word for each in sample for word in set(words(each.text)))
        self._led: dict[str, list[tuple[int, Holds]]] = defaultdict(list)
        self._always: list[tuple[int, Holds]] = []
        self.candidates = 0
        for number, query in enumerate(queries):
            entry = (number, closure(query))
            led = anchors(query, seen)
            for word in led or ():
                self._led[word].append(entry)
            if led is None:
                self._always.append(entry)

    def match(self, documents: Sequence[Document]) -> Found:
        return [self._one(document) for document in documents]

    def _one(self, document: Document) -> list[int]:
        places = places_of(document)
        survivors = dict(self._always)
        for word in places:
            if word in self._led:
                survivors.update(self._led[word])
        self.candidates += len(survivors)
        return sorted(number for number, holds in survivors.items() if holds(places, document))


class Tantivy:
    """An index of a batch of messages, every query run on it; closures check what it cannot."""

    def __init__(self, queries: Sequence[Node], sample: Sequence[Document]) -> None:
        import tantivy

        self._engine: Any = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text", tokenizer_name="whitespace")
        self._schema = builder.build()
        self._queries = [(self._query(query), self._check(query)) for query in queries]

    def _check(self, query: Node) -> Holds | None:
        asked = isinstance(query, Near) or (
            isinstance(query, And) and any(isinstance(part, Field) for part in query.parts)
        )
        return closure(query) if asked else None

    def _query(self, node: Node) -> Any:
        make, text = self._engine.Query, "text"
        if isinstance(node, Word):
            return make.term_query(self._schema, text, node.text, "basic")
        if isinstance(node, Wildcard):
            return make.regex_query(
                self._schema, text, re.escape(node.pattern).replace(r"\*", ".*")
            )
        if isinstance(node, Phrase):
            said = [part.text for part in node.parts if isinstance(part, Word)]
            return make.phrase_query(self._schema, text, said)
        return make.boolean_query(self._clauses(node))

    def _clauses(self, node: Node) -> list[tuple[Any, Any]]:
        occur = self._engine.Occur
        if isinstance(node, Or):
            return [(occur.Should, self._query(part)) for part in node.parts]
        parts = node.parts if isinstance(node, And) else node.inner
        return [
            (occur.MustNot, self._query(part.part))
            if isinstance(part, Not)
            else (occur.Must, self._query(part))
            for part in parts
            if not isinstance(part, Field)
        ]

    def match(self, documents: Sequence[Document]) -> Found:
        index = self._engine.Index(self._schema)
        writer = index.writer(256_000_000, 1)
        for document in documents:
            writer.add_document(self._engine.Document(text=" ".join(words(document.text))))
        writer.commit()
        index.reload()
        found: Found = [[] for _ in documents]
        searcher = index.searcher()
        if searcher.num_segments != 1:
            raise RuntimeError("messages are numbered in one segment only")
        places: dict[int, Places] = {}
        for number, (query, check) in enumerate(self._queries):
            for _, address in self._hits(searcher, query, len(documents)):
                at = address.doc
                if check and at not in places:
                    places[at] = places_of(documents[at])
                if check is None or check(places[at], documents[at]):
                    found[at].append(number)
        return found

    @staticmethod
    def _hits(searcher: Any, query: Any, most: int) -> Any:
        """Few are asked for first, since room for all is made each time."""
        hits = searcher.search(query, FEW, count=False).hits
        return hits if len(hits) < FEW else searcher.search(query, most, count=False).hits


def places_of(document: Document) -> Places:
    """Where each word of a message stands."""
    places: Places = {}
    for place, word in enumerate(words(document.text)):
        places.setdefault(word, []).append(place)
    return places


def anchors(node: Node, seen: Counter[str]) -> set[str] | None:
    """Words of which a message has one if the query holds of it; None when there are none."""
    if isinstance(node, Word):
        return {node.text}
    if isinstance(node, And | Phrase | Near):
        led = [found for part in node.inner if (found := anchors(part, seen)) is not None]
        return min(led, key=lambda found: sum(seen[word] for word in found), default=None)
    if isinstance(node, Or):
        each = [anchors(part, seen) for part in node.parts]
        return None if None in each else set().union(*(led for led in each if led))
    return None


def closure(node: Node) -> Holds:
    """A query of the shapes of matching_sets as a function."""
    if isinstance(node, Word):
        return lambda places, _, word=node.text: word in places  # type: ignore[misc]
    if isinstance(node, Wildcard):
        start = node.pattern.rstrip("*")
        return lambda places, _: any(word.startswith(start) for word in places)
    if isinstance(node, Field):
        return lambda _, document: evaluate(node, document)
    if isinstance(node, Not):
        inner = closure(node.part)
        return lambda places, document: not inner(places, document)
    if isinstance(node, Phrase):
        return _phrase([part.text for part in node.parts if isinstance(part, Word)])
    if isinstance(node, Near):
        return _near(node)
    parts = [closure(part) for part in node.inner]
    if isinstance(node, And):
        return lambda places, document: all(part(places, document) for part in parts)
    return lambda places, document: any(part(places, document) for part in parts)


def _phrase(said: Sequence[str]) -> Holds:
    def holds(places: Places, _: Document) -> bool:
        if not all(word in places for word in said):
            return False
        return any(
            all(place + step in places[word] for step, word in enumerate(said))
            for place in places[said[0]]
        )

    return holds


def _near(node: Near) -> Holds:
    left, right = _side(node.left), _side(node.right)
    most, ordered = node.distance + 1, node.ordered

    def holds(places: Places, _: Document) -> bool:
        after = [place for word in right for place in places.get(word, ())]
        before = [place for word in left for place in places.get(word, ())]
        return any(
            0 < b - a <= most or (not ordered and 0 < a - b <= most) for a in before for b in after
        )

    return holds


def _side(node: Node) -> list[str]:
    parts: Iterable[Node] = node.parts if isinstance(node, Or) else (node,)
    return [part.text for part in parts if isinstance(part, Word)]


METHODS: dict[str, type[Method]] = {
    "naive": Naive,
    "dictionary": Dictionary,
    "tantivy": Tantivy,
    "ours": Ours,
}
