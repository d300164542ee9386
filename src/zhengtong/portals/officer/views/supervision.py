"""What an official has done 已办 and in what figures 统计, what is late 督办, and bad reviews to answer 差评."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.tasks_at_post import colleagues_on_leave
from zhengtong.portals.officer.views.desk import official, page, page_of
from zhengtong.process.cases import api as cases

PERIODS = (30, 90, 365)


class AnswerForm(forms.Form):
    """What was found and done about a bad review."""

    answer = forms.CharField(label=gettext_lazy("答复"), max_length=1000, widget=forms.Textarea({"rows": 4}))


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """List cases the official has acted on, the latest first."""
    return _lines(request, gettext_lazy("已办"), "before", cases.done_by)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the official's own figures and those of their organisation, for the last days that `?days=` says."""
    actor, at = official(request), clock.system.now()
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(period) for period in PERIODS} else PERIODS[0]
    since = at - timedelta(days=days)
    own, office = cases.desk_figures(actor, since=since, at=at)
    figures = [("own", _("我办理的"), own), ("office", _("本单位"), office)]
    context = {"desks": figures, "days": days, "periods": PERIODS}
    return page(request, "officer/statistics.html", context, actor=actor)


@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """List late stages in the organisations the official supervises, the longest late first."""
    return _lines(request, gettext_lazy("超期督办"), "after", cases.watched_by)


def _lines(request: HttpRequest, title: Text, marker: str, read: Callable[..., cases.LinePage]) -> HttpResponse:
    actor, at = official(request), clock.system.now()
    found = page_of(request, lambda place: read(actor, at=at, **{marker: place}), marker)
    context = {"title": title, "lines": found, "marker": marker, "names": colleagues_on_leave(found)}
    return page(request, "officer/lines.html", context, actor=actor)


@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """List bad reviews that wait for an answer."""
    actor = official(request)
    return page(request, "officer/reviews.html", {"reviews": cases.bad_reviews(actor)}, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Answer a bad review."""
    actor = official(request)
    found = next((one for one in cases.bad_reviews(actor) if one.id == identifier), None)
    if found is None:
        raise cases.ReviewUnknown
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cases.answer(actor=actor, review=identifier, text=form.cleaned_data["answer"], at=clock.system.now())
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已答复。"))
            return redirect("officer:reviews")
    context = {"review": found, "form": form}
    return page(request, "officer/review_answer.html", context, actor=actor, status=422 if form.errors else 200)
