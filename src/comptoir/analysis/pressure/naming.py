"""Other brands named in a message."""

import re
from collections.abc import Iterable
from typing import Final

_LEAST: Final = 3
_BEGINS: Final = re.compile(r"(?:^|[.!?…\n:«»“”\"()\[\]•👉-])\s*$")


class Names:
    """
    Names of brands and their handles, looked for in many messages.

    A handle counts behind its @ in any case. A name counts as it is written, or in capitals:
    "Orange" is a brand, "orange" may be a colour. One word that begins a sentence is left
    alone, for there everything has a capital: "Free delivery" names nobody.

    >>> Names(["Orange", "La Redoute"], ["orange_fr"]).find("Mieux que La Redoute, @Orange_FR !")
    ['La Redoute', '@orange_fr']
    """

    def __init__(self, names: Iterable[str], handles: Iterable[str] = ()) -> None:
        self._handles = {one.casefold().lstrip("@") for one in handles if one.strip("@ ")}
        wanted = {one.strip() for one in names if len(one.strip()) >= _LEAST}
        self._names = sorted(one for one in wanted if any(map(str.isupper, one)))
        forms = [form for one in self._names for form in dict.fromkeys((one, one.upper()))]
        either = "|".join(re.escape(one) for one in sorted(forms, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![\w@#])(?:{either})(?!\w)") if either else None

    def find(self, text: str) -> list[str]:
        """Names and handles in a text, each once, by place."""
        found = [*self._named(text), *self._addressed(text)]
        return list(dict.fromkeys(name for _place, name in sorted(found)))

    def _named(self, text: str) -> Iterable[tuple[int, str]]:
        if self._pattern is None:
            return
        for match in self._pattern.finditer(text):
            said = match.group()
            alone = " " not in said and not any(map(str.isdigit, said))
            if not (alone and _BEGINS.search(text, max(0, match.start() - 8), match.start())):
                yield match.start(), self._written(said)

    def _written(self, said: str) -> str:
        return next((one for one in self._names if said in (one, one.upper())), said)

    def _addressed(self, text: str) -> Iterable[tuple[int, str]]:
        if "@" not in text:
            return
        for match in re.finditer(r"(?<!\w)@(\w[\w.-]*\w|\w)", text):
            if match[1].casefold() in self._handles:
                yield match.start(), f"@{match[1].casefold()}"
