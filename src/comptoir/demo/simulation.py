"""
Six months of a small fictional French online shop, the same for the same seed and end.

Nothing here touches a database, a network or a clock. Two calls with the same arguments give
equal data, on every platform; the caller passes the day of installation so that it looks fresh.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from comptoir.channels.incoming import Incoming
from comptoir.demo import events, threads
from comptoir.demo.calendar import local, season
from comptoir.demo.people import Person, make_people
from comptoir.demo.shop import SHOP, Order, Shop, hour_of_day, make_orders
from comptoir.demo.stage import Stage, Truth

CONVERSATIONS_A_DAY = 6.6
WEEKDAYS = (1.25, 1.05, 1.0, 1.0, 0.95, 0.85, 0.9)
POSTING_DAYS = {"facebook": (0, 2, 4), "instagram": (1, 3, 6), "x": (0, 1, 4)}


@dataclass(frozen=True, slots=True)
class Simulation:
    """
    Everything simulated. `first` and `last` are the days covered in Paris, both included;
    `crisis` the first day of the bad-buzz week. `messages` are in order of time and `truth`
    says, by external id, what each was meant to express.
    """

    shop: Shop
    people: list[Person]
    orders: list[Order]
    messages: list[Incoming]
    truth: dict[str, Truth]
    first: date
    last: date
    crisis: date


def simulate(seed: int = 7, *, end: date, months: int = 6, scale: float = 1.0) -> Simulation:
    """
    The shop's life over `months` of 30.4 days up to the day before `end`.

    scale multiplies orders, people and messages (1.0: about 1,500 orders and 7,000 messages).
    Raises ValueError under two months or for a scale that is not positive: no room for the story.

    >>> simulate(end=date(2026, 3, 2), scale=0.1).last
    datetime.date(2026, 3, 1)
    """
    if months < 2 or scale <= 0:
        raise ValueError("A simulation needs at least two months and a positive scale.")
    rng = Random(seed)  # noqa: S311 — a story to replay, not a secret
    last = end - timedelta(days=1)
    first = end - timedelta(days=round(months * 30.4))
    people = make_people(rng, scale)
    world = _world(rng, people, first, last, round(250 * months * scale))
    _live(world, first, last, scale)
    orders = sorted((o for each in world.orders.values() for o in each), key=lambda o: o.number)
    stage = world.stage
    return Simulation(
        SHOP, people, orders, stage.finished(), stage.truth, first, last, world.crisis
    )


def _world(
    rng: Random, people: list[Person], first: date, last: date, target: int
) -> threads.World:
    customers = [p.key for p in people if p.temperament != "passer_by"]
    orders: dict[str, list[Order]] = {key: [] for key in customers}
    crisis = _crisis_day(first, last)
    recall = crisis + timedelta(days=events.STATEMENT_DAY)
    for order in make_orders(rng, customers, first, last, target, recall):
        orders[order.customer].append(order)
    stage = Stage(rng, local(last + timedelta(days=1), 0))
    posts: dict[str, list[Incoming]] = {channel: [] for channel in POSTING_DAYS}
    return threads.World(rng, stage, people, orders, posts, crisis)


def _crisis_day(first: date, last: date) -> date:
    """A Tuesday about six weeks before the end, so that the storm and its aftermath are both seen."""
    day = last - timedelta(days=min(40, int((last - first).days * 0.5)))
    return day - timedelta(days=(day.weekday() - 1) % 7)


def _live(world: threads.World, first: date, last: date, scale: float) -> None:
    day = first
    while day <= last:
        _posts(world, day)
        _conversations(world, day, scale)
        day += timedelta(days=1)
    _reviews(world)
    events.bad_buzz(world, scale)


def _posts(world: threads.World, day: date) -> None:
    quiet = 0 <= (day - world.crisis).days < 9
    for channel, weekdays in POSTING_DAYS.items():
        if day.weekday() in weekdays and not quiet:
            events.publish(world, day, channel)


def _conversations(world: threads.World, day: date, scale: float) -> None:
    busy = CONVERSATIONS_A_DAY * scale * WEEKDAYS[day.weekday()] * (0.6 + 0.4 * season(day)[1])
    count = int(busy) + (world.rng.random() < busy - int(busy))
    for _ in range(count):
        _converse(world, local(day, hour_of_day(world.rng)))


def _converse(world: threads.World, at: datetime) -> None:
    """Somebody with something to say: tries a few people until one has a fitting reason."""
    before = len(world.stage.messages)
    for _ in range(6):
        person = _speaker(world)
        threads.hold(world, person, threads.pick_scenario(world.rng, person), at)
        if len(world.stage.messages) > before:
            return


def _speaker(world: threads.World) -> Person:
    draw = world.rng.random()
    kind = (
        "complainer"
        if draw < 0.1
        else "ambassador"
        if draw < 0.17
        else "passer_by"
        if draw < 0.27
        else "ordinary"
    )
    return world.rng.choice([p for p in world.people if p.temperament == kind])


def _reviews(world: threads.World) -> None:
    for person in world.people:
        for order in world.orders.get(person.key, []):
            if world.rng.random() < 0.22:
                events.review(world, order, person)
