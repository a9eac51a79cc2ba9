"""
A brand's own intents: added with ten examples, seen at work before they are kept.

A preview writes no label: it fits the intent on its examples and says how the month up to
the newest message would have been sorted. Keeping it makes a new version of the brand's
model, which reads from then on; the past is read again when a person asks for it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext_lazy as _
from django_tasks import task
from numpy.typing import NDArray

from comptoir.analysis import api as analysis
from comptoir.analysis import learning as fitting
from comptoir.base import audit, clock, ids
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id, forget, scope
from comptoir.channels.models import Message
from comptoir.triage import vectors, versions
from comptoir.triage.models import BrandVersion, Label, OwnIntent
from comptoir.triage.standing import Lesson, lessons
from comptoir.triage.taught import Example, Lookalike, OwnIntentView, Placed, Preview
from comptoir.triage.taxonomy import INTENTS, NAMES, OWN
from comptoir.triage.vectors import EncoderMissing, Known, Vectors

FEWEST: Final = 10
"""Examples an own intent needs."""

MOST: Final = 300
LONGEST: Final = 500
MONTH: Final = timedelta(days=30)
READ: Final = 2_000
"""Messages of the month that a preview looks at, at most; a fair sample of all."""

AT_ONCE: Final = 400
"""Of these, how many may still have to be encoded while somebody waits."""

BACKGROUND: Final = 400
SHOWN: Final = 8
TAKEN: Final = fitting.THRESHOLD
ALIKE: Final = 0.6

State = OwnIntent.State


@dataclass(frozen=True, slots=True)
class Draft:
    """An own intent as somebody writes it; repeated: lines left out as said before."""

    name: str
    description: str
    examples: tuple[Example, ...]
    repeated: int


def own_intents() -> list[OwnIntentView]:
    """The brand's own intents that are not deleted, by name."""
    rows = OwnIntent.objects.exclude(state=State.DELETED).select_related("by")
    return [_view(row) for row in sorted(rows, key=lambda row: row.name.casefold())]


def own_intent(intent_id: int) -> OwnIntentView:
    """One own intent; raises Problem "unknown_intent"."""
    return _view(_found(intent_id))


def examples_in(text: str, picked: Iterable[int] = ()) -> tuple[list[Example], int]:
    """
    The examples in a text, one a line, and how many lines said again what another says.

    picked: ids of messages of the desk that were put into the text; a line that is such a
    message remembers it, so that it goes when the message's author is erased.
    """
    by_text = {line_of(one.text, one.title): one.pk for one in _messages(picked)}
    found: dict[str, Example] = {}
    lines = [clean for line in text.splitlines() if len(clean := _cleaned(line)) > 2]
    for line in lines:
        found.setdefault(_sameness(line), Example(line, by_text.get(line)))
    return list(found.values())[:MOST], len(lines) - len(found)


def line_of(text: str, title: str = "") -> str:
    """A message as one line of examples."""
    return _cleaned(text or title)


def draft(name: str, description: str, text: str, picked: Iterable[int] = ()) -> Draft:
    """What somebody wrote, checked; raises Problem "intent_name" or "too_few_examples"."""
    called = " ".join(name.split())
    if not 1 <= len(called) <= 60:
        raise Problem("intent_name", _("Name the intent in 1 to 60 characters."))
    examples, repeated = examples_in(text, picked)
    if len(examples) < FEWEST:
        raise _too_few(len(examples), repeated)
    return Draft(called, " ".join(description.split())[:200], tuple(examples), repeated)


def preview(wanted: Draft, besides: int | None = None) -> Preview:
    """
    How the intent would have sorted last month; writes no label.

    besides: id of the own intent being changed, which is then not looked alike. Raises the
    analysis' EncoderMissing.
    """
    month = _month()
    sample = vectors.readily(vectors.scattered(month)[:READ], AT_ONCE)
    known = vectors.of_messages(sample)
    texts = [vectors.words_of(one.text) for one in wanted.examples]
    shown = vectors.of_texts(texts)
    head = _fit({"own": shown.vectors}, {"own": texts}, background_of(known))
    chances = head.chances(known.vectors, known.texts)[:, 0] if known.ids else np.zeros(0)
    span = [ids.moment_of(one).date() for one in (min(month), max(month))] if month else None
    return Preview(
        examples=len(wanted.examples),
        repeated=wanted.repeated,
        first=span[0] if span else None,
        last=span[1] if span else None,
        read=len(known.ids),
        total=len(month),
        count=int((chances >= TAKEN).sum()),
        **_placed(known.ids, chances),
        lookalikes=tuple(_lookalikes(shown, texts, besides)),
    )


