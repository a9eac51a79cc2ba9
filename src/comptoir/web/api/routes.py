"""The API's operations, below `/api/v1/`."""

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import NinjaAPI, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from comptoir import conf
from comptoir.base import audit, clock, ids
from comptoir.base.api import NotAllowed, Problem
from comptoir.base.models import Membership
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.channels.api import Arrived, Incoming, MessageView
from comptoir.web.api import calling
from comptoir.web.api import schemas as s
from comptoir.web.api.door import STATUSES, Key, allowing, limited
from comptoir.web.api.models import ApiKey, Subscription

log = structlog.get_logger(__name__)

CHANNEL = "api"
CONVERSATION, MESSAGE, ANSWER, WEBHOOK = "conversation", "message", "answer", "webhook"
PAGE = 50

_ERRORS: dict[frozenset[int] | int, Any] = {
    frozenset({400, 401, 403, 404, 409, 422, 429}): s.ProblemOut
}
_LIMIT: Any = Query(PAGE, ge=1, le=200)  # type: ignore[type-arg]  # a function in truth
PROBLEM = "application/problem+json"
HEADER = "Authorization: Bearer cpt_…"


class Api(NinjaAPI):
    """Adds to each answer how much of the limit is left."""

    def create_response(self, request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        return limited(request, super().create_response(request, *args, **given))

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """Errors have a media type of their own, which ninja does not know."""
        schema = super().get_openapi_schema(**given)
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status, told in operation["responses"].items():
                    if int(status) >= 400:
                        told["content"] = {PROBLEM: told["content"]["application/json"]}
        return schema


api = Api(
    title="Comptoir",
    version="1",
    description="Bring in messages, read conversations, answer customers.",
    docs_url=None,
    auth=Key(),
    urls_namespace="api-1",
)


def problem(
    request: HttpRequest, status: int, code: str, sentence: str, fix: str = "", errors: Any = ()
) -> HttpResponse:
    told = s.ProblemOut(
        type=f"{conf.current().address}/api/v1/docs/#errors",
        title=sentence,
        status=status,
        code=code,
        sentence=sentence,
        fix=fix,
        errors=list(errors),
    )
    response = api.create_response(request, told.model_dump(), status=status)
    response["Content-Type"] = PROBLEM
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    usual = 403 if isinstance(error, NotAllowed) else 422
    status = STATUSES.get(error.code, usual)
    return problem(request, status, error.code, str(error.sentence), str(error.fix))


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(
        request,
        401,
        "unauthorised",
        _("No valid key came with this request."),
        _("Send it in the header “%(header)s”.") % {"header": HEADER},
    )


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [
        s.Wrong(where=[str(part) for part in one["loc"]], what=str(one["msg"]))
        for one in error.errors[:50]
    ]
    sentence, fix = _("Something sent is not as described."), _("See “errors”.")
    return problem(request, 422, "invalid", sentence, fix, wrong)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(request, 404, "not_found", _("There is nothing of this id."))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, error.status_code, "bad_request", str(error.message))


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    if settings.DEBUG:
        raise error
    log.exception("api.failed", path=request.path, exc_info=error)
    return problem(request, 500, "failed", _("Something went wrong here; the log says what."))


# Messages


@api.post(
    "/messages",
    response={201: s.StoredOut, **_ERRORS},
    tags=["Messages"],
    summary=gettext_noop("Bring in messages"),
)
@allowing("messages:write")
def bring(request: HttpRequest, told: s.MessagesIn) -> Any:
    """
    Bring in up to 500 messages. One whose `id` is here already changes nothing.

    They appear in the inbox under the channel “API”, and can be answered from there once an
    address is called for `answer_to_deliver`. Scope: `messages:write`.
    """
    key = _key(request)
    rows = [Arrived(None, one.model_dump_json(), [_incoming(one)]) for one in told.messages]
    stored = channels.store(key.workspace_id, rows, channels.programs.account())
    outside = [ids.conceal(MESSAGE, one) for one in stored.ids]
    return 201, s.StoredOut(stored=stored.imported, duplicates=stored.duplicates, ids=outside)


