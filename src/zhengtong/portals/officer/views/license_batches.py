"""Batches of the back catalogue 存量证照批量签发: a table is checked as a whole, then issued by the worker."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal, export
from zhengtong.portals.officer.license_forms import BatchForm
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.trust.access.api import require
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.licenses import api as licenses


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """Take a table, say what is wrong with which row, and show the latest batches.

    Raises:
        NotAllowed: the actor may not issue licences.
    """
    actor = _issuer(request)
    types, posted = licenses.license_types(), request.method == "POST"
    form = (
        BatchForm(request.POST, request.FILES, types=types)
        if posted
        else BatchForm(initial={"batch": uuid4()}, types=types)
    )
    troubles: tuple[licenses.RowOutcome, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            troubles = _checked(actor, form.cleaned_data)
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            if not troubles:
                return redirect("officer:license_batch", form.cleaned_data["batch"])
    context: dict[str, Any] = {
        "form": form, "types": types, "troubles": troubles, "batches": licenses.batches(actor),
        "names": {one.key: one.name for one in types},
    }  # fmt: skip
    status = 422 if form.errors or troubles else 200
    return page(request, "officer/license_batches.html", context, actor=actor, status=status)


@require_safe
def header(request: HttpRequest) -> HttpResponseBase:
    """Give the header of a type's table as CSV."""
    _issuer(request)
    key = request.GET.get("type", "")
    return export(f"licences-{key}", licenses.columns_of(key), iter(()))


@never_cache
@require_safe
def batch(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show how far a batch is; with htmx the progress alone."""
    actor = _issuer(request)
    view = licenses.batch_of(actor, identifier)
    kind = next((one.name for one in licenses.license_types() if one.key == view.type_key), None)
    if kind is None:
        raise NotFound
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return render(request, "officer/license_progress.html", {"view": view})
    return page(request, "officer/license_batch.html", {"view": view, "kind": kind}, actor=actor)


@require_POST
def start(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Have a checked batch issued."""
    actor = _issuer(request)
    if licenses.start_batch(actor=actor, batch=identifier, at=clock.system.now()):
        messages.success(request, _now("已开始签发。"))
    return redirect("officer:license_batch", identifier)


def _issuer(request: HttpRequest) -> Actor:
    actor = official(request)
    require(actor, licenses.Permission.ISSUE)
    return actor


def _checked(actor: Actor, given: dict[str, Any]) -> tuple[licenses.RowOutcome, ...]:
    rows = licenses.read_table(given["file"].read(), given["type"])
    return licenses.check_batch(
        actor=actor, batch=given["batch"], type_key=given["type"], rows=rows, at=clock.system.now()
    )
