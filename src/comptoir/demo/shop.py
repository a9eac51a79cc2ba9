"""The fictional shop itself: what it sells, where it speaks, and the orders it takes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from comptoir.demo.calendar import OPENING, local, season

CARRIERS = ("Colissimo", "Chronopost", "UPS")


@dataclass(frozen=True, slots=True)
class Product:
    """`noun` is how people name it inside a sentence; `feminine` drives its French articles."""

    sku: str
    title: str
    cents: int
    noun: str
    feminine: bool
    english: str
    spanish: str
    family: str


@dataclass(frozen=True, slots=True)
class Agent:
    """A fictional member of the customer-care team, signing answers by first name."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Shop:
    """`handles`: the brand's own account by channel; `opening`: minutes of the day, Monday first."""

    name: str
    handles: dict[str, str]
    languages: tuple[str, ...]
    products: tuple[Product, ...]
    agents: tuple[Agent, ...]
    website: str
    zone: str = "Europe/Paris"
    opening: tuple[tuple[int, int] | None, ...] = OPENING


@dataclass(frozen=True, slots=True)
class Line:
    sku: str
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class Order:
    """
    An order as the shop's back office would know it; instants are UTC.

    `customer` is a Person's key; `cents` the total with delivery. shipped_at is None while
    the order is prepared, delivered_at while (or because) the parcel has not arrived.
    """

    number: str
    placed_at: datetime
    customer: str
    lines: tuple[Line, ...]
    cents: int
    carrier: str
    parcel: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    returned: bool


def _product(row: str) -> Product:
    sku, title, cents, noun, gender, english, spanish, family = (p.strip() for p in row.split("|"))
    return Product(sku, title, int(cents), noun, gender == "f", english, spanish, family)


CRISIS_SKU = "BOU-FDB"

PRODUCTS = tuple(
    _product(row)
    for row in """
THE-TIL | Thé vert tilleul & miel, 100 g | 1290 | thé vert tilleul-miel | m | lime blossom green tea | té verde de tila | tea
THE-CHB | Thé noir « Coin du feu », 100 g | 1390 | thé noir Coin du feu | m | Coin du feu black tea | té negro Coin du feu | tea
THE-EGB | Earl Grey aux bleuets, 100 g | 1250 | Earl Grey aux bleuets | m | cornflower Earl Grey | Earl Grey | tea
THE-JAS | Thé blanc jasmin, 50 g | 1690 | thé blanc jasmin | m | white jasmine tea | té blanco de jazmín | tea
ROO-POI | Rooibos poire-cannelle, 100 g | 1190 | rooibos poire-cannelle | m | pear and cinnamon rooibos | rooibos de pera y canela | tea
INF-VER | Tisane verveine-menthe, 50 g | 990 | tisane verveine-menthe | f | verbena and mint herbal tea | infusión de verbena | tea
INF-NUI | Tisane « Bonne nuit », 50 g | 1090 | tisane Bonne nuit | f | Bonne nuit herbal tea | infusión Bonne nuit | tea
MAT-CER | Matcha de cérémonie, 30 g | 2490 | matcha de cérémonie | m | ceremonial matcha | matcha ceremonial | tea
BOU-FDB | Bougie « Feu de bois », 180 g | 2690 | bougie Feu de bois | f | Feu de bois candle | vela Feu de bois | candle
BOU-FIG | Bougie « Figuier », 180 g | 2690 | bougie Figuier | f | fig tree candle | vela Figuier | candle
BOU-TIL | Bougie « Sous le tilleul », 180 g | 2690 | bougie Sous le tilleul | f | lime tree candle | vela Sous le tilleul | candle
BOU-PLU | Bougie « Après la pluie », 180 g | 2690 | bougie Après la pluie | f | Après la pluie candle | vela Après la pluie | candle
BOU-MIN | Coffret 4 mini-bougies | 2900 | coffret de mini-bougies | m | mini candle set | estuche de mini velas | candle
FON-AGR | Fondants agrumes, lot de 12 | 1150 | lot de fondants agrumes | m | citrus wax melts | fundentes de cítricos | candle
THE-GRE | Théière en grès 0,8 l | 4490 | théière en grès | f | stoneware teapot | tetera de gres | ware
THE-FON | Théière en fonte 1 l | 5900 | théière en fonte | f | cast-iron teapot | tetera de hierro | ware
TAS-GRE | Tasse en grès « Brume » | 1690 | tasse Brume | f | Brume cup | taza Brume | ware
BOL-MAT | Bol à matcha | 2490 | bol à matcha | m | matcha bowl | cuenco de matcha | ware
MUG-ECO | Mug émaillé « Écorce » | 1890 | mug Écorce | m | Écorce mug | taza Écorce | ware
INF-INO | Infuseur en inox | 990 | infuseur en inox | m | steel infuser | infusor de acero | ware
PHO-BRU | Photophore en verre soufflé | 2200 | photophore en verre | m | glass tealight holder | portavelas de cristal | ware
BOI-CUI | Boîte à thé cuivrée | 1450 | boîte à thé cuivrée | f | copper tea tin | lata de té | ware
PLA-NOY | Plateau en noyer | 3900 | plateau en noyer | m | walnut tray | bandeja de nogal | ware
COF-DEC | Coffret découverte 6 thés | 2950 | coffret découverte | m | discovery tea set | estuche de degustación | gift
COF-HIV | Coffret « Soir d'hiver » | 5490 | coffret Soir d'hiver | m | Soir d'hiver gift set | estuche Soir d'hiver | gift
CAL-AVE | Calendrier de 24 thés | 4490 | calendrier de 24 thés | m | 24-tea calendar | calendario de 24 tés | gift
""".strip().splitlines()
)

