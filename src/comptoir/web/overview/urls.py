"""Addresses of the overview, the rows behind each figure, and the files of both."""

from django.urls import path

from comptoir.web.overview import views

urlpatterns = [
    path("", views.page, name="overview"),
    path("panels/", views.panels, name="overview_panels"),
    path("table/<slug:table>.<slug:form>", views.export_table, name="overview_export"),
    path("rows/<str:metric>/", views.rows, name="overview_rows"),
    path("rows/<str:metric>/all.<slug:form>", views.export_rows, name="overview_rows_export"),
]
