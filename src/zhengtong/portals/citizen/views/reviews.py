"""Rating a service 好差评 and showing its receipt 收件凭证."""

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.trust.identity import api as identity


class ReviewForm(forms.Form):
    """One of five grades, and what else there is to say."""

    grade = forms.TypedChoiceField(label=gettext_lazy("您对这次办理满意吗"), coerce=int, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("想说的话"), required=False, max_length=1000, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # request.POST or nothing
        grade = self.fields["grade"]
        assert isinstance(grade, forms.ChoiceField)  # noqa: S101 -- declared above
        grade.choices = [(one.value, one.label) for one in cases.Grade]


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Rate a case."""
    view = cases.own_case(identity.actor_of(request), reference, at=clock.system.now())
    return _rate(
        request, about=reference, title=view.line.item_name, organisation=view.organisation, region=view.region,
        concluded=view.line.state.ended, link=f"/officer/cases/{reference}/",
        back=reverse("citizen:case", args=[reference]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest, reference: str) -> HttpResponse:
    """Rate a bundle: one review for all of it; its lead authority answers."""
    view = bundles.own_bundle(identity.actor_of(request), reference, at=clock.system.now())
    return _rate(
        request, about=reference, title=view.line.name, organisation=view.lead, region=view.region,
        concluded=view.concluded_at is not None, link=f"/officer/bundles/{reference}/",
        back=reverse("citizen:bundle_case", args=[reference]),
    )  # fmt: skip


def _rate(request: HttpRequest, *, about: str, back: str, concluded: bool, **facts: object) -> HttpResponse:
    known = cases.review_of(about)
    posted = request.method == "POST"
    form = ReviewForm(request.POST if posted else None)
    if posted and form.is_valid():
        cases.rate(
            actor=identity.actor_of(request),
            about=about,
            concluded=concluded,
            grade=cases.Grade(form.cleaned_data["grade"]),
            text=form.cleaned_data["text"],
            at=clock.system.now(),
            **facts,  # type: ignore[arg-type]  # named by the two callers above
        )
        messages.success(request, _("感谢您的评价。"))
        return redirect(back)
    if not concluded and known is None:
        raise cases.ReviewTooEarly
    context = {"form": form, "known": known, "back": back, "title": facts["title"]}
    return render(request, "citizen/review.html", context, status=422 if form.errors else 200)


@require_safe
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the receipt of a case with a code that anybody can verify."""
    view = cases.own_case(identity.actor_of(request), reference, at=clock.system.now())
    address = request.build_absolute_uri(reverse("citizen:receipt_verify", args=[cases.receipt_code(reference)]))
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2)
    return render(request, "citizen/receipt.html", {"view": view, "address": address, "picture": picture})


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm a receipt to whoever holds its code; no person is named."""
    return render(request, "citizen/receipt_verified.html", {"receipt": cases.receipt_of(code)})
