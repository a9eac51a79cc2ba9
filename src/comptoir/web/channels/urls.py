"""Addresses of this area: accounts, the gallery, what was set aside."""

from django.urls import path

from comptoir.web.channels import account, connecting, gallery, listing, setaside

urlpatterns = [
    path("", listing.page, name="channels"),
    path("add/", gallery.gallery, name="channel_gallery"),
    path("signed-in/", connecting.finish, name="channel_signed_in"),
    path("add/<str:kind>/", connecting.connect, name="channel_connect"),
    path("set-aside/", setaside.page, name="channel_set_aside"),
    path("set-aside/all/", setaside.act_on_all, name="channel_set_aside_all"),
    path("set-aside/<str:delivery>/", setaside.act, name="channel_delivery"),
    path("set-aside/<str:delivery>/body/", setaside.body, name="channel_delivery_body"),
    path("<str:account>/", account.page, name="channel"),
    path("<str:account>/arrival/", account.arrival, name="channel_arrival"),
    path("<str:account>/do/", account.act, name="channel_act"),
    path("<str:account>/name/", account.rename, name="channel_rename"),
    path("<str:account>/values/", connecting.values, name="channel_values"),
]
