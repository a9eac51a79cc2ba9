"""The shape of one kind of conversation in the phrase bank."""

from dataclasses import dataclass
from typing import Literal

About = Literal["product", "late", "shipped", "delivered", "order", "nothing"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    One reason to write, with its customers' phrasings and the brand's answers.

    about: which facts the phrases may use (an order late, shipped, delivered, any; a product).
    identify: the brand needs an order number before it can settle the matter.
    helped: what a helper answers, where a fellow customer can.
    A French phrase may be written `family: phrase => answer => helper's answer`: it then speaks of
    a product of that family and gets these answers rather than the scenario's.
    """

    name: str
    intents: tuple[str, ...]
    tone: str
    about: About
    weight: float
    fr: tuple[str, ...]
    en: tuple[str, ...]
    es: tuple[str, ...]
    subjects: tuple[str, ...]
    answers: tuple[str, ...]
    needs_answer: bool = True
    identify: bool = False
    helped: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("x", "facebook", "instagram", "email", "chat")
    urgency: int = 1
    irony: bool = False


def lines(block: str) -> tuple[str, ...]:
    """One phrase a line; blank lines only part them for the eye."""
    return tuple(line.strip().replace("\\n", "\n") for line in block.splitlines() if line.strip())
