"""The door of trust.seals 印章: filings of both twins, approvals, sealing, verification.

    approval = seals.approve_use(actor=actor, seal=seal.id, at=at, ground=UseGround(
        clause="行政许可法§39", object_type="process.case", object_id=str(case)))
    signed = seals.stamp(document=documents.render(template, data, at=at), seal=seal.id, approval=approval.id, at=at)
    seals.verify(signed, at=at).verdict      # Verdict.VALID
    seals.told(report, Depth.DETAILED)       # values for JSON
    seals.seal_of(organisation)              # the body's seal in force, or None

`stamp(form=Form.PDF)` signs a PDF instead; an OFD that carries seals already is given as bytes and gets another. A seal
is usable only when public security has acknowledged its filing; everything else is a named refusal.
"""

from datetime import datetime

from zhengtong.trust.seals.contracts import (
    PERMISSION_SENTENCES,
    Acknowledgement,
    Check,
    Coverage,
    Depth,
    DocumentNotSealable,
    FilingRequest,
    LicensedAuthority,
    Outcome,
    Permission,
    Report,
    SealExists,
    SealKind,
    SealNotInForce,
    SealPage,
    SealReasonMissing,
    SealRegistry,
    SealSelfApproval,
    SealState,
    SealStepNotPossible,
    SealUnknown,
    SealView,
    SignatureReport,
    Step,
    UseApproval,
    UseApprovalMissing,
    UseEntry,
    UseGround,
    UseGroundMissing,
    UsePage,
    Verdict,
    told,
)
from zhengtong.trust.seals.outside import (
    SimulatedAuthority,
    SimulatedRegistry,
    register_licensed_authority,
    register_seal_registry,
)
from zhengtong.trust.seals.queries import approvals_of, image_of, seal, seal_of, seals, used_on, uses_of
from zhengtong.trust.seals.services import (
    acknowledge,
    apply,
    approve,
    cancel,
    file_with_public_security,
    give_up_filing,
    make,
    refuse,
    report_lost,
    report_to_public_security,
    resume,
    suspend,
)
from zhengtong.trust.seals.trusted import platform_trust
from zhengtong.trust.seals.use import approve_use, stamp
from zhengtong.trust.seals.verification.api import verify_file
from zhengtong.trust.seals.verification.trust import Trust


def verify(data: bytes, *, at: datetime, trust: Trust | None = None) -> Report:
    """Verify a sealed file, OFD or PDF; nothing of it is kept.

    Args:
        data: the file.
        at: the present moment.
        trust: whom to trust; this installation's authority unless given.

    Raises:
        UnreadableDocument: it is neither, or one built to do harm.
    """
    return verify_file(data, trust or platform_trust(at), at)


__all__ = [
    "PERMISSION_SENTENCES",
    "Acknowledgement",
    "Check",
    "Coverage",
    "Depth",
    "DocumentNotSealable",
    "FilingRequest",
    "LicensedAuthority",
    "Outcome",
    "Permission",
    "Report",
    "SealExists",
    "SealKind",
    "SealNotInForce",
    "SealPage",
    "SealReasonMissing",
    "SealRegistry",
    "SealSelfApproval",
    "SealState",
    "SealStepNotPossible",
    "SealUnknown",
    "SealView",
    "SignatureReport",
    "SimulatedAuthority",
    "SimulatedRegistry",
    "Step",
    "Trust",
    "UseApproval",
    "UseApprovalMissing",
    "UseEntry",
    "UseGround",
    "UseGroundMissing",
    "UsePage",
    "Verdict",
    "acknowledge",
    "apply",
    "approvals_of",
    "approve",
    "approve_use",
    "cancel",
    "file_with_public_security",
    "give_up_filing",
    "image_of",
    "make",
    "platform_trust",
    "refuse",
    "register_licensed_authority",
    "register_seal_registry",
    "report_lost",
    "report_to_public_security",
    "resume",
    "seal",
    "seal_of",
    "seals",
    "stamp",
    "suspend",
    "told",
    "used_on",
    "uses_of",
    "verify",
]
