"""Seals, bodies and officials to work with, all through the doors."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from uuid import UUID, uuid4

from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.events.api import Dispatcher, drain
from zhengtong.trust.access import api as access
from zhengtong.trust.documents.api import ofd_files
from zhengtong.trust.documents.tests.builders import permit
from zhengtong.trust.identity.contracts import Actor, Duty
from zhengtong.trust.identity.tests.builders import SYSTEM, a_post, an_official, an_organisation, in_post
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, PrivateKey
from zhengtong.trust.seals import api as seals
from zhengtong.trust.seals.contracts import Permission, SealKind, UseGround
from zhengtong.trust.seals.outside import SimulatedAuthority
from zhengtong.trust.seals.ses.contracts import UNIT_SEAL, Picture, Seal, SealInfo
from zhengtong.trust.seals.ses.writing import write_seal
from zhengtong.trust.seals.signing.ofd import SealSigner, Spot, sign_ofd
from zhengtong.trust.seals.verification.trust import Trust

AT = datetime(2026, 11, 25, 4, tzinfo=UTC)
DAY = timedelta(days=1)
SPOT = Spot(page="10", x=134, y=229, width=42, height=42)


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """An authority, a seal and its key, without a database."""

    authority: SimulatedAuthority
    key: PrivateKey
    certificate: bytes
    seal: Seal

    @property
    def signer(self) -> SealSigner:
        return SealSigner(seal=self.seal, certificate=self.certificate, sign=self.key.sign)

    @property
    def stamping(self) -> SealSigner:
        return replace(self.signer, stamp=partial(self.authority.stamp, at=AT))

    def trust(self, *revoked: object, at: datetime = AT) -> Trust:
        evidence = self.authority.evidence(tuple(revoked), at - timedelta(hours=1))  # type: ignore[arg-type]
        return Trust(roots=self.authority.roots, chain=self.authority.chain, revocation=evidence)

    def info(self, **changes: object) -> SealInfo:
        facts: dict[str, object] = {
            "version": 4,
            "vendor": "Zhengtong",
            "number": "YZ2-TEST",
            "kind": UNIT_SEAL,
            "name": "桐庐县公安局",
            "certificates": (self.certificate,),
            "created_at": AT - DAY,
            "valid_from": AT - DAY,
            "valid_until": AT + 300 * DAY,
            "picture": Picture(kind="OFD", data=b"picture", width=42, height=42),
        }
        return SealInfo(**(facts | changes))  # type: ignore[arg-type]

    def make(self, **changes: object) -> Seal:
        maker, signer = self.authority.maker()
        return write_seal(self.info(**changes), maker=maker, sign=signer.sign)

    def signed(self, *, at: datetime = AT, signer: SealSigner | None = None, **data: object) -> bytes:
        files = ofd_files(permit(**data), signed=True)
        return sign_ofd(files, signer or self.signer, at=at, spot=SPOT)


@cache
def workshop() -> Workshop:
    """Return a workshop; its keys are made once a run."""
    authority = SimulatedAuthority.fresh(AT)
    key = PrivateKey.generate(Algorithm.SM2)
    subject = DistinguishedName(common_name="桐庐县公安局", organisation="桐庐县公安局")
    certificate = authority.issue(
        subject=subject, public_key=key.public, valid_from=AT - 30 * DAY, valid_until=AT + 300 * DAY
    )
    draft = Workshop(authority=authority, key=key, certificate=certificate, seal=None)  # type: ignore[arg-type]
    return Workshop(authority=authority, key=key, certificate=certificate, seal=draft.make())


@dataclass(frozen=True, kw_only=True)
class Office:
    """A body with somebody who applies for its seals and somebody who approves."""

    body: UUID
    applicant: Actor
    approver: Actor


def an_office(name: str = "西湖区公安局", region: str = "330106") -> Office:
    body = an_organisation(name=name, region=region)
    applicant, approver = (_in_a_post(body, title) for title in ("办公室", "局长"))
    code = f"seals-{body.hex[:8]}"
    access.define_role(
        actor=SYSTEM, code=code, name=code, name_en=code, duty=Duty.BUSINESS, at=AT,
        permissions={str(permission) for permission in Permission},
    )  # fmt: skip
    for actor in (applicant, approver):
        assert actor.post
        access.grant_role(actor=SYSTEM, role=code, post_id=actor.post, organisation=body, at=AT)
    return Office(body=body, applicant=applicant, approver=approver)


def _in_a_post(body: UUID, title: str) -> Actor:
    post = a_post(body, title)
    return in_post(an_official(post), post)


def an_application(office: Office, kind: SealKind = SealKind.OFFICIAL) -> UUID:
    seal = uuid4()
    seals.apply(actor=office.applicant, seal=seal, organisation=office.body, kind=kind, at=AT)
    return seal


def a_made_seal(office: Office, kind: SealKind = SealKind.OFFICIAL) -> UUID:
    seal = an_application(office, kind)
    seals.approve(actor=office.approver, seal=seal, at=AT)
    seals.make(actor=office.approver, seal=seal, at=AT)
    return seal


def a_seal(office: Office, kind: SealKind = SealKind.OFFICIAL) -> UUID:
    """Return a seal in force; what waited was handed out."""
    seal = a_made_seal(office, kind)
    handed_out()
    return seal


def handed_out(at: datetime = AT) -> None:
    drain(Dispatcher(clock=ManualClock(at=at)))


GROUND = UseGround(clause="行政许可法§39", object_type="process.case", object_id="case-1")


def a_use(office: Office, seal: UUID, **options: object) -> UUID:
    facts: dict[str, object] = {"actor": office.approver, "seal": seal, "ground": GROUND, "at": AT}
    return seals.approve_use(**(facts | options)).id  # type: ignore[arg-type]
