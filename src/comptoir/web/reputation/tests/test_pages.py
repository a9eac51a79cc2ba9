"""Reports as people meet them: what is said, what opens onto what, roles, files."""

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client

from comptoir.analysis.grouping import Growth
from comptoir.base.clock import held_at
from comptoir.base.models import User, Workspace
from comptoir.channels.models import Message
from comptoir.insight.definitions import definitions
from comptoir.insight.tests.factory import Town, utc
from comptoir.listening import api as listening
from comptoir.listening import reputation_methods, reputation_topics
from comptoir.listening.models import Mention
from comptoir.web.reputation import subjects, tables

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BASE = "/w/atelier/reputation/"
MARCH = "from=2026-03-01&to=2026-03-28"


@pytest.fixture
def queries(workspace: Workspace, owner: User) -> dict[str, int]:
    """One of the brand's and one of a rival's, listening for long."""
    with held_at(utc(2025, 1, 1)):
        return {
            name: listening.add(
                listening.Draft(
                    f"{name} everywhere", listening.add_folder(kind, name, owner), text
                ),
                owner,
            )
            for kind, name, text in (("brand", "Citron", "citron"), ("rival", "Zeste", "zeste"))
        }


@pytest.fixture
def town(workspace: Workspace, queries: dict[str, int]) -> Town:
    """Four mentions of the brand, two of a rival, one before; one called like a formula."""
    made = Town(workspace)
    said = {
        "lea": made.say(
            "lea", utc(2026, 3, 3, 8), label={"tone": -1, "intents": ["refund"], "hashtags": ["SAV"]},
            likes=3, views=40, url="https://forum.example/1",
        ),
        "eve": made.say("=cmd|' /C calc'!A0", utc(2026, 3, 20, 8), label={"hashtags": ["sav"]}),
        "tom": made.say("tom", utc(2026, 3, 28, 20), label={"tone": 1, "language": "en"}, text="=1+1"),
        "una": made.say("una", utc(2026, 3, 28, 21)),
        "old": made.say("zoe", utc(2026, 1, 5), label={}),
    }  # fmt: skip
    for message in said.values():
        hear(queries["Citron"], message)
    for name in ("lea", "tom"):
        hear(queries["Zeste"], said[name])
    return made


def hear(query: int, message: Any) -> None:
    Mention.objects.create(
        workspace_id=message.workspace_id, query_id=query, message=message, number=1
    )


@pytest.fixture
def reader(person: Callable[..., User], client: Client) -> Client:
    return as_role("reader", person, client)


@pytest.fixture
def analyst(person: Callable[..., User], client: Client) -> Client:
    return as_role("analyst", person, client)


def as_role(role: str, person: Callable[..., User], client: Client) -> Client:
    user = person(role)
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user, backend=BACKEND)
    return client


def body(response: Any, status: int = 200) -> str:
    assert status == response.status_code
    text = b"".join(response).decode() if response.streaming else response.content.decode()
    return " ".join(unescape(text).split(" "))


