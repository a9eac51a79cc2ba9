"""What happens outside plain conversations: the brand's posts and their comments, reviews, the crisis."""

from datetime import date, datetime, timedelta

from comptoir.channels.incoming import Incoming, Kind
from comptoir.demo import writing
from comptoir.demo.calendar import after_working_minutes, day_of, local, season
from comptoir.demo.grammar import typeset
from comptoir.demo.people import Person
from comptoir.demo.phrases import crisis, talk
from comptoir.demo.shop import BY_SKU, CRISIS_SKU, SHOP, Order, hour_of_day
from comptoir.demo.stage import Truth, Voice, brand_voice, voice_of
from comptoir.demo.threads import World
from comptoir.demo.writing import Context

# People speaking about the crisis, day by day from its first evening.
CRISIS_CURVE = (75, 260, 310, 200, 110, 62, 42, 26, 18, 12, 9, 7, 5, 4)
STATEMENT_DAY = 3
GIFT_SEASONS = ("Noël", "Black Friday", "la fête des Mères", "la Saint-Valentin")


# -- the brand's posts


def publish(world: World, day: date, channel: str) -> None:
    """One post of the brand with the comments and reposts it receives."""
    rng = world.rng
    at = local(
        day, rng.choice((8 * 60 + 30, 12 * 60 + 15, 17 * 60 + 45, 19 * 60)) + 20 * rng.random()
    )
    gifts = season(day)[0] in GIFT_SEASONS and rng.random() < 0.4
    bank = talk.SEASON_POSTS if gifts else tuple(p for p in talk.POSTS if _suits(p, day))
    ctx = writing.context(rng, _anyone(world, channel), at, channel, None)
    text = typeset(writing.say(rng, rng.choice(bank), ctx))
    if channel == "instagram":
        text = f"{text}\n\n#TilleulEtBraise {' '.join(rng.sample(talk.HASHTAGS, 3))}"
    if channel == "x":
        text = writing.shortened(text)
    post = world.stage.say(brand_voice(channel), channel, "post", at, text, Truth())
    if post is None:
        return
    world.posts[channel].append(post)
    for _ in range(
        rng.randrange(*{"x": (0, 4), "facebook": (3, 12), "instagram": (3, 11)}[channel])
    ):
        _comment(world, post, ctx)
    if channel == "x":
        _shares(world, post)


def _suits(phrase: str, day: date) -> bool:
    if "Dimanche," in phrase:
        return day.weekday() == 6
    return day.weekday() == 0 if "geste du lundi" in phrase else True


def _comment(world: World, post: Incoming, about: Context) -> None:
    rng, channel = world.rng, post.channel
    person = _anyone(world, channel)
    intents, tone, needs, bank = rng.choices(talk.COMMENTS, talk.COMMENT_WEIGHTS)[0]
    if person.temperament == "complainer" and rng.random() < 0.7:
        intents, tone, needs, bank = talk.COMMENTS[8]
    at = post.sent_at + timedelta(minutes=2 + 2600 * rng.random() * rng.random() * rng.random())
    order = next(iter(world.orders.get(person.key, [])), None)
    if order is None or order.placed_at > at:
        bank, order = tuple(p for p in bank if "{number}" not in p), None
    ctx = Context(person, at, about.product, about.other, order, channel)
    phrase, *answers = rng.choice(bank).split(" => ")
    text = _foreign(world, ctx) or writing.say(rng, phrase, ctx)
    if _foreign_speaker(person):
        intents, tone, needs = ("praise",), "positive", False
    kind: Kind = "reply" if channel == "x" else "comment"
    said = world.stage.say(
        voice_of(person, channel), channel, kind, at, writing.typed(rng, text, ctx, tone),
        Truth(intents, tone, needs, 1 if needs else 0), parent=post,
    )  # fmt: skip
    if said:
        _answer_comment(
            world, said, ctx, tuple(answers) or talk.COMMENT_ANSWERS.get(intents[0], ()), needs
        )


def _foreign_speaker(person: Person) -> bool:
    return person.language != "fr"


def _foreign(world: World, ctx: Context) -> str:
    bank = {
        "en": talk.COMMENTS_EN,
        "es": talk.COMMENTS_ES,
    }.get(ctx.person.language)  # fmt: skip
    return writing.say(world.rng, world.rng.choice(bank), ctx) if bank else ""


