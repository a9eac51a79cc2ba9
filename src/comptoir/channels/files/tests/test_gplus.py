"""Google+ archives, in both forms that Takeout documented, and what else such a ZIP holds."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comptoir.channels.files.api import (
    Converted,
    FileProblem,
    Rejected,
    inspect,
    pack_posts,
    preview,
)
from comptoir.channels.incoming import Incoming

PLUS = "https://plus.google.com"


def person(account: str, name: str) -> dict[str, str]:
    return {
        "displayName": name,
        "profilePageUrl": f"{PLUS}/{account}",
        "avatarImageUrl": "https://lh3.googleusercontent.com/photo.jpg",
        "resourceName": "users/117",
    }


BRAND, LEA, PAUL = (
    person("+AtelierCitron", "Atelier Citron"),
    person("101", "Léa Roy"),
    person("+PaulM", "Paul Morin"),
)
POST: dict[str, Any] = {
    "url": f"{PLUS}/+AtelierCitron/posts/dnaVNGMfB2B",
    "creationTime": "2014-06-30 14:04:00+0000",
    "updateTime": "2014-07-01 08:06:58+0000",
    "author": BRAND,
    "content": "Nos savons sont de retour&nbsp;!<br>Qui en veut ?",
    "link": {"title": "La boutique", "url": "https://example.com/savons"},
    "comments": [
        {
            "creationTime": "2014-06-30 15:51:39+0000",
            "author": LEA,
            "content": "Moi ! Le mien est arriv&eacute; cass&eacute;",
            "postUrl": f"{PLUS}/+AtelierCitron/posts/dnaVNGMfB2B",
            "resourceName": "users/117/posts/z12/comments/z12-1",
        },
        {
            "creationTime": "2014-06-30 18:00:00+0200",
            "author": PAUL,
            "content": "Trop cher",
            "resourceName": "users/117/posts/z12/comments/z12-2",
        },
    ],
    "resourceName": "users/117/posts/z12",
    "plusOnes": [{"plusOner": LEA}, {"plusOner": PAUL}],
    "reshares": [{"resharer": PAUL}],
    "postAcl": {"isPublic": True},
}
PAGE = """<html><head><meta charset="utf-8"><title>Nos savons</title><style>.author {font-weight: 500;}</style></head>
<body><div style="margin-bottom:1em;"><div style="display:flex; align-items:center"><img class="author-photo" src="p.jpg" alt="Atelier Citron"><a href="https://plus.google.com/+AtelierCitron" target="_blank" class="author">Atelier Citron</a> - <a target="_blank" href="https://plus.google.com/+AtelierCitron/posts/dnaVNGMfB2B">2014-06-30 14:04:00+0000</a><span> - Updated: 2014-07-01 08:06:58+0000</span></div><div class="main-content">Nos savons sont de retour&nbsp;!<br>Qui en veut ?</div><a href="photo.jpg" class="media-link"><img src="photo.jpg" alt="Des savons" class="media"></a></div>
<div class="visibility">Shared with: Public</div><div class="post-activity"><div class="plus-oners">+1'd by: <a href="https://plus.google.com/101">Léa Roy</a>, <a href="https://plus.google.com/+PaulM">Paul Morin</a></div><div class="resharers">Reshared by: <a href="https://plus.google.com/+PaulM">Paul Morin</a></div></div>
<div class="comments"><div class="comment"><a target="_blank" href="https://plus.google.com/101" class="author">Léa Roy</a><span class="time"> - 2014-06-30 15:51:39+0000</span><div class="comment-content">Moi ! Le mien est arriv&eacute; cass&eacute;</div></div><div class="comment"><a target="_blank" href="https://plus.google.com/+PaulM" class="author">Paul Morin</a><span class="time"> - 2014-06-30 18:00:00+0200</span><div class="comment-content">Trop cher</div></div></div></body></html>"""
POSTS = "Takeout/Google+ Stream/Posts"


def archive(tmp_path: Path, files: dict[str, str | bytes], name: str = "takeout.zip") -> Path:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for inside, content in files.items():
            packed.writestr(inside, content)
    return path


def heard(path: Path) -> list[Incoming]:
    found = inspect(path)
    assert found.problem is None
    rows = preview(path, found.guess.mapping, 100)
    assert all(isinstance(row, Converted) for row in rows), rows
    return [message for row in rows if isinstance(row, Converted) for message in row.messages]


def write(tmp_path: Path, content: str, name: str) -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def single_json(tmp_path: Path) -> Path:
    return write(tmp_path, json.dumps(POST, ensure_ascii=False, indent=2), "20140630 - Nos.json")


def single_page(tmp_path: Path) -> Path:
    return write(tmp_path, PAGE, "20140630 - Nos savons.html")


def together(tmp_path: Path) -> Path:
    return write(tmp_path, json.dumps([POST], ensure_ascii=False), "all.json")


def by_line(tmp_path: Path) -> Path:
    return write(tmp_path, json.dumps(POST) + "\n", "all.jsonl")


def zipped(tmp_path: Path) -> Path:
    return archive(tmp_path, {f"{POSTS}/20140630 - Nos savons.json": json.dumps(POST)})


def zipped_pages(tmp_path: Path) -> Path:
    return archive(tmp_path, {"Posts/20140630 - Nos savons.html": PAGE})


@pytest.mark.parametrize(
    "made", [single_json, single_page, together, by_line, zipped, zipped_pages]
)
def test_every_form_of_a_post_gives_the_same_messages(tmp_path: Path, made: Any) -> None:
    """JSON and HTML, alone, together or packed: importing one after another doubles nothing."""
    post, lea, paul = heard(made(tmp_path))

    assert ("google-plus", "post", "dnaVNGMfB2B") == (post.channel, post.kind, post.external_id)
    assert ("+AtelierCitron", "Atelier Citron") == (post.author_handle, post.author_name)
    assert "Nos savons sont de retour !\nQui en veut ?" == post.text
    assert datetime(2014, 6, 30, 14, 4, tzinfo=UTC) == post.sent_at
    assert (2, 1, 2) == (post.likes, post.reposts, post.replies)
    assert POST["url"] == post.url
    assert ("101", "Moi ! Le mien est arrivé cassé") == (lea.author_handle, lea.text)
    assert ("reply", "dnaVNGMfB2B") == (lea.kind, lea.in_reply_to) == (paul.kind, paul.in_reply_to)
    assert datetime(2014, 6, 30, 16, 0, tzinfo=UTC) == paul.sent_at
    again = heard(single_json(tmp_path))
    assert [one.external_id for one in again] == [o.external_id for o in (post, lea, paul)]


def test_what_is_passed_on_names_what_it_passes_on(tmp_path: Path) -> None:
    """With words of one's own it is a quote, without any it repeats the other's."""
    shared = {"url": f"{PLUS}/+PaulM/posts/abc", "author": PAUL, "content": "Je teste ces savons"}
    bare = {**POST, "content": "", "comments": [], "resharedPost": shared}
    (repost,) = heard(write(tmp_path, json.dumps(bare), "a.json"))
    (quote,) = heard(write(tmp_path, json.dumps({**bare, "content": "Merci !"}), "b.json"))

    assert ("repost", "abc", "Je teste ces savons") == (repost.kind, repost.repost_of, repost.text)
    assert ("quote", "abc", "Merci !") == (quote.kind, quote.quote_of, quote.text)


def test_a_page_that_passes_on_tells_whose_words_they_are(tmp_path: Path) -> None:
    marked = (
        '<div><a class="reshare-attribution" href="https://plus.google.com/+PaulM/posts/abc">'
        "Originally shared by Paul Morin</a>Je teste<br>ces savons"
        '<a class="link-embed" href="https://example.com">La boutique</a></div>'
    )
    page = PAGE.replace(
        "Nos savons sont de retour&nbsp;!<br>Qui en veut ?</div>", "</div>" + marked
    )
    post = heard(write(tmp_path, page, "c.html"))[0]

    assert ("repost", "abc", "Je teste\nces savons") == (post.kind, post.repost_of, post.text)


def test_a_post_without_words_says_what_it_shows(tmp_path: Path) -> None:
    mute = {key: value for key, value in POST.items() if key != "content"} | {"comments": []}
    (post,) = heard(write(tmp_path, json.dumps(mute), "d.json"))
    photo = {**mute, "link": None, "media": {"url": "https://lh3.example/p.jpg"}}
    (shown,) = heard(write(tmp_path, json.dumps(photo), "e.json"))

    assert "La boutique https://example.com/savons" == post.text
    assert "https://lh3.example/p.jpg" == shown.text


def test_what_else_an_archive_holds_is_left_out_and_said(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        {
            f"{POSTS}/20140630 - Nos savons.json": json.dumps(POST),
            f"{POSTS}/photo.jpg": b"\xff\xd8\xff",
            f"{POSTS}/photo.jpg.metadata.csv": "title,url\n",
            "Takeout/Google+ Stream/ActivityLog/+1s on posts.json": '{"items": []}',
            "Takeout/archive_browser.html": "<html></html>",
        },
    )
    found = inspect(path)

    assert ("takeout", 3) == (found.format, found.rows)
    assert ("other_files", {"count": 3}) in found.warnings
    assert 3 == len(heard(path))


def test_a_broken_post_is_refused_and_the_others_are_kept(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        {
            f"{POSTS}/20140629 - Cut.json": json.dumps(POST)[:200],
            f"{POSTS}/20140630 - Nos savons.json": json.dumps(POST),
        },
    )
    first, *others = preview(path, inspect(path).guess.mapping)

    assert isinstance(first, Rejected)
    assert ("bad_post", 1) == (first.code, first.line)
    assert f"{POSTS}/20140629 - Cut.json" == first.fields["file"]
    assert 3 == len([one for one in others if isinstance(one, Converted)])
    assert [2, 3, 4] == [one.line for one in others]


def test_a_bomb_among_the_posts_is_refused_alone(tmp_path: Path) -> None:
    """What a member declares is not trusted: it is unpacked up to the limit and no further."""
    path = archive(
        tmp_path,
        {
            f"{POSTS}/20140629 - Bomb.json": b" " * (9 << 20),
            f"{POSTS}/20140630 - Nos savons.json": json.dumps(POST),
        },
    )
    rows = list(preview(path, inspect(path).guess.mapping))

    assert ["bad_post"] == [one.code for one in rows if isinstance(one, Rejected)]
    assert 3 == len([one for one in rows if isinstance(one, Converted)])


def test_another_zip_is_still_no_table(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as refused:
        inspect(archive(tmp_path, {"Takeout/Mail/all.json": "{}"}))

    assert "not_a_table" == refused.value.code


def test_an_unpacked_archive_packs_to_the_same_bytes(tmp_path: Path) -> None:
    """So that an import of it that was interrupted is known again."""
    posts = tmp_path / "Takeout" / "Google+ Stream" / "Posts"
    posts.mkdir(parents=True)
    (posts / "20140630 - Nos savons.json").write_text(json.dumps(POST), encoding="utf-8")
    (posts / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    one, two = tmp_path / "1.zip", tmp_path / "2.zip"

    assert 1 == pack_posts(tmp_path / "Takeout", one) == pack_posts(tmp_path / "Takeout", two)
    assert one.read_bytes() == two.read_bytes()
    assert 3 == len(heard(one))
    assert 1 == pack_posts(posts, two)


def test_a_table_of_viadeo_is_told_by_its_links(tmp_path: Path) -> None:
    """The network documented no file of messages: senders and subjects are not e-mail's."""
    table = (
        "Date;Expéditeur;Profil;Objet;Message\n"
        "12/03/2012 10:30;Léa Roy;http://www.viadeo.com/fr/profile/lea.roy;Bonjour;Vos savons ?\n"
        "13/03/2012 09:00;Paul Morin;http://www.viadeo.com/fr/profile/paul;Re;Merci\n"
    )
    first, _second = heard(write(tmp_path, table, "viadeo.csv"))

    assert ("viadeo", "post", "Léa Roy") == (first.channel, first.kind, first.author_handle)
    assert ("Bonjour", "Vos savons ?") == (first.title, first.text)
    mail = table.replace("http://www.viadeo.com/fr/profile/", "")
    assert "email" == inspect(write(tmp_path, mail, "mail.csv")).guess.mapping.channel
