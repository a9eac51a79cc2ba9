"""What a message may name, and how a found thing is told."""

from dataclasses import dataclass

KINDS = (
    "link",
    "email",
    "mention",
    "hashtag",
    "parcel",
    "order",
    "phone",
    "amount",
    "date",
    "address",
    "name",
    "iban",
    "card",
    "product",
)
PERSONAL = ("email", "phone", "address", "name", "iban", "card")
"""Kinds that tell who somebody is, where they live or how they pay: what `mask` hides."""


@dataclass(frozen=True, slots=True)
class Entity:
    """
    Something named between `start` and `end` (excluded) of the text, in characters.

    value, by kind: lower-case e-mail ("(at)" undone), E.164 phone, folded tag, "12.50 EUR",
    parcel and order numbers in capitals without spaces, date as in `dates`, name and address
    on one line, product id. A bank account is "FR…0185", a card its last four digits: the
    whole number is never copied out of the message.

    detail: the carrier of a parcel, "" when none is sure; the network of a card; how sure a
    product is, "0.55" to "1.00"; else "".
    """

    kind: str
    value: str
    start: int
    end: int
    detail: str = ""