def add(wanted: Draft, actor: User) -> OwnIntentView:
    """
    Keep an own intent; it reads new messages from now on.

    Raises Problem "intent_exists" when another bears the name, and EncoderMissing.
    """
    _unlike_others(wanted.name, None)
    prepare()
    with versions.locked():
        row = OwnIntent.objects.create(
            workspace_id=current_workspace_id(),
            slug=_slug(wanted.name),
            name=wanted.name,
            description=wanted.description,
            examples=_stored(wanted.examples),
            by=actor,
            at=clock.now(),
        )
        _tell("triage.intent_added", row, actor)
        renew(actor)
    return _view(row)


def change(intent_id: int, wanted: Draft, actor: User) -> OwnIntentView:
    """Change name, description or examples; raises as `add`, and "unknown_intent"."""
    _unlike_others(wanted.name, intent_id)
    prepare()
    with versions.locked():
        row = _found(intent_id)
        taught_otherwise = row.examples != _stored(wanted.examples)
        row.name, row.description = wanted.name, wanted.description
        row.examples = _stored(wanted.examples)
        row.save(update_fields=["name", "description", "examples"])
        _tell("triage.intent_changed", row, actor)
        if taught_otherwise and row.state == State.ACTIVE:
            renew(actor)
    return _view(row)


def pause(intent_id: int, actor: User) -> None:
    """Stop reading the intent in new messages; past labels keep it until they are read again."""
    _set_state(intent_id, State.PAUSED, "triage.intent_paused", actor)


def resume(intent_id: int, actor: User) -> None:
    """Read the intent again; raises "too_few_examples" when an erasure took some of them."""
    row = _found(intent_id)
    if len(row.examples) < FEWEST:
        raise _too_few(len(row.examples), 0)
    _set_state(intent_id, State.ACTIVE, "triage.intent_resumed", actor)


def delete(intent_id: int, actor: User) -> None:
    """Delete the intent and its examples; its name stays for labels that a person set."""
    with versions.locked():
        row = _found(intent_id)
        was_read = row.state == State.ACTIVE
        row.state, row.examples = State.DELETED, []
        row.save(update_fields=["state", "examples"])
        _tell("triage.intent_deleted", row, actor)
        if was_read:
            _renew_or_later(actor)


def renew(actor: User | None, cause: str = BrandVersion.Cause.INTENTS) -> None:
    """
    Make the version that reads today's own intents; call it inside `versions.locked`.

    What corrections taught stays as it is.
    """
    now = versions.active()
    rows = list(OwnIntent.objects.filter(state=State.ACTIVE).order_by("pk"))
    deltas = bytes(now.deltas) if now else b""
    if not rows and not deltas:
        versions.activate(None)
        return
    head, learnt = _fitted(rows)
    versions.keep(
        cause=cause,
        deltas=deltas,
        intents=head,
        corrections=now.corrections if now else 0,
        until=now.until if now else 0,
        digest="",
        learnt_from={
            "deltas": now.learnt_from.get("deltas", []) if now else [],
            "intents": learnt,
        },
        figures={},
        adopted=True,
        active=True,
        by=actor,
    )


def _renew_or_later(actor: User) -> None:
    """Without an encoder nothing reads own intents, and the next learning catches up."""
    with suppress(EncoderMissing):
        renew(actor)


def prepare() -> None:
    """Encode what `renew` needs before the lock is taken, which should be held for a moment."""
    vectors.keep(vectors.scattered(_month())[:BACKGROUND])


def needs_renewal() -> bool:
    """Whether what is read is not what is in use, as after an update or an erasure."""
    model = versions.brand_model()
    read = set(model.intents.names) if model and model.intents else set()
    return read != set(OwnIntent.objects.filter(state=State.ACTIVE).values_list("slug", flat=True))


def background() -> Known:
    """Ordinary messages of the last month, for what is learnt to know what is not meant."""
    sample = vectors.scattered(_month())[:BACKGROUND]
    return vectors.of_messages(sample)


def background_of(known: Known) -> Known:
    """The first of a fair sample, as `background` would choose them."""
    places = {one: place for place, one in enumerate(known.ids)}
    return known.only([places[one] for one in vectors.scattered(known.ids)[:BACKGROUND]])


