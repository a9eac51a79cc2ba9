"""Addresses of this area."""

from django.urls import path

from comptoir.web.understanding import accuracy, corrections, intents, versions

urlpatterns = [
    path("", accuracy.page, name="understanding"),
    path("progress/", accuracy.progress, name="understanding_progress"),
    path("learn/", accuracy.learn, name="understanding_learn"),
    path("read-again/", accuracy.read_again, name="understanding_read_again"),
    path("confusions/", corrections.confusions, name="understanding_confusions"),
    path("corrections/", corrections.rows, name="understanding_corrections"),
    path("export/<str:table>/<str:form>/", corrections.export, name="understanding_export"),
    path("versions/", versions.page, name="understanding_versions"),
    path("versions/<int:number>/", versions.tested, name="understanding_version"),
    path("versions/<int:number>/use/", versions.use, name="understanding_use"),
    path("intents/", intents.page, name="own_intents"),
    path("intents/new/", intents.new, name="own_intent_new"),
    path("intents/<str:intent>/", intents.edit, name="own_intent"),
    path("intents/<str:intent>/state/", intents.state, name="own_intent_state"),
]
