"""Signatures by seals in an OFD package (GB/T 33190-2016, 18): everything is protected, the entry included.

`Signatures.xml` alone stays outside, so that another seal can be added; a later one protects the earlier ones.
"""

import posixpath
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from zhengtong.trust.documents.api import SIGNATURES, Contents, UnreadableDocument, contents, write_package, xml
from zhengtong.trust.seals.digests import sm3
from zhengtong.trust.seals.ses.contracts import SM2_WITH_SM3, SM3, Seal
from zhengtong.trust.seals.ses.writing import Sign, Stamp, statement, write_signature
from zhengtong.trust.seals.verification.wording import NOT_PREPARED


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where the seal's image lies: a page's id in the document, and left, top, width and height in millimetres."""

    page: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SealSigner:
    """A seal, the certificate of who signs with it, and what signs; `stamp` has the signature time-stamped."""

    seal: Seal
    certificate: bytes
    sign: Sign
    stamp: Stamp | None = None


def sign_ofd(files: Mapping[str, bytes], signer: SealSigner, *, at: datetime, spot: Spot) -> bytes:
    """Return the package of *files* with one more signature by a seal.

    Args:
        files: a package whose entry names a list of signatures; those that are there stay.
        signer: by what it is signed.
        at: when.
        spot: where the image lies.

    Raises:
        UnreadableDocument: the entry names no list of signatures, so it could not be protected.
    """
    shown = contents(files)
    if shown.signatures is None:
        raise UnreadableDocument(why=NOT_PREPARED)
    number, earlier = _earlier(files, shown)
    folder = f"{posixpath.dirname(shown.signatures)}/Sign_{number}"
    description, value = f"{folder}/Signature.xml", f"{folder}/SignedValue.dat"
    protected = {path: content for path, content in files.items() if path != shown.signatures}
    text = _description(protected, value, at, spot)
    stated = statement(signer.seal, at=at, data_hash=sm3(text), property_info=f"/{description}")
    signed = write_signature(stated, certificate=signer.certificate, sign=signer.sign, stamp=signer.stamp)
    listed = xml.element("Signature", ID=str(number + 1), Type="Seal", BaseLoc=f"/{description}")
    return write_package(
        {
            **protected,
            shown.signatures: xml.document("Signatures", xml.element("MaxSignId", str(number + 1)), *earlier, listed),
            description: text,
            value: signed,
        }
    )


def _earlier(files: Mapping[str, bytes], shown: Contents) -> tuple[int, list[str]]:
    """Return how many signatures there are, and their entries as they must be written again."""
    path = shown.signatures or SIGNATURES
    if path not in files:
        return 0, []
    listed = list(xml.read_xml(files[path], "Signatures").all("Signature"))
    return len(listed), [xml.element("Signature", **node.attributes) for node in listed]


def _description(protected: Mapping[str, bytes], value: str, at: datetime, spot: Spot) -> bytes:
    references = [
        xml.element(
            "Reference", xml.element("CheckValue", b64encode(sm3(content)).decode()), FileRef=f"/{path}"
        )
        for path, content in protected.items()
    ]  # fmt: skip
    boundary = " ".join(f"{value_:.3f}" for value_ in (spot.x, spot.y, spot.width, spot.height))
    info = xml.element(
        "SignedInfo",
        xml.element("Provider", ProviderName="Zhengtong", Company="Zhengtong", Version="1.0"),
        xml.element("SignatureMethod", SM2_WITH_SM3),
        xml.element("SignatureDateTime", at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")),
        xml.element("References", *references, CheckMethod=SM3),
        xml.element("StampAnnot", ID="1", PageRef=spot.page, Boundary=boundary),
    )
    return xml.document("Signature", info, xml.element("SignedValue", f"/{value}"))
