"""Addresses of this area at the desk: the workspace's keys, and the addresses that are called."""

from django.urls import path

from comptoir.web.api import addresses, pages

urlpatterns = [
    path("", pages.listing, name="api_keys"),
    path("addresses/", addresses.listing, name="api_addresses"),
    path("addresses/<str:address>/", addresses.act, name="api_address"),
    path("<int:key>/revoke/", pages.revoke, name="api_key_revoke"),
]