def month_sample() -> list[int]:
    """The messages that previews read, in the order in which they read them."""
    return vectors.scattered(_month())[:READ]


@task()
def read_month(workspace_id: int) -> None:
    """Encode the messages that previews read, while somebody writes examples."""
    with scope(workspace_id), suppress(EncoderMissing):
        vectors.keep(month_sample())


def forget_words(message_ids: Iterable[int], texts: Iterable[str], named: Any) -> bool:
    """
    Take an erased person's words out of all examples; True when there were some.

    named: a pattern of the person's handle, which is taken out of others' words; None when
    they have none. An intent that is left with too few examples is paused.
    """
    gone, said = set(message_ids), {_sameness(_cleaned(text)) for text in texts} - {""}
    touched = False
    for row in OwnIntent.objects.exclude(state=State.DELETED):
        kept = [_unnamed(one, named) for one in row.examples if not _is_of(one, gone, said)]
        if kept != row.examples:
            touched = True
            row.examples = kept
            if len(kept) < FEWEST:
                row.state = State.PAUSED
            row.save(update_fields=["examples", "state"])
    return touched


def _is_of(example: Mapping[str, Any], gone: set[int], said: set[str]) -> bool:
    return example["message"] in gone or _sameness(example["text"]) in said


def _unnamed(example: dict[str, Any], named: Any) -> dict[str, Any]:
    return example | {"text": named.sub(r"\1…", example["text"])} if named else example


def spoken_of(standing: Sequence[Lesson], after: int) -> bool:
    """Whether people put or took an own intent in use since the correction `after`."""
    used = set(OwnIntent.objects.filter(state=State.ACTIVE).values_list("slug", flat=True))
    fresh = (one for one in standing if one.field == "intents" and one.id > after)
    return any(not used.isdisjoint([*one.said, *one.right]) for one in fresh)


def _fitted(rows: Sequence[OwnIntent]) -> tuple[bytes, list[int]]:
    """
    What reads these intents, and the messages that it was learnt from.

    Messages that people gave an own intent are examples of it, those they took it from are
    ordinary ones.
    """
    if not rows:
        return b"", []
    corrected = [one for one in lessons() if one.field == "intents"]
    given = {row.slug: [one.message for one in corrected if row.slug in one.right] for row in rows}
    taken = [
        one.message
        for one in corrected
        if any(slug in one.said and slug not in one.right for slug in given)
    ]
    ordinary = vectors.of_messages([*background().ids, *taken])
    shown = {row.slug: _shown(row, given[row.slug]) for row in rows}
    examples = {slug: found for slug, (found, _texts) in shown.items()}
    head = _fit(examples, {slug: texts for slug, (_found, texts) in shown.items()}, ordinary)
    picked = {one["message"] for row in rows for one in row.examples} - {None}
    return head.to_bytes(), sorted({*ordinary.ids, *picked, *chain(*given.values())})


def _shown(row: OwnIntent, given: Sequence[int]) -> tuple[Vectors, list[str]]:
    """An intent's examples and the messages that people gave it: vectors and texts."""
    texts = [vectors.words_of(one["text"]) for one in row.examples]
    written, said = vectors.of_texts(texts).vectors, vectors.of_messages(given)
    if not said.ids:
        return written, texts
    return np.concatenate([written, said.vectors]), [*texts, *said.texts]


def _fit(
    examples: Mapping[str, Vectors], texts: Mapping[str, Sequence[str]], ordinary: Known
) -> fitting.IntentHead:
    if not ordinary.ids:
        raise Problem(
            "no_messages",
            _("There is no message yet to compare the examples with."),
            _("Import or receive some first."),
        )
    return fitting.fit_intents(examples, ordinary.vectors, texts, ordinary.texts)


def _placed(message_ids: Sequence[int], chances: NDArray[np.float64]) -> dict[str, Any]:
    order = np.argsort(-chances, kind="stable")
    placed = [Placed(message_ids[at], float(chances[at])) for at in order]
    taken = [one for one in placed if one.chance >= TAKEN]
    rest = placed[len(taken) :]
    return {
        "surest": tuple(taken[:SHOWN]),
        "doubtful": tuple(taken[SHOWN:][-SHOWN:][::-1]),
        "nearly": tuple(rest[:SHOWN]),
        "carried": tuple(_carried([one.message_id for one in taken])),
    }


