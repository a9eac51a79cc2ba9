"""Topics of a period: found when somebody asks, shown at once from then on."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, ids
from comptoir.channels import api as channels
from comptoir.insight import api as insight
from comptoir.triage import topics
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import Choice, choose, days_of
from comptoir.web.topics import words

STOP_POLLING: Final = 286


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """The period with its topics, or what there is to do to have them."""
    choice = _choice(request, request.GET.dict())
    if choice is None:
        return render(request, "topics/empty.html")
    return render(request, "topics/page.html", _context(request, choice))


@require_GET
@desk_view(Permission.READ)
def standing(request: DeskRequest) -> HttpResponse:
    """The topics alone; the page asks for them again until they are found."""
    choice = _choice(request, request.GET.dict())
    if choice is None:
        raise Http404
    context = _context(request, choice)
    status = 200 if context["found"].moving else STOP_POLLING
    return render(request, "topics/parts/found.html", context, status=status)


@require_POST
@desk_view(Permission.READ)
def find(request: DeskRequest) -> HttpResponse:
    """Have the topics of a period found; whoever may read the messages may ask."""
    choice = _choice(request, request.POST.dict())
    if choice is None:
        return redirect("topics", slug=request.desk.workspace.slug)
    topics.ask(days_of(choice.period))
    address = reverse("topics", kwargs={"slug": request.desk.workspace.slug})
    return redirect(f"{address}?{choice.address}")


def _choice(request: DeskRequest, query: dict[str, str]) -> Choice | None:
    """The period asked for; None while the workspace has no message."""
    zone, known = request.desk.workspace.zone, channels.span()
    if known is None:
        return None
    newest = ids.moment_of(known[1]).astimezone(ZoneInfo(zone)).date()
    return choose(query, newest, insight.today(zone), zone)


def _context(request: DeskRequest, choice: Choice) -> dict[str, Any]:
    period, before = choice.period, choice.period.before()
    found = topics.topics(days_of(choice.period))
    address = reverse("topics_standing", kwargs={"slug": request.desk.workspace.slug})
    cards = _cards(request, found)
    return {
        "choice": choice,
        "words": words.period(period.first, period.last),
        "words_before": words.period(before.first, before.last),
        "standing_url": f"{address}?{choice.address}",
        "found": found,
        "fewest": topics.FEWEST,
        "cards": cards,
        "rising": [one for one in cards if one["rises"]],
        "sampled": found.read < found.then or found.read_before < found.said_before,
        "share_read": found.read / found.then if found.then else None,
        "share_read_before": found.read_before / found.said_before if found.said_before else None,
    }


def _cards(request: DeskRequest, found: topics.TopicsView) -> list[dict[str, Any]]:
    """Each topic with the messages it shows; those erased since are left out."""
    wanted = [message for one in found.topics for message in one.shown]
    known = {one.id: one for one in channels.messages(wanted)}
    return [
        {
            "number": number,
            "topic": one,
            "title": words.title(one.title),
            "rises": one.rise is not None and one.rise.rising,
            "unread": one.volume - sum(one.tones),
            "said": [
                {"message": known[message], "url": _conversation(request, known[message].thread)}
                for message in one.shown
                if message in known
            ],
        }
        for number, one in enumerate(found.topics, 1)
    ]


def _conversation(request: DeskRequest, thread: int) -> str:
    outside = ids.conceal("conversation", thread)
    slug = request.desk.workspace.slug
    return reverse("conversation", kwargs={"slug": slug, "conversation": outside})
