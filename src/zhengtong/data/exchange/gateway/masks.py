"""Masks of fields 脱敏 as an agreement orders them."""

from collections.abc import Callable, Mapping

from zhengtong.data.exchange.contracts import Mask
from zhengtong.trust.keys.api import mask_id_number, mask_name, mask_phone


def masked(value: object, mask: Mask) -> object:
    """Return *value* as it may leave the house.

    >>> masked("330106199001011234", Mask.ID_NUMBER), masked("1990-01-01", Mask.YEAR), masked("", Mask.PRESENT)
    ('330*************34', '1990', False)
    >>> masked(None, Mask.NAME) is None
    True
    """
    if mask is Mask.NONE:
        return value
    if mask is Mask.PRESENT:
        return value is not None and value != ""
    return None if value is None else _MASKS[mask](str(value))


_MASKS: Mapping[Mask, Callable[[str], str]] = {
    Mask.NAME: mask_name,
    Mask.ID_NUMBER: mask_id_number,
    Mask.PHONE: mask_phone,
    Mask.YEAR: lambda text: text[:4],
}
