"""Using open data 使用开放数据: register with a purpose, keep a key, ask for what is not open, say what is wrong."""

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.trust.identity.api import actor_of

_MOST = 1000


class PurposeForm(forms.Form):
    """What a release is to be used for."""

    identifier = forms.UUIDField(widget=forms.HiddenInput)
    purpose = forms.CharField(
        label=_("用途"),
        max_length=_MOST,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("数源部门会看到。请勿填写他人的个人信息。"),
        error_messages={"required": _("请写明用途。")},
    )
    promise = forms.BooleanField(
        label=_("我承诺只用于以上用途，不试图识别个人。"),
        error_messages={"required": _("请先作出承诺。")},
    )


class FeedbackForm(forms.Form):
    """What somebody says of a release."""

    identifier = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("您的意见"),
        max_length=_MOST,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("例如哪一条有误、希望增加什么。请勿填写他人的个人信息。"),
        error_messages={"required": _("请写明意见。")},
    )


class RequestForm(forms.Form):
    """Which data somebody wants opened, and by whom."""

    identifier = forms.UUIDField(widget=forms.HiddenInput)
    provider = forms.ChoiceField(label=_("希望哪个部门开放"))
    text = forms.CharField(
        label=_("需要什么数据，用来做什么"),
        max_length=_MOST,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("请勿填写他人的个人信息。"),
        error_messages={"required": _("请写明需要的数据。")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Register to use a release that is not open to everybody."""
    actor, one = actor_of(request), opening.released(slug)
    if one.access is opening.Access.UNCONDITIONAL:
        raise NotFound
    form = PurposeForm(request.POST if request.method == "POST" else None, initial={"identifier": uuid4()})
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        made = opening.register(
            actor=actor, slug=slug, registration=asked["identifier"], purpose=asked["purpose"], at=clock.system.now()
        )
        active = made.state is opening.RegistrationState.ACTIVE
        messages.success(request, _now("已登记，可以使用。") if active else _now("已提交，部门答复后可以使用。"))
        return redirect("opendata:mine")
    waits = one.access is not opening.Access.REGISTRATION
    context = {"one": one, "form": form, "waits": waits}
    return render(request, "opendata/register.html", context, status=422 if form.errors else 200)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the reader's registrations with the calls of the day, and requests and feedback with their answers."""
    actor, now = actor_of(request), clock.system.now()
    context = {
        "registrations": opening.registrations_of(actor, clock.on_day(now)),
        "enquiries": opening.enquiries_of(actor),
    }
    return render(request, "opendata/mine.html", context)


@require_POST
def key(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Issue a key and show it, this once."""
    actor, now = actor_of(request), clock.system.now()
    issued = opening.issue_key(actor=actor, registration=identifier, at=now)
    found = opening.registration_of(actor, identifier, clock.on_day(now))
    address = request.build_absolute_uri(f"/api/v1/open/releases/{found.slug}/rows")
    context = {"one": found, "key": issued, "address": address}
    answer = render(request, "opendata/key.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, slug: str) -> HttpResponse:
    """Say something about a release; the department answers."""
    actor, one = actor_of(request), opening.released(slug)
    form = FeedbackForm(request.POST if request.method == "POST" else None, initial={"identifier": uuid4()})
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        opening.give_feedback(
            actor=actor, enquiry=asked["identifier"], slug=slug, text=asked["text"], at=clock.system.now()
        )
        messages.success(request, _now("已送达部门，答复会显示在这里。"))
        return redirect("opendata:mine")
    context = {"form": form, "one": one, "title": _now("意见反馈"), "lede": one.title}
    return render(request, "opendata/enquiry.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask a department to open data that are not open yet."""
    actor = actor_of(request)
    form = RequestForm(request.POST if request.method == "POST" else None, initial={"identifier": uuid4()})
    providers = form.fields["provider"]
    assert isinstance(providers, forms.ChoiceField)  # noqa: S101 -- declared above
    english = (get_language() or "").startswith("en")
    providers.choices = [
        (one.value, (one.label_en if english else "") or str(one.label)) for one in catalog.facets().provider
    ]
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        opening.ask_for_data(
            actor=actor, enquiry=asked["identifier"], provider=UUID(asked["provider"]), text=asked["text"],
            at=clock.system.now(),
        )  # fmt: skip
        messages.success(request, _now("已送达部门，答复会显示在这里。"))
        return redirect("opendata:mine")
    context = {"form": form, "title": _now("申请开放数据"), "lede": _now("告诉部门您需要哪些尚未开放的数据。")}
    return render(request, "opendata/enquiry.html", context, status=422 if form.errors else 200)
