"""Who may do what, where: exactly what roles and scopes say, in one statement, and never across duties."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.errors import NotAllowed, NotFound, SignInNeeded
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.regions import api as regions
from zhengtong.trust.access import api as access
from zhengtong.trust.access import registry
from zhengtong.trust.access.contracts import (
    Clause,
    Permission,
    RegionSpan,
    RoleDoesNotFitPost,
    RoleMixesDuties,
    Scope,
    ScopeMissing,
    UnknownPermission,
)
from zhengtong.trust.access.models import Grant, Role
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, Duty, SubjectKind
from zhengtong.trust.identity.contracts import Permission as Appointing
from zhengtong.trust.identity.refusals import AssuranceTooLow
from zhengtong.trust.identity.tests.builders import (
    NOW,
    SYSTEM,
    a_person,
    a_post,
    an_official,
    an_organisation,
    some_regions,
)
from zhengtong.trust.ledger.api import count_acts


class Errand(StrEnum):
    RUN = "test.errands:run"
    FINISH = "test.errands:finish"
    INSPECT = "test.errands:inspect"


@pytest.fixture(autouse=True)
def _errands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_known", dict(registry._known))
    access.register_permissions({errand: errand.name for errand in Errand}, duties={Errand.INSPECT: Duty.AUDIT})


def a_role(*permissions: str, code: str = "runner", duty: Duty = Duty.BUSINESS, at: datetime = NOW) -> str:
    access.define_role(
        actor=SYSTEM, code=code, name="跑腿", name_en="Runner", duty=duty, permissions=permissions, at=at
    )
    return code


def in_post(post: UUID) -> Actor:
    view = identity.post(post)
    return Actor(
        subject=new_id(),
        kind=SubjectKind.OFFICIAL,
        post=post,
        organisation=view.organisation,
        organisation_path=view.organisation_path,
        region=view.region,
        duty=view.duty,
        assurance=AssuranceLevel.HIGH,
    )


@pytest.mark.django_db
def test_a_post_may_do_what_its_role_says_within_its_organisation_and_below() -> None:
    root = an_organisation()
    bureau, neighbour = an_organisation(root), an_organisation(root)
    station = an_organisation(bureau)
    post = a_post(bureau)
    access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, organisation=bureau, at=NOW)
    actor = in_post(post)
    reach = {o: access.allowed(actor, Errand.RUN, organisation=o) for o in (root, bureau, neighbour, station)}
    assert reach == {root: False, bureau: True, neighbour: False, station: True}
    assert access.permissions_of(actor) == {Errand.RUN}
    assert access.allowed(actor, Errand.RUN)
    assert not access.allowed(actor, Errand.FINISH)
    with pytest.raises(NotAllowed):
        access.require(actor, Errand.RUN, organisation=neighbour)


@pytest.mark.django_db
def test_a_region_grant_reaches_the_region_and_all_within() -> None:
    some_regions()
    post = a_post(an_organisation())
    access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, region="330106", at=NOW)
    actor = in_post(post)
    reach = [access.allowed(actor, Errand.RUN, region=r) for r in ("3301", "330106", "330106001001", "330107", "99")]
    assert reach == [False, True, True, False, False]
    assert not access.allowed(actor, Errand.RUN, organisation=actor.organisation)


@pytest.mark.django_db
def test_a_grant_bound_both_ways_needs_both() -> None:
    some_regions()
    bureau = an_organisation()
    post = a_post(bureau)
    access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, organisation=bureau, region="330106", at=NOW)
    actor = in_post(post)
    assert access.allowed(actor, Errand.RUN, organisation=bureau, region="330106001")
    assert not access.allowed(actor, Errand.RUN, organisation=bureau, region="330107")
    assert not access.allowed(actor, Errand.RUN, organisation=bureau)


@pytest.mark.django_db
def test_a_request_asks_the_database_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bureau = an_organisation()
    post = a_post(bureau)
    access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, organisation=bureau, at=NOW)
    actor = in_post(post)
    with django_assert_num_queries(1):
        for errand in Errand:
            access.allowed(actor, errand, organisation=bureau)
        access.permissions_of(actor)


def test_nobody_signs_in_first_and_citizens_hold_no_post() -> None:
    with pytest.raises(SignInNeeded):
        access.require(None, Errand.RUN)
    assert not access.allowed(None, Errand.RUN)
    citizen = Actor(subject=new_id(), kind=SubjectKind.NATURAL)
    with pytest.raises(NotAllowed):
        access.require(citizen, Errand.RUN)
    assert access.scope_filter(SYSTEM, Errand.RUN).everything


@pytest.mark.django_db
def test_defining_a_role_anew_replaces_its_permissions() -> None:
    bureau = an_organisation()
    post = a_post(bureau)
    access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, organisation=bureau, at=NOW)
    a_role(Errand.FINISH)
    assert access.permissions_of(in_post(post)) == {Errand.FINISH}
    assert [role.permissions for role in access.roles(Duty.BUSINESS)] == [{Errand.FINISH}]


@pytest.mark.django_db
def test_a_withdrawn_role_allows_nothing_more() -> None:
    bureau = an_organisation()
    post = a_post(bureau)
    grant = access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, organisation=bureau, at=NOW)
    again = access.grant_role(actor=SYSTEM, role="runner", post_id=post, organisation=bureau, at=NOW)
    assert again == grant
    assert [g.clause for g in access.grants_of(post=post)] == [Clause(organisation=identity.organisation_path(bureau))]
    access.withdraw_role(actor=SYSTEM, grant=grant, at=NOW)
    assert not access.allowed(in_post(post), Errand.RUN)
    with pytest.raises(NotFound):
        access.withdraw_role(actor=SYSTEM, grant=grant, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("permissions", "duty", "refusal"),
    [
        ([Errand.RUN, Errand.INSPECT], Duty.BUSINESS, RoleMixesDuties),
        ([Errand.RUN], Duty.AUDIT, RoleMixesDuties),
        (["test.errands:fly"], Duty.BUSINESS, UnknownPermission),
    ],
)
def test_a_role_of_mixed_or_unknown_permissions_is_refused(
    permissions: list[str], duty: Duty, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        a_role(*permissions, duty=duty)
    assert (Role.objects.count(), count_acts()) == (0, 0)


@pytest.mark.django_db
def test_a_role_keeps_its_duty() -> None:
    a_role(Errand.RUN)
    with pytest.raises(RoleMixesDuties):
        a_role(Errand.INSPECT, duty=Duty.AUDIT)
    assert [role.permissions for role in access.roles()] == [{Errand.RUN}]


@pytest.mark.django_db
def test_a_role_without_bounds_or_for_another_duty_is_not_granted() -> None:
    bureau = an_organisation()
    post, auditor = a_post(bureau), a_post(bureau, "审计", Duty.AUDIT)
    a_role(Errand.RUN)
    acts = count_acts()
    with pytest.raises(ScopeMissing):
        access.grant_role(actor=SYSTEM, role="runner", post_id=post, at=NOW)
    with pytest.raises(RoleDoesNotFitPost):
        access.grant_role(actor=SYSTEM, role="runner", post_id=auditor, organisation=bureau, at=NOW)
    with pytest.raises(NotFound):
        access.grant_role(actor=SYSTEM, role="nobody", post_id=post, organisation=bureau, at=NOW)
    with pytest.raises(NotAllowed):
        access.grant_role(actor=in_post(post), role="runner", post_id=post, organisation=bureau, at=NOW)
    assert (Grant.objects.count(), count_acts()) == (0, acts)


@pytest.mark.django_db
def test_the_database_itself_refuses_a_role_of_another_duty() -> None:
    bureau = an_organisation()
    auditor = a_post(bureau, "审计", Duty.AUDIT)
    a_role(Errand.RUN)
    with pytest.raises(IntegrityError, match="duties are kept apart"), transaction.atomic():
        Grant.objects.create(role_id="runner", post_id=auditor, organisation_id=bureau)
    with (
        pytest.raises(IntegrityError, match="duties are kept apart"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE access_role SET duty = 'audit'")
    assert access.separation_breaches() == []


@pytest.mark.django_db
def test_a_security_administrator_grants_only_within_their_own_bounds() -> None:
    root = an_organisation()
    bureau, neighbour = an_organisation(root), an_organisation(root)
    guard = a_post(bureau, "安全管理", Duty.SECURITY)
    an_official(guard, duty=Duty.SECURITY)
    clerk, other = a_post(bureau), a_post(neighbour)
    a_role(Errand.RUN)
    a_role(Permission.GRANT_ROLE, code="security", duty=Duty.SECURITY)
    access.grant_role(actor=SYSTEM, role="security", post_id=guard, organisation=bureau, at=NOW)
    actor = in_post(guard)
    access.grant_role(actor=actor, role="runner", post_id=clerk, organisation=bureau, at=NOW)
    with pytest.raises(NotAllowed):
        access.grant_role(actor=actor, role="runner", post_id=other, organisation=neighbour, at=NOW)
    with pytest.raises(NotAllowed):
        access.grant_role(actor=actor, role="runner", post_id=other, organisation=bureau, at=NOW)
    assert Grant.objects.filter(role="runner").count() == 1


@pytest.mark.django_db
def test_grants_are_found_by_the_region_of_their_bounds() -> None:
    some_regions()
    post = a_post(an_organisation())
    for region in ("33", "330106", "330107"):
        access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, region=region, at=NOW)
    county = regions.region("330106")
    scope = Scope(clauses=(Clause(region=RegionSpan(code="330106", low=county.low, high=county.high)),))
    assert list(Grant.objects.filter(access.within(scope, region="region")).values_list("region", flat=True)) == [
        "330106"
    ]
    assert Grant.objects.filter(access.within(access.NOTHING, region="region")).count() == 0
    assert Grant.objects.filter(access.within(access.EVERYTHING)).count() == 3


def test_permissions_need_a_sentence_each_and_one_owner() -> None:
    class Half(StrEnum):
        ONE = "test.half:one"
        TWO = "test.half:two"

    with pytest.raises(ValueError, match=r"no sentence for test\.half:two"):
        access.register_permissions({Half.ONE: "一"})
    with pytest.raises(ValueError, match="registered twice"):
        access.register_permissions(dict.fromkeys(Errand, "另一句"))
    assert [p.permission for p in access.permissions() if p.permission.startswith("test.")] == sorted(Errand)


@pytest.mark.django_db
def test_an_actor_keeps_what_it_learned_for_its_request_only() -> None:
    bureau = an_organisation()
    post = a_post(bureau)
    actor = in_post(post)
    assert not access.allowed(actor, Errand.RUN)
    access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, organisation=bureau, at=NOW)
    assert not access.allowed(actor, Errand.RUN)
    assert access.allowed(replace(actor, cache={}), Errand.RUN)
    assert a_person()


@pytest.mark.django_db
def test_roles_open_the_acts_of_identity_once_wired() -> None:
    bureau, neighbour = an_organisation(), an_organisation()
    desk = a_post(bureau, "系统管理", Duty.ADMINISTRATION)
    a_role(Appointing.APPOINT, code="administrator", duty=Duty.ADMINISTRATION)
    access.grant_role(actor=SYSTEM, role="administrator", post_id=desk, organisation=bureau, at=NOW)
    own, other = a_post(bureau), a_post(neighbour)
    official = an_official()
    assert identity.appoint(actor=in_post(desk), official=official, post=own, at=NOW)
    with pytest.raises(NotAllowed):
        identity.appoint(actor=in_post(desk), official=official, post=other, at=NOW)
    assert [a.post.id for a in identity.appointments_of(official, at=NOW)] == [own]


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [False, True])
def test_administrators_need_two_factors_except_in_a_demo(demo: bool) -> None:  # noqa: FBT001 -- a parameter of pytest
    bureau = an_organisation()
    desk, window = a_post(bureau, "审计", Duty.AUDIT), a_post(bureau)
    a_role(Permission.REVIEW, code="auditor", duty=Duty.AUDIT)
    a_role(Errand.RUN)
    access.grant_role(actor=SYSTEM, role="auditor", post_id=desk, organisation=bureau, at=NOW)
    access.grant_role(actor=SYSTEM, role="runner", post_id=window, organisation=bureau, at=NOW)
    access.require(in_post(desk), Permission.REVIEW)
    access.require(replace(in_post(window), assurance=AssuranceLevel.SUBSTANTIAL), Errand.RUN)
    with_password = replace(in_post(desk), assurance=AssuranceLevel.SUBSTANTIAL)
    assert access.allowed(with_password, Permission.REVIEW)
    with override_settings(ADMINISTRATION_NEEDS_TWO_FACTORS=not demo):
        if demo:
            access.require(with_password, Permission.REVIEW)
        else:
            with pytest.raises(AssuranceTooLow):
                access.require(with_password, Permission.REVIEW)


@pytest.mark.django_db
def test_an_application_holds_roles_within_bounds() -> None:
    bureau = an_organisation()
    application = identity.register_application(
        actor=SYSTEM, organisation=bureau, name="社保", sector="social", at=NOW
    ).subject
    actor = Actor(subject=application, kind=SubjectKind.APPLICATION, organisation=bureau)
    assert not access.allowed(actor, Errand.RUN)
    a_role(Errand.RUN)
    access.grant_role(actor=SYSTEM, role="runner", application_id=application, organisation=bureau, at=NOW)
    assert access.allowed(replace(actor, cache={}), Errand.RUN)
    assert [grant.application for grant in access.grants_of(application=application)] == [application]


@pytest.mark.django_db
def test_the_organisations_of_a_scope_are_those_it_reaches(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    some_regions()
    bureau = an_organisation(name="区局")
    office = an_organisation(bureau, name="科室")
    an_organisation(name="外区局", region="330107")
    post = a_post(bureau)
    access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, region="330106", at=NOW)
    scope = access.scope_filter(in_post(post), Errand.RUN)
    with django_assert_num_queries(1):
        assert access.organisations_within(scope) == frozenset({bureau, office})
    assert access.organisations_within(scope, named="科") == frozenset({office})
    assert (
        access.organisations_within(scope, named="%") == access.organisations_within(scope, named="外") == frozenset()
    )
    assert access.organisations_within(access.EVERYTHING, named="外") != frozenset()
    assert access.organisations_within(access.NOTHING) == frozenset()
    assert access.organisations_within(access.EVERYTHING) is None


@pytest.mark.django_db
def test_an_auditor_sees_who_holds_a_right_and_nobody_else_does() -> None:
    bureau = an_organisation()
    post, desk = a_post(bureau), a_post(bureau, "审计", Duty.AUDIT)
    a_role(Permission.REVIEW, code="auditor", duty=Duty.AUDIT)
    access.grant_role(actor=SYSTEM, role="auditor", post_id=desk, organisation=bureau, at=NOW)
    access.grant_role(actor=SYSTEM, role=a_role(Errand.RUN), post_id=post, organisation=bureau, at=NOW)
    assert [grant.post for grant in access.holders_of(Errand.RUN, actor=in_post(desk))] == [post]
    assert access.holders_of(Errand.FINISH, actor=in_post(desk)) == []
    with pytest.raises(NotAllowed):
        access.holders_of(Errand.RUN, actor=in_post(post))
