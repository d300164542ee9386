"""Verification of a licence by anyone 证照核验: by the code shown, by the identifier, by a file; no account needed."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.citizen.attempts import within_limit
from zhengtong.trust.licenses import api as licenses

MOST_A_MINUTE = 20
LARGEST_FILE = 8 * 1024 * 1024


class VerifyForm(forms.Form):
    """A code or an identifier, or a file: one of the two."""

    said = forms.CharField(
        label=_("亮证码或证照标识"),
        required=False,
        max_length=140,
        help_text=_("亮证码形如 LC-XXXX-XXXX-XXXX；证照标识以 1.2.156.3005.2 开头。"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    file = forms.FileField(
        label=_("或者上传证照文件"),
        required=False,
        help_text=_("从“我的证照”下载的原始文件。文件只用于本次核验，不保存。"),
    )

    def clean(self) -> dict[str, Any]:
        """Return what was given.

        Raises:
            ValidationError: nothing, both, or a file that is too large.
        """
        given = super().clean() or {}
        said, file = given.get("said"), given.get("file")
        if bool(said) == bool(file):
            raise forms.ValidationError(_("请填写亮证码或证照标识，或者上传一个文件，只选一种。"))
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError({"file": _("文件超过 8 MB，不是电子证照。")})
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the code, or take it from the address; verify only when the reader says so."""
    if request.method != "POST":
        form = VerifyForm(initial={"said": request.GET.get("code", "")[:140]})
        return render(request, "citizen/verify_license.html", {"form": form})
    form, told = VerifyForm(request.POST, request.FILES), None
    if form.is_valid():
        try:
            count_attempt(request)
            told = _told(request, form.cleaned_data, clock.system.now())
        except Refusal as refusal:
            add_refusal(form, refusal)
    context = {"form": form if form.errors else VerifyForm(), "told": told}
    return render(request, "citizen/verify_license.html", context, status=422 if form.errors else 200)


def count_attempt(request: HttpRequest) -> None:
    """Count an attempt of this network address.

    Raises:
        VerificationsTooMany: it made twenty within a minute.
    """
    if not within_limit(request, "licence-verifications", most=MOST_A_MINUTE):
        raise licenses.VerificationsTooMany


def _told(request: HttpRequest, given: dict[str, Any], at: datetime) -> licenses.Verification:
    if given["file"]:
        return licenses.verify_file(given["file"].read(), at=at)
    said = given["said"].strip()
    if said.startswith("1."):
        return licenses.verify_number(said, at=at)
    return licenses.verify_code(said, actor=getattr(request, "actor", None), at=at)
