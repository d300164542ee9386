"""Departments' applications: a real code flow with PKCE, names by sector, claims by consent, credentials that die."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.core.cache import cache
from django.test import Client, RequestFactory

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import (
    AssuranceLevel,
    Channel,
    IssuedCredential,
    ProofMethod,
    Scope,
    SubjectKind,
)
from zhengtong.trust.identity.models import ApplicationCredential, PairwiseSubject
from zhengtong.trust.identity.tests.builders import (
    DAY,
    NOW,
    SYSTEM,
    a_person,
    a_post,
    an_account,
    an_actor_in_post,
    an_official,
    an_organisation,
)
from zhengtong.trust.identity.tests.relying_party import (
    TOKEN,
    USERINFO,
    a_credential,
    an_application,
    consent,
    exchange,
    logged_in,
    question,
    sign_in,
)
from zhengtong.trust.ledger.api import acts_concerning, count_acts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_codes() -> None:
    cache.clear()


def test_a_person_signs_in_to_an_application_and_tells_only_what_they_agreed_to() -> None:
    person = a_person("张伟")
    an_account(person, "zhang", ProofMethod.COUNTER)
    credential = a_credential(an_application())
    signed = sign_in(logged_in("zhang"), credential)
    assert signed.id_token["nonce"] == "n1"
    assert signed.id_token["aud"] == credential.client_id
    assert signed.id_token["acr"] == "urn:zhengtong:assurance:substantial"
    assert signed.id_token["name"] == "张伟"
    assert abs(signed.id_token["auth_time"] - clock.system.now().timestamp()) < 60
    told = Client().get(USERINFO, headers={"Authorization": f"Bearer {signed.access_token}"}).json()
    assert told == {"sub": signed.id_token["sub"], "name": "张伟"}
    quiet = sign_in(logged_in("zhang"), credential, "openid")
    assert "name" not in quiet.id_token
    assert str(person) not in json.dumps(quiet.id_token)
    assert [entry.act.business.command for entry in acts_concerning(person).items] == ["trust.identity.sign_in_to"] * 2


def test_the_id_token_is_signed_with_the_published_key() -> None:
    an_account(a_person(), "zhang")
    signed = sign_in(logged_in("zhang"), a_credential(an_application()))
    [key] = Client().get("/.well-known/jwks.json").json()["keys"]

    def number(text: str) -> int:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    head, body, signature = signed.raw.split(".")
    public = rsa.RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key()
    public.verify(
        base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)),
        f"{head}.{body}".encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )
    assert public.key_size == 3072


def test_a_sector_knows_a_person_by_one_name_and_another_sector_by_another() -> None:
    an_account(a_person(), "zhang")
    an_account(a_person(), "wang")
    one, same, other = (a_credential(an_application(sector)) for sector in ("social", "social", "health"))
    zhang = [sign_in(logged_in("zhang"), credential).id_token["sub"] for credential in (one, same, other, one)]
    assert zhang[0] == zhang[1] == zhang[3] != zhang[2]
    assert sign_in(logged_in("wang"), one).id_token["sub"] != zhang[0]
    assert PairwiseSubject.objects.count() == 3


def test_an_official_shows_organisation_and_post_by_consent() -> None:
    bureau = an_organisation(name="县社保局")
    an_account(an_official(a_post(bureau, "经办")), "li")
    credential = a_credential(an_application(), scopes=(Scope.OPENID, Scope.ORGANISATION))
    signed = sign_in(logged_in("li"), credential, "openid organisation")
    assert signed.id_token["posts"] == [
        {"organisation": str(bureau), "organisation_name": "县社保局", "post": "经办", "region": "330106"}
    ]


def test_a_code_works_once_and_only_with_its_verifier() -> None:
    an_account(a_person(), "zhang")
    credential = a_credential(an_application())
    client = logged_in("zhang")
    assert exchange(credential, consent(client, credential), "b" * 64).status_code == 400
    code = consent(client, credential)
    assert exchange(credential, code).status_code == 200
    assert exchange(credential, code).status_code == 400


def test_an_application_may_need_a_higher_level_than_the_session_has() -> None:
    an_account(a_person(), "zhang")
    credential = a_credential(an_application(level=AssuranceLevel.SUBSTANTIAL))
    acts = count_acts()
    answer = logged_in("zhang").get(question(credential, "openid"))
    assert answer.status_code == 403
    assert (PairwiseSubject.objects.count(), count_acts()) == (0, acts)


def test_a_stranger_is_sent_to_log_in_first() -> None:
    answer = Client().get(question(a_credential(an_application()), "openid"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_scope_the_application_was_not_given_is_refused() -> None:
    an_account(a_person(), "zhang")
    credential = a_credential(an_application(), scopes=(Scope.OPENID,))
    answer = logged_in("zhang").get(question(credential, "openid profile"))
    assert "invalid_scope" in answer["Location"]


def called(token: str) -> Any:
    request = RequestFactory().get("/api/v1/x", headers={"Authorization": f"Bearer {token}"})
    return identity.authenticate_application(request)


def a_token(credential: IssuedCredential) -> Any:
    return Client().post(
        TOKEN,
        {
            "grant_type": "client_credentials",
            "client_id": credential.client_id,
            "client_secret": credential.secret,
        },
    )


def test_an_application_calls_in_its_own_name_from_its_organisation() -> None:
    application = an_application()
    actor = called(a_token(a_credential(application, redirect=False)).json()["access_token"])
    assert (actor.subject, actor.kind) == (application, SubjectKind.APPLICATION)
    assert (actor.organisation_path, actor.channel) == (identity.organisation_path(actor.organisation), Channel.API)


def test_a_revoked_credential_is_dead_at_once() -> None:
    credential = a_credential(an_application(), redirect=False)
    token = a_token(credential).json()["access_token"]
    assert called(token) is not None
    identity.revoke_application_credential(actor=SYSTEM, credential=credential.id, at=clock.system.now())
    assert called(token) is None
    assert a_token(credential).status_code in {400, 401}
    acts = count_acts()
    identity.revoke_application_credential(actor=SYSTEM, credential=credential.id, at=clock.system.now())
    assert count_acts() == acts


def test_an_expired_credential_calls_nothing() -> None:
    credential = a_credential(an_application(), redirect=False)
    token = a_token(credential).json()["access_token"]
    earlier = clock.system.now() - timedelta(minutes=1)
    ApplicationCredential.objects.update(issued_at=earlier - DAY, expires_at=earlier)
    assert called(token) is None


def test_a_login_that_outlives_its_credential_learns_nothing_more() -> None:
    an_account(a_person(), "zhang")
    credential = a_credential(an_application())
    client = logged_in("zhang")
    code, signed = consent(client, credential), sign_in(client, credential)
    earlier = clock.system.now() - timedelta(minutes=1)
    ApplicationCredential.objects.update(issued_at=earlier - DAY, expires_at=earlier)
    assert exchange(credential, code).status_code == 403
    assert Client().get(USERINFO, headers={"Authorization": f"Bearer {signed.access_token}"}).status_code == 403
    assert client.get(question(credential, "openid")).status_code == 403


@pytest.mark.parametrize("token", ["", "nonsense", "zt_1_2"])
def test_a_made_up_token_is_nobody(token: str) -> None:
    assert called(token) is None


def test_a_persons_token_is_not_an_applications() -> None:
    an_account(a_person(), "zhang")
    signed = sign_in(logged_in("zhang"), a_credential(an_application()))
    assert called(signed.access_token) is None


def issue(**terms: Any) -> IssuedCredential:
    at = clock.system.now()
    wanted: dict[str, Any] = {"application": new_id(), "at": at, "expires_at": at + DAY, "actor": SYSTEM}
    return identity.issue_application_credential(**(wanted | terms))


def test_credentials_are_issued_by_security_administrators_for_sound_addresses() -> None:
    application = an_application()
    with pytest.raises(NotFound):
        issue()
    for address in ("http://evil.example/cb", "https://a.example/*", "https://a.example/#x"):
        with pytest.raises(InvalidInput):
            issue(application=application, redirect_uris=[address])
    with pytest.raises(InvalidInput):
        issue(application=application, expires_at=datetime(2020, 1, 1, tzinfo=NOW.tzinfo))
    with pytest.raises(NotAllowed):
        issue(application=application, actor=an_actor_in_post())
    assert ApplicationCredential.objects.count() == 0


def test_an_organisation_has_one_application_of_a_name() -> None:
    bureau = an_organisation()
    for expected in (None, Conflict):
        attempt = {"actor": SYSTEM, "organisation": bureau, "name": "社保", "sector": "s", "at": NOW}
        if expected:
            with pytest.raises(expected):
                identity.register_application(**attempt)  # type: ignore[arg-type]
        else:
            identity.register_application(**attempt)  # type: ignore[arg-type]
    assert [a.name for a in identity.applications_of(bureau)] == ["社保"]


def test_the_metadata_says_what_is_true_here() -> None:
    metadata = Client().get("/.well-known/openid-configuration").json()
    assert metadata["subject_types_supported"] == ["pairwise"]
    assert metadata["scopes_supported"] == ["openid", "profile", "organisation", "mandates"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