def _answer_comment(
    world: World, said: Incoming, ctx: Context, bank: tuple[str, ...], needs: bool
) -> None:
    rng = world.rng
    if ctx.person.language != "fr" or not bank or rng.random() > (0.8 if needs else 0.12):
        return
    agent = rng.choice(SHOP.agents)
    text = writing.brand_says(rng, rng.choice(bank), ctx, agent, said.author_handle, again=True)
    at = world.answer_time(said.channel, said.sent_at)
    world.stage.say(
        brand_voice(said.channel), said.channel, said.kind, at, text, Truth(), parent=said
    )


def _shares(world: World, post: Incoming) -> None:
    rng, seen = world.rng, set()
    for _ in range(rng.randrange(0, 5)):
        person = _anyone(world, "x")
        if person.key in seen or person.temperament == "complainer":
            continue
        seen.add(person.key)
        at = post.sent_at + timedelta(minutes=1 + 900 * rng.random() * rng.random())
        if person.language == "fr" and rng.random() < 0.18:
            ctx = writing.context(rng, person, at, "x", None)
            text = writing.typed(
                rng, writing.say(rng, rng.choice(talk.QUOTES), ctx), ctx, "positive"
            )
            world.stage.say(
                voice_of(person, "x"),
                "x",
                "quote",
                at,
                text,
                Truth(("recommendation",), "positive"),
                shared=post,
            )
        else:
            repost(world, person, post, at)


def repost(world: World, person: Person, post: Incoming, at: datetime) -> None:
    """Somebody passes a message on unchanged."""
    text = f"RT @{post.author_handle}: {post.text}"
    voice = voice_of(person, "x", post.language)
    world.stage.say(voice, "x", "repost", at, writing.shortened(text), Truth(), shared=post)


def _anyone(world: World, channel: str) -> Person:
    """Somebody on a channel; regulars, being first in the list, speak more often."""
    present = [p for p in world.people if channel in p.handles and p.temperament != "passer_by"]
    return present[int(len(present) * world.rng.random() * (0.35 + 0.65 * world.rng.random()))]


# -- reviews


def review(world: World, order: Order, person: Person) -> None:
    """A buyer's review of one product of a delivered order, and the brand's reply."""
    rng = world.rng
    if order.delivered_at is None:
        return
    at = local(
        day_of(order.delivered_at) + timedelta(days=1 + int(12 * rng.random())), hour_of_day(rng)
    )
    stars = rng.choices((5, 4, 3, 2, 1), (56, 21, 9, 5, 9))[0]
    if person.temperament == "complainer":
        stars = rng.choice((1, 1, 2))
    ctx = writing.context(rng, person, at, "reviews", order)
    _reviewed(world, ctx, stars, _review_text(world, ctx, stars), REVIEW_INTENTS[stars])


REVIEW_INTENTS = {5: ("praise", "recommendation"), 4: ("praise",), 3: ("complaint",), 2: ("complaint",), 1: ("complaint", "dissuasion")}  # fmt: skip


def _review_text(world: World, ctx: Context, stars: int) -> str:
    rng = world.rng
    if ctx.person.language == "en":
        return writing.say(rng, rng.choice(talk.REVIEW_EN[stars]), ctx)
    parts = [rng.choice(talk.REVIEW_OPENINGS[stars])]
    details = talk.REVIEW_DETAILS["good" if stars > 3 else "bad"]
    parts += rng.sample(details, rng.choices((0, 1, 2), (35, 40, 25))[0] if stars != 3 else 0)
    return " ".join(writing.say(rng, part, ctx) for part in parts)


def _reviewed(world: World, ctx: Context, stars: int, text: str, intents: tuple[str, ...]) -> None:
    rng = world.rng
    tone = "positive" if stars > 3 else "neutral" if stars == 3 else "negative"
    title = rng.choice(talk.REVIEW_TITLES[stars]) if ctx.person.language == "fr" else ""
    said = world.stage.say(
        voice_of(ctx.person, "reviews", "fr" if ctx.person.language == "es" else ""), "reviews", "review", ctx.at,
        writing.typed(rng, text, ctx, tone), Truth(intents, tone, stars < 4, 2 if stars == 1 else 0),
        title=title, rating=float(stars),
    )  # fmt: skip
    if said is None or rng.random() > (0.88 if stars < 3 else 0.6 if stars == 3 else 0.33):
        return
    agent = rng.choice(SHOP.agents)
    bank = talk.REVIEW_REPLIES["good" if stars > 3 else "mixed" if stars == 3 else "bad"]
    reply = typeset(writing.say(rng, rng.choice(bank), ctx, agent))
    at = after_working_minutes(ctx.at, world.delay("reviews") * world.load(ctx.at))
    world.stage.say(brand_voice("reviews"), "reviews", "reply", at, reply, Truth(), parent=said)


