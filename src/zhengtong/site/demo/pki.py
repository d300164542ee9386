"""The demo's authorities 演示签发机构: a root, one for devices, a time-stamp key, a trusted list.

Their keys lie in the software provider and nobody keeps them in custody: a demo's certificates prove nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction

from zhengtong.kernel.ids import new_id
from zhengtong.site.demo.accounts import PASSWORD
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import CertificateEntry, DistinguishedName, KeyState, Profile, Purpose

ROOT, DEVICES = "demo-root", "demo-devices"
_LATER = timedelta(seconds=1)


CUSTODY, _CUSTODIANS = "demo-custody", ("auditor", "security", "admin")


def keep_in_custody(by: Actor, *, at: datetime) -> None:
    """Establish a root that two of three custodians use together, and leave one use of it half approved."""
    if any(one.code == CUSTODY for one in keys.authorities()):
        return
    accounts = get_user_model().objects.filter(username__in=_CUSTODIANS)
    custodians = dict(accounts.values_list("username", "subject_id"))
    entries = [
        keys.CustodianEntry(subject=custodians[name], name=name, passphrase=passphrase(name)) for name in _CUSTODIANS
    ]
    name = DistinguishedName(common_name="演示共管根", organisation="演示")
    keys.establish_root(
        by=by, code=CUSTODY, name=name, algorithm=keys.Algorithm.SM2, at=at, custodians=entries, threshold=2
    )
    below = DistinguishedName(common_name="演示应用签发机构", organisation="演示")
    asked = keys.ask_for_authority(by=by, under=CUSTODY, code="demo-applications", name=below, at=at)
    first = entries[0]
    custodian = replace(by, subject=first.subject)
    keys.approve(by=custodian, ceremony=asked.id, passphrase=first.passphrase, at=at + _LATER)


def passphrase(custodian: str) -> str:
    """Return a demo custodian's passphrase: published, like the demo's passwords."""
    return f"{PASSWORD}-{custodian}"


@transaction.atomic
def establish(by: Actor, *, at: datetime) -> None:
    """Make what is not there yet."""
    if any(one.code == ROOT for one in keys.authorities()):
        return
    name = DistinguishedName(common_name="演示省政务根", organisation="演示")
    keys.establish_root(by=by, code=ROOT, name=name, algorithm=keys.Algorithm.SM2, at=at)
    below = DistinguishedName(common_name="演示设备与应用签发机构", organisation="演示")
    keys.establish_authority(by=by, under=ROOT, code=DEVICES, name=below, at=at)
    _certify_stamping(by, at)
    gateway = DistinguishedName(common_name="演示数据共享网关")
    sign, _encrypt = keys.distribute_pair(
        by=by, authority=DEVICES, subject=gateway, holder="gateway", algorithm=keys.Algorithm.SM2, days=730, at=at
    )
    own = keys.TrustedIssuer(
        name="演示省政务根",
        roots=(keys.authority(ROOT).certificate,),
        purposes=frozenset({Purpose.SIGN_IN, Purpose.SEAL}),
        assurance=keys.Assurance.SUBSTANTIAL,
        since=at,
        basis="演示省多证互认办法（虚构）",
    )
    keys.publish_trusted_list(by=by, issuers=[own], certificate=sign.id, at=at)
    _live(by, at)
    for code in (ROOT, DEVICES):
        keys.publish_crl(by=by, code=code, at=at)


def _live(by: Actor, at: datetime) -> None:
    """Let the desk show a life: a token of two containers, one certificate near its end, one suspended, one revoked."""
    for container in ("seal", "sign-in"):
        _from_outside(by, "演示工作人员签名", "staff-0001", 365, at, keys.TokenPlace(
            kind=keys.TokenKind.SIMULATED, serial="DEMO-0001", container=container
        ))  # fmt: skip
    _from_outside(by, "演示自助终端一号", "kiosk-1", 20, at)
    held = _from_outside(by, "演示自助终端二号", "kiosk-2", 300, at)
    keys.suspend(by=by, certificate=held.id, at=at + _LATER, note="终端送修")
    lost = _from_outside(by, "演示自助终端三号", "kiosk-3", 300, at)
    reason = keys.RevocationReason.CESSATION_OF_OPERATION
    keys.revoke(by=by, certificate=lost.id, reason=reason, at=at + _LATER, note="终端报废")


def _from_outside(
    by: Actor, name: str, holder: str, days: int, at: datetime, place: keys.TokenPlace | None = None
) -> keys.CertificateView:
    """Certify a key whose private half is forgotten at once: nobody signs with a demo's device."""
    subject = DistinguishedName(common_name=name)
    wish = keys.IssueWish(
        request=new_id(),
        authority=DEVICES,
        kind=keys.HolderKind.DEVICE if place is None else keys.HolderKind.TOKEN,
        holder=holder,
        days=days,
        profile=Profile.DEVICE if place is None else Profile.SIGNING,
        csr=keys.write_request(subject, keys.PrivateKey.generate(keys.Algorithm.SM2)),
        place=place,
    )
    return keys.issue(by=by, wish=wish, at=at)[0]


def _certify_stamping(by: Actor, at: datetime) -> None:
    """Make the key of the time-stamp authority and certify it."""
    key = keys.make_key(by=by, title="演示时间戳", holder="tsa", algorithm=keys.Algorithm.SM2, at=at)
    keys.step_key(by=by, key=key.id, to=KeyState.ACTIVE, at=at)
    subject = DistinguishedName(common_name="演示时间戳服务")
    entry = CertificateEntry(
        authority=DEVICES, subject=subject, holder="tsa", profile=Profile.TIME_STAMPING, days=1800, key=key.id
    )
    keys.certify(by=by, entry=entry, at=at)
