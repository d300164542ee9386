"""Logging in: a password is one factor, a code or passkey the second; failures lock a name, known or not."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from zhengtong.trust.identity import acting, middleware
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, ProofMethod, SubjectKind
from zhengtong.trust.identity.login import SecondFactorAdapter
from zhengtong.trust.identity.models import Account, Subject
from zhengtong.trust.identity.tests.builders import (
    NOW,
    PASSWORD,
    a_person,
    a_post,
    an_account,
    an_official,
    an_organisation,
    id_number,
)

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_earlier_failures() -> None:
    cache.clear()


def log_in(client: Client, username: str, password: str = PASSWORD) -> bool:
    client.post(LOGIN, {"login": username, "password": password})
    return "_auth_user_id" in client.session


def actor_in(client: Client) -> Actor | None:
    request = RequestFactory().get("/")
    request.session = client.session
    request.user = get_user(request)
    return acting.resolve(request, at=NOW)


def test_a_password_alone_gives_a_proved_person_the_substantial_level(client: Client) -> None:
    an_account(a_person(), "zhang", ProofMethod.COUNTER)
    assert log_in(client, "zhang")
    actor = actor_in(client)
    assert actor is not None
    assert (actor.kind, actor.assurance, actor.posts) == (SubjectKind.NATURAL, AssuranceLevel.SUBSTANTIAL, ())


@pytest.mark.parametrize("typed", ["zhang", "Zhang", "ZHANG"])
def test_user_names_have_one_spelling(client: Client, typed: str) -> None:
    an_account(a_person(), "Zhang")
    assert log_in(client, typed)
    with pytest.raises(IntegrityError), transaction.atomic():
        an_account(a_person(), "zhanG")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.update(username="Zhang")


def test_an_unproved_person_stays_at_the_low_level(client: Client) -> None:
    an_account(a_person(), "zhang")
    assert log_in(client, "zhang")
    actor = actor_in(client)
    assert actor is not None
    assert actor.assurance is AssuranceLevel.LOW


def test_a_code_from_the_authenticator_raises_the_level_to_high(client: Client) -> None:
    an_account(a_person(), "zhang", ProofMethod.COUNTER)
    account = Account.objects.get(username="zhang")
    secret = generate_totp_secret()
    Authenticator.objects.create(
        user=account, type=Authenticator.Type.TOTP, data={"secret": SecondFactorAdapter().encrypt(secret)}
    )
    assert not log_in(client, "zhang")
    code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06d}"
    client.post("/accounts/2fa/authenticate/", {"code": code})
    actor = actor_in(client)
    assert actor is not None
    assert actor.assurance is AssuranceLevel.HIGH


def test_the_secret_of_an_authenticator_lies_sealed() -> None:
    adapter = SecondFactorAdapter()
    assert adapter.decrypt(adapter.encrypt("JBSWY3DP")) == "JBSWY3DP"
    assert "JBSWY3DP" not in adapter.encrypt("JBSWY3DP")


def test_wrong_name_and_wrong_password_look_the_same(client: Client) -> None:
    an_account(a_person(), "zhang")

    def answer(username: str) -> str:
        page = client.post(LOGIN, {"login": username, "password": "wrong"}).content.decode()
        return re.sub(r"csrfmiddlewaretoken[^>]*|nonce-\S+", "", page).replace(username, "…")

    assert answer("zhang") == answer("nobody")


@pytest.mark.parametrize("username", ["zhang", "nobody"])
def test_five_failures_lock_a_name_whether_or_not_it_exists(client: Client, username: str) -> None:
    an_account(a_person(), "zhang")
    for _ in range(5):
        assert not log_in(client, username, "wrong")
    locked = client.post(LOGIN, {"login": username, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert locked.context["form"].errors.as_data()["__all__"][0].code == "too_many_login_attempts"


def test_signing_up_gives_a_provisional_subject(client: Client) -> None:
    fields = {"username": "Newcomer", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", fields)
    account = Account.objects.select_related("subject").get(username="newcomer")
    assert (account.subject.kind, account.subject.proof_level) == (SubjectKind.NATURAL, AssuranceLevel.NONE)


@pytest.mark.parametrize("username", ["13800001234", id_number()])
def test_a_personal_number_is_no_user_name(client: Client, username: str) -> None:
    client.post("/accounts/signup/", {"username": username, "password1": PASSWORD, "password2": PASSWORD})
    assert (Account.objects.count(), Subject.objects.count()) == (0, 0)


def test_an_official_acts_from_the_first_post_or_the_chosen_one(client: Client) -> None:
    bureau, office = an_organisation(region="330106"), an_organisation(region="330107")
    posts = [a_post(bureau), a_post(office)]
    an_account(an_official(*posts), "li")
    assert log_in(client, "li")
    first = actor_in(client)
    assert first is not None
    assert (first.post, first.organisation, first.region, first.posts) == (posts[0], bureau, "330106", tuple(posts))
    session = client.session
    session[acting.POST] = str(posts[1])
    session.save()
    second = actor_in(client)
    assert second is not None
    assert (second.post, second.organisation, second.region) == (posts[1], office, "330107")


def test_an_inactive_account_is_nobody(client: Client) -> None:
    an_account(a_person(), "zhang")
    assert log_in(client, "zhang")
    Account.objects.update(is_active=False)
    assert actor_in(client) is None


def test_finding_the_actor_takes_one_statement_beyond_session_and_account(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    an_account(an_official(a_post(an_organisation())), "li")
    assert log_in(client, "li")
    with django_assert_max_num_queries(3):
        assert actor_in(client) is not None


def test_a_request_of_nobody_costs_nothing(
    rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    chain = middleware.ActorMiddleware(lambda _request: HttpResponse())
    with django_assert_num_queries(0):
        chain(request)
        assert chain.process_view(request, print, [], {}) is None
    assert request.actor is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", ["login", "signup", "2fa", "2fa/totp/activate", "2fa/webauthn/add", "password/change"])
def test_pages_of_login_run_no_script_of_their_own(client: Client, page: str) -> None:
    an_account(a_person(), "zhang")
    if page not in {"login", "signup"}:
        assert log_in(client, "zhang")
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answer = client.get(f"/accounts/{page}/")
    assert answer.status_code == 200
    scripts = re.findall(r"<script(?P<attributes>[^>]*)>", answer.content.decode())
    assert all("src=" in attributes or 'type="application/json"' in attributes for attributes in scripts)
    assert not re.search(r"\son\w+=|javascript:", answer.content.decode())
