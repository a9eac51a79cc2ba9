from comptoir.base.erasure import Person
from comptoir.base.models import OutboxEvent, Workspace
from comptoir.base.scope import scope
from comptoir.channels import api, erasing
from comptoir.channels.models import (
    Author,
    Delivery,
    ImportReject,
    ImportRun,
    Message,
    Thread,
)
from comptoir.channels.tests.making import rows, said


def filled(brand: Workspace) -> api.AuthorView:
    """Two customers; both spoke in one thread, with an answer by the brand."""
    stored = api.store(
        brand.pk,
        rows(
            said("a", "lea", text="colis de Léa"),
            said("b", "citron", in_reply_to="a", at=1),
            said("c", "lea", at=2),
            said("d", "max", text="colis de Max", in_reply_to="b", at=3),
        ),
    )
    views = api.messages(stored.ids)
    api.index_messages([api.Indexed(each.id, each.text, frozenset()) for each in views])
    return views[0].author


def test_erasing_an_author_leaves_no_trace_of_them(brand: Workspace) -> None:
    """
    Messages, raw rows, index entries, refused rows and the author go; others stay whole.
    """
    author = filled(brand)
    run = ImportRun.objects.create(workspace=brand, file_name="x", path="x", sha256="", size=1, format="csv", mapping={})  # fmt: skip
    for place, raw in enumerate(["1,bad,LEA,bonjour", "2,bad,max,bonjour"]):
        ImportReject.objects.create(workspace=brand, run=run, line=place, code="bad_date", raw=raw)

    erased = erasing.erase_author(Person(brand.pk, author.id))

    assert erased
    assert {"b", "d"} == set(Message.objects.values_list("external_id", flat=True))
    assert {"raw b", "raw d"} == set(Delivery.objects.values_list("raw", flat=True))
    assert {"citron", "max"} == set(Author.objects.values_list("key", flat=True))
    assert ["2,bad,max,bonjour"] == list(ImportReject.objects.values_list("raw", flat=True))
    assert [Message.objects.get(external_id="d").pk] == api.search("colis")
    assert 1 == Thread.objects.count()
    assert 2 == len(OutboxEvent.objects.get(kind="messages_erased").payload["ids"])
    assert 0 == erasing.erase_author(Person(brand.pk, author.id))


def test_others_words_stay_without_the_persons_name(brand: Workspace) -> None:
    """
    The brand's answers begin with the person's handle, which is personal data too.
    """
    author = filled(brand)
    stored = api.store(brand.pk, rows(said("e", "citron", text="@Lea et @leandre : merci", at=4)))
    api.index_messages(
        [api.Indexed(each.id, each.text, frozenset()) for each in api.messages(stored.ids)]
    )

    erasing.erase_author(Person(brand.pk, author.id))

    answer = Message.objects.get(external_id="e")
    assert "@… et @leandre : merci" == answer.text
    assert "" == answer.in_reply_to_handle
    told = OutboxEvent.objects.filter(kind="messages_received").order_by("-pk").first()
    assert told is not None
    assert [answer.pk] == told.payload["ids"]


def test_a_person_of_another_brand_stays(brand: Workspace) -> None:
    author = filled(brand)
    other = Workspace.objects.create(slug="autre", name="Autre")

    assert 0 == erasing.erase_author(Person(other.pk, author.id))
    assert 4 == Message.objects.count()


def test_a_deleted_workspace_leaves_the_index(brand: Workspace) -> None:
    filled(brand)
    other = Workspace.objects.create(slug="autre", name="Autre")
    with scope(other):
        api.index_messages([api.Indexed(1, "colis", frozenset())])

    erasing.forget_index(brand.pk)

    assert [] == api.search("colis")
    with scope(other):
        assert [1] == api.search("colis")
