"""What every page passes through: the reader's preferences, and refusals turned into answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.pages import preferences, refusals

Handler = Callable[[HttpRequest], HttpResponse]


class PreferencesMiddleware:
    """Sets `request.preferences` and the language; stands after authentication."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find the preferences, answer in their language."""
        found = preferences.find(request)
        request.preferences = found  # type: ignore[attr-defined]  # this is where the attribute comes from
        with translation.override(found.language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", found.html_language)
        patch_vary_headers(response, ["Cookie"])
        return response


class RefusalMiddleware:
    """Answers a refusal that a view let through; stands last, nearest to the view."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a `Refusal` into a page or a problem document; leave every other exception alone."""
        return refusals.answer(request, exception) if isinstance(exception, Refusal) else None
