"""Watched pages: writing them down, changing them, pausing them, trying them."""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock
from comptoir.base.errors import Problem
from comptoir.base.guard import plain_name
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.listening.alerting import carrying
from comptoir.listening.models import Folder
from comptoir.listening.watching import checking, hosts, markup, reading, visiting
from comptoir.listening.watching.models import PageChange, PageReading, WatchedPage
from comptoir.listening.watching.readings import Reading
from comptoir.listening.watching.records import PageDraft, Preview
from comptoir.listening.watching.refusing import Refused

WANTS: Final = ("price", "offer", "availability", "text")
EVERY: Final = (60, 180, 360, 720, 1440, 2880, 10080)
MOST_PAGES: Final = 200
_SENSE = ("url", "selector", "phrase")
"""What decides what is read: readings under another sense are not compared."""
_MAIL = re.compile(r"[^\s@()<>]{1,64}@[^\s@()<>]+\.[^\s@()<>]{2,}")
State = WatchedPage.State


def add_page(draft: PageDraft, actor: User) -> int:
    """
    Watch a page from now on; returns its id.

    Raises Problem "page_address", "page_name", "page_wants", "page_every", "page_selector",
    "page_phrase", "page_contact", "unknown_folder", "page_known", "too_many_pages".
    """
    wanted = checked(draft)
    with transaction.atomic():
        if WatchedPage.objects.count() >= MOST_PAGES:
            raise Problem(
                "too_many_pages", _("Two hundred pages are watched."), _("Delete one first.")
            )
        _check_known(wanted, None)
        now = clock.now()
        row = WatchedPage(
            workspace_id=current_workspace_id(), by=actor, made_at=now, armed_at=now, due_at=now
        )
        _fill(row, wanted, actor)
        row.save(force_insert=True)
        _tell("listening.page_added", row, actor)
    return row.pk


def change_page(page_id: int, draft: PageDraft, actor: User) -> None:
    """
    Change what is watched; another address or part is compared with nothing read before.

    Raises as `add_page`, and Problem "unknown_page".
    """
    wanted = checked(draft)
    with transaction.atomic():
        row = _locked(page_id)
        _check_known(wanted, page_id)
        before = [getattr(row, name) for name in _SENSE]
        _fill(row, wanted, actor)
        now = clock.now()
        if before != [getattr(row, name) for name in _SENSE]:
            row.armed_at = now
            row.etag = row.modified = ""
            row.problem, row.doubts, row.tries = {}, 0, 0
        if row.state != State.PAUSED:
            row.state, row.due_at = State.ACTIVE, now
        row.save()
        _tell("listening.page_changed", row, actor)


def pause_page(page_id: int, actor: User) -> None:
    """Ask for it no more; what was read stays."""
    with transaction.atomic():
        row = _locked(page_id)
        if row.state != State.PAUSED:
            row.state, row.due_at, row.wanted_at = State.PAUSED, None, None
            row.save(update_fields=["state", "due_at", "wanted_at"])
            _tell("listening.page_paused", row, actor)


def resume_page(page_id: int, actor: User) -> None:
    """Ask for it again, from now on."""
    with transaction.atomic():
        row = _locked(page_id)
        if row.state != State.ACTIVE:
            row.state, row.due_at, row.tries = State.ACTIVE, clock.now(), 0
            row.save(update_fields=["state", "due_at", "tries"])
            _tell("listening.page_resumed", row, actor)


def delete_page(page_id: int, actor: User) -> None:
    """Delete a page with all that was read and told of it."""
    with transaction.atomic():
        row = _locked(page_id)
        _tell("listening.page_deleted", row, actor)
        alert = row.alert_id
        PageChange.objects.filter(page=row)._raw_delete("default")
        PageReading.objects.filter(page=row)._raw_delete("default")
        row.delete()
        carrying.drop(alert)


def check_now(page_id: int) -> None:
    """
    Have it asked next, as soon as its site may be.

    Raises Problem "unknown_page", "page_paused".
    """
    with transaction.atomic():
        row = _locked(page_id)
        if row.state == State.PAUSED:
            raise Problem("page_paused", _("This page is paused."), _("Watch it again first."))
        hosts.forget(row.url)
        row.state, row.wanted_at, row.due_at = State.ACTIVE, clock.now(), clock.now()
        row.save(update_fields=["state", "wanted_at", "due_at"])


def preview(draft: PageDraft) -> Preview:
    """
    What would be read now: one visit, and nothing kept.

    Raises as `add_page` but for the name, and Problem "page_wait". A page that cannot be read
    is no error: its problem says why.
    """
    wanted = sensible(draft)
    try:
        answer = visiting.visit(visiting.Asked(wanted.url, wanted.contact))
        read = reading.read(
            answer.body,
            answer.headers,
            selector=wanted.selector,
            phrase=wanted.phrase,
            today=clock.now().date(),
        )
    except hosts.Later as later:
        raise Problem(
            "page_wait",
            _("This site was asked a moment ago; it may be asked again in %(seconds)s s."),
            _("Wait a little, then try again."),
            seconds=round(later.seconds),
        ) from later
    except Refused as refused:
        return Preview(wanted.url, Reading(), {"code": refused.code, **refused.facts})
    return Preview(
        answer.url, read, checking.about(wanted.wants, wanted.selector or wanted.phrase, read)
    )


