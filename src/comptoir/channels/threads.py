"""
Which messages belong together.

A message's place depends on the set of messages that are here and on nothing else: not on
the order of their arrival nor on the size of batches. Each points at what it answers, or at
nothing, and the pointers are followed to a root:

- it names the id it answers, and that message is here: same thread, link "id", certain;
- the same, but the message answered is a post by the brand, and a customer comments on it:
  the comment begins a thread of its own, about that post, because ten customers under one
  post are ten conversations;
- the message answered was not imported: all who answer it meet in a thread keyed by its id,
  link "missing". Who answers the brand by name begins a thread of its own, for the reason
  above. Confidence 0.9 when the brand answers (to one customer), 0.7 when customers do;
- it belongs to a private conversation that the source names: one thread for all of it;
- only a handle is known: see `handles`;
- a repost answers nobody: a thread of its own.

Messages that answer one another in a circle share the smallest external id among them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ROOT, BY_ID, MISSING, HANDLE = "root", "id", "missing", "handle"
MISSING_BY_BRAND = 0.9
MISSING_BY_CUSTOMER = 0.7
CONVERSATION = "~"
"""Begins the key of a conversation where the id of a message answered would stand."""
POSTS = frozenset({"post", "quote", "repost"})


@dataclass(slots=True)
class Node:
    """
    A message as far as threads care.

    to_own: it is addressed to the brand by handle. thread: where it is kept now, None when
    new. by_handle: the message it was matched with by handle (see `handles`), with `sure`.
    """

    id: int
    external_id: str
    own: bool
    kind: str
    answers: str
    handle: str
    to_own: bool
    thread: int | None = None
    parent: int | None = None
    link: str = ROOT
    confidence: float = 1.0

    @property
    def target(self) -> str:
        """External id of the message answered, "" for none."""
        if self.kind == "repost" or self.answers == self.external_id:
            return ""
        return self.answers

    @property
    def in_conversation(self) -> bool:
        """The source itself says to which conversation it belongs."""
        return self.target.startswith(CONVERSATION)

    @property
    def is_brand_post(self) -> bool:
        """Speaks to everybody, so that each who comments begins a conversation."""
        return self.own and not self.answers and not self.handle and self.kind in POSTS


@dataclass(slots=True)
class Place:
    """
    Where a message belongs: the thread keyed `root`, or the one that is kept as `thread`.

    about: id of the brand's post that the thread hangs under, when the message opens it.
    """

    root: str
    thread: int | None
    about: int | None
    parent: int | None
    link: str
    confidence: float


def places(nodes: Mapping[str, Node], around: Mapping[str, Node]) -> dict[str, Place]:
    """
    The place of every node, by external id.

    nodes: messages to place. around: messages kept in threads that do not change, among them
    every message that `nodes` answer and that is here.
    """
    return _Placing(nodes, around).all()


class _Placing:
    def __init__(self, nodes: Mapping[str, Node], around: Mapping[str, Node]) -> None:
        self.nodes = nodes
        self.around = around
        self.by_id = {node.id: node for node in nodes.values()}
        self.roots: dict[str, tuple[str, int | None, int | None]] = {}

    def all(self) -> dict[str, Place]:
        return {external_id: self._place(node) for external_id, node in self.nodes.items()}

    def _place(self, node: Node) -> Place:
        if node.link != HANDLE and not node.target:
            return Place(node.external_id, None, None, None, ROOT, 1.0)
        if node.external_id not in self.roots:
            self._walk(node)
        root, thread, about = self.roots[node.external_id]
        parent, link, confidence = self._link(node)
        return Place(
            root, thread, about if root == node.external_id else None, parent, link, confidence
        )

    def _walk(self, node: Node) -> None:
        """Follow the pointers from `node`; all that is met on the way has the same root."""
        path: dict[str, None] = {}
        while True:
            path[node.external_id] = None
            end = self._end(node)
            parent = self._parent(node)
            if end is None and parent is not None:
                if parent.external_id in self.roots:
                    end = self.roots[parent.external_id]
                elif parent.external_id in path:
                    end = (_circle(path, parent.external_id), None, None)
                else:
                    node = parent
                    continue
            for each in path:
                self.roots[each] = end or (node.external_id, None, None)
            return

    def _end(self, node: Node) -> tuple[str, int | None, int | None] | None:
        """(root key, kept thread, post above) where the walk ends at `node`, else None."""
        parent = self._parent(node)
        if node.in_conversation:
            return (node.target, None, None)
        if parent is None:
            missing = node.target and (node.own or not node.to_own)
            return (node.target if missing else node.external_id, None, None)
        if parent.is_brand_post and not node.own:
            return (node.external_id, None, parent.id)
        if parent.external_id not in self.nodes:
            return ("", parent.thread, None)
        return None

    def _parent(self, node: Node) -> Node | None:
        if node.target:
            return self.nodes.get(node.target) or self.around.get(node.target)
        if node.link == HANDLE and node.parent is not None:
            return self.by_id.get(node.parent)
        return None

    def _link(self, node: Node) -> tuple[int | None, str, float]:
        parent = self._parent(node)
        if not node.target:
            if parent is None:
                return None, ROOT, 1.0
            return parent.id, HANDLE, node.confidence
        if parent is not None:
            return parent.id, BY_ID, 1.0
        if node.in_conversation:
            return None, BY_ID, 1.0
        return None, MISSING, MISSING_BY_BRAND if node.own else MISSING_BY_CUSTOMER


def _circle(path: Iterable[str], start: str) -> str:
    """The smallest id on the path from `start` on, which is where the circle closes."""
    met = list(path)
    return min(met[met.index(start) :])
