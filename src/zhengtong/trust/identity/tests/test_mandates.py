"""Who may act for whom, in what, until when."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.errors import InvalidInput, NotFound, Refusal, SignInNeeded
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, Channel, MandateBasis, MandateView, SubjectKind
from zhengtong.trust.identity.models import Mandate
from zhengtong.trust.identity.refusals import (
    AssuranceTooLow,
    MandateExpired,
    MandateMissing,
    MandateNotAccepted,
    MandateNotYours,
    MandateOutsideMatter,
    MandateRevoked,
)
from zhengtong.trust.identity.tests.builders import DAY, NOW, a_person, an_enterprise
from zhengtong.trust.ledger.api import acts_on, count_acts

pytestmark = pytest.mark.django_db


def as_person(subject: UUID, assurance: AssuranceLevel = AssuranceLevel.SUBSTANTIAL) -> Actor:
    return Actor(subject=subject, kind=SubjectKind.NATURAL, assurance=assurance)


def grant(principal: Actor, agent: UUID, **terms: Any) -> MandateView:
    wanted: dict[str, Any] = {
        "matters": ["social.pension"],
        "valid_from": NOW,
        "valid_until": NOW + 30 * DAY,
        "at": NOW,
    }
    return identity.grant_mandate(actor=principal, agent=agent, **(wanted | terms))


@pytest.fixture
def principal() -> Actor:
    return as_person(a_person("张伟"))


@pytest.fixture
def agent() -> Actor:
    return as_person(a_person("王芳"))


def test_an_agent_acts_for_the_principal_once_the_mandate_is_accepted(principal: Actor, agent: Actor) -> None:
    mandate = grant(principal, agent.subject)
    assert (mandate.principal, mandate.agent, mandate.accepted_at) == (principal.subject, agent.subject, None)
    session: dict[str, Any] = {}
    with pytest.raises(MandateNotAccepted):
        identity.act_for(actor=agent, session=session, mandate=mandate.id, at=NOW)
    assert session == {}
    identity.accept_mandate(actor=agent, mandate=mandate.id, at=NOW)
    acting = identity.act_for(actor=agent, session=session, mandate=mandate.id, at=NOW)
    assert (acting.subject, acting.party, acting.mandate) == (agent.subject, principal.subject, mandate.id)
    assert identity.responsibility_of(acting).on_behalf_of == principal.subject
    assert identity.require_mandate(acting, "social.pension.claim", at=NOW) is acting
    assert session == {"acting.mandate": str(mandate.id)}
    alone = identity.act_for_self(actor=acting, session=session)
    assert (alone.party, alone.mandate, session) == (agent.subject, None, {})


def test_every_step_is_an_act_that_concerns_both(principal: Actor, agent: Actor) -> None:
    mandate = grant(principal, agent.subject)
    identity.accept_mandate(actor=agent, mandate=mandate.id, at=NOW)
    identity.accept_mandate(actor=agent, mandate=mandate.id, at=NOW)
    identity.revoke_mandate(actor=principal, mandate=mandate.id, at=NOW + DAY)
    acts = [entry.act for entry in acts_on("trust.identity.mandate", str(mandate.id)).items]
    assert [act.business.command.rpartition(".")[2] for act in acts] == ["revoke", "accept", "grant"]
    assert all(set(act.concerns) == {principal.subject, agent.subject} for act in acts)


@pytest.mark.parametrize(
    ("terms", "matter", "amount", "refusal"),
    [
        ({}, "social.pension", 10**9, None),
        ({}, "social", None, MandateOutsideMatter),
        ({}, "social.pensions", None, MandateOutsideMatter),
        ({"matters": ["*"]}, "tax", None, None),
        ({"channels": [Channel.WINDOW]}, "social.pension", None, MandateOutsideMatter),
        ({"channels": [Channel.WEB]}, "social.pension", None, None),
        ({"limit_fen": 100}, "social.pension", 100, None),
        ({"limit_fen": 100}, "social.pension", 101, MandateOutsideMatter),
        ({"valid_from": NOW + DAY}, "social.pension", None, MandateExpired),
    ],
)
def test_a_mandate_reaches_as_far_as_it_says(
    principal: Actor,
    agent: Actor,
    terms: dict[str, Any],
    matter: str,
    amount: int | None,
    refusal: type[Refusal] | None,
) -> None:
    mandate = grant(principal, agent.subject, **terms)
    identity.accept_mandate(actor=agent, mandate=mandate.id, at=NOW)
    acting = replace(agent, on_behalf_of=principal.subject, mandate=mandate.id, cache={})
    if refusal is None:
        identity.require_mandate(acting, matter, at=NOW, amount_fen=amount)
    else:
        with pytest.raises(refusal):
            identity.require_mandate(acting, matter, at=NOW, amount_fen=amount)


def test_a_mandate_ends_on_the_moment_it_names(principal: Actor, agent: Actor) -> None:
    mandate = grant(principal, agent.subject)
    identity.accept_mandate(actor=agent, mandate=mandate.id, at=NOW)
    end = NOW + 30 * DAY
    identity.act_for(actor=agent, session={}, mandate=mandate.id, at=end - timedelta(microseconds=1))
    with pytest.raises(MandateExpired):
        identity.act_for(actor=agent, session={}, mandate=mandate.id, at=end)


def test_a_legal_representative_switches_to_the_company_and_mandates_a_clerk_of_it(agent: Actor) -> None:
    boss = as_person(a_person("赵总"))
    company = an_enterprise(boss.subject)
    [representation] = identity.principals_of(boss, at=NOW)
    assert (representation.principal, representation.basis) == (company, MandateBasis.LEGAL_REPRESENTATIVE)
    assert representation.principal_name == "杭州云溪科技有限公司"
    as_company = identity.act_for(actor=boss, session={}, mandate=representation.id, at=NOW)
    assert (as_company.party, as_company.party_kind) == (company, SubjectKind.LEGAL)
    mandate = grant(as_company, agent.subject, matters=["market"])
    assert mandate.principal == company
    assert [m.id for m in identity.mandates_granted(as_company)] == [mandate.id, representation.id]
    identity.accept_mandate(actor=agent, mandate=mandate.id, at=NOW)
    as_agent = identity.act_for(actor=agent, session={}, mandate=mandate.id, at=NOW)
    acts = count_acts()
    with pytest.raises(MandateNotYours):
        grant(as_agent, boss.subject)
    with pytest.raises(MandateNotYours):
        identity.revoke_mandate(actor=boss, mandate=representation.id, at=NOW)
    assert (Mandate.objects.count(), count_acts()) == (2, acts)


def test_whom_one_acts_for_is_known_without_another_statement(
    agent: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    boss = as_person(a_person("赵总"))
    company = an_enterprise(boss.subject)
    [representation] = identity.principals_of(boss, at=NOW)
    as_company = identity.act_for(actor=boss, session={}, mandate=representation.id, at=NOW)
    with django_assert_num_queries(0):
        assert identity.principal_name(as_company) == "杭州云溪科技有限公司"
        assert identity.represented(as_company).subject == company
        assert identity.require_mandate(as_company, "market.register", at=NOW) is as_company
        assert identity.principal_name(agent) == ""
    with pytest.raises(NotFound):
        identity.represented(agent)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"matters": []}, InvalidInput),
        ({"matters": [" "]}, InvalidInput),
        ({"valid_until": NOW}, InvalidInput),
        ({"valid_from": NOW + 2 * DAY, "valid_until": NOW + DAY}, InvalidInput),
    ],
)
def test_an_empty_mandate_is_refused(
    principal: Actor, agent: Actor, terms: dict[str, Any], refusal: type[Refusal]
) -> None:
    acts = count_acts()
    with pytest.raises(refusal):
        grant(principal, agent.subject, **terms)
    assert (Mandate.objects.count(), count_acts()) == (0, acts)


def test_only_proved_people_give_mandates_and_only_to_other_people(principal: Actor, agent: Actor) -> None:
    with pytest.raises(SignInNeeded):
        identity.principals_of(None, at=NOW)
    with pytest.raises(AssuranceTooLow):
        grant(as_person(principal.subject, AssuranceLevel.LOW), agent.subject)
    with pytest.raises(InvalidInput):
        grant(principal, principal.subject)
    with pytest.raises(MandateMissing):
        grant(principal, new_id())
    with pytest.raises(MandateMissing):
        grant(principal, an_enterprise(None))
    assert Mandate.objects.count() == 0


def test_a_stranger_can_neither_accept_nor_revoke_nor_use_a_mandate(principal: Actor, agent: Actor) -> None:
    mandate = grant(principal, agent.subject)
    stranger = as_person(a_person())
    for attempt in (
        lambda: identity.accept_mandate(actor=stranger, mandate=mandate.id, at=NOW),
        lambda: identity.accept_mandate(actor=principal, mandate=mandate.id, at=NOW),
        lambda: identity.revoke_mandate(actor=stranger, mandate=mandate.id, at=NOW),
        lambda: identity.act_for(actor=stranger, session={}, mandate=mandate.id, at=NOW),
        lambda: identity.act_for(actor=agent, session={}, mandate=new_id(), at=NOW),
    ):
        with pytest.raises(MandateMissing):
            attempt()
    row = Mandate.objects.get()
    assert (row.accepted_at, row.revoked_at) == (None, None)


def test_the_database_refuses_an_agent_of_oneself_and_a_mandate_that_ends_before_it_begins() -> None:
    one, other = a_person(), a_person()
    facts = {"basis": MandateBasis.GRANTED, "valid_from": NOW, "valid_until": NOW + DAY}
    for wrong in ({"agent_id": one}, {"valid_until": NOW}, {"limit_fen": -1}, {"valid_until": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Mandate.objects.create(**({"principal_id": one, "agent_id": other} | facts | wrong))


class Mandates(RuleBasedStateMachine):
    """Grants, acceptances, revocations and the passing of time, against a model of four lines."""

    def __init__(self) -> None:
        super().__init__()
        self.people = [as_person(a_person()) for _ in range(3)]
        self.now: datetime = NOW
        self.known: dict[UUID, dict[str, Any]] = {}

    @rule(principal=st.integers(0, 2), agent=st.integers(0, 2), begins=st.integers(0, 3), days=st.integers(1, 5))
    def grant(self, principal: int, agent: int, begins: int, days: int) -> None:
        if principal == agent:
            return
        start = self.now + begins * DAY
        view = grant(
            self.people[principal],
            self.people[agent].subject,
            valid_from=start,
            valid_until=start + days * DAY,
            at=self.now,
        )
        self.known[view.id] = {
            "principal": principal, "agent": agent, "from": start, "until": start + days * DAY,
            "accepted": False, "revoked": False,
        }  # fmt: skip

    @precondition(lambda self: self.known)
    @rule(data=st.data(), who=st.integers(0, 2))
    def accept(self, data: st.DataObject, who: int) -> None:
        identifier = data.draw(st.sampled_from(sorted(self.known)))
        fact = self.known[identifier]
        may = who == fact["agent"] and not fact["revoked"] and self.now < fact["until"]
        try:
            identity.accept_mandate(actor=self.people[who], mandate=identifier, at=self.now)
        except Refusal:
            assert not may
        else:
            assert may
            fact["accepted"] = True

    @precondition(lambda self: self.known)
    @rule(data=st.data(), who=st.integers(0, 2))
    def revoke(self, data: st.DataObject, who: int) -> None:
        identifier = data.draw(st.sampled_from(sorted(self.known)))
        fact = self.known[identifier]
        may = who in {fact["agent"], fact["principal"]} and not fact["revoked"]
        try:
            identity.revoke_mandate(actor=self.people[who], mandate=identifier, at=self.now)
        except Refusal:
            assert not may
        else:
            assert may
            fact["revoked"] = True

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def exactly_the_live_mandates_let_somebody_act(self) -> None:
        for identifier, fact in self.known.items():
            live = fact["accepted"] and not fact["revoked"] and fact["from"] <= self.now < fact["until"]
            for who, person in enumerate(self.people):
                try:
                    acting = identity.act_for(actor=person, session={}, mandate=identifier, at=self.now)
                except (MandateMissing, MandateRevoked, MandateNotAccepted, MandateExpired):
                    assert not (live and who == fact["agent"])
                else:
                    assert live
                    assert (who, acting.party) == (fact["agent"], self.people[fact["principal"]].subject)


def test_exactly_live_mandates_let_somebody_act_whatever_happens_in_between() -> None:
    patience = [HealthCheck.too_slow]
    terms = settings(max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=patience)
    run_state_machine_as_test(Mandates, settings=terms)
