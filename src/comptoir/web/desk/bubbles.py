"""A timeline as the conversation shows it: days, bubbles, events, and each message's labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from comptoir.analysis.api import CARRIERS
from comptoir.base import ids
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.triage import api as triage
from comptoir.web.desk.query import TONE_NAMES, language
from comptoir.web.shell.templatetags.typo import percent

COPYABLE: Mapping[str, str] = {
    "order": "hash",
    "parcel": "box",
    "product": "tag",
    "email": "mail",
    "phone": "phone",
    "name": "user",
    "address": "shop",
}
"""Kinds of entities worth copying, with their icon."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A label with the sentence that says why and how sure."""

    code: str
    label: str
    why: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An entity worth copying. icon, kind: what it is; detail: a parcel's carrier."""

    icon: str
    kind: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What was understood of one message, ready to be shown. aspects: their code is an icon."""

    message: str
    tone: Mark
    urgency: int
    urgency_why: str
    intents: list[Mark]
    aspects: list[Mark]
    language: Mark
    needs_answer: Mark
    irony: Mark | None
    found: list[Found]
    similar: int


@dataclass(frozen=True, slots=True)
class Treating:
    """Something that can be done to a message on its network. final: asked for twice."""

    name: str
    icon: str
    label: Promise
    final: bool = False


TREATING: Mapping[str, Treating] = {
    "hide": Treating("hide", "eye-off", gettext_lazy("Hide on the network")),
    "unhide": Treating("unhide", "eye", gettext_lazy("Show again on the network")),
    "like": Treating("like", "star", gettext_lazy("Like")),
    "delete": Treating("delete", "trash", gettext_lazy("Delete on the network"), final=True),
}


@dataclass(frozen=True, slots=True)
class Item:
    """
    One line of the conversation; exactly one of day, message, note, answer, action is there.

    side: of a message, "in" or "out". link: how the message found this thread, "" when it
    says nothing new. outbound: of an answer that is sent from here, and of the message it
    became; key: its outside id. treated: what was done to a message on its network; actions:
    what more can be done, with words and icons. sender: whether a mail is from whom it says.
    can_answer: an answer to this one can be sent,
    though it is not the newest.
    """

    day: date | None = None
    message: channels.MessageView | None = None
    note: care.NoteView | None = None
    answer: care.AnswerView | None = None
    action: care.ActionView | None = None
    outside: str = ""
    side: str = "in"
    link: str = ""
    link_sure: str = ""
    labels: Labels | None = None
    latest: bool = False
    at: datetime | None = None
    outbound: channels.OutboundView | None = None
    key: str = ""
    treated: channels.TreatedView | None = None
    actions: tuple[Treating, ...] = ()
    can_answer: bool = False
    sender: channels.Vouched | None = None


def items(
    timeline: care.Timeline, actions: Sequence[str] = (), *, sends: bool = False
) -> list[Item]:
    """
    The timeline with its days, in a fixed number of queries.

    actions: what can be done to messages of this account. sends: whether answers leave from here.
    """
    read = [one.label for one in timeline.entries if one.label]
    sizes = triage.group_sizes([one.group for one in read]) if read else {}
    last = max(
        (e.message.id for e in timeline.entries if e.message and not e.message.own), default=0
    )
    mails = [e.message.id for e in timeline.entries if e.message and e.message.kind == "email"]
    vouched = channels.senders(mails) if mails else {}
    shown: list[Item] = []
    day: date | None = None
    for entry in timeline.entries:
        here = timezone.localtime(entry.at).date()
        if here != day:
            shown.append(Item(day=here))
            day = here
        made = item(entry, sizes, last, actions, sends=sends)
        sender = vouched.get(made.message.id) if made.message else None
        shown.append(replace(made, sender=sender) if sender else made)
    return shown


def item(
    entry: care.Entry,
    sizes: Mapping[int, int],
    last: int,
    actions: Sequence[str] = (),
    *,
    sends: bool = False,
) -> Item:
    if entry.message is None:
        out = entry.answer.outbound if entry.answer else None
        return Item(
            note=entry.note,
            answer=entry.answer,
            action=entry.action,
            at=entry.at,
            outbound=out,
            key=ids.conceal("outbound", out.id) if out else "",
        )
    said, out = entry.message, entry.outbound
    possible = channels.possible(actions, said.kind, entry.treated, own=said.own)
    link, sure = _link(said)
    return Item(
        message=said,
        outside=ids.conceal("message", said.id),
        side="out" if said.own else "in",
        link=link,
        link_sure=sure,
        labels=labels(entry.label, sizes) if entry.label and not said.own else None,
        latest=said.id == last,
        at=entry.at,
        outbound=out,
        key=ids.conceal("outbound", out.id) if out else "",
        treated=entry.treated,
        actions=tuple(TREATING[name] for name in possible),
        can_answer=sends and not said.own and said.id != last and said.kind != "repost",
    )


def _link(said: channels.MessageView) -> tuple[str, str]:
    """How a message found its thread, and how sure that is; nothing for the plain cases."""
    if said.link == "handle":
        sure = percent(said.link_confidence, 0)
        return (
            _("matched by handle and time, %(sure)s sure") % {"sure": sure},
            _(
                "The source names only whom this answers (%(handle)s), not which message."
                " It was placed here because of who wrote when."
            )
            % {"handle": said.in_reply_to_handle or "–"},
        )
    if said.link == "missing":
        return (
            _("answers a message that was not imported"),
            _("The source says which message this answers, but that message is not here."),
        )
    return "", ""


def labels(read: triage.LabelView, sizes: Mapping[int, int]) -> Labels:
    return Labels(
        message=ids.conceal("message", read.message_id),
        tone=_mark(read, "tone", TONE_NAMES[read.tone], ""),
        urgency=read.urgency,
        urgency_why=_why(read, "urgency"),
        intents=[_intent(read, one) for one in read.intents if one.name != "other"],
        aspects=[_aspect(one) for one in read.aspects],
        language=_mark(read, "language", read.language, language(read.language)),
        needs_answer=_mark(
            read,
            "needs_answer",
            "yes" if read.needs_answer else "no",
            _("Needs an answer") if read.needs_answer else _("Needs no answer"),
        ),
        irony=_mark(read, "irony", "irony", pgettext("label of a message", "Irony"))
        if read.irony
        else None,
        found=list(_found(read.entities)),
        similar=max(sizes.get(read.group, 1) - 1, 0),
    )


def _mark(read: triage.LabelView, field: triage.Field, code: str, label: str) -> Mark:
    return Mark(code, label, _why(read, field), field in read.corrected)


def _why(read: triage.LabelView, field: triage.Field) -> str:
    return why(
        read.reasons.get(field, ""), read.confidences.get(field, 0.0), field in read.corrected
    )


def _intent(read: triage.LabelView, one: triage.IntentView) -> Mark:
    corrected = "intents" in read.corrected
    return Mark(
        one.name,
        triage.intent_name(one.name),
        why(one.reason, one.confidence, corrected),
        corrected,
    )


def _aspect(one: triage.AspectView) -> Mark:
    liked = "tone-positive" if one.liked else "tone-negative"
    label = str(triage.ASPECTS[one.name, one.liked])
    return Mark(liked, label, why(one.reason, one.confidence, corrected=False), corrected=False)


def why(reason: str, confidence: float, corrected: bool) -> str:
    """The reason of a label with how sure it is; a person's word needs no percentage."""
    said = triage.reason_sentence(reason)
    if corrected:
        return said
    sure = _("Sure at %(share)s.") % {"share": percent(confidence, 0)}
    return f"{said}\n{sure}".strip()


def _found(entities: Iterable[triage.EntityView]) -> Iterable[Found]:
    kinds = {
        "order": _("Order number"),
        "parcel": _("Parcel number"),
        "product": _("Product"),
        "email": _("E-mail address"),
        "phone": _("Phone number"),
        "name": _("Name"),
        "address": _("Postal address"),
    }
    seen = set()
    for one in entities:
        if one.kind in COPYABLE and (one.kind, one.value) not in seen:
            seen.add((one.kind, one.value))
            carrier = CARRIERS.get(one.detail, "") if one.kind == "parcel" else ""
            yield Found(COPYABLE[one.kind], kinds[one.kind], one.value, carrier)
