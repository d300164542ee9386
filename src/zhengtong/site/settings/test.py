"""Settings under test: a folder of its own, quick hashes, the database that `ZHENGTONG_TEST_DATABASE` names."""

import os
import tempfile

os.environ.setdefault("ZHENGTONG_HOME", tempfile.mkdtemp(prefix="zhengtong-test-"))
os.environ["DATABASE_URL"] = os.environ.get("ZHENGTONG_TEST_DATABASE", "")

from zhengtong.site.settings.base import *  # noqa: F403 -- settings are composed by star import, Django's custom

database = DATABASES["default"]  # noqa: F405 -- as above
if database["ENGINE"].endswith("sqlite3"):  # in a file, as in a province: in memory it knows no WAL and no waiting
    database["TEST"] = {"NAME": str(HOME / "tests.sqlite3")}  # noqa: F405 -- as above
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LEDGER_MAY_BE_EMPTIED = True
