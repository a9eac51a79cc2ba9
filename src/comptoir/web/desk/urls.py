"""Addresses of this area."""

from django.urls import path

from comptoir.web.desk import actions, answering, conversation, correcting, inbox, saved

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("counts/", inbox.counts, name="desk_counts"),
    path("news/", inbox.news, name="desk_news"),
    path("sorting/", inbox.pending, name="desk_pending"),
    path("do/", actions.act, name="desk_act"),
    path("undo/<str:action>/", actions.undo, name="desk_undo"),
    path("views/", saved.save, name="desk_view_save"),
    path("views/<str:view>/rename/", saved.rename, name="desk_view_rename"),
    path("views/<str:view>/delete/", saved.delete, name="desk_view_delete"),
    path("c/<str:conversation>/", conversation.conversation, name="conversation"),
    path("c/<str:conversation>/write/", answering.write, name="desk_write"),
    path("c/<str:conversation>/draft/", answering.draft, name="desk_draft"),
    path("a/<str:answer>/", answering.answer, name="desk_answer"),
    path("a/<str:answer>/take-back/", answering.take_back, name="desk_take_back"),
    path("a/<str:answer>/anyway/", answering.anyway, name="desk_anyway"),
    path("a/<str:answer>/settle/", answering.settle, name="desk_settle"),
    path("a/<str:answer>/again/", answering.again, name="desk_again"),
    path("m/<str:message>/treat/", answering.treat, name="desk_treat"),
    path("m/<str:message>/similar/", conversation.similar, name="desk_similar"),
    path("m/<str:message>/labels/", correcting.editor, name="desk_labels"),
    path("m/<str:message>/correct/", correcting.correct, name="desk_correct"),
    path("corrections/<str:correction>/undo/", correcting.undo, name="desk_correction_undo"),
]
