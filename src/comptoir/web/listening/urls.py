"""Addresses of this area."""

from django.urls import path

from comptoir.web.listening import (
    acting,
    editing,
    excluding,
    folders,
    mentions,
    past,
    states,
    trying,
    versions,
)

urlpatterns = [
    path("", folders.page, name="listening"),
    path("folders/add/", folders.add, name="listening_folder_add"),
    path("folders/<str:folder>/", folders.change, name="listening_folder"),
    path("mentions/", mentions.page, name="mentions"),
    path("mentions/hand-over/", acting.hand_over, name="mentions_hand_over"),
    path("mentions/tag/", acting.tag, name="mentions_tag"),
    path("mentions/tag/<str:change>/undo/", acting.undo_tags, name="mentions_untag"),
    path("exclusions/", excluding.page, name="exclusions"),
    path("exclusions/add/", excluding.add, name="exclusion_add"),
    path("exclusions/<str:exclusion>/undo/", excluding.undo, name="exclusion_undo"),
    path("queries/new/", editing.new, name="query_new"),
    path("queries/check/", trying.check, name="query_check"),
    path("queries/complete/", trying.complete, name="query_complete"),
    path("queries/preview/", trying.preview, name="query_preview"),
    path("queries/search/", trying.search, name="query_search"),
    path("queries/<str:query>/", editing.edit, name="query"),
    path("queries/<str:query>/state/", states.change, name="query_state"),
    path("queries/<str:query>/versions/<int:number>/", versions.page, name="query_version"),
    path("queries/<str:query>/past/", past.ask, name="query_past"),
    path("queries/<str:query>/past/standing/", past.standing, name="query_past_standing"),
    path("queries/<str:query>/past/<str:run>/stop/", past.stop, name="query_past_stop"),
]
