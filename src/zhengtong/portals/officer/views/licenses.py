"""Verification of a presented licence at the counter 窗口核验: everybody's door, in the official's name."""

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


class CodeForm(forms.Form):
    """The code that the holder shows."""

    code = forms.CharField(
        label=_("亮证码"),
        max_length=300,
        help_text=_("扫码枪扫入或手工输入。核验记在您的岗位名下，持证人可以看到单位、时间和用途。"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        """Return the code; a scanner gives the whole address, of which the code is the end."""
        said: str = self.cleaned_data["code"]
        return said.rpartition("code=")[2]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the code and tell what the holder consented to show."""
    actor, told = official(request), None
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            told = licenses.verify_code(form.cleaned_data["code"], actor=actor, at=clock.system.now())
        except SignInNeeded:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
    context = {"form": CodeForm() if told else form, "told": told}
    return page(request, "officer/verify_license.html", context, actor=actor, status=422 if form.errors else 200)
