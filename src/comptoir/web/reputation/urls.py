"""Addresses of a report, the rows behind each figure, and the files of both."""

from django.urls import path

from comptoir.web.reputation import views

urlpatterns = [
    path("", views.start, name="reputation"),
    path("<str:subject>/", views.page, name="reputation_of"),
    path("<str:subject>/panels/", views.panels, name="reputation_panels"),
    path("<str:subject>/topics/", views.topics, name="reputation_topics"),
    path("<str:subject>/table/<slug:table>.<slug:form>", views.export_table, name="reputation_table"),
    path("<str:subject>/rows/<str:measure>/", views.rows, name="reputation_rows"),
    path("<str:subject>/rows/<str:measure>/all.<slug:form>", views.export_rows, name="reputation_rows_file"),
]  # fmt: skip
