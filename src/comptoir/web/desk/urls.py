"""Addresses of this area."""

from django.urls import path

from comptoir.web.desk import actions, conversation, correcting, inbox, saved

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("counts/", inbox.counts, name="desk_counts"),
    path("sorting/", inbox.pending, name="desk_pending"),
    path("do/", actions.act, name="desk_act"),
    path("undo/<str:action>/", actions.undo, name="desk_undo"),
    path("views/", saved.save, name="desk_view_save"),
    path("views/<str:view>/rename/", saved.rename, name="desk_view_rename"),
    path("views/<str:view>/delete/", saved.delete, name="desk_view_delete"),
    path("c/<str:conversation>/", conversation.conversation, name="conversation"),
    path("c/<str:conversation>/write/", actions.write, name="desk_write"),
    path("c/<str:conversation>/draft/", actions.draft, name="desk_draft"),
    path("m/<str:message>/similar/", conversation.similar, name="desk_similar"),
    path("m/<str:message>/labels/", correcting.editor, name="desk_labels"),
    path("m/<str:message>/correct/", correcting.correct, name="desk_correct"),
    path("corrections/<str:correction>/undo/", correcting.undo, name="desk_correction_undo"),
]
