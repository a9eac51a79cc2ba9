"""Addresses that the shop's own pages call; the stream has its place in `comptoir.web.asgi`."""

from django.urls import path

from comptoir.web.chat import form, views

urlpatterns = [
    path("<str:token>/widget.js", views.widget, name="chat_widget"),
    path("<str:token>/state/", views.state, name="chat_state"),
    path("<str:token>/message/", views.message, name="chat_message"),
    path("<str:token>/messages/", views.messages, name="chat_messages"),
    path("<str:token>/form/", form.contact, name="contact_form"),
]