def words(text: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_page_comes_at_once_and_its_figures_after(town: Town, reader: Client) -> None:
    with held_at(utc(2026, 3, 28)):
        first = body(reader.get(BASE, follow=True))
    panels = body(reader.get(f"{BASE}brand/panels/?{MARCH}"))

    assert f"{BASE}brand/panels/?from=2026-03-01&to=2026-03-28" in first
    assert 'role="img"' in panels
    assert "style=" not in first + panels


def test_figures_are_said_with_their_uncertainty(town: Town, reader: Client) -> None:
    """Four mentions, three of them read, one of these negative."""
    said = words(body(reader.get(f"{BASE}brand/panels/?{MARCH}")))

    assert "Only 4 mentions" in said
    assert "See the 4 mentions" in said
    assert "33.3%" in said
    assert "95% interval: 6.1% to 79.2%" in said
    assert "Too few for an interval: 3 read" in said
    assert "Known of 1 of 4 mentions" in said
    assert "1 mention was not read by the analysis yet." in said


def test_the_brand_stands_beside_its_rival(town: Town, reader: Client) -> None:
    """Four against two of the six; views are known of both."""
    text = body(reader.get(f"{BASE}brand/panels/?{MARCH}"))
    said = words(text[text.index("title-sides") :])

    assert "66.7%" in said
    assert "33.3%" in said
    assert "before: –" in said


def test_without_rivals_the_page_says_what_to_do(town: Town, reader: Client, owner: User) -> None:
    listening.delete(next(q.id for q in listening.queries() if q.folder_name == "Zeste"), owner)

    assert "folder of the kind Rival" in body(reader.get(f"{BASE}brand/panels/?{MARCH}"))


def test_methods_are_printed_under_the_report(town: Town, reader: Client) -> None:
    """Search strings with their versions, dates, languages, coding, model, filter, gaps."""
    page = words(body(reader.get(f"{BASE}brand/?{MARCH}&whole=1")))

    for told in (
        "Search string “Citron › Citron everywhere” citron",
        "Version 1, in use since ",
        "Europe/Paris",
        "French (2)",
        "3 of 4 mentions, of which a person set 0",
        "test (3)",
        "Accounts are not judged automatic or human.",
        "None is claimed",
    ):
        assert told in page


def test_what_was_never_asked_is_told(town: Town, reader: Client, owner: User) -> None:
    """A query saved today has not heard last month: no silent zero, and no comparison."""
    folder = listening.folders()[0].id
    with held_at(utc(2026, 4, 2)):
        query = listening.add(listening.Draft("late", folder, "limon"), owner)
    address = subjects.query_address(query)

    said = words(body(reader.get(f"{BASE}{address}/panels/?{MARCH}")))

    assert "“late” was saved after messages of this period had arrived" in said
    assert "Not compared with" in said


def test_every_figure_opens_onto_as_many_rows_as_it_counts(town: Town, reader: Client) -> None:
    panels = body(reader.get(f"{BASE}brand/panels/?{MARCH}"))
    opened = re.findall(r'href="([^"]*/rows/[^"]*)"', panels)

    assert len(opened) > 15
    for address in opened:
        body(reader.get(address))
    for address, count in re.findall(r'href="([^"]*/rows/[^"]*)">See the (\d+) mention', panels):
        assert f"{count} mention" in words(body(reader.get(address))), address


def test_every_line_opens_the_stream_with_as_many_mentions(town: Town, reader: Client) -> None:
    """
    Days, intents, hashtags, sites, authors, networks, languages, weekdays, hours: what a line
    counts is what the stream holds, be it narrowed by a key or by days.
    """
    town.say("lea", utc(2026, 3, 3, 9), kind="repost", repost_of="n1", text="citron")
    town.say("lea", utc(2026, 3, 3, 10), kind="repost", repost_of="n1", text="citron")
    for message in Message.objects.filter(kind="repost"):
        hear(listening.queries()[0].id, message)
    panels = body(reader.get(f"{BASE}brand/panels/?{MARCH}"))
    lines = re.findall(r'href="(/w/atelier/listening/mentions/[^"]*)".*?</tr>', panels)
    cells = re.findall(r'href="/w/atelier/listening/mentions/[^"]*".*?</th>(.*?)</tr>', panels)
    counted = {"by_day": 0}
    for address, row in zip(lines, cells, strict=True):
        numbers = re.findall(r'<td class="num">([^<]*)</td>', row)
        days = "by=" not in address
        kind = "by_day" if days else re.findall(r"by=(\w+)", address)[0]
        wanted = int(numbers[-1] if days else numbers[0])
        page = words(body(reader.get(address)))
        assert wanted == _held(page), address
        counted[kind] = counted.get(kind, 0) + wanted

    assert {
        "by_day", "intent", "hashtag", "site", "author", "channel", "language", "weekday", "hour",
    } == set(counted)  # fmt: skip
    assert 5 == counted["by_day"] == counted["author"] == counted["hour"]


def _held(page: str) -> int:
    """How many mentions the stream says it holds."""
    found = re.search(r"(\d+) mentions?; \d+ on this page", page)
    return int(found[1]) if found else 0


def test_rows_say_which_line_they_are_of(town: Town, reader: Client) -> None:
    rows = body(reader.get(f"{BASE}brand/rows/mentions.by_hashtag/?{MARCH}&hashtag=sav"))

    assert "2 mentions counted." in words(rows)
    assert "#sav" in rows
    assert "Formula" in rows
    assert "/help/metrics/mentions/#hashtags-of-mentions" in rows


@pytest.mark.parametrize(
    "path",
    [
        "brand/rows/mentions.none/",
        "brand/rows/mentions.by_hour/?hour=noon",
        "brand/rows/mentions.by_author/?author=" + "9" * 40,
        "folder-x/panels/",
        "query-x/",
        "brand/table/none.csv",
        "brand/table/figures.pdf",
    ],
)
def test_addresses_that_are_none_are_not_found(town: Town, analyst: Client, path: str) -> None:
    assert 404 == analyst.get(BASE + path).status_code


def test_strangers_learn_nothing(town: Town, client: Client) -> None:
    client.force_login(
        User.objects.create_user("x@example.com", "un mot de passe long"), backend=BACKEND
    )

    paths = ("", "brand/", "brand/panels/", "brand/topics/", "brand/table/figures.csv")
    assert {404} == {client.get(BASE + path).status_code for path in paths}


@pytest.mark.parametrize("path", ["table/figures.csv", "rows/mentions.volume/all.xlsx"])
def test_files_need_the_right_to_export(
    town: Town, person: Callable[..., User], client: Client, path: str
) -> None:
    found = {}
    for role in ("reader", "agent", "analyst", "manager"):
        client.force_login(person(role), backend=BACKEND)
        found[role] = client.get(f"{BASE}brand/{path}?{MARCH}").status_code

    assert {"reader": 403, "agent": 403, "analyst": 200, "manager": 200} == found


@pytest.mark.parametrize("table", tables.NAMES)
def test_every_table_is_a_file(town: Town, analyst: Client, table: str) -> None:
    """With its heading, and no cell that a spreadsheet would run."""
    text = body(analyst.get(f"{BASE}brand/table/{table}.csv?{MARCH}"))
    sheet = analyst.get(f"{BASE}brand/table/{table}.xlsx?{MARCH}").content
    book = openpyxl.load_workbook(io.BytesIO(sheet)).active

    assert len(text.splitlines()) == book.max_row
    assert book.max_row > 1
    assert "\n=" not in text
    assert not [cell for row in book.iter_rows() for cell in row if cell.data_type == "f"]


def test_files_hold_the_figures(town: Town, analyst: Client) -> None:
    text = body(analyst.get(f"{BASE}brand/table/networks.csv?{MARCH}"))
    rows = body(analyst.get(f"{BASE}brand/rows/mentions.volume/all.csv?{MARCH}"))

    assert "X,4,1.0," in text
    assert 5 == len(rows.splitlines())
    assert "'=1+1" in rows


def test_nothing_to_show_says_what_to_do(workspace: Workspace, reader: Client) -> None:
    assert "Nothing is listened for yet" in body(reader.get(BASE))


def test_nothing_heard_yet_says_so(
    workspace: Workspace, queries: dict[str, int], reader: Client
) -> None:
    assert "Nothing was heard yet" in body(reader.get(BASE))


def test_a_period_without_mentions_says_so(town: Town, reader: Client) -> None:
    said = body(reader.get(f"{BASE}brand/panels/?from=2026-02-01&to=2026-02-07"))

    assert "No mention in this period" in said
    assert "<svg viewBox" not in said


@pytest.mark.parametrize("state", ["few", "unread", "no_encoder", "found"])
def test_topics_say_how_they_stand(
    town: Town, reader: Client, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    made = reputation_topics.Topics(state, 60, 35, 12, 5)
    monkeypatch.setattr(reputation_topics, "topics", lambda *asked: made)
    told = {
        "few": "With fewer than 20 mentions",
        "unread": "The meaning of 12 of 60 mentions was read so far",
        "no_encoder": "The model that reads meaning cannot run here",
        "found": "Found in a fair sample: 12 of 60 mentions, beside 5 of 35",
    }

    assert told[state] in words(body(reader.get(f"{BASE}brand/topics/?{MARCH}")))


@pytest.mark.parametrize(("comparable", "told"), [(True, 1), (False, 0)])
def test_topics_grow_only_where_both_periods_are_known(
    town: Town, reader: Client, monkeypatch: pytest.MonkeyPatch, comparable: bool, told: int
) -> None:
    """A query never asked of the period before would make every topic rise."""
    growth = Growth(before=2, ratio=3.0, low=1.5, high=6.0, chance=0.001, rising=True)
    line = reputation_topics.TopicLine("colis", 9, 0.5, (1, 2, 6), (), (), growth)
    made = reputation_topics.Topics("found", 18, 20, 18, 20, (line,))
    monkeypatch.setattr(reputation_topics, "topics", lambda *asked: made)
    monkeypatch.setattr(reputation_methods, "comparable", lambda *asked: comparable)

    said = words(body(reader.get(f"{BASE}brand/topics/?{MARCH}")))

    assert told == said.count("Rising")
    assert told == said.count("Its share is 3.0 times")


def test_the_subject_is_chosen_without_losing_the_days(town: Town, reader: Client) -> None:
    folder = next(
        one.address for _group, some in subjects.choices() for one in some if one.name == "Zeste"
    )
    response = reader.get(f"{BASE}?of={folder}&{MARCH}")

    assert f"{BASE}{folder}/?{MARCH}" == response["Location"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_measure_is_defined_and_nothing_else(language: str) -> None:
    """A figure without a written definition may not be shown."""
    written = {one: told for one, told in definitions(language).items() if told.page == "mentions"}

    assert set(tables.measures()) == set(written)
    for told in written.values():
        assert all([told.text, told.unit, told.formula, told.source, told.undefined])
