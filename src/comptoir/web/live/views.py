"""What an open page says of its reader."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from comptoir.base import ids
from comptoir.base.api import Permission
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.live import presence


@require_POST
@desk_view(Permission.READ)
def here(request: DeskRequest, conversation: str) -> HttpResponse:
    """The reader looks at a conversation, answers it, or went away: `doing` says which."""
    thread = ids.reveal("conversation", conversation)
    if thread is None:
        raise Http404
    user, doing = request.desk.user, request.POST.get("doing", "looking")
    if doing == "gone":
        presence.leave(thread, user)
    else:
        answering = doing == "answering" and request.desk.can(Permission.ANSWER)
        presence.arrive(thread, user, answering=answering)
    return HttpResponse(status=204)
