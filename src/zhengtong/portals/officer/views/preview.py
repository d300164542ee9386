"""The preview of a form 表单预览: the renderer citizens meet, in any language and edition; it keeps nothing."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from zhengtong.kernel.pages.api import preferences_of
from zhengtong.portals.officer.views.designer import keeper, today
from zhengtong.process.forms import api as forms


@never_cache
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # its stub knows views without arguments only
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, item: str, number: int) -> HttpResponse:
    """Draw a version as an applicant meets it; what is typed decides what is shown, and is forgotten.

    `language` and `edition` in the address choose how; `silent` shows what is asked where shared data know nothing.
    """
    view = forms.version_view(keeper(request), item, number, at=today())
    chosen = preferences_of(request).changed(request.GET.dict())
    request.preferences = chosen  # type: ignore[attr-defined]  # this page alone is drawn so
    with translation.override(chosen.language):
        return render(request, "officer/form_preview.html", _context(request, view))


def _context(request: HttpRequest, view: forms.VersionView) -> dict[str, Any]:
    silent = "silent" in request.GET
    properties = view.schema["properties"]
    known = {} if silent else forms.sources_of(view.schema)
    form = forms.build_form(
        view.schema, request.POST if request.method == "POST" else None, known=dict.fromkeys(known, "")
    )
    if "try" in request.POST:
        form.is_valid()
    else:
        form.errors.clear()
    titled = dict(forms.data_items())
    return {
        "form": form,
        "known": [(forms.title_of(properties[name]), titled.get(source, source)) for name, source in known.items()],
        "silent": silent,
        "passed": "try" in request.POST and not form.errors,
        "here": request.get_full_path(),
    }