BY_SKU = {product.sku: product for product in PRODUCTS}

SHOP = Shop(
    name="Tilleul & Braise",
    handles={
        "x": "tilleulbraise",
        "facebook": "tilleuletbraise",
        "instagram": "tilleuletbraise",
        "reviews": "tilleul-et-braise",
        "email": "bonjour@tilleul-braise.example",
        "chat": "tilleul-et-braise",
    },
    languages=("fr", "en", "es"),
    products=PRODUCTS,
    agents=(
        Agent("Maëlle", "responsable de la relation clients"),
        Agent("Yanis", "conseiller clients"),
        Agent("Corentin", "conseiller clients"),
    ),
    website="https://tilleul-braise.example",
)


def s10_number(prefix: str, serial: int) -> str:
    """A postal item number of the UPU's S10 standard: two letters, eight digits, check, country."""
    return f"{prefix}{serial:08d}{s10_check(f'{serial:08d}')}FR"


def s10_check(digits: str) -> int:
    """Check digit of S10's eight digits: weights 8 6 4 2 3 5 9 7, modulo 11."""
    remainder = sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {0: 5, 1: 0}.get(remainder, 11 - remainder)


def ups_number(serial: int) -> str:
    """A UPS tracking number: 1Z, shipper, service, serial, check digit."""
    body = f"TB2024{'68'}{serial:07d}"
    return f"1Z{body}{ups_check(body)}"


def ups_check(body: str) -> int:
    """Check digit of the fifteen characters after 1Z: letters as (code − 63) mod 10, evens doubled."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    total = sum(v * (2 if i % 2 else 1) for i, v in enumerate(values))
    return -total % 10


def parcel_number(carrier: str, serial: int) -> str:
    """A number of the carrier's usual form, its check digit right."""
    if carrier == "UPS":
        return ups_number(serial % 10_000_000)
    return s10_number("CB" if carrier == "Colissimo" else "XY", serial)


def hour_of_day(rng: Random) -> float:
    """A minute of the day at which customers are awake: lunch and evening are busiest."""
    first, last = rng.choices(
        (
            (7 * 60, 9 * 60),
            (9 * 60, 12 * 60),
            (12 * 60, 14 * 60),
            (14 * 60, 18 * 60),
            (18 * 60, 23 * 60),
            (0, 60),
        ),
        (10, 18, 18, 20, 32, 2),
    )[0]
    return first + (last - first) * rng.random()


def make_orders(
    rng: Random, customers: list[str], first: date, last: date, target: int, recall: date
) -> list[Order]:
    """
    About `target` orders from `first` to `last` included, in order of time.

    The faulty candle is no longer sold from the day of its recall.
    Loyal customers come first in `customers` and buy more often (quadratic bias).
    """
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    weights = [season(d)[1] * (1.25 if d.weekday() in (6, 0) else 0.95) for d in days]
    placed = sorted(
        local(day, hour_of_day(rng)) for day in rng.choices(days, weights, k=max(target, 1))
    )
    end = local(last, 24 * 60)
    return [
        _order(rng, index, moment, customers, end, recall) for index, moment in enumerate(placed)
    ]


def _order(
    rng: Random, index: int, placed: datetime, customers: list[str], end: datetime, recall: date
) -> Order:
    lines = _lines(rng, placed, recall)
    carrier = rng.choices(CARRIERS, (70, 22, 8))[0]
    shipped = placed + timedelta(hours=20 + 50 * rng.random())
    days = 1.5 + 3 * rng.random() if rng.random() < 0.9 else 5 + 9 * rng.random()
    delivered = shipped + timedelta(days=days)
    lost = rng.random() < 0.012
    total = sum(line.cents * line.quantity for line in lines)
    return Order(
        number=f"TB-{104_000 + index * 3 + rng.randrange(3)}",
        placed_at=placed,
        customer=customers[int(len(customers) * rng.random() * rng.random())],
        lines=lines,
        cents=total + (0 if total >= 6000 else 590),
        carrier=carrier,
        parcel=parcel_number(carrier, 20_000_000 + rng.randrange(79_999_999)),
        shipped_at=_second(shipped) if shipped < end else None,
        delivered_at=_second(delivered) if delivered < end and not lost else None,
        returned=rng.random() < 0.04 and delivered + timedelta(days=10) < end,
    )


def _lines(rng: Random, placed: datetime, recall: date) -> tuple[Line, ...]:
    weights = [_appeal(product, placed, recall) for product in PRODUCTS]
    chosen: dict[str, int] = {}
    for product in rng.choices(PRODUCTS, weights, k=rng.choices((1, 2, 3, 4), (45, 30, 17, 8))[0]):
        chosen[product.sku] = chosen.get(product.sku, 0) + 1
    return tuple(Line(sku, quantity, BY_SKU[sku].cents) for sku, quantity in chosen.items())


def _appeal(product: Product, placed: datetime, recall: date) -> float:
    if product.sku == "CAL-AVE" and placed.month not in (10, 11, 12):
        return 0.01
    if product.sku == CRISIS_SKU:
        return 0.0 if placed.date() >= recall else 2.5
    return 1.0 if product.cents < 4000 else 0.6


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