# -- the bad-buzz week


def bad_buzz(world: World, scale: float) -> None:
    """Early signs, the clumsy reply, the storm, the recall, and the slow return to normal."""
    _early_signs(world, scale)
    sparks = _spark(world)
    statements = _statement(world)
    shared: set[tuple[str, str]] = set()
    for offset, count in enumerate(CRISIS_CURVE):
        for _ in range(round(count * scale)):
            _crisis_voice(world, offset, sparks, statements, shared)


def _moment(world: World, offset: int) -> datetime:
    """An instant of the crisis's nth day; its first evening starts at 18:45."""
    day = world.crisis + timedelta(days=offset)
    if offset == 0:
        return local(day, 18 * 60 + 50 + 300 * world.rng.random())
    return local(day, hour_of_day(world.rng))


def _early_signs(world: World, scale: float) -> None:
    for back in range(max(round(8 * scale), 3)):
        at = local(world.crisis - timedelta(days=10 - back), hour_of_day(world.rng))
        channel = world.rng.choice(("email", "facebook", "instagram"))
        person = _french(world, channel)
        ctx = _crisis_context(world, person, at, channel)
        _crisis_say(
            world, ctx, crisis.EARLY, ("fault", "damaged_item"), "negative", _kind(channel), None
        )


def _spark(world: World) -> list[Incoming]:
    """The complaint, the clumsy reply, then the screenshot and two echoes with large audiences."""
    author = max(
        (p for p in world.people if p.temperament == "passer_by" and "x" in p.handles),
        key=lambda p: p.followers,
    )
    voice = Voice(author.handles["x"], author.names["x"], 48_200, "fr", False)
    sunday, monday = (world.crisis - timedelta(days=back) for back in (2, 1))
    angry = Truth(("fault", "complaint"), "negative", True, 2)
    trigger = world.stage.say(
        voice, "x", "post", local(sunday, 21 * 60 + 12), _branded(crisis.CLUMSY_TRIGGER), angry
    )
    reply = typeset(crisis.CLUMSY_REPLY.replace("{handle}", voice.handle))
    world.stage.say(
        brand_voice("x"),
        "x",
        "reply",
        local(monday, 9 * 60 + 41),
        reply,
        Truth(),
        parent=trigger,
    )
    spark = world.stage.say(
        voice,
        "x",
        "post",
        local(world.crisis, 18 * 60 + 40),
        _branded(crisis.SPARK),
        angry,
        heat=30,
    )
    echoes = [_echo(world, i, text, spark) for i, text in enumerate(crisis.SPARK_ECHOES)]
    return [m for m in (spark, *echoes) if m]


