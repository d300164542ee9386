"""One application calls another on behalf of a person: with a narrower token, by name, and never by more right."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import (
    Actor,
    AssuranceLevel,
    Channel,
    IssuedCredential,
    ProofMethod,
    Scope,
    SubjectKind,
)
from zhengtong.trust.identity.contracts.registrations import EXCHANGE
from zhengtong.trust.identity.services.applications import EXCHANGED
from zhengtong.trust.identity.tests.builders import (
    DAY,
    SYSTEM,
    a_person,
    a_post,
    an_account,
    an_enterprise,
    an_official,
    an_organisation,
)
from zhengtong.trust.identity.tests.relying_party import (
    DISCOVERY,
    REVOKE,
    TOKEN,
    USERINFO,
    a_credential,
    an_application,
    logged_in,
    question,
    sign_in,
)
from zhengtong.trust.ledger.api import acts_concerning, count_acts

pytestmark = pytest.mark.django_db
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
SCOPES = (Scope.OPENID, Scope.PROFILE, Scope.MANDATES)


@pytest.fixture(autouse=True)
def _no_earlier_codes() -> None:
    cache.clear()


def an_exchanger(sector: str = "social", name: str = "甲", *, exchanges: bool = True) -> IssuedCredential:
    return a_credential(an_application(sector, name=name), scopes=SCOPES, exchanges=exchanges)


def ask(credential: IssuedCredential, token: str, receiver: IssuedCredential, **more: str) -> Any:
    asked = {
        "grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS, "audience": receiver.client_id,
        "client_id": credential.client_id, "client_secret": credential.secret,
    }  # fmt: skip
    return Client().post(TOKEN, asked | more)


def exchanged(answer: Any, receiver: IssuedCredential) -> dict[str, Any]:
    """Verify the token as its receiver would, by the published key alone."""
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    said = answer.json()
    assert (said["issued_token_type"], said["token_type"]) == (ACCESS, "Bearer")
    head = jwt.get_unverified_header(said["access_token"])
    assert head["typ"] == "at+jwt"
    keys = {key["kid"]: key for key in Client().get("/.well-known/jwks.json").json()["keys"]}
    issuer = Client().get(DISCOVERY).json()["issuer"]
    claims: dict[str, Any] = jwt.decode(
        said["access_token"], jwt.PyJWK(keys[head["kid"]]).key, ["RS256"], audience=receiver.client_id, issuer=issuer
    )
    return claims


def refused(answer: Any, error: str, code: str) -> None:
    assert answer.status_code == 400
    said = answer.json()
    assert (said["error"], said["error_description"], said["code"]) == (error, code, code)
    assert said["message"]
    assert said["remedy"]


def a_mandate(
    principal: UUID, agent: UUID, matters: tuple[str, ...] = ("social",), *, until: datetime | None = None
) -> UUID:
    at = clock.system.now()
    mandate = identity.grant_mandate(
        actor=one(principal), agent=agent, matters=list(matters), valid_from=at, valid_until=until or at + DAY, at=at
    )
    identity.accept_mandate(actor=one(agent), mandate=mandate.id, at=at)
    return mandate.id


def one(person: UUID) -> Actor:
    return Actor(subject=person, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)


def mandates_told(token: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = Client().get(USERINFO, headers={"Authorization": f"Bearer {token}"}).json()["mandates"]
    return told


def test_an_officials_application_calls_another_on_their_behalf() -> None:
    official = an_official(a_post(an_organisation(), "经办"))
    an_account(official, "li")
    desk, registry = an_exchanger(), an_exchanger("health", "乙")
    signed = sign_in(logged_in("li"), desk)
    acts = len(acts_concerning(official).items)
    claims = exchanged(ask(desk, signed.access_token, registry, scope="openid"), registry)
    assert claims["act"] == {"sub": desk.client_id}
    assert claims["client_id"] == desk.client_id
    assert claims["scope"] == "openid"
    assert claims["exp"] - claims["iat"] <= 300
    there = sign_in(logged_in("li"), registry)
    assert claims["sub"] == there.id_token["sub"] != signed.id_token["sub"]
    assert str(official) not in json.dumps(claims)
    recorded = [entry.act for entry in acts_concerning(official).items]
    [newest] = [act for act in recorded if act.business.command == "trust.identity.exchange_token"]
    assert newest.responsibility.channel == Channel.API
    assert newest.business.object_id == claims["jti"]
    assert len(recorded) == acts + 2  # the exchange, and signing in there


def test_a_person_acts_for_an_enterprise_by_name_of_the_mandate() -> None:
    person = a_person("张伟")
    firm = an_enterprise(person)
    an_account(person, "zhang", ProofMethod.COUNTER)
    asking, receiver = an_exchanger(), an_exchanger("tax", "税务")
    signed = sign_in(logged_in("zhang"), asking, "openid mandates")
    [told] = mandates_told(signed.access_token)
    assert (told["principal_kind"], told["principal_name"]) == ("legal", "杭州云溪科技有限公司")
    answer = ask(asking, signed.access_token, receiver, mandate=told["mandate"], matter="tax.filing")
    claims = exchanged(answer, receiver)
    there = sign_in(logged_in("zhang"), receiver)
    assert claims["act"] == {"sub": asking.client_id, "act": {"sub": there.id_token["sub"]}}
    assert claims["sub"] not in {there.id_token["sub"], signed.id_token["sub"]}
    assert (claims["matter"], claims["principal_kind"]) == ("tax.filing", "legal")
    said = json.dumps(claims)
    assert not any(str(secret) in said for secret in (person, firm, told["mandate"]))
    act = acts_concerning(firm).items[0].act
    assert act.business.command == "trust.identity.exchange_token"
    assert (act.responsibility.subject, act.responsibility.on_behalf_of) == (person, firm)


def test_a_principal_bears_the_name_the_receiver_knows_them_by() -> None:
    parent, child = a_person(), a_person("张小")
    an_account(parent, "parent", ProofMethod.COUNTER)
    an_account(child, "child", ProofMethod.COUNTER)
    a_mandate(parent, child)
    asking, receiver = an_exchanger(), an_exchanger("health", "乙")
    known = sign_in(logged_in("parent"), receiver).id_token["sub"]
    signed = sign_in(logged_in("child"), asking, "openid mandates")
    [told] = mandates_told(signed.access_token)
    claims = exchanged(
        ask(asking, signed.access_token, receiver, mandate=told["mandate"], matter="social.pension"), receiver
    )
    assert claims["sub"] == known


def test_a_chain_of_applications_is_kept_and_renamed_for_each_receiver() -> None:
    parent, child = a_person(), a_person("张小")
    an_account(child, "child", ProofMethod.COUNTER)
    a_mandate(parent, child)
    first, second, third = (an_exchanger(sector, sector) for sector in ("social", "health", "tax"))
    signed = sign_in(logged_in("child"), first, "openid profile mandates")
    [told] = mandates_told(signed.access_token)
    answer = ask(
        first, signed.access_token, second, mandate=told["mandate"], matter="social.pension", scope="openid profile"
    )
    here = exchanged(answer, second)
    token = answer.json()["access_token"]
    passed = ask(second, token, third, scope="openid")
    there = exchanged(passed, third)
    assert there["act"]["sub"] == second.client_id
    assert there["act"]["act"]["sub"] == first.client_id
    assert there["act"]["act"]["act"]["sub"] not in {here["act"]["act"]["sub"], signed.id_token["sub"]}
    assert there["sub"] != here["sub"]
    assert (there["scope"], there["matter"]) == ("openid", "social.pension")
    assert there["exp"] <= here["exp"]
    refused(ask(second, token, third, scope="openid mandates"), "invalid_scope", "scope_too_wide")
    wider = ask(second, token, third, matter="social")
    refused(wider, "invalid_request", "mandate_outside_matter")
    refused(ask(third, token, first), "invalid_request", "subject_token_invalid")


def test_without_a_mandate_nobody_acts_for_another() -> None:
    parent, child = a_person(), a_person("张小")
    an_account(child, "child", ProofMethod.COUNTER)
    mandate = a_mandate(parent, child)
    asking, receiver = an_exchanger(), an_exchanger("health", "乙")
    signed = sign_in(logged_in("child"), asking, "openid mandates")
    [told] = mandates_told(signed.access_token)
    acts = count_acts()
    for terms, code in (
        ({"mandate": str(mandate), "matter": "social"}, "mandate_missing"),
        ({"mandate": "made-up", "matter": "social"}, "mandate_missing"),
        ({"matter": "social"}, "mandate_missing"),
        ({"mandate": told["mandate"], "matter": "tax"}, "mandate_outside_matter"),
        ({"mandate": told["mandate"]}, "invalid_input"),
    ):
        refused(ask(asking, signed.access_token, receiver, **terms), "invalid_request", code)
    assert (Token.objects.filter(type=EXCHANGED).count(), count_acts()) == (0, acts)
    identity.revoke_mandate(actor=one(parent), mandate=mandate, at=clock.system.now())
    assert mandates_told(signed.access_token) == []
    answer = ask(asking, signed.access_token, receiver, mandate=told["mandate"], matter="social")
    refused(answer, "invalid_request", "mandate_missing")


def test_a_mandate_taken_back_ends_the_chain() -> None:
    parent, child = a_person(), a_person("张小")
    an_account(child, "child", ProofMethod.COUNTER)
    mandate = a_mandate(parent, child)
    first, second, third = (an_exchanger(sector, sector) for sector in ("social", "health", "tax"))
    signed = sign_in(logged_in("child"), first, "openid mandates")
    [told] = mandates_told(signed.access_token)
    token = ask(first, signed.access_token, second, mandate=told["mandate"], matter="social").json()["access_token"]
    identity.revoke_mandate(actor=one(parent), mandate=mandate, at=clock.system.now())
    refused(ask(second, token, third), "invalid_request", "mandate_revoked")


def test_a_token_lives_no_longer_than_what_it_came_from() -> None:
    parent, child = a_person(), a_person("张小")
    an_account(child, "child", ProofMethod.COUNTER)
    soon = clock.system.now() + timedelta(minutes=2)
    a_mandate(parent, child, until=soon)
    asking, receiver = an_exchanger(), an_exchanger("health", "乙")
    signed = sign_in(logged_in("child"), asking, "openid mandates")
    [told] = mandates_told(signed.access_token)
    claims = exchanged(ask(asking, signed.access_token, receiver, mandate=told["mandate"], matter="social"), receiver)
    assert claims["exp"] <= soon.timestamp()
    sooner = clock.system.now() + timedelta(minutes=1)
    Token.objects.filter(type=Token.Type.ACCESS_TOKEN).update(expires_at=sooner)
    assert exchanged(ask(asking, signed.access_token, receiver), receiver)["exp"] <= sooner.timestamp()
    Token.objects.filter(type=Token.Type.ACCESS_TOKEN).update(expires_at=clock.system.now())
    refused(ask(asking, signed.access_token, receiver), "invalid_request", "subject_token_invalid")


def test_only_a_granted_application_exchanges_and_only_its_own_tokens_for_a_known_receiver() -> None:
    an_account(a_person(), "zhang")
    granted, other, plain = an_exchanger(), an_exchanger("health", "乙"), an_exchanger("tax", "丙", exchanges=False)
    client = logged_in("zhang")
    mine, theirs = sign_in(client, granted), sign_in(client, plain)
    refused(ask(plain, theirs.access_token, granted), "unauthorized_client", "exchange_not_granted")
    refused(ask(other, mine.access_token, granted), "invalid_request", "subject_token_invalid")
    refused(ask(granted, mine.refresh_token, other), "invalid_request", "subject_token_invalid")
    refused(ask(granted, mine.raw, other), "invalid_request", "subject_token_invalid")
    refused(ask(granted, mine.access_token, granted), "invalid_target", "audience_unknown")
    refused(ask(granted, mine.access_token, other, audience="nobody"), "invalid_target", "audience_unknown")
    refused(ask(granted, mine.access_token, other, actor_token="x"), "invalid_request", "invalid_input")
    refused(ask(granted, mine.access_token, other, subject_token_type="x"), "invalid_request", "invalid_input")
    assert ask(granted, mine.access_token, other, client_secret="guessed").status_code == 401
    identity.revoke_application_credential(actor=SYSTEM, credential=other.id, at=clock.system.now())
    refused(ask(granted, mine.access_token, other), "invalid_target", "audience_unknown")


def test_an_exchanged_token_opens_nothing_here_and_dies_with_its_session() -> None:
    an_account(a_person(), "zhang")
    asking, receiver, third = an_exchanger(), an_exchanger("health", "乙"), an_exchanger("tax", "丙")
    client = logged_in("zhang")
    signed = sign_in(client, asking)
    token = ask(asking, signed.access_token, receiver).json()["access_token"]
    assert Client().get(USERINFO, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    silent = client.get(question(receiver, "openid", prompt="none"))
    assert "consent_required" in silent["Location"]
    client.post("/accounts/logout/")
    refused(ask(receiver, token, third), "invalid_request", "subject_token_invalid")


def test_who_exchanged_a_token_may_revoke_it() -> None:
    an_account(a_person(), "zhang")
    asking, receiver, third = an_exchanger(), an_exchanger("health", "乙"), an_exchanger("tax", "丙")
    signed = sign_in(logged_in("zhang"), asking)
    token = ask(asking, signed.access_token, receiver).json()["access_token"]
    held = {"client_id": receiver.client_id, "client_secret": receiver.secret}
    assert Client().post(REVOKE, held | {"token": token}).status_code == 400
    held = {"client_id": asking.client_id, "client_secret": asking.secret}
    assert Client().post(REVOKE, held | {"token": token}).status_code == 200
    refused(ask(receiver, token, third), "invalid_request", "subject_token_invalid")


def test_a_stopped_account_is_exchanged_for_nothing() -> None:
    an_account(a_person(), "zhang")
    asking, receiver = an_exchanger(), an_exchanger("health", "乙")
    signed = sign_in(logged_in("zhang"), asking)
    identity.set_active(actor=SYSTEM, username="zhang", active=False, at=clock.system.now())
    refused(ask(asking, signed.access_token, receiver), "invalid_request", "subject_token_invalid")