def checked(draft: PageDraft) -> PageDraft:
    """The draft as it is kept; raises as `add_page`."""
    wanted = sensible(draft)
    name = " ".join(draft.name.split()) or hosts.name_of(wanted.url)
    if len(name) > 120:
        raise Problem("page_name", _("Name the page in 120 characters at most."))
    return replace(wanted, name=name)


def sensible(draft: PageDraft) -> PageDraft:
    """The same without its name, for a draft that is only tried."""
    selector, phrase = draft.selector.strip(), " ".join(draft.phrase.split())
    wants = tuple(one for one in WANTS if one in draft.wants)
    if not wants:
        raise Problem("page_wants", _("Choose at least one thing to watch."))
    if draft.every not in EVERY:
        raise Problem("page_every", _("Choose how often, from hourly to weekly."))
    if selector and phrase:
        raise Problem(
            "page_phrase", _("Choose the part by a selector or by a phrase, not by both.")
        )
    if len(selector) > 300 or (selector and (wrong := markup.selector_problem(selector))):
        raise Problem(
            "page_selector",
            _("This is no CSS selector: %(wrong)s"),
            _("Copy one from your browser, such as “#price” or “.product .price”."),
            wrong=wrong if len(selector) <= 300 else "> 300",
        )
    if len(phrase) > 200 or (phrase and len(phrase) < 3):
        raise Problem("page_phrase", _("Write a phrase of 3 to 200 characters."))
    if draft.folder is not None and not Folder.objects.filter(pk=draft.folder).exists():
        raise Problem("unknown_folder", _("There is no such folder any more."))
    return replace(
        draft,
        url=address(draft.url),
        wants=wants,
        selector=selector,
        phrase=phrase,
        contact=_contact(draft.contact),
    )


def address(written: str) -> str:
    """The address as it is asked: with its scheme, without what stays in the browser."""
    said = written.strip()
    if said and "://" not in said:
        said = f"https://{said}"
    problem = Problem(
        "page_address",
        _("This is not the address of a web page."),
        _("Copy it from your browser’s address bar: it begins with https://."),
    )
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError:
        raise problem from None
    host = plain_name(parts.hostname or "")
    if (
        parts.scheme not in ("http", "https")
        or not host
        or len(said) > 2000
        or any(sign <= " " or sign == "\x7f" for sign in said)
    ):
        raise problem
    if parts.username or parts.password:
        raise Problem(
            "page_address",
            _("An address with a name or a password in it is not asked."),
            _("Nobody signs in to watch a page: give one that anybody can open."),
        )
    if ":" in host:
        host = f"[{host}]"
    usual = {"http": 80, "https": 443}[parts.scheme]
    netloc = host if port in (None, usual) else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def _contact(written: str) -> str:
    said = written.strip()
    if len(said) <= 200 and said.isascii() and said.isprintable():
        if _MAIL.fullmatch(said):
            return said
        if said.startswith(("https://", "http://")) and not any(sign in said for sign in " ()<>"):
            return said
    raise Problem(
        "page_contact",
        _("Say whom a site’s owner can write to."),
        _("An e-mail address, or the address of a page about you: it is told to the sites."),
    )


def _check_known(wanted: PageDraft, page_id: int | None) -> None:
    same = WatchedPage.objects.filter(
        url=wanted.url, selector=wanted.selector, phrase=wanted.phrase
    )
    if page_id is not None:
        same = same.exclude(pk=page_id)
    if known := same.first():
        raise Problem(
            "page_known",
            _("This page is watched already, as “%(name)s”."),
            _("Change that one, or choose another part of the page."),
            name=known.name,
        )


def _fill(row: WatchedPage, wanted: PageDraft, actor: User) -> None:
    row.folder_id = wanted.folder
    row.wants = list(wanted.wants)
    for name in ("name", "url", "selector", "phrase", "every", "contact"):
        setattr(row, name, getattr(wanted, name))
    row.alert_id = carrying.keep(row.alert_id, row.name, wanted.people, wanted.accounts, actor)


def _locked(page_id: int) -> WatchedPage:
    row = WatchedPage.objects.select_for_update().filter(pk=page_id).first()
    if row is None:
        raise Problem("unknown_page", _("This page is not watched any more."))
    return row


def _tell(verb: str, row: WatchedPage, actor: User) -> None:
    audit.record(verb, actor=actor, workspace=row.workspace_id, target=row.name)
