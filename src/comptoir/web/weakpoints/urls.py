"""Addresses of this area."""

from django.urls import path

from comptoir.web.weakpoints import moving, overview, rows, sorting, tasks

urlpatterns = [
    path("", overview.page, name="weak_points"),
    path("point/", overview.point, name="weak_point"),
    path("table/<slug:table>.<slug:form>", overview.export_table, name="weak_points_file"),
    path("rows/<slug:measure>/", rows.page, name="weak_rows"),
    path("rows/<slug:measure>/all.<slug:form>", rows.export, name="weak_rows_file"),
    path("complaints/<str:message>/", moving.page, name="weak_complaint"),
    path("sorting/", sorting.page, name="weak_sorting"),
    path("sorting/products/", sorting.products, name="weak_products"),
    path("sorting/costs/", sorting.costs, name="weak_costs"),
    path("tasks/", tasks.page, name="weak_tasks"),
    path("tasks/new/", tasks.new, name="weak_task_new"),
    path("tasks/<str:task>/", tasks.edit, name="weak_task"),
    path("tasks/<str:task>/delete/", tasks.delete, name="weak_task_delete"),
]
