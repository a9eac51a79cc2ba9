"""What people do with many mentions at once: tag them, or hand them over to the inbox."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from comptoir.analysis.queries import QueryError
from comptoir.base.api import Permission, Problem, ids
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import places
from comptoir.web.listening.mentions import MOST_TAGGED
from comptoir.web.listening.places import Place

MOST_HANDED: Final = 200


@require_POST
@desk_view(Permission.CORRECT)
def tag(request: DeskRequest) -> HttpResponse:
    """Put a tag on the chosen mentions, or on all that fit; or take it off them."""
    place = _sent_place(request)
    try:
        if off := request.POST.get("off", ""):
            made = _off(request, off)
        else:
            made = _tagged(request, _chosen(request, place, MOST_TAGGED))
    except Problem as problem:
        messages.error(request, str(problem))
        return redirect(places.url(request, place))
    if not made.changed:
        messages.success(request, _("Nothing to change."))
        return redirect(places.url(request, place))
    kwargs = {
        "slug": request.desk.workspace.slug,
        "change": ids.conceal("tag-change", made.id),
    }
    undo = f"{reverse('mentions_untag', kwargs=kwargs)}?{place.address}"
    messages.success(request, _sentence(made), extra_tags=undo)
    return redirect(places.url(request, place))


@require_POST
@desk_view(Permission.CORRECT)
def undo_tags(request: DeskRequest, change: str) -> HttpResponse:
    """Take back what was done to tags, back to the mentions that were read."""
    try:
        listening.undo_tags(ids.reveal("tag-change", change) or 0, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Undone."))
    return redirect(places.url(request, places.read(request.GET)))


@require_POST
@desk_view(Permission.ANSWER)
def hand_over(request: DeskRequest) -> HttpResponse:
    """Tag the conversations of the chosen mentions, give them to somebody, open them again."""
    place = _sent_place(request)
    try:
        sentence, undo = _handed(request, place)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, sentence, extra_tags=undo)
    return redirect(places.url(request, place))


def _sent_place(request: DeskRequest) -> Place:
    return places.read(QueryDict(request.POST.get("back", "")))


def _chosen(request: DeskRequest, place: Place, most: int) -> list[int]:
    """Messages ticked one by one, or all that fit the filters; raises Problem."""
    if "all" in request.POST:
        asked = [one.id for one in place.asked]
        try:
            return listening.fitting(asked, place.filter(request.desk.workspace.zone), most)
        except ValueError as error:
            raise Http404 from error
        except QueryError as error:
            raise Problem("no_query", gettext_lazy("What was searched for is no query.")) from error
    sent = (ids.reveal("message", one) for one in request.POST.getlist("chosen")[:MOST_TAGGED])
    found = [one for one in dict.fromkeys(sent) if one is not None]
    if not found:
        raise _nothing_chosen()
    return found


def _nothing_chosen() -> Problem:
    return Problem(
        "nothing_chosen", gettext_lazy("No mention is chosen."), gettext_lazy("Tick some first.")
    )


def _tagged(request: DeskRequest, chosen: list[int]) -> listening.TagChangeView:
    name, actor = request.POST.get("tag", ""), request.desk.user
    if request.POST.get("do") == "untag":
        return listening.untag(chosen, listening.tag_named(name), actor)
    return listening.tag(chosen, name, actor)


def _off(request: DeskRequest, sent: str) -> listening.TagChangeView:
    """Take one tag off one mention: "tag.mention"."""
    tag, _dot, message = sent.partition(".")
    return listening.untag(
        [ids.reveal("message", message) or 0],
        ids.reveal("mention-tag", tag) or 0,
        request.desk.user,
    )


def _sentence(made: listening.TagChangeView) -> str:
    values = {"count": made.changed, "tag": made.name}
    if made.adds:
        return (
            ngettext(
                "%(count)s mention tagged “%(tag)s”.",
                "%(count)s mentions tagged “%(tag)s”.",
                made.changed,
            )
            % values
        )
    return (
        ngettext(
            "“%(tag)s” taken off %(count)s mention.",
            "“%(tag)s” taken off %(count)s mentions.",
            made.changed,
        )
        % values
    )


def _handed(request: DeskRequest, place: Place) -> tuple[str, str]:
    """What was done, and the address that takes the last of it back."""
    chosen = _chosen(request, place, MOST_HANDED)
    threads = _threads(chosen[:MOST_HANDED])
    actor, tag = request.desk.user, request.POST.get("tag", "").strip()
    person = request.POST.get("person", "")
    assignee = ids.reveal("member", person) if person else None
    if person and assignee is None:
        raise Problem("unknown_person", gettext_lazy("This person is not in the team any more."))
    if not tag and assignee is None:
        raise Problem(
            "nothing_to_do",
            gettext_lazy("Say how the inbox is to find them."),
            gettext_lazy("Give a tag, or somebody who takes them."),
        )
    made = [care.reopen(threads, actor=actor)]
    if assignee is not None:
        made.append(care.assign(threads, assignee, actor=actor))
    if tag:
        made.append(care.tag(threads, tag, actor=actor))
    sentence = ngettext(
        "%(count)s conversation is handed over to the inbox.",
        "%(count)s conversations are handed over to the inbox.",
        len(threads),
    ) % {"count": len(threads)}
    done = [one for one in made if one.threads]
    if not done:
        return _("They were handed over so already."), ""
    kwargs = {"slug": request.desk.workspace.slug, "action": ids.conceal("action", done[-1].id)}
    return sentence, reverse("desk_undo", kwargs=kwargs)


def _threads(chosen: list[int]) -> list[int]:
    """The conversations of messages, as far as they are here."""
    wanted = dict.fromkeys(one.thread for one in channels.messages(chosen))
    threads = [one.id for one in care.conversations(wanted)]
    if not threads:
        raise _nothing_chosen()
    return threads
