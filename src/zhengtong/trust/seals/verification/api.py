"""Verifying a file, whatever it is 文件验证."""

from datetime import datetime

from zhengtong.trust.documents.api import MAX_FILE, UnreadableDocument
from zhengtong.trust.seals.contracts.report import Report
from zhengtong.trust.seals.verification import wording
from zhengtong.trust.seals.verification.ofd import verify_ofd
from zhengtong.trust.seals.verification.trust import Trust

_ZIP, _PDF = b"PK", b"%PDF-"


def verify_file(data: bytes, trust: Trust, at: datetime) -> Report:
    """Verify an OFD or a PDF file.

    Raises:
        UnreadableDocument: it is neither, or one built to do harm.
    """
    if len(data) > MAX_FILE:
        raise UnreadableDocument(why=wording.TOO_LARGE)
    if data.startswith(_ZIP):
        return verify_ofd(data, trust, at)
    if data.startswith(_PDF):
        from zhengtong.trust.seals.verification.pdf import verify_pdf  # noqa: PLC0415 -- heavy, OFD does without

        return verify_pdf(data, trust, at)
    raise UnreadableDocument(why=wording.NEITHER)
