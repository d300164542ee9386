"""How a reader wants pages 显示偏好: language, theme, edition (GB/T 37668; MIIT elder-friendly specification 长辈版).

The order is the account's own setting, then the cookie, then the default. `Accept-Language` alone never decides: phones
sold with an English system would otherwise show their owners a page they cannot read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self, get_args

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from zhengtong.kernel.pages.models import Preference

Theme = Literal["system", "light", "dark"]
Edition = Literal["standard", "elder"]

COOKIE = "zhengtong_pages"
COOKIE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Language, theme and edition of a page."""

    language: str = "zh-hans"
    theme: Theme = "system"
    edition: Edition = "standard"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the cookie's `language.theme.edition`; what cannot be read stays at its default.

        >>> Preferences.parse("en.dark.elder")
        Preferences(language='en', theme='dark', edition='elder')
        >>> Preferences.parse("xx.dark")
        Preferences(language='zh-hans', theme='dark', edition='standard')
        """
        return cls().changed(dict(zip(("language", "theme", "edition"), text.split("."), strict=False)))

    def changed(self, values: Mapping[str, str]) -> Self:
        """Return a copy with the allowed ones of *values*; the others are ignored."""
        allowed = {
            "language": {code for code, _name in settings.LANGUAGES},
            "theme": set(get_args(Theme)),
            "edition": set(get_args(Edition)),
        }
        chosen = {name: values[name] for name, options in allowed.items() if values.get(name) in options}
        return replace(self, **chosen)  # type: ignore[arg-type]  # the values were just checked against the literals

    def __str__(self) -> str:
        return f"{self.language}.{self.theme}.{self.edition}"

    @property
    def html_language(self) -> str:
        """The language as HTML names it (BCP 47)."""
        return "zh-Hans" if self.language == "zh-hans" else self.language


def of(request: HttpRequest) -> Preferences:
    """Return what the middleware found for *request*; the defaults where it did not run."""
    found = getattr(request, "preferences", None)
    return found if isinstance(found, Preferences) else Preferences()


def find(request: HttpRequest) -> Preferences:
    """Look up account, then cookie, then default. One query, and only for a signed-in reader."""
    reader = _reader(request)
    if reader and (kept := Preference.objects.filter(reader=reader).first()):
        return Preferences.parse(kept.chosen)
    return Preferences.parse(request.COOKIES.get(COOKIE, ""))


def keep(request: HttpRequest, response: HttpResponse, chosen: Preferences) -> None:
    """Remember *chosen* in the cookie, and with the account of a signed-in reader."""
    response.set_cookie(
        COOKIE, str(chosen), max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
    )
    if reader := _reader(request):
        Preference.objects.update_or_create(reader=reader, defaults={"chosen": str(chosen)})


def _reader(request: HttpRequest) -> str:
    """Return the account's key, nothing for an anonymous reader; without a session cookie no query is made."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    return str(request.user.pk) if request.user.is_authenticated else ""
