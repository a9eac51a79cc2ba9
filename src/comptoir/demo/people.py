"""Who speaks to the shop: customers seen on one or several channels, and passers-by."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from comptoir.demo.grammar import Hand, without_accents

Temperament = Literal["helper", "complainer", "ambassador", "ordinary", "passer_by"]


@dataclass(frozen=True, slots=True)
class Person:
    """
    A fictional person. `handles` maps a channel to the handle they use there;
    `names` the name shown beside it; `followers` is their public audience on X and Instagram.
    """

    key: str
    first: str
    last: str
    email: str
    phone: str
    language: str
    temperament: Temperament
    handles: dict[str, str]
    names: dict[str, str]
    followers: int
    hand: Hand


MEN = (
    "Thomas",
    "Nicolas",
    "Julien",
    "Pierre",
    "Antoine",
    "Maxime",
    "Alexandre",
    "Romain",
    "Kévin",
    "Quentin",
    "Hugo",
    "Lucas",
    "Théo",
    "Mehdi",
    "Karim",
    "Mamadou",
    "Laurent",
    "Philippe",
    "Michel",
    "Bernard",
    "Gérard",
    "Stéphane",
    "Sébastien",
    "Damien",
    "Benoît",
    "Gaël",
    "Erwan",
    "Bastien",
    "Rémi",
    "Loïc",
)
FIRST = {
    "fr": [
        "Camille",
        "Léa",
        "Manon",
        "Chloé",
        "Inès",
        "Sarah",
        "Julie",
        "Claire",
        "Sophie",
        "Nathalie",
        "Isabelle",
        "Sylvie",
        "Martine",
        "Monique",
        "Céline",
        "Émilie",
        "Aurélie",
        "Élodie",
        "Laura",
        "Marion",
        "Pauline",
        "Mathilde",
        "Lucie",
        "Anaïs",
        "Charlotte",
        "Justine",
        "Margaux",
        "Fanny",
        "Hélène",
        "Florence",
        "Véronique",
        "Brigitte",
        "Catherine",
        "Agnès",
        "Nadia",
        "Samira",
        "Fatou",
        "Aminata",
        "Khadija",
        "Leïla",
        *MEN,
        "Noémie",
        "Coralie",
        "Sandrine",
        "Delphine",
        "Virginie",
        "Solène",
        "Gwenaëlle",
        "Clémence",
        "Perrine",
        "Ophélie",
        "Jade",
        "Zoé",
        "Lina",
        "Ambre",
    ],
    "en": [
        "Emma",
        "Olivia",
        "Hannah",
        "Megan",
        "Rachel",
        "Lucy",
        "Alice",
        "James",
        "Oliver",
        "Daniel",
        "Tom",
        "Kate",
        "Fiona",
        "Sean",
        "Grace",
        "Nora",
    ],
    "es": [
        "Lucía",
        "Marta",
        "Carmen",
        "Elena",
        "Pilar",
        "Javier",
        "Pablo",
        "Álvaro",
        "Rocío",
        "Nuria",
    ],
}
LAST = {
    "fr": [
        "Aubrevoye",
        "Bellanzy",
        "Carvennec",
        "Dautremoy",
        "Estrabol",
        "Faugerolet",
        "Garandeau",
        "Hurtevaux",
        "Issarty",
        "Jolivard",
        "Kerbastien",
        "Lamorlière",
        "Marchevin",
        "Noirauvent",
        "Orsivalle",
        "Pontavert",
        "Quillebault",
        "Rochegris",
        "Sauvetain",
        "Tréboulat",
        "Urvoisin",
        "Vautrepin",
        "Wattelard",
        "Ysambourg",
        "Zellmeyran",
        "Boutinaud",
        "Chassagnole",
        "Delabrière",
        "Fontmorin",
        "Grandclémard",
        "Lesquivin",
        "Montferrier",
        "Pastourède",
        "Rivoiret",
        "Soulagnac",
        "Tardivon",
        "Vernoujoux",
        "Benzaouar",
        "Diarramba",
        "Nguyenac",
        "Castelbruni",
        "Mirvaldi",
        "Abdelloumi",
        "Salvaterrin",
        "Kowaldec",
    ],
    "en": [
        "Ashcombe",
        "Birchwell",
        "Calderby",
        "Dunmarsh",
        "Ellerby",
        "Fenwright",
        "Harrowgate",
        "Kilbrannoch",
        "Pembrooke",
    ],
    "es": ["Albarellos", "Benamor", "Castrovejo", "Dalmaroz", "Figuerales", "Montesuno"],
}
NICK = [
    "tisane",
    "cactus",
    "chouette",
    "pixel",
    "moustache",
    "biscotte",
    "olive",
    "noisette",
    "grenadine",
    "hibou",
    "pamplemousse",
    "tournesol",
    "coquelicot",
    "caramel",
    "bretonne",
    "marmotte",
    "renarde",
    "colibri",
    "pelote",
    "crayon",
    "nuage",
    "ciboulette",
    "lavande",
    "mimosa",
]
CHANNELS = ("x", "facebook", "instagram", "email", "chat")


def make_people(rng: Random, scale: float) -> list[Person]:
    """About 600 customers (6 helpers, 8 complainers, 10 ambassadors first), then 420 passers-by."""
    crowd: dict[Temperament, int] = {
        "helper": 6,
        "complainer": 8,
        "ambassador": 10,
        "ordinary": max(round(600 * scale) - 24, 20),
        "passer_by": max(round(420 * scale), 60),
    }
    kinds = [kind for kind, count in crowd.items() for _ in range(count)]
    return [_person(rng, index, kind) for index, kind in enumerate(kinds)]


def _person(rng: Random, index: int, kind: Temperament) -> Person:
    plain = kind in ("ordinary", "passer_by")
    language = rng.choices(("fr", "en", "es"), (87, 10, 3))[0] if plain else "fr"
    first, last = rng.choice(FIRST[language]), rng.choice(LAST[language])
    slug = without_accents(f"{first}.{last}").lower()
    email = f"{slug}{index}@{rng.choice(('example.com', 'exemple.example'))}"
    phone = (
        rng.choice(("01 99 00", "06 39 98")) + f" {rng.randrange(100):02d} {rng.randrange(100):02d}"
    )
    handles = _handles(rng, index, kind, first, last, email)
    names = {c: _shown_name(rng, c, first, last) for c in handles}
    return Person(
        f"c{index:04d}", first, last, email, phone, language, kind, handles, names,
        _followers(rng, kind), _hand(rng, kind),
    )  # fmt: skip


def _handles(
    rng: Random, index: int, kind: Temperament, first: str, last: str, email: str
) -> dict[str, str]:
    folded = without_accents(first).lower()
    nick = rng.choice(NICK)
    made = {
        "x": rng.choice((f"{folded[:8]}_{index:04d}", f"{nick[:9]}{index:04d}", f"{nick[:5]}_{folded[:4]}{index:04d}"))[:15],
        "facebook": f"{folded}.{without_accents(last).lower()}.{index}",
        "instagram": rng.choice((f"{nick}.{folded}.{index}", f"{folded}_{nick}{index}", f"la.{nick}.{index}")),
        "reviews": f"{folded}-{last[0].lower()}-{index}",
        "email": email,
        "chat": email,
    }  # fmt: skip
    kept = _channels_of(rng, kind)
    return {channel: handle for channel, handle in made.items() if channel in kept}


def _channels_of(rng: Random, kind: Temperament) -> set[str]:
    if kind == "passer_by":
        return {rng.choices(("x", "facebook", "instagram"), (55, 28, 17))[0]}
    if kind == "helper":
        return {"x", "facebook", "instagram", "email", "reviews"}
    kept = {rng.choices(CHANNELS, (22, 27, 24, 20, 7))[0], "email", "chat", "reviews"}
    extra = 0.8 if kind in ("complainer", "ambassador") else 0.22
    return kept | {c for c in ("x", "facebook", "instagram") if rng.random() < extra}


def _shown_name(rng: Random, channel: str, first: str, last: str) -> str:
    if channel in ("facebook", "email"):
        return f"{first} {last}"
    if channel == "reviews":
        return f"{first} {last[0]}."
    if channel == "chat":
        return first
    return rng.choice(
        (first, f"{first} {last[0]}.", f"{first} 🌿", f"{first.lower()} ☕", f"{first} {last}")
    )


def _followers(rng: Random, kind: Temperament) -> int:
    base = {"ambassador": 2400, "helper": 700, "passer_by": 900}.get(kind, 320)
    draw = rng.random()
    return int(base * draw * draw * 3) + rng.randrange(5, 60)


def _hand(rng: Random, kind: Temperament) -> Hand:
    slop = 0.08 if kind == "helper" else rng.choices((0.0, 0.15, 0.45, 0.8), (28, 36, 24, 12))[0]
    return Hand(
        slop=slop,
        formal=rng.random() < (0.5 if kind in ("helper", "ambassador") else 0.78),
        emoji=0.1 + 0.5 * rng.random() * rng.random(),
        curly=rng.random() < 0.25,
        tight=rng.random() < 0.35,
        no_capitals=slop > 0.3 and rng.random() < 0.5,
        no_accents=slop > 0.3 and rng.random() < 0.35,
    )
