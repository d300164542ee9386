"""Saying that shared data are wrong 数据异议: from the “this is wrong” beside a prefilled value."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.process.forms import api as written_forms
from zhengtong.trust.identity import api as identity


class ObjectionForm(forms.Form):
    """What is wrong, and what is right."""

    source = forms.CharField(widget=forms.HiddenInput, max_length=100)
    claim = forms.CharField(
        label=gettext_lazy("哪里不对，正确的是什么"),
        min_length=2,
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("由数源部门核实并答复。异议期间办件可以继续，您也可以到窗口办理。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest) -> HttpResponse:
    """Take an objection to a shared data item."""
    actor = identity.actor_of(request)
    posted = request.method == "POST"
    source = (request.POST if posted else request.GET).get("source", "")
    title = written_forms.titled(source)
    form = ObjectionForm(request.POST if posted else None, initial={"source": source})
    if posted and form.is_valid():
        written_forms.object_to(
            actor=actor, source=form.cleaned_data["source"], claim=form.cleaned_data["claim"], at=clock.system.now()
        )
        messages.success(request, _("异议已提交，数源部门核实后会答复您。"))
        return redirect("citizen:objections")
    context = {"form": form, "title": title}
    return render(request, "citizen/objection.html", context, status=422 if form.errors else 200)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the reader's objections, the newest first, with their answers."""
    found = written_forms.own_objections(identity.actor_of(request), at=clock.system.now())
    return render(request, "citizen/objections.html", {"objections": found})
