"""A licence of another region counts when the trusted list carries its issuer; else what lacks is named."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import orjson
import pytest

from zhengtong.kernel.errors import Refusal
from zhengtong.trust.documents.api import ofd_files, pdf
from zhengtong.trust.keys.api import (
    Algorithm,
    Assurance,
    DistinguishedName,
    PrivateKey,
    Profile,
    Purpose,
    TrustedIssuer,
)
from zhengtong.trust.keys.tests.authority import Authority
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses import sdjwt
from zhengtong.trust.licenses.contracts import LicenseState, Words
from zhengtong.trust.licenses.rendering import page_of
from zhengtong.trust.licenses.tests.builders import AT, ATTRIBUTES, Office
from zhengtong.trust.licenses.tests.neighbour import (
    BODY,
    CODE,
    DAY,
    ENTRY,
    NUMBER,
    OTHER,
    certified,
    credential,
    data_file,
    entry,
    payload,
    published,
)
from zhengtong.trust.seals.outside import SimulatedAuthority
from zhengtong.trust.seals.signing.ofd import sign_ofd
from zhengtong.trust.seals.signing.pdf import Level, sign_pdf
from zhengtong.trust.seals.tests.builders import SPOT, Workshop

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def neighbour() -> Workshop:
    """The other province's licensed authority, and a body's seal."""
    authority, key = SimulatedAuthority.fresh(AT), PrivateKey.generate(Algorithm.SM2)
    subject = DistinguishedName(common_name=BODY, organisation=BODY)
    certificate = authority.issue(
        subject=subject, public_key=key.public, valid_from=AT - 30 * DAY, valid_until=AT + 300 * DAY
    )
    shop = Workshop(authority=authority, key=key, certificate=certificate, seal=None)  # type: ignore[arg-type]
    return replace(shop, seal=shop.make(name=BODY))


def sealed(shop: Workshop, office: Office, form: str) -> bytes:
    """Return a licence's page, sealed in the other province."""
    issued = replace(office.issue(), issuer_name=Words(zh=BODY, en=BODY), number=NUMBER)
    page = page_of(issued, ATTRIBUTES, at=AT)
    if form == "ofd":
        signer = replace(shop.signer, stamp=partial(shop.authority.stamp, at=AT))
        return sign_ofd(ofd_files(page, signed=True), signer, at=AT, spot=SPOT)
    key = PrivateKey.generate(Algorithm.ECDSA_P256)
    certificate = shop.authority.issue(
        subject=DistinguishedName(common_name=BODY, organisation=BODY), public_key=key.public,
        valid_from=AT - 30 * DAY, valid_until=AT + 300 * DAY,
    )  # fmt: skip
    return sign_pdf(
        pdf(page), certificate=certificate, chain=shop.authority.chain, signer=key, at=AT, reason=BODY, level=Level.B_B
    )


def of_neighbour(shop: Workshop, **changes: object) -> TrustedIssuer:
    return entry(roots=(*shop.authority.roots, *shop.authority.chain), **changes)


@pytest.mark.parametrize("make", [data_file, credential])
def test_a_data_file_of_another_region_is_recognised_and_says_by_what(make: Callable[[], bytes]) -> None:
    published(entry())
    told = licenses.verify_file(make(), at=AT)
    assert (told.number, told.state, told.issuer_name.zh) == (NUMBER, LicenseState.VALID, BODY)
    assert {one.key: one.value for one in told.fields}["name"] == "沈一帆"
    assert told.carried_by is not None
    assert (told.carried_by.entry, told.carried_by.list_number) == (ENTRY, 7)
    assert (str(told.carried_by.purpose), str(told.carried_by.assurance)) == ("电子证照", "高")


@pytest.mark.parametrize("form", ["ofd", "pdf"])
def test_a_sealed_file_of_another_region_is_recognised_and_says_by_what(
    form: str, neighbour: Workshop, office: Office
) -> None:
    content = sealed(neighbour, office, form)
    published(of_neighbour(neighbour))
    told = licenses.verify_file(content, at=AT)
    assert (told.number, told.in_force, told.issuer_name.zh) == (NUMBER, True, BODY)
    assert told.carried_by is not None
    assert told.carried_by.entry == ENTRY


REFUSED: list[tuple[dict[str, object], type[Refusal]]] = [
    ({"purposes": frozenset({Purpose.TAX})}, licenses.LicensePurposeNotCovered),
    ({"assurance": Assurance.LOW}, licenses.LicenseAssuranceTooLow),
    ({"until": AT}, licenses.LicenseRecognitionEnded),
    ({"since": AT + DAY}, licenses.LicenseRecognitionEnded),
]


@pytest.mark.parametrize(("changes", "refusal"), REFUSED)
def test_what_the_entry_lacks_is_named(changes: dict[str, object], refusal: type[Refusal]) -> None:
    published(entry(**changes))
    with pytest.raises(refusal) as caught:
        licenses.verify_file(data_file(), at=AT)
    assert ENTRY in str(caught.value.explanation)


