"""Distinguished names 甄别名, between our contract and X.501."""

from asn1crypto import x509

from zhengtong.trust.keys.contracts import DistinguishedName, UnfitCertificate

_ATTRIBUTES = {
    "country": "country_name",
    "province": "state_or_province_name",
    "locality": "locality_name",
    "organisation": "organization_name",
    "unit": "organizational_unit_name",
    "identifier": "serial_number",
    "common_name": "common_name",
}
_MOST = 64  # X.520 upper bounds of most attributes


def written_name(name: DistinguishedName) -> x509.Name:
    """Return *name* in X.501 form, from the country down.

    Raises:
        UnfitCertificate: no common name, or a part of more than 64 characters.
    """
    parts = {attribute: getattr(name, field) for field, attribute in _ATTRIBUTES.items() if getattr(name, field)}
    if "common_name" not in parts or any(len(value) > _MOST for value in parts.values()):
        raise UnfitCertificate(what="DistinguishedName")
    return x509.Name.build(parts)


def read_name(name: x509.Name) -> DistinguishedName:
    """Return our contract of an X.501 name; what it has no field for is left out."""
    native = name.native or {}
    fields = {field: _first(native.get(attribute)) for field, attribute in _ATTRIBUTES.items()}
    common_name, country = fields.pop("common_name"), fields.pop("country")
    return DistinguishedName(common_name=common_name or name.human_friendly, country=country or "", **fields)


def _first(value: object) -> str | None:
    if isinstance(value, list):
        return str(value[0]) if value else None
    return None if value is None else str(value)
