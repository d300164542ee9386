"""`zhengtong token`: from an empty token to an installed pair, and a sentence for what goes wrong."""

from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from zhengtong.kernel import clock
from zhengtong.site.token_cli import token_group
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, HolderKind, IssueWish, TokenKind, TokenPlace

pytestmark = pytest.mark.django_db
PIN = "135790"


def run(*words: object, typed: str = f"{PIN}\n") -> Result:
    return CliRunner().invoke(token_group, [str(word) for word in words], input=typed)


def test_a_holder_makes_a_container_and_installs_what_the_desk_delivers(tmp_path: Path) -> None:
    at = clock.system.now()
    keys.establish_root(
        by=builders.SYSTEM, code="root", name=DistinguishedName(common_name="根"), algorithm=Algorithm.SM2, at=at
    )
    issuer, kept, request = tmp_path / "root.cer", tmp_path / "token", tmp_path / "seal.csr"
    issuer.write_bytes(keys.authority("root").certificate)
    made = run(
        "make", "seal", "--name", "张科长", "--purpose", "seal", "--issuer", issuer, "--out", request, "--file", kept,
        typed=f"{PIN}\n{PIN}\n{PIN}\n",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    place = TokenPlace(kind=TokenKind.SIMULATED, serial=keys.SoftwareToken.load(kept).serial, container="seal")
    wish = IssueWish(
        request=uuid4(), authority="root", kind=HolderKind.TOKEN, holder="staff-7", days=30,
        csr=request.read_bytes(), place=place,
    )  # fmt: skip
    _, encrypt = keys.issue(by=builders.SYSTEM, wish=wish, at=at)
    delivery = tmp_path / "delivery.json"
    delivery.write_bytes(keys.delivery_of(encrypt.id))
    wrong = run("install", delivery, "--file", kept, typed="000000\n")
    assert (wrong.exit_code, "Traceback" in wrong.output) == (1, False)
    assert run("install", delivery, "--file", kept).exit_code == 0
    assert "pair" in run("list", "--file", kept).output


@pytest.mark.parametrize(
    "words",
    [("list",), ("list", "--module", "x"), ("list", "--file", "nowhere"), ("list", "--module", "/no", "--label", "t")],
)
def test_what_is_no_token_is_a_sentence(words: tuple[str, ...]) -> None:
    told = run(*words)
    assert told.exit_code in {1, 2}
    assert "Error: " in told.output
    assert "Traceback" not in told.output