@api.get(
    "/messages",
    response={200: s.MessagesOut, **_ERRORS},
    tags=["Messages"],
    summary=gettext_noop("Read messages"),
)
@allowing("messages:read")
def messages(request: HttpRequest, after: s.Outside = "", limit: int = _LIMIT) -> Any:
    """
    Messages by the time at which they were written, from the one after `after` on.

    What is imported late but was written early stands earlier: to miss nothing, read some time
    back as well. Scope: `messages:read`.
    """
    start = _revealed(MESSAGE, after) if after else 0
    said = channels.messages_after(start, limit)
    last = ids.conceal(MESSAGE, said[-1].id) if said else after
    return 200, s.MessagesOut(messages=[_message(one) for one in said], next=last)


# Conversations


@api.get(
    "/conversations",
    response={200: s.ConversationsOut, **_ERRORS},
    tags=["Conversations"],
    summary=gettext_noop("List conversations"),
)
@allowing("conversations:read")
def conversations(
    request: HttpRequest,
    view: care.View = "everything",
    cursor: s.Outside = "",
    limit: int = _LIMIT,
) -> Any:
    """Conversations, newest first; `mine` are those of who made the key. `conversations:read`."""
    filters = care.Filters(view=view, user_id=_key(request).created_by_id)
    page = care.inbox(filters, cursor, limit)
    found = [_conversation(one) for one in page.items]
    return 200, s.ConversationsOut(conversations=found, next=page.next_cursor)


@api.get(
    "/conversations/{conversation}",
    response={200: s.ConversationWhole, **_ERRORS},
    tags=["Conversations"],
    summary=gettext_noop("Read one conversation"),
)
@allowing("conversations:read")
def conversation(request: HttpRequest, conversation: s.Outside, before: s.Outside = "") -> Any:
    """One conversation with its newest hundred entries, oldest first. `conversations:read`."""
    found = _found(conversation)
    told = care.timeline(found.id, before)
    entries = [_entry(one) for one in told.entries]
    return 200, s.ConversationWhole(
        conversation=_conversation(found), timeline=entries, earlier=told.earlier
    )


@api.post(
    "/conversations/{conversation}/answers",
    response={202: s.AnswerOut, **_ERRORS},
    tags=["Conversations"],
    summary=gettext_noop("Answer a customer"),
)
@allowing("answers:write")
def answer(request: HttpRequest, conversation: s.Outside, told: s.AnswerIn) -> Any:
    """
    Answer the customer where they wrote; it leaves in ten seconds. Scope: `answers:write`.
    """
    found, to = _found(conversation), _revealed(MESSAGE, told.to) if told.to else None
    if to is not None and to not in {one.id for one in channels.thread(found.id)}:
        raise Problem("no_such_message", _("This message is not in this conversation."))
    with transaction.atomic():
        made = care.send(
            found.id, told.text, actor=_key(request).created_by, to=to, visibility=told.visibility
        )
        _audited(request, "api.answered", conversation)
    assert made is not None
    queued = channels.outbound_of([found.id])[found.id][-1]
    outside = ids.conceal(ANSWER, queued.id)
    return 202, s.AnswerOut(id=outside, state=queued.state, due_at=queued.due_at)


@api.get(
    "/answers/{answer}",
    response={200: s.AnswerOut, **_ERRORS},
    tags=["Conversations"],
    summary=gettext_noop("See what became of an answer"),
)
@allowing("conversations:read")
def answer_state(request: HttpRequest, answer: s.Outside) -> Any:
    """What has become of an answer. Scope: `conversations:read`."""
    return 200, _answer(_revealed(ANSWER, answer))


@api.post(
    "/answers/{answer}/state",
    response={200: s.AnswerOut, **_ERRORS},
    tags=["Messages"],
    summary=gettext_noop("Say what became of an answer"),
)
@allowing("messages:write")
def report(request: HttpRequest, answer: s.Outside, told: s.AnswerStateIn) -> Any:
    """
    Say what became of an answer that you were called to deliver (`answer_to_deliver`).

    `failed` tells the team; saying the same again changes nothing. Scope: `messages:write`.
    """
    found = _revealed(ANSWER, answer)
    channels.programs.report(found, told.state, told.at or clock.now(), told.reason)
    return 200, _answer(found)


