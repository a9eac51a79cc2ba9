"""The WSGI application, served by `comptoir web`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptoir.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from comptoir.web import charts  # noqa: E402 Django must be set up first

charts.warm()
