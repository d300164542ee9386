"""Whether a sealed file is genuine 文件验证: for anybody, without an account; nothing of the file is kept."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.trust.seals import api as seals

LARGEST = 20 * 1024 * 1024


class FileForm(forms.Form):
    """The file to verify."""

    file = forms.FileField(
        label=_("OFD 或 PDF 文件"),
        help_text=_("最大 20 MB。文件只用于本次验证，不会保存。"),
        error_messages={"required": _("请选择要验证的文件。"), "empty": _("文件是空的。")},
    )

    def clean_file(self) -> object:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("文件超过 20 MB。"))
        return file


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a file and tell what holds, what does not, and what no signature protects."""
    posted = request.method == "POST"
    form = FileForm(request.POST if posted else None, request.FILES if posted else None)
    report = None
    if posted and form.is_valid():
        try:
            report = seals.verify(form.cleaned_data["file"].read(), at=clock.system.now())
        except Refusal as refusal:
            add_refusal(form, refusal)
    known = seals.used_on([report.digest]) if report else frozenset()
    context = {"form": form, "report": report, "here": bool(known)}
    return render(request, "citizen/verify_seal.html", context, status=422 if form.errors else 200)