def _changing(path: str, name: str, summary: str) -> Callable[..., Any]:
    return api.post(
        f"/conversations/{{conversation}}/{path}",
        response={200: s.ConversationOut, **_ERRORS},
        tags=["Conversations"],
        operation_id=name,
        summary=summary,
    )


@_changing("assign", "assign", gettext_noop("Assign a conversation"))
@allowing("conversations:write")
def assign(request: HttpRequest, conversation: s.Outside, told: s.AssignIn) -> Any:
    """Give it to a member by e-mail address, or to nobody. Scope: `conversations:write`."""
    found, key = _found(conversation), _key(request)
    care.assign(found.id, _member(key, told.assignee), actor=key.created_by)
    return 200, _again(found.id)


@_changing("close", "close", gettext_noop("Close a conversation"))
@allowing("conversations:write")
def close(request: HttpRequest, conversation: s.Outside) -> Any:
    """Take it off the desk; a new question brings it back. Scope: `conversations:write`."""
    found = _found(conversation)
    care.close(found.id, actor=_key(request).created_by)
    return 200, _again(found.id)


@_changing("reopen", "reopen", gettext_noop("Reopen a conversation"))
@allowing("conversations:write")
def reopen(request: HttpRequest, conversation: s.Outside) -> Any:
    """Put it back on the desk. Scope: `conversations:write`."""
    found = _found(conversation)
    care.reopen(found.id, actor=_key(request).created_by)
    return 200, _again(found.id)


@_changing("notes", "note", gettext_noop("Write an internal note"))
@allowing("conversations:write")
def note(request: HttpRequest, conversation: s.Outside, told: s.TextIn) -> Any:
    """Write an internal note, which no customer sees. Scope: `conversations:write`."""
    found = _found(conversation)
    care.note(found.id, told.text, actor=_key(request).created_by)
    return 200, _again(found.id)


@_changing("tags", "tag", gettext_noop("Add a tag"))
@allowing("conversations:write")
def tag(request: HttpRequest, conversation: s.Outside, told: s.TagIn) -> Any:
    """Add a tag, made when it is new. Scope: `conversations:write`."""
    found = _found(conversation)
    care.tag(found.id, told.name, actor=_key(request).created_by)
    return 200, _again(found.id)


# Calling programs


@api.post(
    "/webhooks",
    response={201: s.SubscribedOut, **_ERRORS},
    tags=["Webhooks"],
    summary=gettext_noop("Have an address called"),
)
@allowing("conversations:read")
def subscribe(request: HttpRequest, told: s.SubscriptionIn) -> Any:
    """
    Have an address called when something happens, signed as Standard Webhooks says.

    Answer 2xx within ten seconds; otherwise it is tried again for a day. The same `webhook-id`
    may come twice. `data` tells ids; for `answer_to_deliver` also `text`, `subject`,
    `visibility`, `in_reply_to` (the `id` you gave the message) and `to` (its `author`): deliver
    it once for each `answer`, then say what became of it (`POST /answers/{answer}/state`).
    For `alert_fired` it tells the `alert`’s name and `kind`, the window and the conversations.
    Scope: `conversations:read`; for `answer_to_deliver` the key needs `messages:write` too.
    """
    row, secret = calling.subscribe(_key(request), told.url, list(told.events))
    return 201, s.SubscribedOut(secret=secret, **_subscription(row).model_dump())


@api.get(
    "/webhooks",
    response={200: s.SubscriptionsOut, **_ERRORS},
    tags=["Webhooks"],
    summary=gettext_noop("List the addresses called"),
)
@allowing("conversations:read")
def subscriptions(request: HttpRequest) -> Any:
    """The addresses that are called. Scope: `conversations:read`."""
    found = [_subscription(row) for row in Subscription.objects.order_by("pk")]
    return 200, s.SubscriptionsOut(webhooks=found)


