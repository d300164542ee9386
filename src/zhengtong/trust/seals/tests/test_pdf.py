"""PDF files are signed as PAdES, and other programs than ours say so."""

import asyncio
import shutil
import subprocess
from datetime import timedelta
from functools import cache, partial
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from zhengtong.trust.documents.api import UnreadableDocument, pdf
from zhengtong.trust.documents.tests.builders import permit
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, PrivateKey
from zhengtong.trust.seals.contracts.report import Outcome, Step, Verdict
from zhengtong.trust.seals.signing.pdf import Level, LongTerm, sign_pdf
from zhengtong.trust.seals.tests.builders import AT, DAY, workshop
from zhengtong.trust.seals.tests.test_verification import failed, verified

LATER = AT + timedelta(minutes=5)


@cache
def key_and_certificate() -> tuple[PrivateKey, bytes]:
    key = PrivateKey.generate(Algorithm.ECDSA_P256)
    subject = DistinguishedName(common_name="West Lake Bureau", organisation="West Lake Bureau")
    issue = workshop().authority.issue
    return key, issue(subject=subject, public_key=key.public, valid_from=AT - DAY, valid_until=AT + 300 * DAY)


@cache
def signed(level: Level = Level.B_B) -> bytes:
    key, certificate = key_and_certificate()
    authority = workshop().authority
    long_term = LongTerm(
        answer=partial(authority.answer, at=AT, algorithm=Algorithm.ECDSA_P256),
        roots=authority.roots,
        evidence=workshop().trust().revocation,
    )
    return sign_pdf(
        pdf(permit()), certificate=certificate, chain=authority.chain, signer=key, at=AT, reason="西湖区某局",
        level=level, long_term=long_term,
    )  # fmt: skip


def only(certificates: tuple[bytes, ...]) -> list[x509.Certificate]:
    return [x509.Certificate.load(certificates[1])]  # the second is ECDSA


@pytest.mark.parametrize("level", Level)
def test_every_level_is_valid(level: Level) -> None:
    report = verified(signed(level), at=LATER)
    assert (report.verdict, report.signatures[0].signer) == (Verdict.VALID, "West Lake Bureau")
    stamps = [check.outcome for check in report.signatures[0].checks if check.step is Step.TIME_STAMP]
    assert stamps == [Outcome.ABSENT if level is Level.B_B else Outcome.PASSED]


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_pyhankos_own_validator_agrees(level: Level) -> None:
    embedded = PdfFileReader(BytesIO(signed(level))).embedded_regular_signatures[0]
    authority = workshop().authority
    context = ValidationContext(trust_roots=only(authority.roots), other_certs=only(authority.chain), moment=LATER)
    status = validate_pdf_signature(embedded, signer_validation_context=context)
    assert (status.bottom_line, status.intact, status.trusted) == (True, True, True)
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_pyhankos_own_validator_finds_the_long_lived_one_complete() -> None:
    embedded = PdfFileReader(BytesIO(signed(Level.B_LTA))).embedded_regular_signatures[0]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(only(workshop().authority.roots)),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
    )
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    timing = ValidationTimingInfo(validation_time=LATER, best_signature_time=LATER, point_in_time_validation=True)
    judged = asyncio.run(ades_lta_validation(embedded, spec, timing_info=timing))
    assert judged.ades_subindic is AdESPassed.OK, judged.failure_msg


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_agrees(tmp_path: Path) -> None:
    data = signed()
    embedded = PdfFileReader(BytesIO(data)).embedded_regular_signatures[0]
    start, length, second, rest = embedded.byte_range
    (tmp_path / "content").write_bytes(data[start : start + length] + data[second : second + rest])
    (tmp_path / "cms").write_bytes(bytes(embedded.pkcs7_content))
    pem = "".join(f"{_pem(one)}\n" for one in (workshop().authority.roots[1], workshop().authority.chain[1]))
    (tmp_path / "roots.pem").write_text(pem)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "content"]
    options = ["-CAfile", "roots.pem", "-purpose", "any", "-attime", str(int(AT.timestamp())), "-out", "out"]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out").read_bytes() == (tmp_path / "content").read_bytes()


def _pem(certificate: bytes) -> str:
    from base64 import encodebytes

    return f"-----BEGIN CERTIFICATE-----\n{encodebytes(certificate).decode()}-----END CERTIFICATE-----"


@pytest.mark.parametrize("share", [0.02, 0.2, 0.35])
def test_a_changed_byte_is_found(share: float) -> None:
    data = bytearray(signed())
    place = int(len(data) * share)
    data[place] ^= 1
    try:
        report = verified(bytes(data), at=LATER)
    except UnreadableDocument:
        return
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.FILE_DIGESTS})


@pytest.mark.parametrize("word", [b"/ETSI.CAdES", b"/AcroForm", b"/Type /Sig", b"/FT /Sig"])
def test_a_signature_whose_name_was_changed_is_not_overlooked(word: bytes) -> None:
    data = signed()
    assert word in data
    changed = data.replace(word, word[:-1] + bytes([word[-1] ^ 1]))
    report = verified(changed)
    assert report.verdict is Verdict.INVALID


def test_what_was_added_after_the_signature_is_reported() -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed()))
    writer.root["/Added"] = writer.root["/Type"]
    writer.update_root()  # type: ignore[no-untyped-call]
    output = BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    report = verified(output.getvalue(), at=LATER)
    assert (report.verdict, report.coverage.unprotected) == (Verdict.PARTIAL, ("PDF +",))


def test_a_pdf_without_signature_proves_nothing() -> None:
    assert verified(pdf(permit())).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.7 nonsense" * 50, b"GIF89a", b"", b"PK"])
def test_what_is_neither_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        verified(data)
