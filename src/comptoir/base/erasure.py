"""
The erasure registry: every model says what happens to it when a person is erased.

A catalogue test walks all models and fails on one without a rule, so that a new
table cannot escape the right to erasure (GDPR art. 17).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db import models

Fate = Literal["erased", "anonymised", "kept"]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to erase: one author of one channel of a workspace (ids of `channels`)."""

    workspace_id: int
    author_id: int


@dataclass(frozen=True, slots=True)
class Rule:
    """fate: what happens to a person's rows. reason: why, in a sentence, for the register."""

    model: str
    fate: Fate
    reason: str


Eraser = Callable[[Person], int]

_rules: dict[str, Rule] = {}
_erasers: list[tuple[int, str, Eraser]] = []


def rule(model: type[models.Model], fate: Fate, reason: str) -> None:
    """Declare what erasing a person does to `model`."""
    label = model._meta.label
    _rules[label] = Rule(label, fate, reason)


def eraser(name: str, order: int = 50) -> Callable[[Eraser], Eraser]:
    """Register a store's own erasure; it returns how many rows it touched. Low order first."""

    def register(erase: Eraser) -> Eraser:
        _erasers.append((order, name, erase))
        return erase

    return register


def rules() -> dict[str, Rule]:
    return dict(_rules)


def erase(person: Person) -> dict[str, int]:
    """Erase `person` from every store; returns rows touched by store. Can be run again."""
    return {name: run(person) for _, name, run in sorted(_erasers, key=lambda one: one[:2])}
