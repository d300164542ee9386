"""Custody by m of n."""

from itertools import combinations

import pytest

from zhengtong.trust.keys import custody
from zhengtong.trust.keys.contracts import CiphertextDamaged, UnfitCustody, WrongPassphrase

SECRET = b"the root key"
PASSPHRASES = {name: f"correct horse {name}" for name in "ABCD"}


@pytest.fixture(scope="module")
def envelope() -> str:
    return custody.seal(SECRET, PASSPHRASES, threshold=2)


@pytest.fixture(scope="module")
def shares(envelope: str) -> dict[str, bytes]:
    return {name: custody.share_of(envelope, name, passphrase) for name, passphrase in PASSPHRASES.items()}


def test_any_two_of_four_open_it(envelope: str, shares: dict[str, bytes]) -> None:
    for some in combinations(shares, 2):
        assert custody.combine(envelope, {name: shares[name] for name in some}) == SECRET
    assert custody.combine(envelope, shares) == SECRET


def test_one_alone_does_not_and_neither_do_shares_of_another_envelope(envelope: str, shares: dict[str, bytes]) -> None:
    with pytest.raises(UnfitCustody):
        custody.combine(envelope, {"A": shares["A"]})
    with pytest.raises(CiphertextDamaged):
        custody.combine(envelope, {"A": shares["A"], "B": bytes(32)})


def test_a_wrong_passphrase_or_name_opens_no_share(envelope: str) -> None:
    for name, passphrase in (("A", "correct horse B"), ("E", "correct horse A")):
        with pytest.raises(WrongPassphrase):
            custody.share_of(envelope, name, passphrase)


def test_the_envelope_holds_nothing_in_the_clear(envelope: str, shares: dict[str, bytes]) -> None:
    assert SECRET.decode() not in envelope
    assert all(passphrase not in envelope for passphrase in PASSPHRASES.values())


@pytest.mark.parametrize(
    ("passphrases", "threshold"),
    [
        ({"A": "a long passphrase"}, 1),
        (PASSPHRASES, 1),
        (PASSPHRASES, 5),
        ({"A": "a long passphrase", "B": "a long passphrase"}, 2),
        ({"A": "short", "B": "a long passphrase"}, 2),
        ({"A|B": "a long passphrase", "C": "another passphrase"}, 2),
    ],
    ids=["one custodian", "one suffices", "too many needed", "the same passphrase", "a short one", "a bad name"],
)
def test_a_custody_that_protects_nothing_is_refused(passphrases: dict[str, str], threshold: int) -> None:
    with pytest.raises(UnfitCustody):
        custody.seal(SECRET, passphrases, threshold=threshold)
