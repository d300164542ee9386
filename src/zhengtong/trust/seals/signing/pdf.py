"""PAdES signatures (ETSI EN 319 142-1) by a seal's second key, ECDSA P-256: for whoever reads PDF and not OFD.

pyHanko writes them. B-B needs nothing more; B-T has the signature time-stamped, B-LTA keeps the revocation evidence and
a time stamp over the whole in the file, so that it can be verified when the certificates are long gone.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import algos, tsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from zhengtong.trust.keys.api import RevocationEvidence, Signer, load_certificate

FIELD = "Seal"
_T = TypeVar("_T")


class Level(StrEnum):
    """How long a signature stays verifiable."""

    B_B = "B-B"
    B_T = "B-T"
    B_LTA = "B-LTA"


@dataclass(frozen=True, kw_only=True)
class LongTerm:
    """What a long-lived signature needs: how an authority answers a TimeStampReq, the roots, who was revoked."""

    answer: Callable[[bytes], bytes]
    roots: tuple[bytes, ...] = ()
    evidence: RevocationEvidence | None = None


class _Seal(signers.Signer):
    """Signs with a key that lies wherever its provider keeps it."""

    def __init__(self, certificate: bytes, chain: Iterable[bytes], key: Signer) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko's own
        registry.register_multiple([load_certificate(one) for one in chain])
        super().__init__(
            signing_cert=load_certificate(certificate),
            cert_registry=registry,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002, ARG002 -- pyHanko's interface
        return self._key.sign(data)


class _PdfSigner(signers.PdfSigner):
    """Signs as of a moment that is given, not that of the machine's clock."""

    at: datetime

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:  # noqa: FBT001, FBT002 -- pyHanko's interface
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.at
        return session


class _Stamper(TimeStamper):
    """Asks an authority that is a function here."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko's own
        self._answer = answer

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._answer(req.dump()))


def sign_pdf(
    document: bytes,
    *,
    certificate: bytes,
    chain: Iterable[bytes],
    signer: Signer,
    at: datetime,
    reason: str = "",
    level: Level = Level.B_B,
    long_term: LongTerm | None = None,
) -> bytes:
    """Return *document* signed.

    Args:
        document: a PDF file.
        certificate: the signer's.
        chain: what lies between it and its root.
        signer: an ECDSA P-256 key.
        at: when, as the signer says.
        reason: shown by readers: whose seal.
        level: how long it stays verifiable.
        long_term: what B-T and B-LTA need.
    """
    chain = tuple(chain)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason or None,
        app_build_props=None,
        **_lasting(level, chain, at, long_term),
    )
    writer = IncrementalPdfFileWriter(BytesIO(document))
    pdf_signer = _PdfSigner(
        metadata,
        signer=_Seal(certificate, chain, signer),
        timestamper=_Stamper(long_term.answer) if long_term and level is not Level.B_B else None,
    )
    pdf_signer.at = at
    output: BytesIO = _run(pdf_signer.async_sign_pdf(writer))
    return output.getvalue()


def _lasting(level: Level, chain: tuple[bytes, ...], at: datetime, long_term: LongTerm | None) -> dict[str, Any]:
    if level is not Level.B_LTA:
        return {}
    if long_term is None or long_term.evidence is None:
        raise ValueError("B-LTA needs a time-stamping authority, roots and revocation evidence")
    context = ValidationContext(
        trust_roots=[load_certificate(root) for root in long_term.roots],
        other_certs=[load_certificate(one) for one in chain],
        crls=list(long_term.evidence.crls),
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    return {"validation_context": context, "embed_validation_info": True, "use_pades_lta": True}


def _run(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end, in a thread of its own where this one has a loop already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
