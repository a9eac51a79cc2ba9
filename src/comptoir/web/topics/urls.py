"""Addresses of this area."""

from django.urls import path

from comptoir.web.topics import views

urlpatterns = [
    path("", views.page, name="topics"),
    path("standing/", views.standing, name="topics_standing"),
    path("find/", views.find, name="topics_find"),
]
