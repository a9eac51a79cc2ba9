from django.urls import path

from comptoir.web.hooks import views

urlpatterns = [path("<str:token>/", views.hook, name="hook")]
