"""
How fast the inbox is: pages, counts and searches, against plain SQL on the same database.

    python bench/inbox.py --messages 100000

Fills a fresh SQLite installation (or keeps one: --home) with invented messages and labels in
bulk, derives the conversations the way the pipeline does, then asks what the desk asks, in
random order, and prints p50 and p95 in milliseconds with the ratio to the same question in
plain SQL. The invented shop is always the same.
"""

# ruff: noqa: S608 the statements are made of our own words
import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

START = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=900)
PORTION = 10_000
CHANNELS = ("x", "facebook", "reviews", "email")
INTENTS = ("fault", "delivery", "refund", "complaint", "praise", "thanks", "other")
SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "ou", "an", "on")]
Question = Callable[[], object]


def words(chance: random.Random, size: int = 20_000) -> tuple[list[str], list[float]]:
    """A vocabulary with the frequencies of a language: the n-th word once for every n."""
    made = list(dict.fromkeys("".join(chance.choices(SYLLABLES, k=3)) for _ in range(size)))
    return made, list(accumulate(1 / (rank + 5) for rank in range(len(made))))


def threads(chance: random.Random, messages: int) -> Iterator[list[bool]]:
    """Conversations as lists of "the brand speaks": most are short, a few are long."""
    left = messages
    while left > 0:
        size = min(left, chance.choices((1, 2, 3, 5, 12), (45, 35, 10, 7, 3))[0])
        left -= size
        yield [place % 2 == 1 for place in range(size)]


