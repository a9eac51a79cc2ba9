"""Messages, labels and conversations made up for tests of figures, as plain rows."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from comptoir.base import outbox
from comptoir.base.ids import at_times
from comptoir.base.models import Workspace
from comptoir.care.models import Conversation
from comptoir.channels.models import Account, Author, Delivery, Message, Thread
from comptoir.triage.models import Label

INTENTS = ("delivery", "refund", "praise", "product_question")


class Town:
    """A workspace being filled; every `say` returns the stored message."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.account = Account.objects.create(workspace=workspace, channel="x", name="x")
        self._made = 0

    def author(self, handle: str, own: bool = False, channel: str = "x") -> Author:
        found, _ = Author.objects.get_or_create(
            workspace=self.workspace,
            channel=channel,
            key=handle.casefold(),
            defaults={"handle": handle, "own": own},
        )
        return found

    def say(
        self,
        handle: str,
        at: datetime,
        *,
        own: bool = False,
        thread: Thread | None = None,
        label: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Message:
        """Store a message; label None leaves it unread, {} gives a neutral reading."""
        self._made += 1
        key = f"m{self._made}"
        identifier = at_times([at])[0]
        thread = thread or Thread.objects.create(
            id=identifier, workspace=self.workspace, account=self.account, root_key=key
        )
        values: dict[str, Any] = {
            "kind": "post",
            "text": key,
            "link": "root",
            "link_confidence": 1.0,
        } | fields
        manager: Any = Message.objects
        message: Message = manager.create(
            id=identifier,
            workspace=self.workspace,
            account=self.account,
            delivery=Delivery.objects.create(
                id=identifier,
                workspace=self.workspace,
                account=self.account,
                external_id=key,
                raw="{}",
                received_at=at,
            ),
            external_id=key,
            author=self.author(handle, own, values.setdefault("channel", "x")),
            own=own,
            sent_at=at,
            thread=thread,
            **values,
        )
        if label is not None:
            self.read(message, **label)
        return message

    def read(self, message: Message, **fields: Any) -> Label:
        """Label a message, or replace its label."""
        values = {
            "workspace": self.workspace,
            "language": "fr",
            "language_confidence": 1.0,
            "tone": 0,
            "tone_confidence": 1.0,
            "needs_answer": False,
            "needs_answer_confidence": 1.0,
            "urgency": 0,
            "urgency_confidence": 1.0,
            "irony": False,
            "irony_confidence": 1.0,
            "group": message.pk,
            "model_version": "test",
            "labelled_at": message.sent_at,
        } | fields
        values["intents"] = [_intent(name) for name in fields.get("intents", [])]
        values["entities"] = [_hashtag(name) for name in fields.get("hashtags", [])]
        values.pop("hashtags", None)
        label, _ = Label.objects.update_or_create(message=message, defaults=values)
        return label

    def converse(self, thread: Thread, **fields: Any) -> Conversation:
        """What care knows of a thread, from its messages; fields override."""
        found = list(Message.objects.filter(thread=thread).order_by("pk"))
        heard = [one for one in found if not one.own and one.kind != "repost"]
        first = heard[0].sent_at if heard else None
        reply = next((one for one in found if one.own and first and one.sent_at >= first), None)
        seconds = (reply.sent_at - first).total_seconds() if reply and first else None
        values: dict[str, Any] = {
            "workspace": self.workspace,
            "account": self.account,
            "channel": "x",
            "last_message": found[-1].pk,
            "first_in_at": first,
            "first_reply_at": reply.sent_at if reply else None,
            "first_reply_seconds": seconds,
            "first_reply_business_seconds": None if seconds is None else seconds / 3,
        } | fields
        row, _ = Conversation.objects.update_or_create(thread=thread, defaults=values)
        return row

    def tell(self, messages: Sequence[Message]) -> int:
        """Publish what care publishes once it has seen these messages."""
        threads = sorted({one.thread_id for one in messages})
        for thread in Thread.objects.filter(pk__in=threads):
            self.converse(thread)
        return outbox.publish(
            self.workspace.pk,
            "conversations_changed",
            threads=threads,
            messages=[one.pk for one in messages],
        )


def crowd(town: Town, seed: int, first: datetime, days: int, size: int = 120) -> list[Message]:
    """Conversations, posts, reposts and answers at random moments, the same for one seed."""
    dice = random.Random(seed)
    said: list[Message] = []
    for _ in range(size):
        at = first + timedelta(seconds=dice.randrange(days * 86_400))
        said += dice.choice([_conversation, _own_post, _repost])(town, dice, at)
    return said


def _conversation(town: Town, dice: random.Random, at: datetime) -> list[Message]:
    first = town.say(_someone(dice), at, label=_reading(dice), **_counts(dice))
    said = [first]
    for turn in range(dice.randrange(4)):
        own = dice.random() < 0.5
        moment = at + timedelta(minutes=7 * (turn + 1) + dice.randrange(3000))
        who = "brand" if own else _someone(dice)
        label = None if own or dice.random() < 0.1 else _reading(dice)
        said.append(
            town.say(who, moment, own=own, thread=first.thread, kind="reply", parent=first.pk,
                     in_reply_to_handle="x", label=label, **_counts(dice))
        )  # fmt: skip
    return said


def _own_post(town: Town, dice: random.Random, at: datetime) -> list[Message]:
    post = town.say("brand", at, own=True)
    comments = [
        town.say(_someone(dice), at + timedelta(hours=1 + n), kind="reply", parent=post.pk,
                 label=_reading(dice), **_counts(dice))
        for n in range(dice.randrange(3))
    ]  # fmt: skip
    return [post, *comments]


def _repost(town: Town, dice: random.Random, at: datetime) -> list[Message]:
    original = dice.choice(["o1", "o2", ""])
    text = "" if original else dice.choice(["vu", "lu"])
    return [town.say(_someone(dice), at, kind="repost", repost_of=original, text=text, label={})]


def _someone(dice: random.Random) -> str:
    return f"client{dice.randrange(9)}"


def _reading(dice: random.Random) -> dict[str, Any]:
    return {
        "tone": dice.choice([-1, 0, 1]),
        "needs_answer": dice.random() < 0.6,
        "intents": dice.sample(INTENTS, dice.randrange(3)),
        "hashtags": dice.sample(["Noël", "SAV", "promo"], dice.randrange(2)),
    }


def _counts(dice: random.Random) -> dict[str, Any]:
    names = ("likes", "reposts", "replies", "quotes", "views")
    return {name: dice.choice([None, 0, dice.randrange(50)]) for name in names}


def _intent(name: str) -> dict[str, Any]:
    return {"name": name, "confidence": 0.9, "reason": "word|x"}


def _hashtag(name: str) -> dict[str, Any]:
    return {"kind": "hashtag", "value": f"#{name}", "start": 0, "end": len(name) + 1, "detail": ""}


def utc(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