@api.delete(
    "/webhooks/{webhook}",
    response={200: s.SubscriptionOut, **_ERRORS},
    tags=["Webhooks"],
    summary=gettext_noop("Call an address no more"),
)
@allowing("conversations:read")
def unsubscribe(request: HttpRequest, webhook: s.Outside) -> Any:
    """Call it no more. Scope: `conversations:read`."""
    row = Subscription.objects.filter(pk=_revealed(WEBHOOK, webhook)).first()
    if row is None:
        raise Http404
    told = _subscription(row)
    calling.remove(row, actor=_key(request).created_by)
    return 200, told


# From and to what programs see


def _answer(outbound: int) -> s.AnswerOut:
    found = channels.outbound(outbound)
    if found is None:
        raise Http404
    return s.AnswerOut(id=ids.conceal(ANSWER, found.id), state=found.state, due_at=found.due_at)


def _subscription(row: Subscription) -> s.SubscriptionOut:
    outside = ids.conceal(WEBHOOK, row.pk)
    return s.SubscriptionOut(id=outside, url=row.url, events=row.events, is_on=row.is_on)


def _key(request: HttpRequest) -> ApiKey:
    key: ApiKey = request.auth  # type: ignore[attr-defined]  # set by ninja
    return key


def _revealed(kind: str, outside: str) -> int:
    found = ids.reveal(kind, outside)
    if found is None:
        raise Http404
    return found


def _found(outside: str) -> care.ConversationView:
    found = care.conversation(_revealed(CONVERSATION, outside))
    if found is None:
        raise Http404
    return found


def _again(thread: int) -> s.ConversationOut:
    return _conversation(_found(ids.conceal(CONVERSATION, thread)))


def _member(key: ApiKey, email: str | None) -> int | None:
    if email is None:
        return None
    members = Membership.objects.filter(workspace_id=key.workspace_id)
    found = members.filter(user__email__iexact=email).values_list("user_id", flat=True).first()
    if found is None:
        raise Problem("unknown_person", _("Nobody of the team has this address."))
    return found


def _audited(request: HttpRequest, verb: str, target: str) -> None:
    key = _key(request)
    audit.record(verb, actor=key.created_by, workspace=key.workspace_id, target=target, key=key.pk)


def _incoming(told: s.MessageIn) -> Incoming:
    given = told.model_dump(exclude={"id", "author"})
    return Incoming(
        external_id=told.id, author_handle=told.author.strip().lstrip("@"), channel=CHANNEL, **given
    )


def _message(one: MessageView) -> s.MessageOut:
    return s.MessageOut(
        id=ids.conceal(MESSAGE, one.id),
        external_id=one.external_id,
        conversation=ids.conceal(CONVERSATION, one.thread),
        channel=one.channel,
        kind=one.kind,
        author=s.AuthorOut(handle=one.author.handle, name=one.author.name),
        own=one.own,
        sent_at=one.sent_at,
        title=one.title,
        text=one.text,
        url=one.url,
        language=one.language,
        rating=one.rating,
    )


def _conversation(one: care.ConversationView) -> s.ConversationOut:
    known = one.customer
    return s.ConversationOut(
        id=ids.conceal(CONVERSATION, one.id),
        channel=one.channel,
        customer=s.AuthorOut(handle=known.handle, name=known.name) if known else None,
        subject=one.subject,
        preview=one.preview,
        state="snoozed" if one.snoozed else one.state,
        assignee=one.assignee.name if one.assignee else None,
        unanswered=one.unanswered,
        urgent=one.urgent,
        complaint=one.complaint,
        language=one.language,
        tone=one.tone,
        intents=list(one.intents),
        tags=[each.name for each in one.tags],
        last_at=one.last_at,
        waiting_since=one.waiting_since,
    )


def _entry(one: care.Entry) -> s.EntryOut:
    if one.message is not None:
        said = _message(one.message)
        by = said.author.name or said.author.handle
        return s.EntryOut(at=one.at, kind=one.kind, by=by, text=said.text, message=said)
    if one.action is not None:
        return s.EntryOut(
            at=one.at, kind=one.kind, by=_name(one.action.actor), text=one.action.sentence
        )
    told = one.note or one.answer
    assert told is not None
    return s.EntryOut(at=one.at, kind=one.kind, by=_name(told.author), text=told.text)


def _name(person: care.PersonView | None) -> str:
    return person.name if person else ""
