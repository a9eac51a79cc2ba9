"""Addresses of this area at the desk: the workspace's keys."""

from django.urls import path

from comptoir.web.api import pages

urlpatterns = [
    path("", pages.listing, name="api_keys"),
    path("<int:key>/revoke/", pages.revoke, name="api_key_revoke"),
]
