"""Another province: its authority, a body of it, and the licences that body issues."""

from datetime import timedelta
from typing import Any

from zhengtong.trust.keys.api import (
    Algorithm,
    Assurance,
    DistinguishedName,
    PrivateKey,
    Profile,
    Purpose,
    TrustedIssuer,
    TrustedList,
    issue_certificate,
    sign_trusted_list,
)
from zhengtong.trust.keys.models import TrustedListRow
from zhengtong.trust.keys.tests.authority import Authority
from zhengtong.trust.licenses import jose, law, sdjwt
from zhengtong.trust.licenses.contracts import LicenseNumber
from zhengtong.trust.licenses.tests.builders import AT, ATTRIBUTES

DAY, LONG = timedelta(days=1), timedelta(days=1500)
BODY, CODE = "邻省民政厅", "11330105002500287C"
NUMBER = law.compose(LicenseNumber(type_code="11100000000013338W009", issuer=CODE, serial="2025052201", version="001"))
ENTRY = "邻省电子证照签发机构"


OTHER = Authority(Algorithm.ECDSA_P256, name="邻省")
KEY = PrivateKey.generate(Algorithm.ECDSA_P256)


def certified(key: PrivateKey, name: str, identifier: str | None = CODE, profile: Profile = Profile.SIGNING) -> bytes:
    return issue_certificate(
        signer=OTHER.key, issuer=OTHER.certificate, public_key=key.public, profile=profile,
        subject=DistinguishedName(common_name=name, organisation=name, identifier=identifier),
        not_before=AT - 30 * DAY, not_after=AT + LONG,
    )  # fmt: skip


CERTIFICATE = certified(KEY, BODY)
CHAIN = (CERTIFICATE, OTHER.certificate)


def payload(**changes: object) -> dict[str, Any]:
    said: dict[str, Any] = {
        "number": NUMBER,
        "type": {"key": "senior_card", "code": "11100000000013338W009", "version": 1},
        "name": ["老年人优待证", "Senior card"],
        "issuer": {"code": CODE, "name": BODY, "name_en": "Civil affairs of the neighbour"},
        "issued_at": (AT - 10 * DAY).isoformat(),
        "valid_from": (AT - 10 * DAY).date().isoformat(),
        "valid_until": (AT + 900 * DAY).date().isoformat(),
        "labels": {"name": ["姓名", "Name"]},
        "attributes": {"name": "沈一帆"},
    }
    return said | changes


def data_file(*, key: PrivateKey = KEY, chain: tuple[bytes, ...] = CHAIN, **changes: object) -> bytes:
    return jose.sign(payload(**changes), signer=key, key="theirs", chain=chain).encode()


def credential(*, shown: tuple[str, ...] = ("name", "id_number")) -> bytes:
    made = {name: sdjwt._disclosure(name, ATTRIBUTES[name]) for name in ("name", "id_number")}
    said = {
        "iss": "https://neighbour.example/licences", "iat": int((AT - DAY).timestamp()),
        "vct": "https://neighbour.example/licences/types/senior_card", "license_number": NUMBER,
        "valid_from": (AT - DAY).date().isoformat(), "issuing_authority": BODY, "_sd_alg": "sha-256",
        "_sd": sorted(map(sdjwt._digest, made.values())),
    }  # fmt: skip
    token = jose.compact(sdjwt.TYPE, said, signer=KEY, key="theirs", chain=CHAIN)
    return "~".join([token, *(made[name] for name in shown), ""]).encode()


def entry(**changes: object) -> TrustedIssuer:
    facts: dict[str, Any] = {
        "name": ENTRY, "roots": (OTHER.root,), "purposes": frozenset({Purpose.LICENCE}),
        "assurance": Assurance.HIGH, "since": AT - 100 * DAY,
    }  # fmt: skip
    return TrustedIssuer(**(facts | changes))


def signed_list(*issuers: TrustedIssuer, number: int = 7) -> bytes:
    listed = TrustedList(number=number, issued_at=AT - DAY, issuers=issuers)
    return sign_trusted_list(listed, signer=KEY, certificate=CERTIFICATE, chain=(OTHER.certificate,))


def published(*issuers: TrustedIssuer, number: int = 7) -> None:
    """Publish a trusted list here."""
    TrustedListRow.objects.create(number=number, signed=signed_list(*issuers, number=number), issued_at=AT - DAY)
