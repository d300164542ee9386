"""Masking 脱敏: what a reader sees who needs to recognise a value, not to use it (GB/T 35273 §7.2)."""

_STAR = "*"


def mask_id_number(number: str) -> str:
    """Keep the province and the last two characters: with four, birthday and county the number could be rebuilt.

    >>> mask_id_number("330106199001011234")
    '330*************34'
    >>> mask_id_number("12")
    '**'
    """
    return _keep(number, head=3, tail=2)


def mask_name(name: str) -> str:
    """Keep the first character, and the last of names longer than two.

    >>> [mask_name(name) for name in ("张伟", "欧阳明月", "张", "")]
    ['张*', '欧**月', '张', '']
    """
    return name if len(name) < 2 else _keep(name, head=1, tail=int(len(name) > 2))


def mask_phone(phone: str) -> str:
    """Keep the network prefix and the last four digits.

    >>> mask_phone("13800001234"), mask_phone("110")
    ('138****1234', '***')
    """
    return _keep(phone, head=3, tail=4)


def _keep(text: str, *, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return _STAR * len(text)
    return text[:head] + _STAR * hidden + text[len(text) - tail :]
