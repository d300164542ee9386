"""The demo's authorities 演示签发机构: a root, one for devices, a time-stamp key, a trusted list.

Their keys lie in the software provider and nobody keeps them in custody: a demo's certificates prove nothing.
"""

from datetime import datetime

from django.db import transaction

from zhengtong.trust.identity.api import Actor
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import CertificateEntry, DistinguishedName, KeyState, Profile, Purpose

ROOT, DEVICES = "demo-root", "demo-devices"


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
    )
    keys.publish_trusted_list(by=by, issuers=[own], certificate=sign.id, at=at)
    for code in (ROOT, DEVICES):
        keys.publish_crl(by=by, code=code, at=at)


def _certify_stamping(by: Actor, at: datetime) -> None:
    """Make the key of the time-stamp authority and certify it."""
    key = keys.make_key(by=by, title="演示时间戳", holder="tsa", algorithm=keys.Algorithm.SM2, at=at)
    keys.step_key(by=by, key=key.id, to=KeyState.ACTIVE, at=at)
    subject = DistinguishedName(common_name="演示时间戳服务")
    entry = CertificateEntry(
        authority=DEVICES, subject=subject, holder="tsa", profile=Profile.TIME_STAMPING, days=1800, key=key.id
    )
    keys.certify(by=by, entry=entry, at=at)
