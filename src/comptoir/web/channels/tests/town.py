"""Simulators that need nothing and have no guide: one is asked, one only carries alerts."""

from django.utils.safestring import mark_safe

from comptoir.base.http import Http
from comptoir.channels.connector import Checked, Connection, Connector


class Town(Connector):
    kind = "town"
    channel = "press"
    label = "Town crier"
    summary = "What is cried in the square."
    every = 300.0

    def check(self, connection: Connection, http: Http) -> Checked:
        return Checked(name="Square")

    def snippet(self, connection: Connection) -> str:
        return mark_safe(f'<script src="https://square.example/{connection.name}.js"></script>')


class Bell(Connector):
    kind = "bell"
    channel = "bell"
    label = "Bell"
    summary = "Rings for your team."
    alerts = True

    def check(self, connection: Connection, http: Http) -> Checked:
        return Checked(name="Belfry")
