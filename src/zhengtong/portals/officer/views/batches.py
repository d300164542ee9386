"""Decisions in a batch 批量办理: choose, confirm what will be decided on each case, read what happened to each."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.portals.officer.views.desk import at_desk, official, page
from zhengtong.process.cases import api as cases


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """List what may be decided in batches."""
    actor = official(request)
    found = cases.batch_groups(at_desk(actor), at=clock.system.now())
    return page(request, "officer/batches.html", {"groups": found}, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, item: str, version: int, task: str) -> HttpResponse:
    """Choose cases; confirm; decide. Each press is a form of its own, and the last one may be sent twice."""
    actor, at = official(request), clock.system.now()
    me, key = at_desk(actor), cases.BatchKey(item=item, version=version, task=task)
    chosen = _chosen(request)
    if request.method == "POST" and "decide" in request.POST:
        outcomes = cases.decide_batch(actor=me, key=key, chosen=chosen, at=at)
        context = {"outcomes": outcomes, "done": sum(one.decided for one in outcomes)}
        return page(request, "officer/batch_result.html", context, actor=actor)
    confirming = request.method == "POST" and bool(chosen)
    lines = cases.batch_lines(me, key, at=at, stages=chosen)
    context = {
        "lines": [line for line in lines if not line.needs_reading] if confirming else lines,
        "decision": cases.UNIFORM[task][1].label,
        "confirming": confirming,
        "none": request.method == "POST" and not chosen,
        "all": request.GET.get("all") == "1",
        "most": cases.MOST_IN_BATCH,
    }
    return page(request, "officer/batch.html", context, actor=actor, status=422 if context["none"] else 200)


def _chosen(request: HttpRequest) -> dict[int, int]:
    """Return the chosen stages with the revision each was shown at; what cannot be read is left out."""
    found = {}
    for value in request.POST.getlist("case")[: cases.MOST_IN_BATCH + 1]:
        stage, _sep, revision = value.partition("_")
        if stage.isdecimal() and revision.isdecimal() and len(value) <= 30:
            found[int(stage)] = int(revision)
    return found