class Shop:
    """Writes the invented rows, a portion of messages a transaction."""

    def __init__(self, workspace: Any, messages: int) -> None:
        from comptoir.channels.models import Account, Author

        self.chance = random.Random(7)
        self.workspace, self.messages = workspace, messages
        self.accounts = [
            Account.objects.create(workspace=workspace, channel=name, name=name)
            for name in CHANNELS
        ]
        people = max(1_000, messages // 10)
        Author.objects.bulk_create(
            Author(workspace=workspace, channel="x", key=f"p{n}", handle=f"p{n}", own=n == 0)
            for n in range(people)
        )
        first = Author.objects.get(workspace=workspace, key="p0").pk
        self.authors = range(first, first + people)
        self.words, self.weights = words(self.chance)

    def fill(self) -> None:
        from django.db import transaction

        pending = threads(self.chance, self.messages)
        done = 0
        while portion := list(islice(pending, PORTION // 2)):
            with transaction.atomic():
                done += self._write(portion, done)
            print(f"\r{done:>9} messages written", end="", file=sys.stderr)
        print(file=sys.stderr)

    def _write(self, portion: list[list[bool]], done: int) -> int:
        from comptoir.base import bulk, ids
        from comptoir.channels.models import Delivery, Message, Thread
        from comptoir.triage.models import Label

        size = sum(map(len, portion))
        moments = [START + SPAN * ((done + n) / self.messages) for n in range(size)]
        numbers, place = ids.at_times(moments), 0
        rows: dict[Any, list[dict[str, Any]]] = {
            one: [] for one in (Delivery, Thread, Message, Label)
        }
        for speakers in portion:
            thread, account = numbers[place], self.chance.choice(self.accounts)
            customer = self.chance.choice(self.authors[1:])
            rows[Thread].append(self._thread(thread, account.pk))
            for own in speakers:
                number, at = numbers[place], moments[place]
                author = self.authors[0] if own else customer
                rows[Delivery].append(self._delivery(number, account.pk, at))
                rows[Message].append(self._message(number, account, author, own, at, thread))
                rows[Label].append(self._label(number, own, at))
                place += 1
        for model, made in rows.items():
            names = tuple(made[0])
            bulk.upsert(model, names, [tuple(one.values()) for one in made], key=(names[0],))
        return size

    def _thread(self, number: int, account: int) -> dict[str, Any]:
        return {
            "id": number, "workspace_id": self.workspace.pk, "account_id": account,
            "root_key": str(number),
        }  # fmt: skip

    def _delivery(self, number: int, account: int, at: datetime) -> dict[str, Any]:
        return {
            "id": number, "workspace_id": self.workspace.pk, "account_id": account,
            "external_id": str(number), "raw": "{}", "received_at": at,
        }  # fmt: skip

    def _message(
        self, number: int, account: Any, author: int, own: bool, at: datetime, thread: int
    ) -> dict[str, Any]:
        said = self.chance.choices(
            self.words, cum_weights=self.weights, k=self.chance.randint(6, 30)
        )
        return {
            "id": number, "workspace_id": self.workspace.pk, "account_id": account.pk,
            "delivery_id": number, "external_id": str(number), "channel": account.channel,
            "kind": "post", "author_id": author, "own": own, "sent_at": at, "title": "",
            "text": " ".join(said), "url": "", "language": "fr", "in_reply_to": "",
            "in_reply_to_handle": "", "repost_of": "", "quote_of": "", "thread_id": thread,
            "link": "root", "link_confidence": 1.0,
        }  # fmt: skip

    def _label(self, number: int, own: bool, at: datetime) -> dict[str, Any]:
        names = self.chance.sample(INTENTS, k=self.chance.choice((1, 1, 2)))
        intents = [{"name": name, "confidence": 0.8, "reason": "words:x"} for name in names]
        return {
            "message_id": number, "workspace_id": self.workspace.pk, "language": "fr",
            "language_confidence": 0.9, "tone": self.chance.choice((-1, 0, 0, 1)),
            "tone_confidence": 0.8, "intents": intents, "aspects": [],
            "needs_answer": not own and self.chance.random() < 0.6,
            "needs_answer_confidence": 0.8, "urgency": self.chance.choice((0, 0, 0, 1, 1, 2)),
            "urgency_confidence": 0.8, "irony": False, "irony_confidence": 0.9, "entities": [],
            "reasons": {}, "group": number, "model_version": "bench", "labelled_at": at,
            "corrected": [], "version": 1,
        }  # fmt: skip


def derive_all() -> tuple[int, float]:
    """Conversations made as the pipeline makes them: how many, and seconds taken."""
    from django.db import transaction

    from comptoir.care.refresh import update
    from comptoir.channels.models import Message, Thread

    everything = list(Thread.objects.order_by("pk").values_list("pk", flat=True))
    started = time.perf_counter()
    for start in range(0, len(everything), 500):
        part = everything[start : start + 500]
        with transaction.atomic():
            fresh = set(Message.objects.filter(thread_id__in=part).values_list("pk", flat=True))
            update(part, fresh, acted=False)
        if start % 50_000 == 0:
            print(f"\r{start:>9} conversations derived", end="", file=sys.stderr)
    print(file=sys.stderr)
    return len(everything), time.perf_counter() - started


def set_up(home: Path) -> Any:
    os.environ |= {"COMPTOIR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "comptoir.settings"}
    os.environ["COMPTOIR_LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from django.core.management import call_command

    from comptoir.base.models import Workspace

    call_command("migrate", verbosity=0)
    return Workspace.objects.get_or_create(slug="bench", defaults={"name": "Bench"})


def questions(
    workspace: Any, agent: int, shop_words: list[str]
) -> dict[str, tuple[Question, Question]]:
    """Name → what the desk asks, and the same in plain SQL."""
    from django.db import connection

    from comptoir.care import api

    chance = random.Random(11)

    def sql(statement: str, *values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, list(values))
            return list(cursor.fetchall())

    def plainly(where: str) -> tuple[list[Any], list[Any]]:
        count = "SELECT COUNT(*) FROM care_conversation c WHERE c.workspace_id = %s"
        return sql(line + where + end, workspace.pk), sql(count + where, workspace.pk)

    line = (
        "SELECT c.*, a.handle, a.name, u.name FROM care_conversation c"
        " LEFT JOIN channels_author a ON a.id = c.customer_id"
        " LEFT JOIN base_user u ON u.id = c.assignee_id WHERE c.workspace_id = %s"
    )
    end = " ORDER BY c.last_message DESC LIMIT 50"
    shown = {
        "unanswered": " AND c.unanswered", "mine": f" AND c.assignee_id = {agent} AND c.state = 'open'",
        "urgent": " AND c.urgent", "complaints": " AND c.complaint AND c.state = 'open'",
        "everything": "",
    }  # fmt: skip
    made: dict[str, tuple[Question, Question]] = {}
    for view, where in shown.items():
        filters = api.Filters(view=view, user_id=agent)  # type: ignore[arg-type]
        made[f"page {view}"] = (
            partial(api.inbox, filters),
            partial(plainly, where),
        )
    made["counts of all views"] = (
        lambda: api.counts(agent),
        lambda: [
            sql(
                f"SELECT COUNT(*) FROM care_conversation c WHERE c.workspace_id = %s{where}",
                workspace.pk,
            )
            for where in shown.values()
        ],
    )

    def pick(low: int, high: int) -> str:
        return shop_words[chance.randrange(low, high)]

    def like(*asked: str, where: str = "") -> list[Any]:
        texts = " AND ".join(["m.text LIKE %s"] * len(asked))
        return sql(
            "SELECT c.*, a.handle, a.name FROM channels_message m"
            " JOIN care_conversation c ON c.thread_id = m.thread_id"
            " LEFT JOIN channels_author a ON a.id = c.customer_id"
            f" WHERE m.workspace_id = %s AND {texts}{where} ORDER BY m.id DESC LIMIT 50",
            workspace.pk, *(f"%{one}%" for one in asked),
        )  # fmt: skip

    def searching(low: int, high: int, number: int) -> tuple[Question, Question]:
        return (
            lambda: api.inbox(api.Filters(words=" ".join(pick(low, high) for _ in range(number)))),
            lambda: like(*(pick(low, high) for _ in range(number))),
        )

    made["search 1 frequent word"] = searching(0, 50, 1)
    made["search 2 words"] = searching(20, 300, 2)
    made["search 3 words"] = searching(5, 100, 3)
    made["search 1 rare word"] = searching(8_000, 15_000, 1)
    made["search word, unanswered"] = (
        lambda: api.inbox(api.Filters(view="unanswered", words=pick(0, 300))),
        lambda: like(pick(0, 300), where=" AND c.unanswered"),
    )
    made["filters: channel, tone, intent"] = (
        lambda: api.inbox(
            api.Filters(
                channels=(chance.choice(CHANNELS),), tones=(-1,), intents=(chance.choice(INTENTS),)
            )
        ),
        lambda: sql(
            line + " AND c.channel = %s AND c.tone = -1 AND c.intents LIKE %s" + end,
            workspace.pk, chance.choice(CHANNELS), f"%{chance.choice(INTENTS)}%",
        ),
    )  # fmt: skip
    made["search, second page"] = (lambda: second_page(pick(0, 50)), lambda: like(pick(0, 50)))

    def second_page(word: str) -> object:
        first = api.inbox(api.Filters(words=word))
        return api.inbox(api.Filters(words=word), first.next_cursor)

    return made


def measured(question: Question, rounds: int, seconds: float = 10.0) -> list[float]:
    """Milliseconds of each of `rounds` askings, fewer when they take long."""
    took: list[float] = []
    ends = time.perf_counter() + seconds
    while len(took) < rounds and (len(took) < 5 or time.perf_counter() < ends):
        started = time.perf_counter()
        question()
        took.append((time.perf_counter() - started) * 1000)
    return took


def percentiles(took: list[float]) -> tuple[float, float]:
    return statistics.median(took), statistics.quantiles(took, n=20)[18]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--home", type=Path, help="keep the installation there, to measure again")
    asked = parser.parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="comptoir-bench-"))
    workspace, fresh = set_up(home)
    from comptoir.base.scope import scope

    with scope(workspace):
        if fresh:
            prepare(workspace, asked.messages)
        report(workspace, asked.rounds)
    if not asked.home:
        import shutil

        shutil.rmtree(home)


def prepare(workspace: Any, messages: int) -> None:
    from django.db import connection

    from comptoir.base.models import User

    started = time.perf_counter()
    Shop(workspace, messages).fill()
    print(f"written: {messages / (time.perf_counter() - started):,.0f} messages a second")
    made, seconds = derive_all()
    print(f"derived and indexed: {made:,} conversations, {made / seconds:,.0f} a second")
    agent = User.objects.create_user("bench@example.com", "x", name="Bench")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE care_conversation SET assignee_id = %s WHERE thread_id %% 97 < 3", [agent.pk]
        )


def report(workspace: Any, rounds: int) -> None:
    from comptoir.base.models import User

    agent = User.objects.get(email="bench@example.com").pk
    shop_words, _weights = words(random.Random(7))
    print(f"{'milliseconds':32}{'p50':>9}{'p95':>9}{'SQL p50':>10}{'SQL p95':>10}{'ratio p50':>11}")
    results = {}
    for name, (ours, plain) in questions(workspace, agent, shop_words).items():
        (p50, p95), (sql50, sql95) = (percentiles(measured(one, rounds)) for one in (ours, plain))
        results[name] = {"p50": p50, "p95": p95, "sql_p50": sql50, "sql_p95": sql95}
        print(
            f"{name:32}{p50:9.1f}{p95:9.1f}{sql50:10.1f}{sql95:10.1f}{p50 / sql50:11.2f}",
            flush=True,
        )
    print(json.dumps(results))


if __name__ == "__main__":
    main()
