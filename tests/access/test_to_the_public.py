"""To the public: which entry stands and is seen, which rows and counts are opened, and who takes them where."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.access.oracle import (
    ACCESSES,
    TO_THE_PUBLIC,
    Resource,
    every_resource,
    may_be_opened,
    one_of_each,
)
from tests.access.world import NOW, SECRET, an_official, describe, entry, fill, footprint
from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.data.opening.api import Access, FieldPlan, FileForm, OpeningView, Permission, Plan, Wanted
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import Actor, SubjectKind
from zhengtong.trust.identity.tests.builders import a_person, an_account, an_organisation, some_regions

pytestmark = pytest.mark.django_db
COUNTY, NEXT_DOOR = "330106", "330107"
RESOURCES = one_of_each()
CLAUSE = "数据安全法§42"


class Bureau:
    """A department that provides, who applies, who decides; and everybody else."""

    def __init__(self) -> None:
        some_regions()
        self.provider = an_organisation(name="市监局")
        self.applicant = an_official(self.provider, COUNTY, Permission.APPLY, Permission.ANSWER)
        self.decider = an_official(an_organisation(name="数据局"), COUNTY, Permission.DECIDE)
        self.callers: dict[str, Actor | None] = {
            "visitor": None,
            "citizen": _somebody(),
            "clerk of another county": an_official(an_organisation(name="邻县局", region=NEXT_DOOR), NEXT_DOOR),
            "department with an agreement at the exchange": an_official(an_organisation(name="民政局"), COUNTY),
            "operator": an_official(an_organisation(name="数据运营公司"), COUNTY),
            "somebody who registered": _somebody(),
            "researcher whom the department agreed to": _somebody(),
            "somebody with a key to another release": _somebody(),
        }

    def apply(self, one: Resource, access: str, *, counted: bool) -> OpeningView:
        slug = f"r{one.number}-{access}-{'counts' if counted else 'rows'}"
        asked = Wanted(
            dataset=f"301001/{one.number}", slug=slug, title=slug, access=Access(access), basis=CLAUSE,
            plan=Plan(fields=(FieldPlan(name="said"),), aggregate=counted),
        )  # fmt: skip
        return opening.apply(actor=self.applicant, application=new_id(), wanted=asked, at=NOW)

    def freeze(self, made: OpeningView) -> OpeningView:
        return opening.freeze(actor=self.applicant, application=made.id, revision=made.revision, at=NOW)

    def open(self, frozen: OpeningView) -> OpeningView:
        one = opening.approve(actor=self.decider, application=frozen.id, revision=frozen.revision, at=NOW)
        return opening.release(actor=self.decider, application=one.id, revision=one.revision, at=NOW)


def _somebody() -> Actor:
    return Actor(subject=a_person(), kind=SubjectKind.NATURAL)


def refusal_of(act: Callable[..., Any], *given: Any, **named: Any) -> str:
    """Return the code an act is refused with, empty where it is done; a refusal moves nothing."""
    before = footprint()
    try:
        act(*given, **named)
    except Refusal as refusal:
        return refusal.code if footprint() == before else f"{refusal.code} and yet changed"
    return ""


@pytest.fixture
def bureau(settings: Any, tmp_path: Path) -> Bureau:
    settings.HOME = tmp_path
    return Bureau()


def test_the_catalogue_holds_no_entry_more_open_than_its_class_and_grade_and_shows_the_public_no_other(
    bureau: Bureau,
) -> None:
    wrong: list[str] = []
    for one in every_resource():
        code = f"301001/{one.number}"
        told = refusal_of(describe, bureau.provider, entry(one))
        if told != ("" if one.may_stand else "catalog_rows_broken"):
            wrong.append(f"{one}: {told or 'registered'}")
            continue
        if told:
            continue
        found = catalog.dataset(code)
        if found.grade != one.whole_grade:
            wrong.append(f"{one}: grade {found.grade}")
        seen = refusal_of(catalog.open_dataset, code) == ""
        shown = (
            catalog.ckan.act("package_show", {"id": catalog.slug(code)}, site="", page=lambda _one: "").status == 200
        )
        if {seen, shown} != {one.is_public_entry}:
            wrong.append(f"{one}: the public sees {seen}, {shown}")
    listed = set(catalog.ckan.act("package_list", {}, site="", page=lambda _one: "").document["result"])
    assert listed == {f"301001-{one.number}" for one in every_resource() if one.may_stand and one.is_public_entry}
    assert wrong == []


def test_nothing_is_opened_beyond_its_class_and_grade(bureau: Bureau) -> None:
    describe(bureau.provider, *map(entry, RESOURCES))
    fill(RESOURCES)
    wrong: list[str] = []
    for one in RESOURCES:
        for access in ACCESSES:
            for counted in (False, True) if one.sharing == "unconditional" else (False,):  # plays no part in counts
                found = _opened(bureau, one, access, counted=counted)
                due = may_be_opened(one, access, counted=counted)
                if found != due:
                    wrong.append(f"{one} {access} {'counts' if counted else 'rows'}: {found} instead of {due}")
    assert wrong == []


def _opened(bureau: Bureau, one: Resource, access: str, *, counted: bool) -> str | None:
    made: list[OpeningView] = []
    if told := refusal_of(lambda: made.append(bureau.apply(one, access, counted=counted))):
        return {"opening_plan_unfit": "plan"}.get(told, told)
    frozen = bureau.freeze(made[0])
    assert frozen.report is not None
    if set(frozen.report.risks) - {opening.Risk.GRADE}:
        return str(frozen.report.risks)
    told = refusal_of(bureau.open, frozen)
    return {"opening_risk_too_high": "risk", "": None}.get(told, told)


def released(bureau: Bureau) -> dict[str, tuple[Resource, OpeningView]]:
    """Open one release of rows for each access, of resources that bear it, and register those who register."""
    found: dict[str, tuple[Resource, OpeningView]] = {}
    for access in ACCESSES:
        one = next(one for one in RESOURCES if may_be_opened(one, access, counted=False) is None and one.number not in
                   {other.number for other, _view in found.values()})  # fmt: skip
        describe(bureau.provider, entry(one))
        fill([one])
        found[access] = one, bureau.open(bureau.freeze(bureau.apply(one, access, counted=False)))
    for access in ACCESSES[1:]:
        slug = found[access][1].slug
        for who, agrees in (("somebody who registered", False), ("researcher whom the department agreed to", True)):
            actor = bureau.callers[who]
            assert actor is not None
            made = opening.register(actor=actor, slug=slug, registration=new_id(), purpose="研究", at=NOW)
            if agrees and made.state is opening.RegistrationState.ASKED:
                opening.decide(actor=bureau.applicant, registration=made.id, agrees=True, reason="", at=NOW)
    return found


def a_key_to_another(bureau: Bureau) -> str:
    """Return a working key to a release that stands beside the others."""
    fit = (one for one in RESOURCES if may_be_opened(one, "registration", counted=True) is None)
    one = next(one for one in fit if one.opening == "registration")
    view = bureau.open(bureau.freeze(bureau.apply(one, "registration", counted=True)))
    actor = bureau.callers["somebody with a key to another release"]
    assert actor is not None
    made = opening.register(actor=actor, slug=view.slug, registration=new_id(), purpose="研究", at=NOW)
    return opening.issue_key(actor=actor, registration=made.id, at=NOW)


def test_what_is_open_on_condition_is_taken_by_nobody_who_does_not_meet_it(bureau: Bureau) -> None:
    releases = released(bureau)
    key = a_key_to_another(bureau)
    wrong: list[str] = []
    for access, (_one, view) in releases.items():
        for caller, actor in bureau.callers.items():
            given: dict[str, Any] = {"key": key if "key" in caller else "", "actor": actor, "at": NOW}
            due = TO_THE_PUBLIC[caller][access] or ""
            doors = {form.value: refusal_of(opening.served_file, view, form, **given) for form in view.forms}
            doors["rows"] = refusal_of(opening.served_rows, view, start=0, limit=5, **given)
            wrong += [f"{caller} {access} {door}: {told} not {due}" for door, told in doors.items() if told != due]
            if "key" not in caller and opening.may_take(view, actor=actor) is not (due == ""):
                wrong.append(f"{caller} {access}: sees the sample")
    assert wrong == []


def test_a_release_closes_when_the_catalogue_closes_its_resource(bureau: Bureau) -> None:
    releases = released(bureau)
    for one, view in releases.values():
        assert opening.released(view.slug).id == view.id
        for tightened in (
            replace(one, opening="withheld"),
            replace(one, opening="withheld", sharing="withheld"),
            replace(one, opening="withheld", grade=5),
        ):
            describe(bureau.provider, entry(tightened))
            assert refusal_of(opening.released, view.slug) == "not_released"
            assert view.id not in {other.id for other in opening.all_released()}
        describe(bureau.provider, entry(one))
        assert opening.released(view.slug).id == view.id


def test_what_was_applied_for_before_the_catalogue_closed_is_neither_approved_nor_released(bureau: Bureau) -> None:
    one = next(one for one in RESOURCES if may_be_opened(one, "unconditional", counted=False) is None)
    describe(bureau.provider, entry(one))
    fill([one])
    rows = bureau.freeze(bureau.apply(one, "unconditional", counted=False))
    counts = bureau.freeze(bureau.apply(one, "unconditional", counted=True))
    counts = opening.approve(actor=bureau.decider, application=counts.id, revision=counts.revision, at=NOW)
    describe(bureau.provider, entry(replace(one, opening="withheld", grade=6)))
    assert refusal_of(bureau.open, rows) == "opening_plan_unfit"
    due = {"actor": bureau.decider, "application": counts.id, "revision": counts.revision, "at": NOW}
    assert refusal_of(opening.release, **due) == "opening_risk_too_high"


def test_over_http_pages_downloads_and_rows_say_the_same(bureau: Bureau) -> None:
    releases = released(bureau)
    clients = {"visitor": Client()}
    for caller, actor in bureau.callers.items():
        if actor is not None and "key" not in caller:
            clients[caller] = _signed_in(actor.subject)
    wrong: list[str] = []
    for access, (_one, view) in releases.items():
        for caller, client in clients.items():
            may = TO_THE_PUBLIC[caller][access] is None
            page = client.get(f"/open/releases/{view.slug}/")
            got = {
                "sample": SECRET in page.content.decode(),
                "file": client.get(f"/open/releases/{view.slug}/data.{FileForm.CSV.value}").status_code == 200,
                "rows": client.get(f"/api/v1/open/releases/{view.slug}/rows").status_code == 200,
            }
            wrong += [f"{caller} {access} {door}: {told}" for door, told in got.items() if told is not may]
            assert page.status_code == 200
    assert wrong == []


def _signed_in(subject: UUID) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(username=an_account(subject, f"u{subject.hex[-10:]}")))
    return client
