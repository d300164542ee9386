"""Licences of the demo province 演示证照: the types of its folder, and a licence for people of the stories."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from zhengtong.data.registries.api import RegistryPart, ResidentRecord
from zhengtong.site.demo.accounts import choose_cast, legal_subject
from zhengtong.site.demo.offices import Offices
from zhengtong.trust.identity import api as identity
from zhengtong.trust.licenses import api as licenses

ADMINISTERED_BY = "data"
_MARKET, _CIVIL, _SECURITY = "market_supervision", "civil_affairs", "public_security"


def publish(folder: Path, offices: Offices, *, at: datetime) -> None:
    """Publish the types in *folder*, administered by the county's data bureau."""
    administrator = next(body.entry.code for body in offices.bodies if body.key == ADMINISTERED_BY)
    licenses.publish_types(
        licenses.read_types(folder),
        administrator=administrator,
        responsibility=identity.responsibility_of(identity.system_actor()),
        at=at,
    )


def fill_wallets(offices: Offices, part: RegistryPart, *, at: datetime) -> None:
    """Issue the elder's card, the citizen's register entry and the largest company's business licence."""
    cast = choose_cast(part)
    _issue(offices, _CIVIL, "senior_card", cast.elder.id, _resident(cast.elder), at)
    _issue(offices, _SECURITY, "household_entry", cast.citizen.id, _resident(cast.citizen), at)
    for company in cast.companies[:1]:
        facts = {
            "enterprise.name": company.name,
            "enterprise.credit_code": company.credit_code,
            "enterprise.established_on": company.established_on,
        }
        _issue(offices, _MARKET, "business_licence", legal_subject(company), facts, at)


def _resident(resident: ResidentRecord) -> dict[str, Any]:
    return {
        "resident.name": resident.name,
        "resident.id_number": resident.id_number,
        "resident.born_on": resident.born_on,
    }


def _issue(offices: Offices, department: str, type_key: str, holder: UUID, facts: dict[str, Any], at: datetime) -> None:
    body = next(body for body in offices.bodies if body.department == department)
    kind = next(one for one in licenses.license_types() if one.key == type_key)
    licenses.issue(
        actor=identity.system_actor(),
        type_key=type_key,
        issuer=body.entry.id,
        holder=holder,
        attributes=licenses.gather(kind, facts),
        at=at,
    )
