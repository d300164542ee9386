"""Licences for cases 证照签发与调用: what a case gives goes to the wallet, and serves as evidence."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.utils.translation import gettext_lazy as _

from zhengtong.data.registries import api as registries
from zhengtong.kernel.checkdigits import parse_resident_id
from zhengtong.kernel.errors import NotFound, Text
from zhengtong.process.cases.contracts import IssueOrder
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.licenses import api as licenses

ISSUING = "site.licence_office.issuing"
PURPOSES: Mapping[str, Text] = {ISSUING: _("签发证照时核对登记信息")}

log = structlog.get_logger(__name__)


class LicenceIssuer:
    """Fulfils `process.cases.OutputIssuer`: issues a licence where the output is a published licence type."""

    def issue(self, order: IssueOrder, *, at: datetime) -> str | None:
        """Return the licence's identifier, or None where the output is no licence or lacks what the type wants."""
        kind = next((one for one in licenses.license_types() if one.key == order.output), None)
        if kind is None:
            return None
        facts = {**order.answers, **registered_facts(kind.holder, order.holder, at=at)}
        try:
            issued = licenses.issue(
                actor=identity.system_actor(),
                type_key=kind.key,
                issuer=order.organisation,
                holder=order.holder,
                attributes=licenses.gather(kind, facts),
                case=order.case,
                at=at,
            )
        except (licenses.AttributesUnfit, licenses.IssuerUnfit) as refusal:
            log.warning("licence_not_issued", case=str(order.case), type=kind.key, code=refusal.code)
            return None
        return issued.number


class LicenceEvidence:
    """Fulfils `process.cases.EvidenceSource`: a valid licence of the party instead of paper."""

    title = "电子证照库"

    def find(self, key: str, *, actor: Actor, purpose: str, at: datetime) -> str | None:
        """Return the identifier of the party's valid licence of the type *key*; the reading is on record."""
        return licenses.serve_as_evidence(actor=actor, type_key=key, purpose=purpose, at=at)


def registered_facts(kind: licenses.HolderKind, holder: UUID, *, at: datetime) -> Mapping[str, Any]:
    """Return what the registries say of a holder, by the names that licence types use; the reading is on record."""
    try:
        return _resident(holder, at) if kind is licenses.HolderKind.PERSON else _enterprise(holder)
    except (NotFound, registries.ResidentUnknown, registries.EnterpriseUnknown):
        return {}


def _resident(holder: UUID, at: datetime) -> Mapping[str, Any]:
    reader = replace(identity.system_actor(), on_behalf_of=holder)
    entry = registries.resident_of(holder, actor=reader, purpose=ISSUING, at=at)
    return {
        "resident.name": entry.name,
        "resident.id_number": entry.id_number,
        "resident.born_on": parse_resident_id(entry.id_number).born_on,
        "resident.region_name": entry.region_name,
    }


def _enterprise(holder: UUID) -> Mapping[str, Any]:
    entry = registries.enterprise(identity.enterprise(subject=holder).credit_code)
    return {
        "enterprise.name": entry.name,
        "enterprise.credit_code": entry.credit_code,
        "enterprise.established_on": entry.established_on,
        "enterprise_address": entry.address,
        "legal_representative": entry.legal_representative_name,
    }
