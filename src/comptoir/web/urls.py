"""Addresses: one include per area."""

from django.conf import settings
from django.urls import include, path

from comptoir.web import views
from comptoir.web.channels.connecting import signed_in
from comptoir.web.shell import styleguide
from comptoir.web.team.account import choose_language

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("language/", choose_language, name="set_language"),
    path("signed-in/", signed_in, name="signed_in"),
    path("hooks/", include("comptoir.web.hooks.urls")),
    path("chat/", include("comptoir.web.chat.urls")),
    path("api/", include("comptoir.web.api.urls")),
    path("w/<slug:slug>/settings/api/", include("comptoir.web.api.desk_urls")),
    path("", include("comptoir.web.team.urls")),
    path("help/", include("comptoir.web.help.urls")),
    path("w/<slug:slug>/import/", include("comptoir.web.imports.urls")),
    path("w/<slug:slug>/inbox/", include("comptoir.web.desk.urls")),
    path("w/<slug:slug>/here/", include("comptoir.web.live.urls")),
    path("w/<slug:slug>/files/", include("comptoir.web.files.urls")),
    path("w/<slug:slug>/overview/", include("comptoir.web.overview.urls")),
    path("w/<slug:slug>/topics/", include("comptoir.web.topics.urls")),
    path("w/<slug:slug>/reputation/", include("comptoir.web.reputation.urls")),
    path("w/<slug:slug>/rivals/", include("comptoir.web.rivals.urls")),
    path("w/<slug:slug>/weak-points/", include("comptoir.web.weakpoints.urls")),
    path("w/<slug:slug>/understanding/", include("comptoir.web.understanding.urls")),
    path("w/<slug:slug>/listening/", include("comptoir.web.listening.urls")),
    path("w/<slug:slug>/alerts/", include("comptoir.web.alerts.urls")),
    path("w/<slug:slug>/watching/", include("comptoir.web.watching.urls")),
    path("w/<slug:slug>/channels/", include("comptoir.web.channels.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("styleguide/<slug:name>/", styleguide.page, name="styleguide")]
