"""Evidence for everybody 证据: verify a bundle without an account; take the proof of who looked at one's own data."""

from uuid import UUID

from django import forms
from django.core.validators import FileExtensionValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.trust.identity import api as identity
from zhengtong.trust.ledger import api as ledger

LONGEST = 2_000_000
KINDS = {"passed": "good", "failed": "bad", "indeterminate": "warn"}


class EvidenceForm(forms.Form):
    """The file of a bundle; it is read and forgotten."""

    file = forms.FileField(
        label=_("证据包文件"),
        help_text=_("扩展名为 .json，不超过 2 MB。文件只用于本次核验，不保存。"),
        validators=[FileExtensionValidator(["json"])],
        error_messages={"required": _("请选择证据包文件。")},
    )

    def clean_file(self) -> bytes:
        """Return what is in the file.

        Raises:
            ValidationError: it is too long.
        """
        written: bytes = self.cleaned_data["file"].read(LONGEST + 1)
        if len(written) > LONGEST:
            raise forms.ValidationError(_("文件超过 2 MB，不是证据包。"), code="too_long")
        return written


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Verify an uploaded bundle by this log's trusted list; nothing is stored."""
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "citizen/verify.html", {"form": EvidenceForm()})
    if not form.is_valid():
        return render(request, "citizen/verify.html", {"form": form}, status=422)
    verdict = ledger.verify_evidence(form.cleaned_data["file"])
    lang = "en" if get_language() == "en" else "zh"
    context = {
        "form": EvidenceForm(),
        "verdict": verdict,
        "kind": KINDS[verdict.outcome],
        "report": ledger.report(verdict, lang),
    }
    return render(request, "citizen/verify.html", context)


@require_safe
def proof(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Hand out the evidence of a look at the reader's own data.

    Raises:
        UnknownAct: there is no such look, or at somebody else's data.
        ConcernsOthers: it touched other people as well, whose ids are not theirs to have.
        NotInLog: no checkpoint covers it yet.
    """
    actor = identity.actor_of(request)
    written = ledger.evidence_for(identifier, subject=actor.party)
    headers = {
        "Content-Disposition": f'attachment; filename="{identifier}.evidence.json"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(written, content_type="application/json", headers=headers)
