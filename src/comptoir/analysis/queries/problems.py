"""
What can be wrong with a query, or deserves a second look, and the sentences that say so.

A problem carries a code, its place and its values; nobody parses a sentence. `say` words it in
English or French, `expectation` what should have stood there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WORDS = ("en", "fr")
"""Languages that problems can be told in."""

Fix = tuple[int, int, str]
"""Characters of the query to replace, and by what."""

ERRORS: Mapping[str, tuple[str, str, str]] = {
    "empty": ("term", "Nothing to look for yet.", "Rien à chercher pour l’instant."),
    "too_long": (
        "shorter",
        "The query has {found} characters; the limit is {limit}.",
        "La requête compte {found} caractères ; la limite est de {limit}.",
    ),
    "too_many_terms": (
        "shorter",
        "The query has more than {limit} words.",
        "La requête compte plus de {limit} mots.",
    ),
    "too_deep": (
        "flatter",
        "More than {limit} levels are nested in one another here.",
        "Plus de {limit} niveaux sont imbriqués ici.",
    ),
    "unclosed_quote": (
        "quote",
        "This quotation mark is never closed.",
        "Ce guillemet n’est jamais fermé.",
    ),
    "unclosed_parenthesis": (
        "closing",
        "This parenthesis is never closed.",
        "Cette parenthèse n’est jamais fermée.",
    ),
    "unopened_parenthesis": (
        "nothing",
        "This parenthesis closes nothing.",
        "Cette parenthèse ne ferme rien.",
    ),
    "empty_parentheses": (
        "term",
        "There is nothing between these parentheses.",
        "Il n’y a rien entre ces parenthèses.",
    ),
    "empty_phrase": (
        "term",
        "There is nothing between these quotation marks.",
        "Il n’y a rien entre ces guillemets.",
    ),
    "nothing_before": (
        "term",
        "{operator} has nothing before it to join.",
        "{operator} n’a rien à relier à sa gauche.",
    ),
    "nothing_after": (
        "term",
        "{operator} has nothing after it.",
        "{operator} n’est suivi de rien.",
    ),
    "only_not": (
        "wanted",
        "The query only says what must not be there: it would match nearly every message.",
        "La requête ne dit que ce qu’il faut exclure : presque tous les messages y répondraient.",
    ),
    "absence_in_or": (
        "wanted",
        "One side of this OR is met by mere absence: nearly every message would match.",
        "Un côté de ce OR se contente d’une absence : presque tous les messages y répondraient.",
    ),
    "wildcard_alone": (
        "letters",
        "“{word}” stands for any word: nothing tells what to look for.",
        "« {word} » remplace n’importe quel mot : rien ne dit quoi chercher.",
    ),
    "wildcard_first": (
        "letters",
        "“{word}” begins with *: a word is looked up by its beginning.",
        "« {word} » commence par * : un mot se cherche par son début.",
    ),
    "wildcard_short": (
        "letters",
        "“{word}” has too few letters: three must stand before *, two beside ?.",
        "« {word} » a trop peu de lettres : il en faut trois avant *, deux avec ?.",
    ),
    "wildcard_many": (
        "letters",
        "“{word}” has more than {limit} *.",
        "« {word} » a plus de {limit} *.",
    ),
    "no_word": (
        "term",
        "“{word}” holds neither letter, digit nor emoji. To look for signs, write raw:\"{word}\".",
        "« {word} » ne contient ni lettre, ni chiffre, ni émoji. Pour chercher des signes, écrivez raw:\"{word}\".",
    ),
    "sign_operator": (
        "operator",
        "“{word}” is no operator here: write {operator}.",
        "« {word} » n’est pas un opérateur ici : écrivez {operator}.",
    ),
    "tilde": (
        "phrase",
        "“{sign}” follows a phrase in quotation marks, not a word.",
        "« {sign} » suit une expression entre guillemets, pas un mot.",
    ),
    "slop_number": (
        "distance",
        "After ~ comes how many words may stand in between, at most {limit}.",
        "Après ~ vient le nombre de mots admis entre les vôtres, {limit} au plus.",
    ),
    "slop_long": (
        "shorter",
        "A loose phrase has at most {limit} words.",
        "Une expression souple compte au plus {limit} mots.",
    ),
    "phrase_long": (
        "shorter",
        "A phrase has at most {limit} words.",
        "Une expression compte au plus {limit} mots.",
    ),
    "near_number": (
        "distance",
        "{operator} needs how many words may stand in between, 0 to {limit}.",
        "{operator} demande le nombre de mots admis entre les deux, de 0 à {limit}.",
    ),
    "near_far": (
        "distance",
        "With {operator}, NEAR within NEAR leaves more than {limit} words in between in all.",
        "Avec {operator}, les NEAR imbriqués admettent plus de {limit} mots d’écart en tout.",
    ),
    "near_operand": (
        "near",
        "NEAR measures between words: this side cannot be measured.",
        "NEAR mesure entre des mots : ce côté ne peut pas être mesuré.",
    ),
    "unknown_field": (
        "field",
        "There is no field “{name}”.",
        "Il n’y a pas de champ « {name} ».",
    ),
    "missing_value": (
        "value",
        "“{name}:” is followed by nothing; the value comes right after the colon.",
        "« {name}: » n’est suivi de rien ; la valeur se met juste après les deux-points.",
    ),
    "no_order": (
        "value",
        "“{name}” cannot be larger or smaller: write {name}:value.",
        "« {name} » ne se compare pas en plus grand ou plus petit : écrivez {name}:valeur.",
    ),
    "bad_number": (
        "number",
        "“{value}” is not a number.",
        "« {value} » n’est pas un nombre.",
    ),
    "bad_date": (
        "date",
        "“{value}” is not a date.",
        "« {value} » n’est pas une date.",
    ),
    "bad_range": (
        "range",
        "“{value}” begins after its end.",
        "« {value} » commence après sa fin.",
    ),
    "bad_value": (
        "choices",
        "“{value}” is not possible for {name}: {choices}.",
        "« {value} » n’est pas possible pour {name} : {choices}.",
    ),
    "bad_code": (
        "code",
        "“{value}” is no code for {name}: two letters, as in {name}:fr.",
        "« {value} » n’est pas un code pour {name} : deux lettres, comme {name}:fr.",
    ),
    "zone_in_zone": (
        "plain",
        "{name}: stands inside another title: or body:.",
        "{name}: se trouve dans un autre title: ou body:.",
    ),
    "field_in_field": (
        "value",
        "{name}: stands among the values of another field.",
        "{name}: se trouve parmi les valeurs d’un autre champ.",
    ),
    "range_in_group": (
        "value",
        "Values to choose among stand inside these parentheses, without {operator}.",
        "Entre ces parenthèses se mettent des valeurs au choix, sans {operator}.",
    ),
}  # fmt: skip
"""By code: what was expected, then the sentence in English and French."""

EXPECTED: Mapping[str, tuple[str, str]] = {
    "term": ("a word, a phrase in quotation marks or a parenthesis", "un mot, une expression entre guillemets ou une parenthèse"),
    "shorter": ("a shorter query, or several", "une requête plus courte, ou plusieurs"),
    "flatter": ("fewer nested levels", "moins de niveaux imbriqués"),
    "quote": ("a closing quotation mark", "un guillemet fermant"),
    "closing": ("a closing parenthesis", "une parenthèse fermante"),
    "nothing": ("nothing, or an opening parenthesis before", "rien, ou une parenthèse ouvrante plus tôt"),
    "wanted": ("something that must be there", "quelque chose qui doit être présent"),
    "letters": ("at least three letters, then *", "au moins trois lettres, puis *"),
    "operator": ("AND, OR or NOT in capitals", "AND, OR ou NOT en capitales"),
    "phrase": ("a phrase in quotation marks before ~", "une expression entre guillemets avant ~"),
    "distance": ("a number of words, as in NEAR/5 or \"a b\"~5", "un nombre de mots, comme NEAR/5 ou \"a b\"~5"),
    "near": ("a word, a phrase, or several joined by OR", "un mot, une expression, ou plusieurs reliés par OR"),
    "field": ("a field: {fields}", "un champ : {fields}"),
    "value": ("a value", "une valeur"),
    "number": ("a number: 500, 2.5, 10k", "un nombre : 500, 2,5, 10k"),
    "date": ("a date: 2026-01-31, 2026-01 or 2026", "une date : 2026-01-31, 2026-01 ou 2026"),
    "range": ("the smaller end first, as in 1..3", "la plus petite borne d’abord, comme 1..3"),
    "choices": ("one of {choices}", "l’un de {choices}"),
    "code": ("two letters", "deux lettres"),
    "plain": ("words without title: or body:", "des mots sans title: ni body:"),
}  # fmt: skip
"""What should have stood at an error, in English and French."""

WARNINGS: Mapping[str, tuple[str, str]] = {
    "lower_operator": (
        "“{word}” is looked for as a word. Did you mean {operator}?",
        "« {word} » est cherché comme un mot. Vouliez-vous dire {operator} ?",
    ),
    "mixed": (
        "AND binds before OR here; parentheses would say so.",
        "AND passe ici avant OR ; des parenthèses le diraient.",
    ),
    "costly_near": (
        "More than {limit} words in between: slow, and rarely about the same thing.",
        "Plus de {limit} mots d’écart : c’est lent, et rarement à propos de la même chose.",
    ),
    "broad_wildcard": (
        "“{word}” stands for very many words.",
        "« {word} » remplace un très grand nombre de mots.",
    ),
    "no_words": (
        "No word narrows this query: it takes every message that its fields allow.",
        "Aucun mot ne restreint cette requête : elle prend tous les messages que ses champs admettent.",
    ),
    "unknown_value": (
        "“{value}” is not among the known values of {name}. Did you mean {near}?",
        "« {value} » n’est pas une valeur connue de {name}. Vouliez-vous dire {near} ?",
    ),
    "unknown_value_alone": (
        "“{value}” is not among the known values of {name}.",
        "« {value} » n’est pas une valeur connue de {name}.",
    ),
}  # fmt: skip
"""By code: the sentence in English and French."""


class QueryError(Exception):
    """
    Why a text is no query.

    position, end: the characters it is about. code: one of ERRORS. values: fill the sentences.
    suggestion: a whole query near what was meant, which parses; "" when none suggests itself.
    """

    def __init__(
        self, code: str, position: int, end: int, *, fix: Fix | None = None, **values: Any
    ) -> None:
        super().__init__(code, position, end, values)
        self.code = code
        self.position = position
        self.end = end
        self.values = values
        self.fix = fix
        self.suggestion = ""

    @property
    def expected(self) -> str:
        """What should have stood there: one of EXPECTED."""
        return ERRORS[self.code][0]

    def __str__(self) -> str:
        return say(self)


@dataclass(frozen=True, slots=True)
class Warned:
    """A query that works and may not mean what it says. suggestion: as of a QueryError."""

    code: str
    position: int
    end: int
    suggestion: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def say(problem: QueryError | Warned, words: str = "en") -> str:
    """
    A problem as a sentence.

    words: "en" or "fr"; ValueError for another.

    >>> say(QueryError("near_number", 2, 6, operator="NEAR", limit=100), "fr")
    'NEAR demande le nombre de mots admis entre les deux, de 0 à 100.'
    """
    if isinstance(problem, Warned):
        return _filled(WARNINGS[problem.code][WORDS.index(words)], problem.values)
    return _filled(ERRORS[problem.code][1 + WORDS.index(words)], problem.values)


def expectation(problem: QueryError, words: str = "en") -> str:
    """What should have stood where an error is, in words."""
    return _filled(EXPECTED[problem.expected][WORDS.index(words)], problem.values)


def _filled(sentence: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        sentence = sentence.replace(f"{{{name}}}", _shown(value))
    return sentence


def _shown(value: Any) -> str:
    """A value at a length that a sentence bears."""
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_SHOWN = 200
