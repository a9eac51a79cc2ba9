"""One conversation after another: a customer writes, somebody answers, it goes well or it does not."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from comptoir.channels.incoming import Incoming, Kind
from comptoir.demo import writing
from comptoir.demo.calendar import after_working_minutes, day_of, season
from comptoir.demo.people import Person
from comptoir.demo.phrases import talk
from comptoir.demo.phrases.scenarios import SCENARIOS
from comptoir.demo.phrases.shape import Scenario
from comptoir.demo.shop import SHOP, Agent, Order
from comptoir.demo.stage import Stage, Truth, brand_voice, voice_of
from comptoir.demo.writing import Context

# Working minutes before the brand's answer: quantiles 0, ¼, ½, ¾, 0.9 and 1, by channel.
QUANTILES = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
DELAYS = {
    "x": (4, 20, 48, 130, 320, 1200),
    "facebook": (5, 30, 75, 190, 420, 1500),
    "instagram": (6, 40, 95, 240, 520, 1600),
    "email": (15, 110, 260, 520, 900, 2300),
    "chat": (0.4, 1, 2, 4, 9, 35),
    "reviews": (60, 400, 900, 1600, 2400, 4000),
}
ANSWERED = {"x": 0.86, "facebook": 0.88, "instagram": 0.8, "email": 0.96, "chat": 0.93}
BITTER = (
    "late",
    "service_complaint",
    "churn",
    "refund",
    "damaged",
    "legal",
    "irony_late",
    "dissuasion",
)
FACTUAL = (
    "delivery",
    "damaged_item",
    "refund",
    "invoice_payment",
    "withdrawal_return_cancel",
    "fault",
)
ORDER_WORDS = {
    "Colis": ("delivery", "damaged_item"),
    "rien [reçu": ("delivery", "damaged_item", "refund"),
    "{carrier}": ("delivery",),
    "Remboursement": ("refund", "withdrawal_return_cancel"),
    "Problème réglé": FACTUAL,
    "râlé": ("delivery", "refund", "complaint"),
    "dédommagement": ("delivery", "damaged_item"),
    "attendre": FACTUAL,
}
PARCEL = ("delivery", "damaged_item")
FREE = ("product", "nothing")
FAMILIES = ("tea", "candle", "ware", "gift")
GLAD = ("praise", "recommendation", "purchase", "praise", "recommendation", "suggestion")


@dataclass(slots=True)
class World:
    """What conversations share: the stage, people, orders by customer, and the crisis's first day."""

    rng: Random
    stage: Stage
    people: list[Person]
    orders: dict[str, list[Order]]
    posts: dict[str, list[Incoming]]
    crisis: date
    by_key: dict[str, Person] = field(init=False)
    timeline: list[Order] = field(init=False)
    instants: list[datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.by_key = {person.key: person for person in self.people}
        self.timeline = sorted(
            (o for each in self.orders.values() for o in each), key=lambda o: o.placed_at
        )
        self.instants = [o.placed_at for o in self.timeline]

    def recent(self, at: datetime) -> list[Order]:
        """Orders placed in the 35 days before an instant, the oldest first."""
        since = bisect_right(self.instants, at - timedelta(days=35))
        return self.timeline[since : bisect_right(self.instants, at)]

    def helpers(self, channel: str) -> list[Person]:
        """Regular helpers seen on a channel."""
        return [p for p in self.people if p.temperament == "helper" and channel in p.handles]

    def load(self, at: datetime) -> float:
        """How much slower than usual the team answers: Mondays, seasons, and the crisis."""
        day = day_of(at)
        since = (day - self.crisis).days
        crisis = (
            5.0 if 0 <= since < 3 else 3.0 if 3 <= since < 7 else 1.6 if 7 <= since < 12 else 1.0
        )
        return crisis * (1.3 if day.weekday() == 0 else 1.0) * max(1.0, season(day)[1] / 1.6)

    def delay(self, channel: str) -> float:
        """A draw of working minutes before an answer, linear between the quantiles."""
        draw, table = self.rng.random(), DELAYS[channel]
        i = min(bisect_right(QUANTILES, draw) - 1, len(table) - 2)
        share = (draw - QUANTILES[i]) / (QUANTILES[i + 1] - QUANTILES[i])
        return table[i] + share * (table[i + 1] - table[i])

    def answer_time(self, channel: str, at: datetime) -> datetime:
        """When the brand answers a message; social networks are sometimes watched after hours."""
        if channel in ("x", "facebook", "instagram") and self.rng.random() < 0.08:
            return at + timedelta(minutes=6 + 90 * self.rng.random())
        return after_working_minutes(at, self.delay(channel) * self.load(at))


def pick_scenario(rng: Random, person: Person) -> Scenario:
    """A reason to write that suits a temperament."""
    weights = [s.weight * _leaning(person, s) for s in SCENARIOS]
    return rng.choices(SCENARIOS, weights)[0]


def _leaning(person: Person, scenario: Scenario) -> float:
    if person.temperament == "complainer":
        return 4.0 if scenario.name in BITTER else 0.1
    if person.temperament == "ambassador":
        return 5.0 if scenario.name in GLAD else 0.15
    if scenario.name == "spam":
        return 6.0 if person.temperament == "passer_by" else 0.0
    if person.temperament == "passer_by":
        return 1.0 if scenario.about in ("product", "nothing") else 0.0
    return 1.0


def hold(world: World, person: Person, scenario: Scenario, at: datetime) -> None:
    """
    Play a whole conversation from its first message on; nothing when the facts do not allow it.

    When the matter needs an order, an ordinary person gives way to somebody who has a fitting one.
    """
    order = fitting_order(world, person, scenario, at)
    if order is None and scenario.about not in FREE and person.temperament == "ordinary":
        order = _any_fitting(world, scenario, at)
        person = world.by_key[order.customer] if order else person
    channels = [c for c in scenario.channels if c in person.handles]
    if not channels or (order is None and scenario.about not in FREE):
        return
    channel = world.rng.choice(channels)
    ctx = writing.context(world.rng, person, at, channel, order)
    _Thread(world, ctx, scenario).play()


def fitting_order(world: World, person: Person, scenario: Scenario, at: datetime) -> Order | None:
    """The latest order of the person that the scenario can be about at that moment."""
    return next(
        (o for o in reversed(world.orders.get(person.key, [])) if _fits(o, scenario.about, at)),
        None,
    )


def _any_fitting(world: World, scenario: Scenario, at: datetime) -> Order | None:
    orders = [
        order
        for order in world.recent(at)
        if _fits(order, scenario.about, at)
        and world.by_key[order.customer].temperament == "ordinary"
    ]
    return world.rng.choice(orders) if orders else None


def _fits(order: Order, about: str, at: datetime) -> bool:
    age = at - order.placed_at
    if about == "nothing" or not timedelta(hours=3) < age < timedelta(days=35):
        return False
    arrived = order.delivered_at is not None and order.delivered_at < at
    shipped = order.shipped_at is not None and order.shipped_at < at
    if about == "late":
        return not arrived and age > timedelta(days=5)
    if about == "shipped":
        return shipped and not arrived
    return arrived if about == "delivered" else True


def _about(bank: tuple[str, ...], intent: str) -> tuple[str, ...]:
    """The phrases that suit a matter: nobody thanks for a parcel when asking for an invoice."""
    return tuple(
        p for p in bank if all(word not in p or intent in fit for word, fit in ORDER_WORDS.items())
    )


class _Thread:
    """A conversation being played: keeps who answers, what was last said and the subject."""

    def __init__(self, world: World, ctx: Context, scenario: Scenario) -> None:
        self.world, self.rng, self.ctx, self.scenario = world, world.rng, ctx, scenario
        self.agent: Agent = self.rng.choice(SHOP.agents)
        self.subject, self.gave_number, self.greeted = "", False, ctx.channel == "chat"
        self.own_answer: tuple[str, ...] = ()
        self.own_help: tuple[str, ...] = ()
        self.private = ctx.channel in ("email", "chat") or (
            ctx.channel in ("facebook", "instagram") and self.rng.random() < 0.38
        )

    def play(self) -> None:
        first = self._open()
        if first is None:
            return
        helped = self._help(first)
        if helped and self.rng.random() < 0.45:
            self._customer(helped, talk.HELPER_THANKS, ("thanks",), "positive", 5, 240)
            if self.rng.random() < 0.5:
                self._brand(first, talk.BRAND_THANKS_HELPER, helper=helped.author_handle)
            return
        due = self.world.answer_time(self.ctx.channel, first.sent_at)
        last = self._nudged(first, due)
        if self.rng.random() < self._chance(first):
            self._answered(first, last)

    # -- what the customer says

    def _open(self) -> Incoming | None:
        tone, intents, text = self.scenario.tone, self.scenario.intents, self._reason()
        person = self.ctx.person
        bitter = person.temperament == "complainer" or (
            tone == "negative" and self.rng.random() < 0.2
        )
        if bitter and person.language == "fr" and tone == "negative" and not self.scenario.irony:
            text = f"{text} {writing.say(self.rng, self.rng.choice(talk.ANGER), self.ctx)}"
            intents = (*intents, *(("complaint",) if "complaint" not in intents else ()))
            if self.rng.random() < 0.15 and "churn_threat" not in intents:
                text = f"{text} {writing.say(self.rng, self.rng.choice(talk.CHURN), self.ctx)}"
                intents = (*intents, "churn_threat")
        meant = Truth(
            intents, tone, self.scenario.needs_answer, self.scenario.urgency, self.scenario.irony
        )
        kind, parent = self._placed()
        return self.world.stage.say(
            voice_of(person, self.ctx.channel), self.ctx.channel, kind, self.ctx.at, self._dressed(text, tone, kind),
            meant, parent=parent, title=self.subject,
        )  # fmt: skip

    def _reason(self) -> str:
        bank = {"fr": self.scenario.fr, "en": self.scenario.en, "es": self.scenario.es}
        phrase = self._unfolded(self.rng.choice(bank[self.ctx.person.language]))
        text = writing.say(self.rng, phrase, self.ctx)
        self.gave_number = "{number}" in phrase or "{parcel}" in phrase
        if (
            self.ctx.order
            and self.scenario.identify
            and not self.gave_number
            and self.rng.random() < self._gives()
        ):
            self.gave_number = True
            mention = self.rng.choice(talk.MENTION_NUMBER[self.ctx.person.language])
            text = f"{text} {writing.say(self.rng, mention, self.ctx)}"
        return text

    def _unfolded(self, line: str) -> str:
        """The phrase itself, once its family and its own answers are read."""
        phrase, *answers = line.split(" => ")
        self.own_answer, self.own_help = tuple(answers[:1]), tuple(answers[1:2])
        family, _, rest = phrase.partition(": ")
        if family not in FAMILIES:
            return phrase
        self.ctx = writing.of_family(self.rng, self.ctx, family)
        return rest

    def _gives(self) -> float:
        if self.scenario.tone == "positive":
            return 0.0
        return {"email": 0.7, "chat": 0.5}.get(self.ctx.channel, 0.45 if self.private else 0.12)

    def _placed(self) -> tuple[Kind, Incoming | None]:
        channel = self.ctx.channel
        if channel == "email":
            return "email", None
        if self.private:
            return "message", None
        posts = [p for p in self.world.posts[channel] if p.sent_at < self.ctx.at]
        if channel != "x" and posts and self.rng.random() < 0.6:
            return "comment", posts[-1]
        return "post", None

    def _dressed(self, text: str, tone: str, kind: Kind) -> str:
        language, channel = self.ctx.person.language, self.ctx.channel
        if channel == "email":
            self.subject = writing.say(self.rng, self.rng.choice(self._subjects()), self.ctx)
            return writing.typed(
                self.rng,
                writing.email_text(self.rng, text, self.ctx, tone == "positive"),
                self.ctx,
                tone,
            )
        casual = (
            self.scenario.tone == "positive"
            or self.scenario.irony
            or self.scenario.name in ("spam", "chatter")
        )
        greeted = text.startswith(("Bonjour", "Hello", "Hi", "Hola", "Buenas", "Coucou"))
        if not casual and not greeted and self.rng.random() < 0.4:
            text = f"{writing.say(self.rng, self.rng.choice(talk.GREETINGS[language]), self.ctx)} {text}"
        if (
            kind == "post"
            and channel == "x"
            and "@" not in text
            and self.scenario.name not in ("spam", "chatter")
        ):
            text = (
                f"@{SHOP.handles['x']} {text}"
                if self.rng.random() < 0.8
                else f"{text} @{SHOP.handles['x']}"
            )
        if kind == "post" and self.scenario.tone == "positive" and self.rng.random() < 0.45:
            text = f"{text} {' '.join(self.rng.sample(talk.HASHTAGS, self.rng.randrange(1, 4)))}"
        return writing.typed(self.rng, text, self.ctx, tone)

    def _subjects(self) -> tuple[str, ...]:
        if self.ctx.person.language == "en":
            return (
                ("Order {number}", "Question about my order")
                if self.ctx.order
                else ("Question", "Hello from a customer")
            )
        if self.ctx.person.language == "es":
            return ("Pedido {number}",) if self.ctx.order else ("Consulta",)
        kept = tuple(s for s in self.scenario.subjects if self.ctx.order or "{number}" not in s)
        return kept or ("Bonjour",)

    def _customer(
        self, parent: Incoming, bank: tuple[str, ...], intents: tuple[str, ...], tone: str,
        soonest: float, latest: float, needs: bool = False,
    ) -> Incoming | None:  # fmt: skip
        wait = soonest + (latest - soonest) * self.rng.random() * self.rng.random()
        if self.ctx.channel == "chat":
            wait = 0.5 + 4 * self.rng.random()
        phrase = self.rng.choice(bank).replace("{helper}", parent.author_handle)
        text = writing.say(self.rng, phrase, self.ctx, self.agent)
        if self.ctx.channel == "email":
            text = f"{text}\n{self.ctx.person.first}"
        at = parent.sent_at + timedelta(minutes=wait)
        kind, subject = (
            self._reply_kind(),
            f"RE: {self.subject.removeprefix('RE: ')}" if self.subject else "",
        )
        return self.world.stage.say(
            voice_of(self.ctx.person, self.ctx.channel), self.ctx.channel, kind, at,
            writing.typed(self.rng, text, self.ctx, tone), Truth(intents, tone, needs, 1 if needs else 0),
            parent=parent, title=subject,
        )  # fmt: skip

    def _nudged(self, first: Incoming, due: datetime) -> Incoming:
        patience = timedelta(hours=3 if self.ctx.channel in ("x", "facebook") else 30)
        if (
            self.ctx.channel == "chat"
            or not self.scenario.needs_answer
            or due - first.sent_at < patience
        ):
            return first
        if self.rng.random() > 0.3:
            return first
        bank, room = (
            talk.NUDGES[self.ctx.person.language],
            (due - first.sent_at).total_seconds() / 60,
        )
        intents = tuple(dict.fromkeys(("complaint", *self.scenario.intents[:1])))
        said = self._customer(first, bank, intents, "negative", room * 0.4, room * 0.95, True)
        return said or first

    # -- what others and the brand say

    def _help(self, first: Incoming) -> Incoming | None:
        helpers = [] if self.private else self.world.helpers(self.ctx.channel)
        if (
            not helpers
            or not self.scenario.helped
            or self.ctx.person.language != "fr"
            or self.rng.random() > 0.42
        ):
            return None
        helper = self.rng.choice(helpers)
        if helper.key == self.ctx.person.key:
            return None
        ctx = Context(
            helper,
            first.sent_at,
            self.ctx.product,
            self.ctx.other,
            self.ctx.order,
            self.ctx.channel,
        )
        text = writing.say(self.rng, self.rng.choice(self.own_help or self.scenario.helped), ctx)
        if self.ctx.channel != "facebook":
            text = f"@{first.author_handle} {text}"
        at = first.sent_at + timedelta(minutes=3 + 55 * self.rng.random())
        return self.world.stage.say(
            voice_of(helper, self.ctx.channel), self.ctx.channel, self._reply_kind(), at,
            writing.typed(self.rng, text, ctx, "neutral"), Truth(("other",), "neutral"), parent=first,
        )  # fmt: skip

    def _chance(self, first: Incoming) -> float:
        if not self.scenario.answers:
            return 0.0
        usual = ANSWERED[self.ctx.channel] if self.scenario.needs_answer else 0.33
        return usual * (0.6 if 0 <= (day_of(first.sent_at) - self.world.crisis).days < 7 else 1.0)

    def _answered(self, first: Incoming, last: Incoming) -> None:
        asks = self.scenario.identify and not self.gave_number
        answer = self._brand(first, self._first_answer(asks), after=last.sent_at)
        if answer is None:
            return
        if asks and self.rng.random() < 0.78:
            intents = (
                self.scenario.intents[:1] if self.scenario.intents[0] in FACTUAL else ("other",)
            )
            given = self._customer(
                answer,
                talk.GIVES_NUMBER[self.ctx.person.language],
                intents,
                "neutral",
                3,
                600,
                True,
            )
            answer = (self._brand(given, self._settled()) if given else None) or answer
        self._ending(answer)

    def _first_answer(self, asks: bool) -> tuple[str, ...]:
        language = self.ctx.person.language
        if asks:
            return talk.ASK_NUMBER[language]
        if language != "fr":
            return self._foreign()
        return self.own_answer or self.scenario.answers

    def _foreign(self) -> tuple[str, ...]:
        bank = talk.ANSWERS_EN if self.ctx.person.language == "en" else talk.ANSWERS_ES
        return bank.get(self.scenario.intents[0], bank[""])

    def _settled(self) -> tuple[str, ...]:
        if self.ctx.person.language != "fr":
            return self._foreign()
        if self.own_answer and "{number}" not in self.own_answer[0]:
            return self.own_answer
        parcel = self.scenario.intents[0] in PARCEL
        return tuple(p for p in talk.SETTLED if parcel or not ("{carrier}" in p or "renvoi" in p))

    def _ending(self, answer: Incoming) -> None:
        sour = (
            0.55
            if self.ctx.person.temperament == "complainer"
            else 0.14
            if self.scenario.tone == "negative"
            else 0.03
        )
        language, draw = self.ctx.person.language, self.rng.random()
        if draw < sour:
            intents = tuple(dict.fromkeys(("complaint", *self.scenario.intents[:1])))
            again = self._customer(
                answer,
                _about(talk.UNHAPPY[language], self.scenario.intents[0]),
                intents,
                "negative",
                10,
                1500,
                True,
            )
            if again and self.rng.random() < 0.75:
                self._brand(
                    again,
                    self._second(),
                )
        elif draw < sour + 0.4 and self.scenario.needs_answer:
            thanks = self._customer(
                answer,
                _about(talk.THANKS[language], self.scenario.intents[0]),
                ("thanks",),
                "positive",
                2,
                900,
            )
            if thanks and language == "fr" and self.rng.random() < 0.22:
                self._brand(thanks, talk.WELCOME)

    def _brand(
        self,
        parent: Incoming,
        bank: tuple[str, ...],
        helper: str = "",
        after: datetime | None = None,
    ) -> Incoming | None:
        at = self.world.answer_time(self.ctx.channel, parent.sent_at)
        if after and at <= after:
            at = after + timedelta(minutes=4)
        phrase = self.rng.choice(bank).replace("{helper}", helper)
        handle = "" if self.private else parent.author_handle
        text = writing.brand_says(
            self.rng, phrase, self.ctx, self.agent, handle, self.greeted or bool(helper)
        )
        self.greeted = True
        return self.world.stage.say(
            brand_voice(self.ctx.channel, self.ctx.person.language), self.ctx.channel, self._reply_kind(), at, text,
            Truth(), parent=parent, title=f"RE: {self.subject.removeprefix('RE: ')}" if self.subject else "",
        )  # fmt: skip

    def _second(self) -> tuple[str, ...]:
        if self.ctx.person.language != "fr":
            return self._foreign()
        parcel = self.scenario.intents[0] in PARCEL
        return tuple(
            p for p in talk.SECOND_ANSWER if parcel or not ("{carrier}" in p or "renvoi" in p)
        )

    def _reply_kind(self) -> Kind:
        if self.ctx.channel == "email":
            return "email"
        if self.private:
            return "message"
        return "reply" if self.ctx.channel == "x" else "comment"
