"""Addresses of the help."""

from django.urls import path

from comptoir.web.help import views

urlpatterns = [
    path("", views.index, name="help"),
    path("<str:section>/<slug:page_slug>/", views.page, name="help_page"),
]
