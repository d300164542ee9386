"""Developers register applications: `openid` at once, personal data by approval, for whom they act and nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.test import Client, RequestFactory

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refusal
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import (
    Actor,
    AssuranceLevel,
    Duty,
    IssuedCredential,
    Permission,
    Scope,
    SubjectKind,
)
from zhengtong.trust.identity.contracts.registrations import (
    EXCHANGE,
    RegistrationEntry,
    RegistrationKind,
    RegistrationState,
    RegistrationView,
)
from zhengtong.trust.identity.models import Application, ApplicationSession
from zhengtong.trust.identity.refusals import ApplicationNameTaken, DeveloperNeeded, MandateOutsideMatter
from zhengtong.trust.identity.services.registrations import LASTS
from zhengtong.trust.identity.tests.builders import (
    DAY,
    Gate,
    a_person,
    an_account,
    an_actor_in_post,
    an_enterprise,
    an_organisation,
)
from zhengtong.trust.identity.tests.relying_party import RETURN, TOKEN, logged_in, question, sign_in
from zhengtong.trust.ledger.api import count_acts

pytestmark = pytest.mark.django_db
WEB = RegistrationEntry(name="办事大厅", kind=RegistrationKind.WEB, redirect_uris=(RETURN,))
PERSONAL = RegistrationEntry(
    name="办事大厅", kind=RegistrationKind.WEB, redirect_uris=(RETURN,), scopes=frozenset({Scope.PROFILE}),
    exchanges=True,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_earlier_codes() -> None:
    cache.clear()


@pytest.fixture
def developer(gate: Gate) -> Actor:
    actor = an_actor_in_post()
    gate.allow(actor, Permission.DEVELOP_APPLICATION, actor.organisation)
    return actor


@pytest.fixture
def approver(gate: Gate) -> Actor:
    actor = an_actor_in_post(Duty.SECURITY)
    gate.allow(actor, Permission.APPROVE_APPLICATION)
    return actor


def for_enterprise(firm: UUID, agent: UUID, matters: list[str] | None = None) -> Actor:
    """Return an agent at the keyboard for an enterprise: its representative, or one who holds a mandate of theirs."""
    now = clock.system.now()
    own = Actor(subject=agent, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    [mandate] = [one for one in identity.principals_of(own, at=now) if one.principal == firm]
    return identity.act_for(actor=own, session={}, mandate=mandate.id, at=now)


def registered(actor: Actor, entry: RegistrationEntry = WEB) -> IssuedCredential:
    return identity.register(actor=actor, entry=entry, at=clock.system.now())


def seen(actor: Actor, issued: IssuedCredential) -> RegistrationView:
    return identity.my_registration(actor, issued.id, at=clock.system.now())[0]


def service(issued: IssuedCredential, secret: str = "") -> Any:
    held = {"client_id": issued.client_id, "client_secret": secret or issued.secret}
    return Client().post(TOKEN, {"grant_type": "client_credentials"} | held)


def test_an_application_works_at_once_with_openid_and_nothing_else(developer: Actor) -> None:
    issued = registered(developer, PERSONAL)
    an_account(a_person(), "zhang")
    client = logged_in("zhang")
    assert set(sign_in(client, issued, "openid").id_token) >= {"sub", "sid"}
    assert "invalid_scope" in client.get(question(issued, "openid profile"))["Location"]
    assert EXCHANGE not in OAuthClient.objects.get(id=issued.client_id).get_grant_types()
    view = seen(developer, issued)
    assert (view.granted, view.wanted) == (frozenset({Scope.OPENID}), frozenset({Scope.PROFILE}))
    assert view.wants_exchange
    assert view.waits


def test_what_an_administrator_approves_works_from_then_on(developer: Actor, approver: Actor) -> None:
    issued = registered(developer, PERSONAL)
    [waiting] = identity.registrations_to_approve(approver, at=clock.system.now())
    assert waiting.id == issued.id
    decide(approver, waiting)
    an_account(a_person("张伟"), "zhang")
    assert sign_in(logged_in("zhang"), issued, "openid profile").id_token["name"] == "张伟"
    assert EXCHANGE in OAuthClient.objects.get(id=issued.client_id).get_grant_types()
    assert not seen(developer, issued).waits
    assert identity.registrations_to_approve(approver, at=clock.system.now()) == ()
    with pytest.raises(NotFound):
        decide(approver, waiting)


def decide(actor: Actor, view: RegistrationView, *, approves: bool = True, reason: str = "") -> None:
    identity.decide(
        actor=actor, registration=view.id, revision=view.revision, approves=approves, reason=reason,
        at=clock.system.now(),
    )  # fmt: skip


def test_a_refusal_has_a_reason_that_the_developer_reads(developer: Actor, approver: Actor) -> None:
    issued = registered(developer, PERSONAL)
    view = seen(developer, issued)
    with pytest.raises(InvalidInput):
        decide(approver, view, approves=False, reason=" ")
    decide(approver, view, approves=False, reason="与职责无关")
    after = seen(developer, issued)
    assert (after.note, after.waits, after.granted) == ("与职责无关", False, frozenset({Scope.OPENID}))


def test_who_develops_does_not_approve_and_who_approves_does_not_develop(developer: Actor, approver: Actor) -> None:
    view = seen(developer, registered(developer, PERSONAL))
    acts = count_acts()
    with pytest.raises(NotAllowed):
        decide(developer, view)
    with pytest.raises(NotAllowed):
        registered(approver, WEB)
    assert count_acts() == acts


def test_what_is_approved_is_what_was_read(developer: Actor, approver: Actor) -> None:
    issued = registered(developer, PERSONAL)
    read = seen(developer, issued)
    amend(developer, issued, RegistrationEntry(name="另", kind=RegistrationKind.WEB, redirect_uris=(RETURN,),
          scopes=frozenset({Scope.MANDATES})), read.revision)  # fmt: skip
    with pytest.raises(Conflict):
        decide(approver, read)
    assert seen(developer, issued).granted == {Scope.OPENID}


def amend(actor: Actor, issued: IssuedCredential, entry: RegistrationEntry, revision: int) -> None:
    identity.amend(actor=actor, registration=issued.id, entry=entry, revision=revision, at=clock.system.now())


def test_changing_keeps_what_was_approved_and_drops_what_is_no_longer_asked_for(
    developer: Actor, approver: Actor
) -> None:
    issued = registered(developer, PERSONAL)
    decide(approver, seen(developer, issued))
    more = RegistrationEntry(
        name="新名", kind=RegistrationKind.WEB, redirect_uris=("https://new.example/cb",), logout_uri="https://new.example/out",
        scopes=frozenset({Scope.PROFILE, Scope.ORGANISATION}),
    )  # fmt: skip
    revision = seen(developer, issued).revision
    amend(developer, issued, more, revision)
    view = seen(developer, issued)
    assert (view.name, view.redirect_uris, view.logout_uri) == ("新名", more.redirect_uris, more.logout_uri)
    assert (view.granted, view.wanted) == (
        frozenset({Scope.OPENID, Scope.PROFILE}),
        frozenset({Scope.ORGANISATION}),
    )
    assert (view.exchanges, view.wants_exchange) == (False, False)
    with pytest.raises(Conflict):
        amend(developer, issued, WEB, revision)
    assert seen(developer, issued).name == "新名"


def test_a_new_secret_replaces_the_old_one_and_lasts_another_year(developer: Actor) -> None:
    issued = registered(developer, RegistrationEntry(name="调用", kind=RegistrationKind.SERVICE))
    assert service(issued).status_code == 200
    later = clock.system.now() + timedelta(days=3)
    renewed = identity.rotate_secret(actor=developer, registration=issued.id, revision=0, at=later)
    assert renewed.client_id == issued.client_id
    assert service(issued).status_code == 401
    assert service(issued, renewed.secret).status_code == 200
    assert seen(developer, issued).expires_at == later + LASTS
    with pytest.raises(Conflict):  # the form sent twice makes no third secret
        identity.rotate_secret(actor=developer, registration=issued.id, revision=0, at=later)


def test_a_suspended_application_is_dead_until_it_is_resumed(developer: Actor) -> None:
    issued = registered(developer)
    an_account(a_person(), "zhang")
    client = logged_in("zhang")
    sign_in(client, issued, "openid")
    now = clock.system.now()
    identity.suspend(actor=developer, registration=issued.id, revision=0, at=now)
    assert seen(developer, issued).state is RegistrationState.SUSPENDED
    assert Token.objects.count() == 0
    assert ApplicationSession.objects.filter(ended_at=None).count() == 0
    assert client.get(question(issued, "openid")).status_code == 403
    identity.resume(actor=developer, registration=issued.id, revision=1, at=now)
    assert sign_in(client, issued, "openid").id_token["sub"]


def test_a_removed_application_is_gone_and_its_name_is_free(developer: Actor) -> None:
    issued = registered(developer, RegistrationEntry(name="调用", kind=RegistrationKind.SERVICE))
    identity.remove(actor=developer, registration=issued.id, revision=0, at=clock.system.now())
    assert service(issued).status_code in {400, 401, 403}
    assert identity.my_registrations(developer, at=clock.system.now()) == ()
    with pytest.raises(NotFound):
        seen(developer, issued)
    registered(developer, RegistrationEntry(name="调用", kind=RegistrationKind.SERVICE))


def test_the_representative_of_an_enterprise_registers_for_it(gate: Gate) -> None:
    person = a_person()
    firm = an_enterprise(person)
    issued = registered(for_enterprise(firm, person))
    view = seen(for_enterprise(firm, person), issued)
    assert (view.owner_name, view.name) == ("杭州云溪科技有限公司", "办事大厅")
    row = Application.objects.get(credentials=issued.id)
    assert (row.owner_id, row.organisation_id) == (firm, None)
    with pytest.raises(NotFound):  # other rooms share data with departments' applications only
        identity.application(row.pk)


def test_an_enterprises_application_calls_from_no_organisation(gate: Gate) -> None:
    person = a_person()
    actor = for_enterprise(an_enterprise(person), person)
    issued = registered(actor, RegistrationEntry(name="调用", kind=RegistrationKind.SERVICE))
    token = service(issued).json()["access_token"]
    caller = identity.authenticate_application(
        RequestFactory().get("/api/v1/x", headers={"Authorization": f"Bearer {token}"})
    )
    assert caller is not None
    assert (caller.organisation, caller.organisation_path, caller.region) == (None, "", None)


def test_a_person_for_themselves_and_an_agent_for_other_matters_register_nothing(gate: Gate) -> None:
    owner, agent = a_person(), a_person("王芳")
    firm = an_enterprise(owner)
    own = Actor(subject=agent, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    with pytest.raises(DeveloperNeeded):
        registered(own)
    now = clock.system.now()
    mandate = identity.grant_mandate(
        actor=for_enterprise(firm, owner), agent=agent, matters=["tax"], valid_from=now, valid_until=now + DAY, at=now
    )
    identity.accept_mandate(actor=own, mandate=mandate.id, at=now)
    with pytest.raises(MandateOutsideMatter):
        registered(for_enterprise(firm, agent))
    assert Application.objects.count() == 0


def test_nobody_sees_or_touches_the_application_of_another(developer: Actor, gate: Gate) -> None:
    issued = registered(developer)
    person = a_person()
    other = an_actor_in_post(organisation=an_organisation())
    gate.allow(other, Permission.DEVELOP_APPLICATION, other.organisation)
    now = clock.system.now()
    attempts: list[Callable[[Actor], object]] = [
        lambda who: identity.my_registration(who, issued.id, at=now),
        lambda who: amend(who, issued, WEB, 0),
        lambda who: identity.rotate_secret(actor=who, registration=issued.id, revision=0, at=now),
        lambda who: identity.suspend(actor=who, registration=issued.id, revision=0, at=now),
        lambda who: identity.remove(actor=who, registration=issued.id, revision=0, at=now),
    ]
    firm = for_enterprise(an_enterprise(person), person)
    acts = count_acts()
    for who in (other, firm):
        for attempt in attempts:
            with pytest.raises(NotFound):
                attempt(who)
    assert count_acts() == acts
    assert seen(developer, issued).revision == 0


@pytest.mark.parametrize(
    ("entry", "refusal"),
    [
        (RegistrationEntry(name="办事大厅", kind=RegistrationKind.SERVICE), ApplicationNameTaken),
        (RegistrationEntry(name=" ", kind=RegistrationKind.SERVICE), InvalidInput),
        (RegistrationEntry(name="二", kind=RegistrationKind.WEB), InvalidInput),
        (RegistrationEntry(name="二", kind=RegistrationKind.WEB, redirect_uris=("http://a.example/",)), InvalidInput),
        (
            RegistrationEntry(
                name="二", kind=RegistrationKind.WEB, redirect_uris=tuple(f"https://a.example/{n}" for n in range(11))
            ),
            InvalidInput,
        ),
        (
            RegistrationEntry(name="二", kind=RegistrationKind.WEB, redirect_uris=(RETURN,), logout_uri="http://a.example"),
            InvalidInput,
        ),
    ],
)  # fmt: skip
def test_what_will_not_do_registers_nothing(developer: Actor, entry: RegistrationEntry, refusal: type[Refusal]) -> None:
    registered(developer)
    acts = count_acts()
    with pytest.raises(refusal):
        registered(developer, entry)
    assert (Application.objects.count(), count_acts()) == (1, acts)


def test_two_applications_of_one_developer_cannot_compare_people(developer: Actor) -> None:
    an_account(a_person(), "zhang")
    client = logged_in("zhang")
    first = registered(developer)
    second = registered(developer, RegistrationEntry(name="二", kind=RegistrationKind.WEB, redirect_uris=(RETURN,)))
    assert sign_in(client, first, "openid").id_token["sub"] != sign_in(client, second, "openid").id_token["sub"]


def test_a_redirect_address_is_matched_to_the_letter(developer: Actor) -> None:
    issued = registered(developer)
    an_account(a_person(), "zhang")
    client = logged_in("zhang")
    for address in (f"{RETURN}?to=evil", f"{RETURN}/", RETURN.replace("https", "http"), RETURN.upper()):
        answer = client.get(question(issued, "openid", redirect_uri=address))
        assert "Location" not in answer.headers
        assert b'name="request"' not in answer.content


def test_a_list_costs_the_same_for_one_and_for_many(
    developer: Actor, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for name in "一二三四":
        registered(developer, RegistrationEntry(name=name, kind=RegistrationKind.SERVICE))
    with django_assert_num_queries(1):
        assert len(identity.my_registrations(developer, at=clock.system.now())) == 4
