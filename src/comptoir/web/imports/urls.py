"""Addresses of this area: a file, its columns, its import, its refused rows."""

from django.urls import path

from comptoir.web.imports import runs, views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("accounts/", views.add_account, name="import_account"),
    path("mappings/<int:mapping>/delete/", views.delete_mapping, name="import_mapping_delete"),
    path("file/<str:token>/", views.columns, name="import_columns"),
    path("file/<str:token>/forget/", views.forget, name="import_forget"),
    path("<str:run>/", runs.run, name="import_run"),
    path("<str:run>/cancel/", runs.cancel, name="import_cancel"),
    path("<str:run>/resume/", runs.resume, name="import_resume"),
    path("<str:run>/rejects/", runs.rejects, name="import_rejects"),
    path("<str:run>/rejects.csv", runs.rejects_file, name="import_rejects_file"),
]
