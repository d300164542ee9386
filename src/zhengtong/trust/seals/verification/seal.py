"""The seal itself 电子印章验证: the four steps of GB/T 38540-2020 6.3, at the moment of signing."""

from collections.abc import Iterator
from datetime import datetime

from zhengtong.trust.seals.contracts.report import Check, Outcome, Step
from zhengtong.trust.seals.ses.contracts import SM2_WITH_SM3, Seal
from zhengtong.trust.seals.verification import wording
from zhengtong.trust.seals.verification.trust import Moment, Trust, certificate_check, made


def seal_checks(seal: Seal, trust: Trust, moment: Moment) -> Iterator[Check]:
    """Check format, maker's signature, maker's certificate and dates of *seal* as of a moment."""
    yield _format(seal)
    yield _maker_signature(seal)
    yield certificate_check(Step.MAKER_CERTIFICATE, seal.maker, trust, moment)
    yield _dates(seal, moment.at)


def _format(seal: Seal) -> Check:
    if any(extension.critical for extension in seal.info.extensions):
        return Check(step=Step.SEAL_FORMAT, outcome=Outcome.FAILED, note=wording.CRITICAL)
    return Check(step=Step.SEAL_FORMAT, outcome=Outcome.PASSED)


def _maker_signature(seal: Seal) -> Check:
    if seal.algorithm != SM2_WITH_SM3:
        return Check(step=Step.MAKER_SIGNATURE, outcome=Outcome.FAILED, note=wording.ALGORITHM)
    if not made(seal.maker, seal.signature, seal.signed):
        return Check(step=Step.MAKER_SIGNATURE, outcome=Outcome.FAILED, note=wording.WRONG_SIGNATURE)
    return Check(step=Step.MAKER_SIGNATURE, outcome=Outcome.PASSED)


def _dates(seal: Seal, at: datetime) -> Check:
    if at < seal.info.valid_from:
        return Check(step=Step.SEAL_DATES, outcome=Outcome.FAILED, note=wording.SEAL_NOT_YET)
    if at > seal.info.valid_until:
        return Check(step=Step.SEAL_DATES, outcome=Outcome.FAILED, note=wording.SEAL_EXPIRED)
    return Check(step=Step.SEAL_DATES, outcome=Outcome.PASSED)
