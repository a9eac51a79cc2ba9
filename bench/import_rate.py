"""
How fast a file is imported, and how much memory it takes, before anything is understood.

    python bench/import_rate.py --rows 100000

Makes a CSV of invented posts and answers (always the same), imports it into a fresh SQLite
installation the way `comptoir import` does, and stores the same rows by two plainer means in
the same run: Django's bulk_create(ignore_conflicts) and sqlite3's executemany into one bare
table. Each runs in a process of its own, so that its peak memory is its own.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

WORDS = ["colis", "livraison", "facture", "merci", "bonjour", "retard", "commande", "produit", "couleur", "retour", "échange", "question", "taille", "stock", "remboursement", "magasin", "réponse", "code", "promo", "application", "compte", "panne", "écran", "vitesse", "service", "client"]  # fmt: skip
HEADER = ["id", "created_at", "full_text", "screen_name", "in_reply_to", "favorite_count", "retweet_count", "reply_count", "views_count"]  # fmt: skip
START = datetime(2022, 1, 1, tzinfo=UTC)
PORTION = 5_000


def invented(rows: int, seed: int = 7) -> Iterator[list[object]]:
    """Posts by 60,000 people over two years; every third row is the brand's answer to one."""
    chance = random.Random(seed)
    asked: list[tuple[int, str]] = []
    step = timedelta(days=730) / rows
    for number in range(rows):
        identifier = 1_500_000_000_000_000_000 + number * 7_919
        when = (START + number * step).strftime("%Y-%m-%d %H:%M:%S +00:00")
        text = " ".join(chance.choices(WORDS, k=chance.randint(6, 30)))
        if number % 3 == 2:
            parent, handle = asked.pop(chance.randrange(len(asked)))
            row = [identifier, when, f"@{handle} {text}", "citron", parent]
        else:
            handle = f"user_{int(60_000 * chance.random() ** 2)}"
            asked.append((identifier, handle))
            row = [identifier, when, f"@citron {text}, {text[:20]} !", handle, "null"]
        yield [*row, chance.randint(0, 9), 0, chance.randint(0, 3), chance.randint(0, 900)]


def write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(invented(rows))


def set_up(home: Path) -> None:
    os.environ |= {"COMPTOIR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "comptoir.settings"}
    os.environ["COMPTOIR_LOG_LEVEL"] = "ERROR"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def by_comptoir(path: Path, home: Path) -> tuple[int, float]:
    """Everything: reading, deciding what is new, threads, raw rows, events, progress."""
    set_up(home)
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels import api

    with scope(Workspace.objects.create(slug="bench", name="Bench")):
        api.add_own_handles([("", "citron")])
        mapping = api.inspect_file(path).guess.mapping
        began = time.perf_counter()
        run = api.start_import(path, mapping, enqueue=False)
        done = api.run_import(run.id)
        seconds = time.perf_counter() - began
    if done is None or (done.state, done.rejected) != ("done", 0):
        sys.exit(f"The import ended otherwise than expected: {done}")
    return done.imported, seconds


def by_bulk_create(path: Path, home: Path) -> tuple[int, float]:
    """Django's upsert of messages alone, each in a thread of its own, by one author."""
    set_up(home)
    from django.db import transaction

    from comptoir.base import ids
    from comptoir.base.models import Workspace
    from comptoir.channels import api
    from comptoir.channels.files import api as files
    from comptoir.channels.models import Account, Author, Delivery, Message, Thread

    workspace = Workspace.objects.create(slug="bench", name="Bench")
    account = Account.objects.create(workspace=workspace, channel="x", name="import")
    author = Author.objects.create(workspace=workspace, channel="x", key="a", handle="a")
    mapping = api.inspect_file(path).guess.mapping
    began, count = time.perf_counter(), 0
    portion: list[files.Converted] = []

    def store() -> None:
        said = [row.messages[0] for row in portion]
        numbers = ids.at_times([each.sent_at for each in said])
        common: dict[str, Any] = {"workspace": workspace, "account": account}
        deliveries = [Delivery(id=n, external_id=m.external_id, raw=row.raw, line=row.line, received_at=m.sent_at, **common) for n, m, row in zip(numbers, said, portion, strict=True)]  # fmt: skip
        threads = [Thread(id=n, root_key=m.external_id, **common) for n, m in zip(numbers, said, strict=True)]  # fmt: skip
        messages = [Message(id=n, delivery_id=n, thread_id=n, external_id=m.external_id, channel="x", kind=m.kind, author=author, own=False, sent_at=m.sent_at, text=m.text, url=m.url, in_reply_to=m.in_reply_to, link="root", link_confidence=1.0, likes=m.likes, views=m.views, **common) for n, m in zip(numbers, said, strict=True)]  # fmt: skip
        with transaction.atomic():
            for model, made in ((Delivery, deliveries), (Thread, threads), (Message, messages)):
                manager: Any = model._base_manager
                manager.bulk_create(made, ignore_conflicts=True)

    for row in files.read(path, mapping):
        if isinstance(row, files.Converted):
            portion.append(row)
        if len(portion) == PORTION:
            store()
            count += len(portion)
            portion.clear()
    store()
    return count + len(portion), time.perf_counter() - began


def by_executemany(path: Path, home: Path) -> tuple[int, float]:
    """The least there is: the csv module's rows into one table with a unique id."""
    import sqlite3

    home.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with sqlite3.connect(home / "bare.sqlite3") as base, path.open(encoding="utf-8") as file:
        base.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        base.execute(f"CREATE TABLE rows ({', '.join(HEADER)}, UNIQUE (id))")
        marks = ", ".join("?" * len(HEADER))
        reader = csv.reader(file)
        next(reader)
        base.executemany(f"INSERT INTO rows VALUES ({marks}) ON CONFLICT DO NOTHING", reader)  # noqa: S608
        count = base.execute("SELECT count(*) FROM rows").fetchone()[0]
    return count, time.perf_counter() - began


WAYS = {
    "comptoir": by_comptoir,
    "bulk_create": by_bulk_create,
    "executemany": by_executemany,
}


def measure(way: str, path: Path, folder: Path) -> dict[str, float]:
    """One way in a process of its own: rows, seconds and its peak memory in MB."""
    command = [sys.executable, __file__, "--way", way, "--file", str(path), "--home", str(folder / way)]  # fmt: skip
    ended = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 ourselves
    return dict(json.loads(ended.stdout))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--way", choices=WAYS)
    asked.add_argument("--file", type=Path)
    asked.add_argument("--home", type=Path)
    given = asked.parse_args()
    if given.way:
        rows, seconds = WAYS[given.way](given.file, given.home)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"rows": rows, "seconds": seconds, "peak_mb": peak}))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invented.csv"
        write(path, given.rows)
        print(f"{given.rows} rows, {path.stat().st_size / 1e6:.0f} MB")
        rates = {}
        for way in WAYS:
            found = measure(way, path, Path(folder))
            rates[way] = found["rows"] / found["seconds"]
            print(
                f"{way:>12}  {rates[way]:>9,.0f} rows/s  {found['seconds']:>7.1f} s"
                f"  peak {found['peak_mb']:>4.0f} MB  {rates['comptoir'] / rates[way]:.2f} = comptoir ÷ this"
            )


if __name__ == "__main__":
    main()
