"""The archetype of a task in steps 分步办理: one question group per page, check the answers, then one act.

Answers wait in the session as the reader typed them and are read again by every step's form before the act, so nothing
from the client is trusted twice removed. Leaving and coming back continues where one was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField, Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from zhengtong.kernel.errors import Refusal, Text

CHECK = "check"
Answers = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One page of questions. `form` builds the form from the request, the data and the answers before it."""

    name: str
    title: Text
    form: Callable[[HttpRequest, QueryDict | None, Answers], Form]


@dataclass(frozen=True, kw_only=True)
class Wizard:
    """Steps, a check page, and the act; `address` gives the address of a step by its name."""

    name: str
    title: Text
    steps: Sequence[Step]
    address: Callable[[str], str]
    act: Callable[[HttpRequest, Answers], HttpResponse]
    submit: Text
    declaration: Text = ""
    layout: str = "pages/base.html"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A step as the stepper draws it."""

    title: Text
    current: bool
    past: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer as the check page shows it."""

    label: str
    text: str
    change: str


def run(request: HttpRequest, wizard: Wizard, at: str) -> HttpResponse:
    """Answer a request for the step named *at* (or `check`)."""
    names = [step.name for step in wizard.steps]
    if at == CHECK:
        return _check(request, wizard)
    if at not in names:
        raise Http404
    step = wizard.steps[names.index(at)]
    answers, open_step = _collect(request, wizard)
    if open_step and names.index(open_step.name) < names.index(at):
        return redirect(wizard.address(open_step.name))
    if request.method == "POST":
        form = step.form(request, request.POST, answers)
        if form.is_valid():
            kept = {**request.session.get(wizard.name, {}), step.name: request.POST.urlencode()}
            request.session[wizard.name] = kept
            _answers, open_step = _collect(request, wizard)
            return redirect(wizard.address(open_step.name if open_step else CHECK))
    else:
        kept_text = request.session.get(wizard.name, {}).get(step.name)
        form = step.form(request, QueryDict(kept_text) if kept_text else None, answers)
    return _draw(request, wizard, at, "pages/wizard.html", form=form, step=step)


def _check(request: HttpRequest, wizard: Wizard) -> HttpResponse:
    answers, open_step = _collect(request, wizard)
    if open_step:
        return redirect(wizard.address(open_step.name))
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            response = wizard.act(request, answers)
        except Refusal as refused:
            refusal = refused
        else:
            request.session.pop(wizard.name, None)
            return response
    shown = []
    for step in wizard.steps:
        form = step.form(request, QueryDict(request.session[wizard.name][step.name]), answers)
        shown += [
            Answer(label=str(field.label), text=spoken(field), change=wizard.address(step.name)) for field in form
        ]
    status = refusal.status if refusal else 200
    return _draw(request, wizard, CHECK, "pages/wizard_check.html", answers=shown, refusal=refusal, status=status)


def _collect(request: HttpRequest, wizard: Wizard) -> tuple[dict[str, Any], Step | None]:
    """Read all answers again; return them with the first step that is not answered, if any."""
    kept, answers = request.session.get(wizard.name, {}), dict[str, Any]()
    for step in wizard.steps:
        form = step.form(request, QueryDict(kept[step.name]), answers) if step.name in kept else None
        if form is None or not form.is_valid():
            return answers, step
        answers.update(form.cleaned_data)
    return answers, None


def _draw(
    request: HttpRequest, wizard: Wizard, at: str, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    names = [*(step.name for step in wizard.steps), CHECK]
    here = names.index(at)
    titles = [*(step.title for step in wizard.steps), wizard.submit]
    places = [Place(title=title, current=index == here, past=index < here) for index, title in enumerate(titles)]
    back = wizard.address(names[here - 1]) if here else ""
    form = context.get("form")
    if form is not None and form.is_bound and form.errors and request.method == "POST":
        status = 422
    known = {"wizard": wizard, "places": places, "back": back, "layout": wizard.layout, "title": wizard.title}
    return render(request, template, {**known, **context}, status=status)


def spoken(field: BoundField) -> str:
    """Return an answer in words: the labels of what was chosen, else what was typed."""
    value = field.value()
    choices = getattr(field.field, "choices", None)
    if choices is not None:
        chosen = {str(one) for one in (value if isinstance(value, list) else [value])}
        return "、".join(str(label) for key, label in choices if str(key) in chosen)
    if isinstance(value, list):
        return "-".join(str(part) for part in value if part)
    return str(value or "—")
