"""Addresses of this area; streams have theirs in `comptoir.web.asgi`."""

from django.urls import path

from comptoir.web.live import views

urlpatterns = [path("<str:conversation>/", views.here, name="here")]
