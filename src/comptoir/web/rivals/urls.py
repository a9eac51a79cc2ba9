"""Addresses of rivals: the list, one rival's page, what its figures count, files of both."""

from django.urls import path

from comptoir.web.rivals import naming, views

urlpatterns = [
    path("", views.index, name="rivals"),
    path("<str:rival>/", views.page, name="rival"),
    path("<str:rival>/panels/", views.panels, name="rival_panels"),
    path("<str:rival>/accounts/add/", naming.add, name="rival_account_add"),
    path("<str:rival>/accounts/<str:account>/remove/", naming.remove, name="rival_account_remove"),
    path("<str:rival>/table/<slug:table>.<slug:form>", views.export_table, name="rival_table"),
    path("<str:rival>/rows/<slug:what>/", views.rows, name="rival_rows"),
    path("<str:rival>/rows/<slug:what>/all.<slug:form>", views.export_rows, name="rival_rows_file"),
]