@pytest.mark.parametrize(("changes", "refusal"), REFUSED[:3])
def test_of_a_sealed_file_too(
    changes: dict[str, object], refusal: type[Refusal], neighbour: Workshop, office: Office
) -> None:
    content = sealed(neighbour, office, "ofd")
    published(of_neighbour(neighbour, **changes))
    with pytest.raises(refusal):
        licenses.verify_file(content, at=AT)


def test_an_issuer_that_is_not_listed_is_named(neighbour: Workshop, office: Office) -> None:
    stranger = Authority(Algorithm.ECDSA_P256, name="他省")
    published(entry(roots=(stranger.root,)))
    with pytest.raises(licenses.LicenseIssuerNotListed) as caught:
        licenses.verify_file(data_file(), at=AT)
    assert BODY in str(caught.value.explanation)
    with pytest.raises(licenses.LicenseIssuerNotListed) as caught:
        licenses.verify_file(sealed(neighbour, office, "ofd"), at=AT)
    assert BODY in str(caught.value.explanation)


def test_an_entry_for_business_licences_carries_these_and_no_others() -> None:
    published(entry(purposes=frozenset({Purpose.BUSINESS_LICENCE})))
    kind = {"key": "business_licence", "code": "11100000000013338W009", "version": 1}
    told = licenses.verify_file(data_file(type=kind), at=AT)
    assert told.carried_by is not None
    assert str(told.carried_by.purpose) == "电子营业执照"
    with pytest.raises(licenses.LicensePurposeNotCovered):
        licenses.verify_file(data_file(), at=AT)


def changed(data: bytes, **said: object) -> bytes:
    """Return a data file that says something else under the old signature."""
    outer = orjson.loads(data)
    outer["payload"] = base64.urlsafe_b64encode(orjson.dumps(payload(**said))).rstrip(b"=").decode()
    return orjson.dumps(outer)


def test_what_was_changed_or_made_by_others_is_not_genuine() -> None:
    published(entry())
    stranger = PrivateKey.generate(Algorithm.ECDSA_P256)
    another, hidden = credential(shown=("name",)), credential(shown=())
    forged = another.replace(another.split(b"~")[1], sdjwt._disclosure("name", "沈二帆").encode())
    files = [
        changed(data_file(), attributes={"name": "沈二帆"}),
        data_file(key=stranger),
        data_file(key=stranger, chain=(certified(stranger, "邻省某公司", None), OTHER.certificate)),
        data_file(issuer={"code": CODE, "name": "邻省公安厅"}),
        data_file(key=stranger, chain=(certified(stranger, BODY, CODE, Profile.ENCRYPTION), OTHER.certificate)),
        data_file(number="1.2.156.3005.2.1"),
        data_file(valid_from=(AT + DAY).date().isoformat()),
        forged,
        hidden + another.split(b"~")[1] + b"~" + another.split(b"~")[1] + b"~",
    ]
    for one in files:
        with pytest.raises(licenses.FileNotGenuine):
            licenses.verify_file(one, at=AT)


def test_an_expired_licence_and_an_expired_certificate_do_not_count() -> None:
    published(entry())
    told = licenses.verify_file(data_file(valid_until=(AT - DAY).date().isoformat()), at=AT)
    assert (told.state, told.in_force) == (LicenseState.EXPIRED, False)
    with pytest.raises(licenses.FileNotGenuine):
        licenses.verify_file(data_file(), at=AT + timedelta(days=1600))


def test_a_changed_sealed_file_and_one_that_is_no_licence_are_not_genuine(neighbour: Workshop, office: Office) -> None:
    published(of_neighbour(neighbour))
    content = bytearray(sealed(neighbour, office, "ofd"))
    content[len(content) // 2] ^= 1
    for one in (bytes(content), neighbour.signed()):
        with pytest.raises(licenses.FileNotGenuine):
            licenses.verify_file(one, at=AT)


def test_without_a_trusted_list_nothing_of_others_counts(neighbour: Workshop, office: Office) -> None:
    for one in (data_file(), sealed(neighbour, office, "ofd")):
        with pytest.raises(licenses.FileNotGenuine):
            licenses.verify_file(one, at=AT)


def test_a_file_is_accepted_as_evidence_on_the_record(office: Office) -> None:
    published(entry())
    told, act = licenses.accept_as_evidence(data_file(), actor=office.official, at=AT)
    assert told.carried_by is not None
    recorded = ledger.checked_act(act)[0].act
    assert (recorded.business.command, recorded.authority.clause) == (
        "trust.licenses.accept_as_evidence",
        "国务院令第716号§10",
    )
    with pytest.raises(licenses.LicenseStateForbids):
        licenses.accept_as_evidence(data_file(valid_until=(AT - DAY).date().isoformat()), actor=office.official, at=AT)
