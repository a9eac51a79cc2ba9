"""Addresses of this area."""

from django.urls import path

from comptoir.web.alerts import editing, fired, listing

urlpatterns = [
    path("", listing.page, name="alerts"),
    path("seen/", listing.see_all, name="alerts_seen"),
    path("new/", editing.new, name="alert_new"),
    path("try/", editing.attempt, name="alert_try"),
    path("fired/<str:firing>/", fired.page, name="firing"),
    path("fired/<str:firing>/seen/", fired.see, name="firing_seen"),
    path("fired/<str:firing>/fewer/", fired.fewer, name="firing_fewer"),
    path("fired/<str:firing>/again/", fired.again, name="firing_again"),
    path("lessons/<str:lesson>/undo/", fired.undo, name="lesson_undo"),
    path("<str:alert>/", editing.edit, name="alert"),
    path("<str:alert>/state/", listing.state, name="alert_state"),
]
