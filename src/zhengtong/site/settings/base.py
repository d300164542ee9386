"""Settings of a running platform. What differs between installations comes from the environment, see `environment`."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.observability import logs
from zhengtong.site.settings import environment
from zhengtong.site.settings.login import *  # noqa: F403 -- settings are composed by star import, Django's custom

HOME = environment.home()
FUSION_DECLARATIONS = environment.PROJECT_ROOT / "provinces" / "demo" / "fusion"  # which base registries there are
DEMO = environment.flag("ZHENGTONG_DEMO")
DEBUG = environment.flag("ZHENGTONG_DEBUG")
SECRET_KEY = os.environ.get("ZHENGTONG_SECRET_KEY") or environment.secret(HOME, "django")
ALLOWED_HOSTS = os.environ.get("ZHENGTONG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("ZHENGTONG_ORIGINS", "").split(",") if origin]
HTTPS = environment.flag("ZHENGTONG_HTTPS")

DATABASES = {"default": environment.database(os.environ.get("DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # the rooms, from the bottom up
    "zhengtong.kernel.regions",
    "zhengtong.kernel.calendar",
    "zhengtong.kernel.events",
    "zhengtong.kernel.pages",
    "zhengtong.kernel.search",
    "zhengtong.trust.keys",
    "zhengtong.trust.identity",
    "zhengtong.trust.access",
    "zhengtong.trust.ledger",
    "zhengtong.trust.licenses",
    "zhengtong.trust.seals",
    "zhengtong.trust.delivery",
    "zhengtong.data.registries",
    "zhengtong.data.fusion",
    "zhengtong.data.catalog",
    "zhengtong.data.collection",
    "zhengtong.data.quality",
    "zhengtong.data.exchange",
    "zhengtong.data.cascade",
    "zhengtong.data.ministries",
    "zhengtong.data.opening",
    "zhengtong.data.assets",
    "zhengtong.process.store",
    "zhengtong.process.items",
    "zhengtong.process.forms",
    "zhengtong.process.cases",
    "zhengtong.process.bundles",
    "zhengtong.process.projects",
    "zhengtong.process.systems",
    "zhengtong.portals.citizen",
    "zhengtong.portals.officer",
    "zhengtong.portals.cockpit",
    "zhengtong.portals.opendata",
    "zhengtong.portals.developer",
    "zhengtong.site",
    # libraries
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_cotton",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
]

MIDDLEWARE = [
    "zhengtong.kernel.observability.middleware.ProbesMiddleware",
    "zhengtong.kernel.observability.middleware.ObservationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads its answers at random, against BREACH; static files come in brotli
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "zhengtong.kernel.pages.middleware.PreferencesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "zhengtong.trust.identity.middleware.ActorMiddleware",
    "zhengtong.kernel.pages.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "zhengtong.site.urls"
WSGI_APPLICATION = "zhengtong.site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhengtong.kernel.pages.context.page",
                "zhengtong.site.viewer.viewer",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

FORM_RENDERER = "zhengtong.kernel.pages.fields.PagesRenderer"
CSRF_FAILURE_VIEW = "zhengtong.kernel.pages.refusals.stale_form"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
# apps bring their own; here are the texts of rooms outside of installed apps
LOCALE_PATHS = sorted(environment.PACKAGE.glob("*/locale"))
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [Path(__file__).resolve().parents[2] / "portals/static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# compressing every file of Swagger twice over took half a minute of the first start
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("br", "gz", "ico", "jpg", "map", "png", "webp", "woff", "woff2", "zip")
MEDIA_ROOT = HOME / "files"

LOGGING = logs.configure(readable=DEMO or DEBUG, level=os.environ.get("ZHENGTONG_LOG_LEVEL", "INFO").upper())
METRICS_TOKEN = os.environ.get("ZHENGTONG_METRICS_TOKEN", "")
METRICS_ADDRESSES = frozenset(os.environ.get("ZHENGTONG_METRICS_ADDRESSES", "").split(",")) - {""}

WEBHOOK_NETWORKS = environment.networks("ZHENGTONG_WEBHOOK_NETWORKS", os.environ.get("ZHENGTONG_WEBHOOK_NETWORKS", ""))
FIELD_CIPHER = environment.one_of(
    ("aes", "sm4"), "ZHENGTONG_FIELD_CIPHER", os.environ.get("ZHENGTONG_FIELD_CIPHER", "aes")
)

# The log's name and hash are fixed when it begins; see docs/reference/ledger.md.
LEDGER_ORIGIN = os.environ.get("ZHENGTONG_LEDGER_ORIGIN", "zhengtong.invalid/ledger")
LEDGER_HASH = os.environ.get("ZHENGTONG_LEDGER_HASH", "sm3")
LEDGER_WITNESSES = os.environ.get("ZHENGTONG_LEDGER_WITNESSES", "") or str(HOME / "ledger" / "witnesses.json")
LEDGER_AUTHORITIES = os.environ.get("ZHENGTONG_LEDGER_AUTHORITIES", "") or str(HOME / "ledger" / "authorities.json")
LEDGER_KEY_PROVIDER = os.environ.get("ZHENGTONG_LEDGER_KEY_PROVIDER", "software")

# Only a test database may be emptied; `manage flush` refuses everywhere else.
LEDGER_MAY_BE_EMPTIED = False

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
