"""Verification of a presented licence at the counter 窗口核验: everybody's door, in the official's name."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.trust.licenses import api as licenses

LARGEST_FILE = 8 * 1024 * 1024


class CodeForm(forms.Form):
    """The code that the holder shows, or a licence file that is handed in, also one of another region."""

    code = forms.CharField(
        label=_("亮证码"),
        required=False,
        max_length=300,
        help_text=_("扫码枪扫入或手工输入。核验记在您的岗位名下，持证人可以看到单位、时间和用途。"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )

    file = forms.FileField(
        label=_("或者证照文件"),
        required=False,
        help_text=_("本省或可信列表中其他地区签发的原始文件。文件只用于本次核验，不保存；采用为办事材料会留痕。"),
    )

    def clean(self) -> dict[str, Any]:
        """Return what was given.

        Raises:
            ValidationError: nothing, both, or a file that is too large.
        """
        given = super().clean() or {}
        if bool(given.get("code")) == bool(given.get("file")):
            raise forms.ValidationError(_("请输入亮证码，或者上传一个文件，只选一种。"))
        if given.get("file") and given["file"].size > LARGEST_FILE:
            raise forms.ValidationError({"file": _("文件超过 8 MB，不是电子证照。")})
        return given

    def clean_code(self) -> str:
        """Return the code; a scanner gives the whole address, of which the code is the end."""
        said: str = self.cleaned_data["code"]
        return said.rpartition("code=")[2]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the code and tell what the holder consented to show, or accept a file as evidence, on the record."""
    actor, told, evidence = official(request), None, None
    form = CodeForm(request.POST, request.FILES) if request.method == "POST" else CodeForm()
    if request.method == "POST" and form.is_valid():
        try:
            given, now = form.cleaned_data, clock.system.now()
            if given["file"]:
                told, evidence = licenses.accept_as_evidence(given["file"].read(), actor=actor, at=now)
            else:
                told = licenses.verify_code(given["code"], actor=actor, at=now)
        except SignInNeeded:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
    context = {"form": CodeForm() if told else form, "told": told, "evidence": evidence}
    return page(request, "officer/verify_license.html", context, actor=actor, status=422 if form.errors else 200)
