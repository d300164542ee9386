"""What of a licence's field a reader sees: masked by kind, or in the clear."""

from collections.abc import Callable, Collection, Mapping

from zhengtong.trust.keys.api import mask_id_number, mask_name, mask_phone
from zhengtong.trust.licenses.contracts import FieldKind, LicenseType, ShownField

_MASKS: Mapping[FieldKind, Callable[[str], str]] = {
    FieldKind.NAME: mask_name,
    FieldKind.ID_NUMBER: mask_id_number,
    FieldKind.PHONE: mask_phone,
}


def shown_fields(
    kind: LicenseType, attributes: Mapping[str, str], *, only: Collection[str] | None = None, masked: bool = False
) -> tuple[ShownField, ...]:
    """Return the fields that have a value, in the type's order; *only* these where given."""
    return tuple(
        ShownField(
            key=one.key,
            name=one.name,
            value=_MASKS.get(one.kind, str)(attributes[one.key]) if masked else attributes[one.key],
        )
        for one in kind.fields
        if one.key in attributes and (only is None or one.key in only)
    )
