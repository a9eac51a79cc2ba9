"""Errors that a person can act on: a code for machines, a sentence and a fix for people."""

from typing import Any

from django.utils.functional import Promise


class Problem(Exception):
    """
    Something that the user can understand and mend.

    code: stable, for machines; nobody parses the sentence.
    sentence: what failed and where, translated lazily.
    fix: what to do, translated lazily; may be empty.
    fields: the values that the sentence was filled with.
    """

    def __init__(
        self, code: str, sentence: str | Promise, fix: str | Promise = "", **fields: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self._sentence = sentence
        self._fix = fix
        self.fields = fields

    @property
    def sentence(self) -> str:
        return str(self._sentence) % self.fields if self.fields else str(self._sentence)

    @property
    def fix(self) -> str:
        return str(self._fix) % self.fields if self.fields else str(self._fix)

    def __str__(self) -> str:
        return f"{self.sentence} {self.fix}".strip()


class NotAllowed(Problem):
    """The person's role does not allow this."""
