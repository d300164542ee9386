"""Credentials for abroad 国际形态: a licence as SD-JWT VC, the status list of an issuer, its public keys."""

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.core.cache import cache

from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import NotFound
from zhengtong.trust.identity.api import organisation, organisation_of_code
from zhengtong.trust.licenses import jose, law, queries, sdjwt
from zhengtong.trust.licenses.contracts import LicenseState, LicenseStateForbids
from zhengtong.trust.licenses.models import ELicense, StatusEntry
from zhengtong.trust.licenses.services.signing import signer_for_body


def credential(row: ELicense, *, origin: str, at: datetime) -> str:
    """Return a valid licence as SD-JWT VC, in the caller's transaction; its place in the status list stays.

    Raises:
        LicenseStateForbids: it is not valid.
    """
    view = queries.views_of([row], at=at)[0]
    if view.state is not LicenseState.VALID:
        raise LicenseStateForbids(state=view.state.label)
    entry, _made = StatusEntry.objects.get_or_create(license=row)
    body = organisation(row.issuer_id)
    signer, key = signer_for_body(body, at=at)
    attributes = queries.attributes_of(row)
    return sdjwt.issued(view, attributes, origin=origin, index=entry.pk, issuer=body.code, signer=signer, key=key)


def status_list_of(code: str, *, origin: str, at: datetime) -> str:
    """Return the signed status list of the body with this credit code; made anew once a minute.

    Raises:
        NotFound: there is no such body, or no credential of it is out.
    """
    kept = f"licence-status:{origin}:{code}"
    found: str | None = cache.get(kept)
    if found is None:
        found = _made_list(code, origin, at)
        cache.set(kept, found, sdjwt.LIST_LIVES)
    return found


def issuer_metadata(*, origin: str) -> dict[str, Any]:
    """Return the JWT VC issuer metadata: who issues, and the public keys of all issuing bodies as JWK."""
    keys = [_jwk(one.fingerprint, one.spki) for one in queries.issuing_keys()]
    return {"issuer": f"{origin}{sdjwt.ISSUER_PATH}", "jwks": {"keys": keys}}


def _made_list(code: str, origin: str, at: datetime) -> str:
    body = organisation_of_code(code)
    rows = StatusEntry.objects.filter(license__issuer=body.id).values_list(
        "pk", "license__state", "license__valid_until"
    )
    states = [(index, law.standing(LicenseState(state), until, on_day(at))) for index, state, until in rows]
    if not states:
        raise NotFound
    signer, key = signer_for_body(body, at=at)
    return sdjwt.status_list(states, uri=f"{origin}{sdjwt.STATUS_PATH}/{code}", signer=signer, key=key, at=at)


def _jwk(fingerprint: str, spki: bytes) -> dict[str, str]:
    key = load_der_public_key(spki)
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 -- licences are signed with P-256 (decision 0210)
    numbers = key.public_numbers()
    x, y = (jose.encoded(value.to_bytes(32)) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": fingerprint, "alg": "ES256", "use": "sig"}
