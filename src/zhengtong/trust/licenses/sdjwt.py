"""The international twin 国际互认形态: SD-JWT VC (RFC 9901; draft-ietf-oauth-sd-jwt-vc) with a Token Status List.

Every field is a disclosure of its own, so its holder hands on only those a verifier needs. The issuer's keys stand at
`/.well-known/jwt-vc-issuer/licences`, the status lists (draft-ietf-oauth-status-list) under `/licences/status/`.
"""

import hashlib
import secrets
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.keys.api import Signer
from zhengtong.trust.licenses import jose
from zhengtong.trust.licenses.contracts import FileNotGenuine, LicenseState, LicenseView

TYPE, LIST_TYPE = "dc+sd-jwt", "statuslist+jwt"
ISSUER_PATH, STATUS_PATH = "/licences", "/licences/status"
BITS = 2
LIST_LIVES = 60
"""Seconds for which a status list may be kept."""

_STATUS: Mapping[LicenseState, int] = {LicenseState.VALID: 0, LicenseState.SUSPENDED: 2}
_INVALID = 1


def issued(
    view: LicenseView, attributes: Mapping[str, str], *, origin: str, index: int, issuer: str, signer: Signer, key: str
) -> str:
    """Return the credential in compact form, with all its disclosures.

    Args:
        view: the licence.
        attributes: what is written in it.
        origin: scheme and host under which this platform is reached.
        index: its place in the issuer's status list.
        issuer: the issuer's credit code.
        signer: by which it is signed.
        key: the fingerprint of that key.
    """
    disclosures = [_disclosure(name, value) for name, value in attributes.items()]
    payload: dict[str, Any] = {
        "iss": f"{origin}{ISSUER_PATH}",
        "iat": int(view.issued_at.timestamp()),
        "vct": f"{origin}{ISSUER_PATH}/types/{view.type.key}",
        "license_number": view.number,
        "valid_from": view.valid_from.isoformat(),
        "issuing_authority": view.issuer_name.zh,
        "_sd_alg": "sha-256",
        "_sd": sorted(_digest(one) for one in disclosures),
        "status": {"status_list": {"idx": index, "uri": f"{origin}{STATUS_PATH}/{issuer}"}},
    }
    if view.valid_until:
        payload["valid_until"] = view.valid_until.isoformat()
    return "~".join([jose.compact(TYPE, payload, signer=signer, key=key), *disclosures, ""])


def read(data: bytes) -> tuple[jose.SignedFile, dict[str, str]]:
    """Read a credential and what it discloses; the signature is not checked yet.

    Raises:
        FileNotGenuine: it is no credential, or discloses what its issuer did not sign.
    """
    token, *disclosures = data.strip().split(b"~")
    signed = jose.read_compact(token, TYPE)
    try:
        promised = set(signed.payload.get("_sd", ()))
        shown = [one.decode("ascii") for one in disclosures if one]
        told = {name: value for _salt, name, value in (orjson.loads(jose.decoded(one)) for one in shown)}
        genuine = promised.issuperset(map(_digest, shown)) and len(told) == len(shown)
    except (ValueError, TypeError) as error:
        raise FileNotGenuine(what=Phrase(_("披露的内容与签名不符"))) from error
    if not genuine:
        raise FileNotGenuine(what=Phrase(_("披露的内容与签名不符")))
    return signed, told


def status_list(states: Iterable[tuple[int, LicenseState]], *, uri: str, signer: Signer, key: str, at: datetime) -> str:
    """Return a signed status list: two bits for each index, 0 valid, 1 invalid, 2 suspended; never used ones are 0."""
    known = dict(states)
    packed = bytearray(max(known, default=0) // 4 + 1)
    for index, state in known.items():
        packed[index // 4] |= _STATUS.get(state, _INVALID) << BITS * (index % 4)
    body = {"bits": BITS, "lst": jose.encoded(zlib.compress(bytes(packed), 9))}
    payload = {"sub": uri, "iat": int(at.timestamp()), "ttl": LIST_LIVES, "status_list": body}
    return jose.compact(LIST_TYPE, payload, signer=signer, key=key)


def _disclosure(name: str, value: str) -> str:
    return jose.encoded(orjson.dumps([secrets.token_urlsafe(16), name, value]))


def _digest(disclosure: str) -> str:
    return jose.encoded(hashlib.sha256(disclosure.encode()).digest())
