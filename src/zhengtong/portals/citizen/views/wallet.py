"""The wallet 我的证照: what the reader's party holds, each licence, its file, its presentation 亮证, who looked."""

from typing import Any
from uuid import UUID

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.trust.identity import api as identity
from zhengtong.trust.licenses import api as licenses

_MODULE_PIXELS = 6
_CONSENTS_SHOWN = 3


class PresentForm(forms.Form):
    """Which fields to show, and what for: nothing is shown that was not ticked."""

    fields_shown = forms.MultipleChoiceField(
        label=_lazy("出示哪些内容"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("只勾选对方需要的。核验人看不到没有勾选的内容。"),
        error_messages={"required": _lazy("请至少选择一项。")},
    )
    purpose = forms.ChoiceField(
        label=_lazy("用途"),
        widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in licenses.PresentationPurpose],
        error_messages={"required": _lazy("请选择用途。")},
        help_text=_lazy("用途和每次核验都会记录下来，您随时可以查看。"),
    )

    def __init__(self, data: Any = None, *, opened: licenses.OpenedLicense) -> None:
        kind, language = opened.license.type, get_language() or ""
        shown = [one.key for one in kind.fields if one.shown]
        super().__init__(data, initial={"fields_shown": shown})
        offered = self.fields["fields_shown"]
        assert isinstance(offered, forms.MultipleChoiceField)  # noqa: S101 -- declared above
        offered.choices = [(one.key, one.name.in_language(language)) for one in opened.fields]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the licences of the reader's party."""
    held = licenses.wallet(identity.actor_of(request), at=clock.system.now())
    return render(request, "citizen/wallet.html", {"held": held})


@require_safe
@never_cache
def license_page(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show one licence with its fields, in part or, on demand, in full; the reading is on record."""
    masked = request.GET.get("show") != "all"
    actor, at = identity.actor_of(request), clock.system.now()
    opened = licenses.open_license(actor=actor, license_id=identifier, at=at, masked=masked)
    context = {"opened": opened, "license": opened.license, "masked": masked, "forms": list(licenses.Form)}
    return render(request, "citizen/wallet_license.html", context)


@require_safe
@never_cache
def download(request: HttpRequest, identifier: UUID, form: str) -> HttpResponse:
    """Hand out a licence as a file.

    Raises:
        NotFound: there is no such form.
    """
    actor, at = identity.actor_of(request), clock.system.now()
    try:
        wanted = licenses.Form(form)
    except ValueError:
        raise NotFound from None
    origin = request.build_absolute_uri("/").rstrip("/")
    file = licenses.download(actor=actor, license_id=identifier, form=wanted, at=at, origin=origin)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.content, content_type=file.media_type, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def present(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Ask what to show and what for, then show the code."""
    actor, at = identity.actor_of(request), clock.system.now()
    opened = licenses.open_license(actor=actor, license_id=identifier, at=at)
    posted = request.POST if request.method == "POST" else None
    form = PresentForm(posted, opened=opened)
    if posted is not None and form.is_valid():
        try:
            made = licenses.present(
                actor=actor,
                license_id=identifier,
                fields=form.cleaned_data["fields_shown"],
                purpose=licenses.PresentationPurpose(form.cleaned_data["purpose"]),
                at=at,
            )
        except SignInNeeded:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return _code_page(request, made, opened.license.id)
    context = {"form": form, "license": opened.license}
    return render(request, "citizen/wallet_present.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
def renew(request: HttpRequest, identifier: UUID, presentation: UUID) -> HttpResponse:
    """Show a new code for the same consent."""
    made = licenses.renew(actor=identity.actor_of(request), presentation=presentation, at=clock.system.now())
    return _code_page(request, made, identifier)


@require_POST
def end(request: HttpRequest, identifier: UUID, presentation: UUID) -> HttpResponse:
    """End a presentation at once."""
    del identifier
    actor, at = identity.actor_of(request), clock.system.now()
    shown = licenses.end_presentation(actor=actor, presentation=presentation, at=at)
    messages.success(request, _("已结束亮证，亮证码立即失效。"))
    return redirect("citizen:wallet_looks", shown)


@require_safe
@never_cache
def looks(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show the last consents of a licence, who verified them and when."""
    actor, at = identity.actor_of(request), clock.system.now()
    seen = licenses.presentations(actor, identifier, at=at, limit=_CONSENTS_SHOWN)
    every = [look for one in seen for look in one.looks]
    places = identity.organisations({look.organisation for look in every if look.organisation})
    rows = [
        {
            "view": one,
            "looks": [(look, places.get(look.organisation) if look.organisation else None) for look in one.looks],
        }
        for one in seen
    ]
    context = {"rows": rows, "identifier": identifier, "at": at}
    return render(request, "citizen/wallet_looks.html", context)


def _code_page(request: HttpRequest, made: licenses.PresentationPass, license_id: UUID) -> HttpResponse:
    address = request.build_absolute_uri(f"{reverse('citizen:verify_license')}?code={made.code}")
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        scale=_MODULE_PIXELS, light="#fff", svgclass=None, lineclass=None
    )
    context = {
        "made": made,
        "license_id": license_id,
        "picture": mark_safe(drawn),  # noqa: S308 -- paths drawn from our own address and code
        "seconds": int((made.expires_at - clock.system.now()).total_seconds()) + 1,
    }
    return render(request, "citizen/wallet_code.html", context)
