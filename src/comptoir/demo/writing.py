"""Turning phrases and facts into the text of one message, for one writer, on one channel."""

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from comptoir.demo.calendar import PARIS, day_of, season
from comptoir.demo.grammar import expand, fill, product_slots, sloppy, typeset
from comptoir.demo.people import FIRST, MEN, Person
from comptoir.demo.phrases import talk
from comptoir.demo.shop import BY_SKU, PRODUCTS, SHOP, Agent, Order, Product

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet",
    "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
SEASONS_EN = {
    "Noël": "Christmas",
    "la fête des Mères": "Mother's Day",
    "la Saint-Valentin": "Valentine's Day",
}
X_LIMIT = 280

# Phrases are written in the feminine; a man speaking of himself agrees otherwise.
MASCULINE = (
    ("déçue", "déçu"), ("conquise", "conquis"), ("Je suis cliente", "Je suis client"),
    ("je suis cliente", "je suis client"), ("Je reste cliente", "Je reste client"),
    ("J'étais cliente", "J'étais client"), ("contente", "content"), ("ravie", "ravi"),
    ("serai absente", "serai absent"), ("été débitée", "été débité"), ("être remboursée", "être remboursé"),
    ("Remboursée en", "Remboursé en"), ("me suis trompée", "me suis trompé"), ("vous m'avez perdue", "vous m'avez perdu"),
    ("être prévenue", "être prévenu"), ("être alertée", "être alerté"), ("été traitée", "été traité"),
    ("Je suis choquée", "Je suis choqué"), ("suis payée", "suis payé"), ("désolée d'avoir", "désolé d'avoir"),
    ("Satisfaite", "Satisfait"), ("étudiante", "étudiant"), ("Passionnée", "Passionné"), ("Présente samedi", "Présent samedi"),
    ("Mon mari", "Mon frère"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a phrase may speak of at one moment: who, which order, which product, when."""

    person: Person
    at: datetime
    product: Product
    other: Product
    order: Order | None
    channel: str


def context(
    rng: Random, person: Person, at: datetime, channel: str, order: Order | None
) -> Context:
    """A context whose product is one of the order's, else any; `other` always differs from it."""
    product = BY_SKU[rng.choice(order.lines).sku] if order else rng.choice(PRODUCTS)
    other = rng.choice(
        [p for p in PRODUCTS if p.family == product.family and p != product] or PRODUCTS
    )
    return Context(person, at, product, other, order, channel)


def slots(rng: Random, ctx: Context, agent: Agent | None = None) -> dict[str, str]:
    """The value of every slot of the bank in this context."""
    words = product_slots(ctx.product)
    words |= {f"{key}_c": _capital(words[key]) for key in ("le", "mon", "un", "es")}
    words |= _order_slots(rng, ctx) | _person_slots(rng, ctx.person) | _time_slots(rng, ctx.at)
    return words | {
        "other": product_slots(ctx.other)["le"],
        "noun_pl": _plural(ctx.product),
        "el_es": ("la " if words["es"].split()[0] in ("vela", "tetera", "taza", "infusión", "bandeja", "lata") else "el ") + words["es"],
        "f": "ve" if ctx.product.feminine else "f",
        "price": euros(ctx.product.cents),
        "brand": SHOP.handles.get(ctx.channel, "") if ctx.channel in ("x", "instagram", "facebook") else "tilleuletbraise",
        "agent": agent.name if agent else SHOP.agents[0].name,
        "ag": "e" if agent and agent.name == "Maëlle" else "",
        "friend": f"@{rng.choice(('lily', 'nono', 'mymy', 'caro', 'steph'))}.{rng.randrange(1000, 9999)}"
        if ctx.channel in ("instagram", "x")
        else rng.choice(FIRST["fr"]),
    }  # fmt: skip


def _order_slots(rng: Random, ctx: Context) -> dict[str, str]:
    order = ctx.order
    placed = day_of(order.placed_at) if order else day_of(ctx.at)
    cents = order.cents if order else ctx.product.cents
    days = max((day_of(ctx.at) - placed).days, 2)
    return {
        "number": _number_as_typed(rng, order.number) if order else "",
        "parcel": order.parcel if order else "",
        "carrier": order.carrier if order else "Colissimo",
        "days": str(days),
        "placed": f"{placed.day} {MONTHS[placed.month - 1]}",
        "placed_en": f"{placed.day}/{placed.month}",
        "month": MONTHS[placed.month - 1],
        "amount": euros(cents),
        "amount_less": euros(max(cents - 590, 100)),
    }


def _number_as_typed(rng: Random, number: str) -> str:
    digits = number.removeprefix("TB-")
    return rng.choices((number, f"TB{digits}", digits, f"tb-{digits}"), (70, 12, 12, 6))[0]


def _person_slots(rng: Random, person: Person) -> dict[str, str]:
    return {
        "first": person.first,
        "last": person.last,
        "email": person.email,
        "phone": person.phone,
        "pp": f"{rng.randrange(100):02d} {rng.randrange(100):02d}",
        "pp2": f"{rng.randrange(16**6):06x}",
        "wait": rng.choice(("2 jours", "3 jours", "Une semaine", "48h", "4 jours")),
    }


def _time_slots(rng: Random, at: datetime) -> dict[str, str]:
    now = season(day_of(at))[0]
    name = now or rng.choice(("les anniversaires", "les beaux jours", "un anniversaire"))
    return {
        "season": name,
        "fete": now
        if now in SEASONS_EN
        else rng.choice(("un anniversaire", "une crémaillère", "un départ à la retraite")),
        "season_en": SEASONS_EN.get(name, "the season"),
        "hour": str(at.astimezone(PARIS).hour),
    }


def _plural(product: Product) -> str:
    first, _, rest = product.noun.partition(" ")
    return f"{first}{'' if first.endswith(('s', 'x')) else 's'} {rest}".strip()


def of_family(rng: Random, ctx: Context, family: str) -> Context:
    """The same context about a product of a family, one of the order's where it holds any."""
    ordered = [BY_SKU[line.sku] for line in ctx.order.lines] if ctx.order else []
    fitting = [p for p in ordered if p.family == family] or [
        p for p in PRODUCTS if p.family == family
    ]
    product = rng.choice(fitting)
    other = rng.choice([p for p in PRODUCTS if p.family == family and p != product])
    return replace(ctx, product=product, other=other)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def euros(cents: int) -> str:
    """An amount as people type it: 26,90 €."""
    return f"{cents // 100},{cents % 100:02d} €"


def say(rng: Random, phrase: str, ctx: Context, agent: Agent | None = None) -> str:
    """One phrase, expanded and filled, before anybody's way of typing is applied."""
    return fill(expand(rng, phrase, ctx.person.hand.formal), slots(rng, ctx, agent))


def typed(rng: Random, text: str, ctx: Context, tone: str = "neutral") -> str:
    """The text as this person types it: agreement, haste, emoji, and X's length."""
    hand = ctx.person.hand
    if ctx.person.language == "fr":
        text = _agreed(text, ctx.person)
    if (
        ctx.channel not in ("email", "reviews")
        and ord(text[-1]) < 0x2190
        and rng.random() < hand.emoji
    ):
        text = f"{text} {rng.choice(talk.EMOJI[tone])}"
    if ctx.person.language == "fr":
        text = sloppy(rng, text, hand)
    return text if ctx.channel != "x" else shortened(text)


def _agreed(text: str, person: Person) -> str:
    if person.first in MEN:
        for feminine, masculine in MASCULINE:
            text = text.replace(feminine, masculine)
    return text


def shortened(text: str) -> str:
    """At most X's 280 characters, cut between words."""
    if len(text) <= X_LIMIT:
        return text
    return text[: X_LIMIT - 1].rsplit(" ", 1)[0] + "…"


def email_text(rng: Random, body: str, ctx: Context, warm: bool = False) -> str:
    """A whole e-mail around a reason to write: greeting, details, closing, name."""
    language = ctx.person.language
    name = f"{ctx.person.first} {ctx.person.last}"
    if warm:
        return "\n".join(
            (
                rng.choice(talk.EMAIL_GREETINGS[language]),
                "",
                body,
                "",
                rng.choice(talk.EMAIL_WARM[language]),
                name,
            )
        )
    for greeting in ("Bonjour, ", "Hi! ", "Hello, ", "Hola, ", "Buenas, "):
        body = _capital(body.removeprefix(greeting))
    parts = [rng.choice(talk.EMAIL_GREETINGS[language]), "", body]
    for _ in range(rng.choices((0, 1, 2), (35, 45, 20))[0]):
        detail = say(rng, rng.choice(talk.EMAIL_DETAILS[language]), ctx)
        about_order = any(
            word in detail for word in ("Commande passée", "livreur", "cadeau", "gift", "regalo")
        )
        if detail not in parts and (ctx.order or not about_order):
            parts.append(detail)
    parts += [
        "",
        say(rng, rng.choice(talk.EMAIL_CLOSINGS[language]), ctx),
        f"{ctx.person.first} {ctx.person.last}",
    ]
    return "\n".join(parts)


def brand_says(
    rng: Random, phrase: str, ctx: Context, agent: Agent, to_handle: str = "", again: bool = False
) -> str:
    """
    The brand's answer: greeting, sentence, signature, properly typeset for the channel.

    again: it has already greeted this person in the conversation.
    """
    language = ctx.person.language if ctx.person.language in talk.HELLO_BRAND else "fr"
    hello = fill(rng.choice(talk.HELLO_BRAND[language]), {"first": ctx.person.first})
    body = say(rng, phrase, ctx, agent)
    if ctx.channel == "email":
        sign = fill(rng.choice(talk.SIGN_EMAIL[language]), {"agent": agent.name})
        return _set(f"{hello}\n\n{_capital(body)}\n\n{sign}", language)
    mention = f"@{to_handle} " if to_handle and ctx.channel in ("x", "instagram") else ""
    lead = _capital(body) if again else f"{hello} {body}"
    signed = (
        lead
        if ctx.channel == "chat" or not body.endswith((".", "!", "?")) or body.endswith(agent.name)
        else f"{lead} {agent.name}"
    )
    text = mention + _set(signed, language)
    return shortened(text) if ctx.channel == "x" else text


def _set(text: str, language: str) -> str:
    return typeset(text) if language == "fr" else text.replace("'", "’")
