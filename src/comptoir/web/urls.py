"""Addresses: one include per area."""

from django.urls import include, path
from django.views.i18n import set_language

from comptoir.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("language/", set_language, name="set_language"),
    path("", include("comptoir.web.team.urls")),
    path("help/", include("comptoir.web.help.urls")),
    path("w/<slug:slug>/import/", include("comptoir.web.imports.urls")),
    path("w/<slug:slug>/inbox/", include("comptoir.web.desk.urls")),
    path("w/<slug:slug>/overview/", include("comptoir.web.overview.urls")),
]
