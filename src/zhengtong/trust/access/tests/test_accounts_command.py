"""`zhengtong accounts`: three administrators in three hands, and nobody's name in full."""

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.kernel.errors import InvalidInput, NotFound, Refusal
from zhengtong.trust.access import api as access
from zhengtong.trust.access.cli import accounts_group
from zhengtong.trust.access.contracts import Permission
from zhengtong.trust.identity import acting
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Duty, PostView
from zhengtong.trust.identity.contracts import Permission as Identity
from zhengtong.trust.identity.contracts import ProofMethod
from zhengtong.trust.identity.models import Account
from zhengtong.trust.identity.refusals import UsernameTaken
from zhengtong.trust.identity.tests.builders import PASSWORD, a_person, an_account, id_number

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Result:
    return CliRunner().invoke(accounts_group, list(arguments))


def permissions_of(username: str) -> frozenset[str]:
    account = Account.objects.select_related("subject").get(username=username)
    return access.permissions_of(acting._own(account, {}, factors=1, at=clock.system.now()))


def test_three_administrators_get_three_duties_and_share_nothing() -> None:
    for duty in ("administration", "security", "audit"):
        result = run("create-admin", f"root-{duty}", "--duty", duty, "--password", PASSWORD)
        assert result.exit_code == 0, result.output
    administration, security, audit = (permissions_of(f"root-{d}") for d in ("administration", "security", "audit"))
    assert Identity.APPOINT in administration
    assert Permission.GRANT_ROLE in security
    assert Permission.REVIEW in audit
    assert not administration & security | security & audit | administration & audit
    assert [p.holders for p in posts_of_root()] == [("root-audit",), ("root-security",), ("root-administration",)]
    assert access.separation_breaches() == []


def posts_of_root() -> list[PostView]:
    [root] = identity.organisation_tree().items
    views = {view.duty: view for view in identity.posts_of(root.id, at=clock.system.now())}
    return [views[duty] for duty in (Duty.AUDIT, Duty.SECURITY, Duty.ADMINISTRATION)]


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("root", "--password", "12345"), InvalidInput),
        (("root", "--password", PASSWORD, "--organisation", "01a201d0-9d23-77ff-a2bb-8102078125fa"), NotFound),
        (("taken", "--password", PASSWORD), UsernameTaken),
    ],
)
def test_a_weak_password_an_unknown_organisation_and_a_taken_name_are_refused(
    arguments: tuple[str, ...], refusal: type[Refusal]
) -> None:
    an_account(a_person(), "taken")
    result = run("create-admin", *arguments)
    assert isinstance(result.exception, refusal)
    assert Account.objects.count() == 1
    assert access.roles() == []


def test_a_wrong_organisation_id_gets_a_sentence() -> None:
    result = run("create-admin", "root", "--password", PASSWORD, "--organisation", "x")
    assert result.exit_code == 2
    assert "not the id of an organisation" in result.output


def test_show_masks_the_name_and_never_shows_a_number() -> None:
    number = id_number()
    an_account(a_person("欧阳明月", number), "ouyang", ProofMethod.COUNTER)
    output = run("show", "ouyang").output
    assert "欧**月" in output
    assert "substantial" in output
    assert number not in output
    assert "欧阳明月" not in output
    assert isinstance(run("show", "nobody").exception, NotFound)


def test_a_reset_password_replaces_the_old_one() -> None:
    an_account(a_person(), "zhang")
    assert run("reset-password", "zhang", "--password", "another-Long-pass-1").exit_code == 0
    account = Account.objects.get(username="zhang")
    assert account.check_password("another-Long-pass-1")
    assert not account.check_password(PASSWORD)
    assert isinstance(run("reset-password", "zhang", "--password", "1").exception, InvalidInput)
    assert Account.objects.get(username="zhang").check_password("another-Long-pass-1")


def test_list_posts_names_organisation_and_duty() -> None:
    run("create-admin", "root", "--password", PASSWORD)
    assert "administration  平台运行机构 系统管理员" in " ".join(run("list-posts").output.split(" "))


def test_an_administrator_reads_the_back_office_and_changes_nothing_there(client: Client) -> None:
    run("create-admin", "root", "--password", PASSWORD)
    an_account(a_person(), "zhang")
    stranger = client.get("/admin/")
    assert (stranger.status_code, stranger["Location"].partition("?")[0]) == (302, "/admin/login/")
    assert client.get(stranger["Location"])["Location"].startswith("/accounts/login/")
    client.post("/accounts/login/", {"login": "root", "password": PASSWORD})
    assert client.get("/admin/regions/region/").status_code == 200
    assert client.get("/admin/regions/region/add/").status_code == 403
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "zhang", "password": PASSWORD})
    assert client.get("/admin/regions/region/").status_code == 302
    assert client.get("/admin/login/").status_code == 403
