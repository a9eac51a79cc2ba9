"""Addresses of this area."""

from django.urls import path

from comptoir.web.files import views

urlpatterns = [
    path("as-it-came/<str:message>/", views.original, name="original"),
    path("<str:file>/<path:name>", views.download, name="file"),
]