def _carried(message_ids: Sequence[int]) -> list[tuple[str, int]]:
    rows = Label.objects.filter(message_id__in=message_ids).values_list("intents", flat=True)
    return Counter(one["name"] for intents in rows for one in intents).most_common()


def _lookalikes(shown: Any, texts: Sequence[str], besides: int | None) -> list[Lookalike]:
    """Base intents and other own ones that most of the examples would be read as."""
    base = dict(zip(INTENTS, (shown.logits["intents"] > 0).mean(axis=0), strict=True))
    shares = {name: float(share) for name, share in base.items() if name != "other"}
    model = versions.brand_model()
    mine = OwnIntent.objects.filter(pk=besides or 0).values_list("slug", flat=True).first()
    if model is not None and model.intents is not None:
        read = (model.intents.chances(shown.vectors, texts) >= TAKEN).mean(axis=0)
        shares |= {n: float(s) for n, s in zip(model.intents.names, read, strict=True) if n != mine}
    alike = [Lookalike(name, share) for name, share in shares.items() if share >= ALIKE]
    return sorted(alike, key=lambda one: -one.share)


def _month() -> list[int]:
    """What customers wrote in the month up to the newest message, reposts left out."""
    theirs = Message.objects.filter(own=False).exclude(kind="repost")
    newest = theirs.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return []
    first = ids.lowest_at(ids.moment_of(newest) - MONTH)
    return list(theirs.filter(pk__gte=first).order_by("pk").values_list("pk", flat=True))


def _messages(message_ids: Iterable[int]) -> list[Message]:
    return list(Message.objects.filter(pk__in=list(message_ids)[:MOST]))


def _cleaned(line: str) -> str:
    """One line, without the marks that lists begin with."""
    return " ".join(re.sub(r"^\s*(?:[-–•*]|\d+[.)])\s+", "", line).split())[:LONGEST]


def _sameness(line: str) -> str:
    """What two examples have in common when they say the same."""
    return " ".join(analysis.words(line)) or line.casefold()


def _slug(name: str) -> str:
    """A name for labels that no intent of the brand ever had: "own_carte_cadeau"."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = OWN + (re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:30].strip("_") or "intent")
    taken = set(OwnIntent.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = [stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in candidates if one not in taken)


def _unlike_others(name: str, besides: int | None) -> None:
    others = OwnIntent.objects.exclude(state=State.DELETED).exclude(pk=besides or 0)
    names = {*map(str, INTENTS.values()), *others.values_list("name", flat=True)}
    if name.casefold() in {one.casefold() for one in names}:
        raise Problem(
            "intent_exists",
            _("There is an intent “%(name)s” already."),
            _("Choose another name, or add the examples to that one."),
            name=name,
        )


def _too_few(count: int, repeated: int) -> Problem:
    sentence = _("%(needed)s different examples are needed; there are %(count)s.")
    fix = _("Write one a line, or pick messages below.")
    if repeated:
        fix = _("Lines that say the same count once. Write others, or pick messages below.")
    return Problem("too_few_examples", sentence, fix, needed=FEWEST, count=count)


def _set_state(intent_id: int, state: OwnIntent.State, verb: str, actor: User) -> None:
    if state == State.ACTIVE:
        prepare()
    with versions.locked():
        row = _found(intent_id)
        if row.state == state:
            return
        row.state = state
        row.save(update_fields=["state"])
        _tell(verb, row, actor)
        if state == State.ACTIVE:
            renew(actor)
        else:
            _renew_or_later(actor)


def _tell(verb: str, row: OwnIntent, actor: User) -> None:
    forget(NAMES)
    audit.record(verb, actor=actor, workspace=row.workspace_id, target=row.name)


def _found(intent_id: int) -> OwnIntent:
    rows = OwnIntent.objects.exclude(state=State.DELETED).select_related("by")
    row = rows.filter(pk=intent_id).first()
    if row is None:
        raise Problem("unknown_intent", _("This intent does not exist any more."))
    return row


def _stored(examples: Iterable[Example]) -> list[dict[str, Any]]:
    return [{"text": one.text, "message": one.message} for one in examples]


def _view(row: OwnIntent) -> OwnIntentView:
    state: Any = row.state
    return OwnIntentView(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        description=row.description,
        examples=tuple(Example(one["text"], one["message"]) for one in row.examples),
        state=state,
        by_name=str(row.by) if row.by else "",
        at=row.at,
    )
