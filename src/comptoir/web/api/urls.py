"""Addresses of the API itself, its description, and the page that explains it."""

from django.urls import path

from comptoir.web.api.documents import documents
from comptoir.web.api.routes import api

urlpatterns = [path("v1/docs/", documents, name="api_documents"), path("v1/", api.urls)]