def _echo(world: World, index: int, text: str, spark: Incoming | None) -> Incoming | None:
    outsiders = [
        p
        for p in world.people
        if p.temperament == "passer_by" and "x" in p.handles and p.language == "fr"
    ]
    person = outsiders[index * 3]
    voice = Voice(
        person.handles["x"], person.names["x"], (21_500, 12_800, 7_400)[index], "fr", False
    )
    at = local(world.crisis + timedelta(days=index // 2), 19 * 60 + 35 + 70 * index)
    meant = Truth(
        ("complaint", "dissuasion") if index == 2 else ("complaint",), "negative", False, 2
    )
    return world.stage.say(voice, "x", "quote", at, _branded(text), meant, shared=spark, heat=12)


def _branded(text: str) -> str:
    return text.replace("{brand}", SHOP.handles["x"])


def _statement(world: World) -> dict[str, Incoming]:
    at = local(world.crisis + timedelta(days=STATEMENT_DAY), 11 * 60)
    said: dict[str, Incoming] = {}
    for minutes, channel in enumerate(("x", "facebook", "instagram")):
        text = typeset(crisis.STATEMENT_X if channel == "x" else crisis.STATEMENT)
        post = world.stage.say(
            brand_voice(channel),
            channel,
            "post",
            at + timedelta(minutes=2 * minutes),
            text,
            Truth(),
            heat=6,
        )
        if post:
            said[channel] = post
    return said


def _crisis_voice(
    world: World,
    offset: int,
    sparks: list[Incoming],
    statements: dict[str, Incoming],
    shared: set[tuple[str, str]],
) -> None:
    rng, at = world.rng, _moment(world, offset)
    draw = rng.random()
    if draw < (0.36 if offset < 5 else 0.15):
        _crisis_repost(world, at, sparks, statements, shared)
    elif draw < 0.84:
        _crisis_public(world, at, sparks, statements)
    elif draw < 0.96:
        _crisis_private(world, at)
    else:
        _crisis_review(world, at)


def _crisis_repost(
    world: World,
    at: datetime,
    sparks: list[Incoming],
    statements: dict[str, Incoming],
    shared: set[tuple[str, str]],
) -> None:
    choices = [*sparks, *sparks[:1] * 3, *([statements["x"]] if "x" in statements else [])]
    target = world.rng.choice([m for m in choices if m.sent_at < at] or sparks[:1])
    people = [p for p in world.people if "x" in p.handles and p.temperament != "ambassador"]
    person = world.rng.choice(people)
    mine = target.author_handle == person.handles["x"]
    if target.sent_at < at and not mine and (person.key, target.external_id) not in shared:
        shared.add((person.key, target.external_id))
        repost(world, person, target, at)


def _crisis_public(
    world: World, at: datetime, sparks: list[Incoming], statements: dict[str, Incoming]
) -> None:
    rng = world.rng
    channel = rng.choices(("x", "facebook", "instagram"), (52, 30, 18))[0]
    person = rng.choice([p for p in world.people if channel in p.handles])
    ctx = _crisis_context(world, person, at, channel)
    statement = statements.get(channel)
    said_sorry = statement is not None and statement.sent_at < at
    tone, intents, bank = _stance(world, person, said_sorry)
    parent = _crisis_parent(world, channel, at, sparks, statement if said_sorry else None)
    kind: Kind = _kind(channel) if parent is None else "reply" if channel == "x" else "comment"
    said = _crisis_say(world, ctx, bank, intents, tone, kind, parent)
    if (
        said
        and said_sorry
        and rng.random() < (0.7 if tone == "neutral" else 0.25 if tone == "negative" else 0.0)
    ):
        _crisis_answer(world, said, ctx)
    elif said and rng.random() < 0.06:
        _crisis_help(world, said, ctx)


def _stance(
    world: World, person: Person, said_sorry: bool
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    rng = world.rng
    if person.language != "fr":
        return (
            "negative",
            ("dissuasion",),
            crisis.PUBLIC_EN if person.language == "en" else crisis.PUBLIC_ES,
        )
    if person.temperament in ("ambassador", "helper"):
        return "positive", ("other",), crisis.DEFENCE
    if said_sorry and rng.random() < 0.55:
        tone, intents, bank = rng.choices(crisis.AFTER, (34, 26, 12, 28))[0]
        return tone, intents, bank
    if rng.random() < 0.02:
        return "positive", ("other",), crisis.DEFENCE
    return "negative", ("complaint",), _still_said(crisis.PUBLIC, said_sorry)


def _still_said(bank: tuple[str, ...], said_sorry: bool) -> tuple[str, ...]:
    return tuple(
        p for p in bank if not said_sorry or not any(mark in p for mark in crisis.BEFORE_RECALL)
    )


def _crisis_parent(
    world: World, channel: str, at: datetime, sparks: list[Incoming], statement: Incoming | None
) -> Incoming | None:
    draw = world.rng.random()
    if statement and draw < 0.6:
        return statement
    if channel == "x":
        return sparks[0] if sparks and sparks[0].sent_at < at and draw < 0.4 else None
    earlier = [p for p in world.posts[channel] if p.sent_at < at]
    return earlier[-1] if earlier and draw < 0.85 else None


def _crisis_private(world: World, at: datetime) -> None:
    rng = world.rng
    channel = rng.choices(("email", "chat", "facebook", "instagram"), (55, 12, 20, 13))[0]
    ctx = _crisis_context(world, _buyer(world, at, channel), at, channel)
    bank = tuple(p for p in crisis.PRIVATE if ctx.order or not ("{number}" in p or "{amount}" in p))
    kind: Kind = "email" if channel == "email" else "message"
    said = _crisis_say(world, ctx, bank, ("complaint",), "negative", kind, None)
    if said and rng.random() < 0.82:
        _crisis_answer(world, said, ctx)


def _crisis_review(world: World, at: datetime) -> None:
    person = _buyer(world, at, "reviews")
    ctx = _crisis_context(world, person, at, "reviews")
    text = writing.say(world.rng, world.rng.choice(crisis.REVIEWS), ctx)
    _reviewed(world, ctx, 1, text, ("complaint", "fault", "dissuasion"))


def _crisis_context(world: World, person: Person, at: datetime, channel: str) -> Context:
    order = next((o for o in reversed(world.orders.get(person.key, [])) if o.placed_at < at), None)
    found = writing.context(world.rng, person, at, channel, order)
    return Context(person, at, BY_SKU[CRISIS_SKU], found.other, order, channel)


def _buyer(world: World, at: datetime, channel: str) -> Person:
    """A French customer who has ordered the candle; any customer when nobody has yet."""
    buyers = [
        p for p in world.people
        if p.language == "fr" and channel in p.handles
        and any(o.placed_at < at and any(x.sku == CRISIS_SKU for x in o.lines) for o in world.orders.get(p.key, []))
    ]  # fmt: skip
    return world.rng.choice(buyers) if buyers else _french(world, channel)


def _french(world: World, channel: str) -> Person:
    return world.rng.choice(
        [
            p
            for p in world.people
            if p.language == "fr" and channel in p.handles and p.temperament == "ordinary"
        ]
    )


def _kind(channel: str) -> Kind:
    return "email" if channel == "email" else "post"


INTENT_MARKS = (
    ("DGCCRF", "legal_threat"), ("répression des fraudes", "legal_threat"), ("Plus jamais je", "churn_threat"),
    ("plus confiance", "churn_threat"), ("N'achetez rien", "dissuasion"), ("rembours", "refund"),
    ("ma commande {number} [imm", "withdrawal_return_cancel"), ("mes données", "data_security"), ("éclat", "fault"),
)  # fmt: skip


def _crisis_say(
    world: World, ctx: Context, bank: tuple[str, ...], intents: tuple[str, ...], tone: str, kind: Kind,
    parent: Incoming | None,
) -> Incoming | None:  # fmt: skip
    rng = world.rng
    phrase = rng.choice(bank)
    text = writing.say(rng, phrase, ctx)
    title = ""
    marked = tuple(intent for mark, intent in INTENT_MARKS if mark in phrase)
    if ctx.channel == "email":
        subjects = [s for s in crisis.PRIVATE_SUBJECTS if ctx.order or "{number}" not in s]
        title = writing.say(rng, rng.choice(subjects), ctx)
        text = writing.email_text(rng, text, ctx)
    needs = (tone == "negative" and (kind in ("email", "message") or "?" in phrase)) or intents[
        0
    ] in ("refund", "product_question")
    meant = Truth(
        tuple(dict.fromkeys((*intents, *marked))), tone, needs, 2 if tone == "negative" else 0
    )
    return world.stage.say(
        voice_of(ctx.person, ctx.channel), ctx.channel, kind, ctx.at, writing.typed(rng, text, ctx, tone), meant,
        parent=parent, title=title, heat=2.5,
    )  # fmt: skip


def _crisis_bank(world: World, said: Incoming, ctx: Context) -> tuple[str, ...]:
    if ctx.person.language != "fr":
        return crisis.ANSWERS_FOREIGN[ctx.person.language]
    meant = world.stage.truth[said.external_id].intents
    return next(
        (bank for intent, bank in crisis.ANSWERS.items() if intent in meant), crisis.ANSWERS[""]
    )


def _crisis_answer(world: World, said: Incoming, ctx: Context) -> None:
    rng, agent = world.rng, world.rng.choice(SHOP.agents)
    recall = local(world.crisis + timedelta(days=STATEMENT_DAY), 11 * 60 + 10)
    at = world.answer_time(said.channel, max(said.sent_at, recall))
    bank = _crisis_bank(world, said, ctx)
    text = writing.brand_says(
        rng, rng.choice(bank), ctx, agent, said.author_handle if said.kind != "message" else ""
    )
    kind: Kind = (
        said.kind
        if said.kind in ("email", "message")
        else "reply"
        if said.channel == "x"
        else "comment"
    )
    title = f"RE: {said.title}" if said.title else ""
    world.stage.say(
        brand_voice(said.channel), said.channel, kind, at, text, Truth(), parent=said, title=title
    )


def _crisis_help(world: World, said: Incoming, ctx: Context) -> None:
    helpers = world.helpers(said.channel)
    if not helpers:
        return
    helper = world.rng.choice(helpers)
    at = said.sent_at + timedelta(minutes=4 + 60 * world.rng.random())
    own = Context(helper, at, ctx.product, ctx.other, None, said.channel)
    text = f"@{said.author_handle} {writing.say(world.rng, crisis.HELPED[0], own)}"
    kind: Kind = "reply" if said.channel == "x" else "comment"
    world.stage.say(
        voice_of(helper, said.channel), said.channel, kind, at, writing.typed(world.rng, text, own), Truth(("other",)), parent=said
    )  # fmt: skip
