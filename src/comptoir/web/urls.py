"""Addresses: one include per area."""

from django.conf import settings
from django.urls import include, path

from comptoir.web import views
from comptoir.web.shell import styleguide
from comptoir.web.team.account import choose_language

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("language/", choose_language, name="set_language"),
    path("", include("comptoir.web.team.urls")),
    path("help/", include("comptoir.web.help.urls")),
    path("w/<slug:slug>/import/", include("comptoir.web.imports.urls")),
    path("w/<slug:slug>/inbox/", include("comptoir.web.desk.urls")),
    path("w/<slug:slug>/overview/", include("comptoir.web.overview.urls")),
    path("w/<slug:slug>/topics/", include("comptoir.web.topics.urls")),
    path("w/<slug:slug>/understanding/", include("comptoir.web.understanding.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("styleguide/<slug:name>/", styleguide.page, name="styleguide")]
