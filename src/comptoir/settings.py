"""Django's settings, all derived from `comptoir.conf`."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.utils.translation import gettext_lazy as _

from comptoir import conf
from comptoir.base.logs import logging_config

SETTINGS = conf.current()
PACKAGE = Path(__file__).resolve().parent
HOME = SETTINGS.home
PRIVATE_HOSTS = SETTINGS.private_hosts
PROXY = SETTINGS.proxy
HOME.mkdir(parents=True, exist_ok=True, mode=0o700)


def _secret_key() -> str:
    """The installation's own key, made at the first start and readable by its user alone."""
    path = HOME / "secret.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _database() -> dict[str, Any]:
    if SETTINGS.database_url:
        return dict(
            dj_database_url.parse(SETTINGS.database_url, conn_max_age=600, conn_health_checks=True)
        )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "comptoir.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
                " PRAGMA cache_size=-131072; PRAGMA mmap_size=1073741824;"
                " PRAGMA journal_size_limit=134217728; PRAGMA wal_autocheckpoint=16384"
            ),
        },
    }


SECRET_KEY = _secret_key()
DEBUG = SETTINGS.debug
_PUBLIC = urlsplit(SETTINGS.address)
ALLOWED_HOSTS = [_PUBLIC.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "comptoir.base",
    "comptoir.channels",
    "comptoir.triage",
    "comptoir.listening",
    "comptoir.care",
    "comptoir.insight",
    "comptoir.weakpoints",
    "comptoir.demo",
    "comptoir.web.shell",
    "comptoir.web.team",
    "comptoir.web.imports",
    "comptoir.web.desk",
    "comptoir.web.overview",
    "comptoir.web.topics",
    "comptoir.web.understanding",
    "comptoir.web.reputation",
    "comptoir.web.rivals",
    "comptoir.web.weakpoints",
    "comptoir.web.listening",
    "comptoir.web.alerts",
    "comptoir.web.watching",
    "comptoir.web.channels",
    "comptoir.web.chat",
    "comptoir.web.api",
    "comptoir.web.files",
    "comptoir.web.help",
    "comptoir.web.live",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "comptoir.web.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "comptoir.web.middleware.PrivatePages",
    "comptoir.web.middleware.UserPreferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "comptoir.web.middleware.FirstRun",
    "comptoir.web.middleware.ActionableErrors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "team" / "allauth"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "comptoir.web.context.shell",
            ],
        },
    }
]

ROOT_URLCONF = "comptoir.web.urls"
WSGI_APPLICATION = "comptoir.web.wsgi.application"
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "base.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "comptoir.web.team.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_FORMS = {"login": "comptoir.web.team.forms.SignInForm"}
PASSWORD_RESET_TIMEOUT = 86_400
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "comptoir.web.team.adapter.MfaAdapter"
MFA_TOTP_ISSUER = "Comptoir"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up alone, so no address can be somebody else's

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _PUBLIC.scheme == "https"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = SETTINGS.language
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [
    PACKAGE / "web" / "locale",
    *sorted((PACKAGE / "channels" / "connectors").glob("*/locale")),
]
USE_I18N = True
FORMAT_MODULE_PATH = ["comptoir.base.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "files"},
    },
    "staticfiles": {"BACKEND": "comptoir.web.assets.VersionedStaticFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 31_536_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None

LOGGING_CONFIG = None
LOGGING = logging_config(SETTINGS.log_level, SETTINGS.log_format)
