"""Addresses of this area."""

from django.urls import path

from comptoir.web.watching import editing, listing, watched

urlpatterns = [
    path("", listing.page, name="watching"),
    path("new/", editing.new, name="watching_new"),
    path("preview/", editing.preview, name="watching_preview"),
    path("<str:page>/", watched.page, name="watching_page"),
    path("<str:page>/edit/", editing.edit, name="watching_edit"),
    path("<str:page>/state/", watched.state, name="watching_state"),
]
