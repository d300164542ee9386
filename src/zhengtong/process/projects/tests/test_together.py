"""Two at once: registrations that draw one code, one form sent twice, one item begun twice, two uploads."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from zhengtong.kernel.ids import new_id
from zhengtong.process.cases.tests.builders import MONDAY
from zhengtong.process.projects import api as projects
from zhengtong.process.projects.api import Discipline
from zhengtong.process.projects.models import DrawingSet, Project, ProjectApplication
from zhengtong.process.projects.tests.builders import ENTRY, FILING, FORM, Town, a_town, kept, registered
from zhengtong.process.store.tests.test_together import together
from zhengtong.trust.identity.contracts import Actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town() -> Town:
    return a_town()


def fresh(actor: Actor) -> Actor:
    """Return *actor* as another request knows them."""
    return replace(actor, cache={})


def test_two_who_draw_the_same_code_at_the_same_moment_get_different_codes(town: Town) -> None:
    def register(who: Actor, *numbers: int) -> Callable[[], object]:
        drawn = iter(numbers)
        return lambda: projects.register(
            actor=fresh(who), project=new_id(), entry=ENTRY, at=MONDAY, draw=lambda _most: next(drawn)
        )

    together(register(town.owner, 7, 8), register(town.rival, 7, 9))
    numbers = sorted(code[-6:-1] for code in Project.objects.values_list("code", flat=True))
    assert numbers in (["00007", "00008"], ["00007", "00009"])


def test_the_same_form_sent_twice_at_once_registers_once(town: Town) -> None:
    chosen, codes = new_id(), []

    def register() -> None:
        codes.append(projects.register(actor=fresh(town.owner), project=chosen, entry=ENTRY, at=MONDAY))

    together(register, register)
    assert codes == [Project.objects.get().code] * 2


def test_an_item_begun_twice_at_once_runs_once(town: Town) -> None:
    code, refused = registered(town), []

    def begin() -> None:
        try:
            projects.begin_item(actor=fresh(town.owner), project=code, case=new_id(), item=FILING, form=FORM, at=MONDAY)
        except projects.StepNotOpen as refusal:
            refused.append(refusal)

    together(begin, begin)
    assert (ProjectApplication.objects.count(), len(refused)) == (1, 1)


def test_two_versions_uploaded_at_once_both_count(town: Town) -> None:
    code = registered(town)
    files = {kind: kept(town.owner, kind) for kind in (Discipline.SITE, Discipline.STRUCTURE)}

    def upload(kind: Discipline) -> Callable[[], object]:
        return lambda: projects.upload_drawings(
            actor=fresh(town.owner), project=code, drawings=new_id(), sheets={kind: files[kind]}, at=MONDAY
        )

    together(*map(upload, files))
    assert sorted(DrawingSet.objects.values_list("version", flat=True)) == [1, 2]
    latest = projects.own_project(town.owner, code, at=MONDAY).drawings[0]
    assert {sheet.discipline for sheet in latest.sheets} == set(files)
