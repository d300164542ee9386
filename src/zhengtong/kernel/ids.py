"""Identifiers 标识: time-ordered ids for rows, short references 编号 for people.

`new_id` makes UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits which count upwards
while the millisecond lasts (§6.2, method 2), so ids made by one process sort in the order they were made, even when
the clock steps back. `new_reference` makes what a citizen reads over the telephone: random, so that nobody finds a
neighbour's case by counting, and closed by a check character.
"""

import os
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from zhengtong.kernel import clock as clocks
from zhengtong.kernel.checkdigits import CREDIT_CODE_ALPHABET, modulus31_check_character
from zhengtong.kernel.errors import InvalidInput, Phrase
from zhengtong.kernel.errors import mark as _

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTER_BITS = 74  # rand_a (12) and rand_b (62) together
_REFERENCE_LENGTH = 12  # eleven random characters (54 bits) and one check character
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"})


class InvalidReference(InvalidInput):
    """A typed reference is not one of ours: too short, a foreign character, or the check character does not fit."""

    code = "invalid_reference"
    message = _("编号有误：{what}")
    remedy = _("请对照回执或短信逐字核对后重新输入。")


class IdSource:
    """Makes UUIDv7 values that strictly increase; safe between threads.

    Args:
        clock: tells the time.
        random_bits: returns so many random bits; replaced only where a run must be repeatable (the demo province).
    """

    def __init__(
        self, clock: clocks.Clock = clocks.system, random_bits: Callable[[int], int] = secrets.randbits
    ) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._lock = threading.Lock()
        self._millisecond = -1
        self._counter = 0

    def new(self) -> UUID:
        """Return the next id, larger than every id this source made before."""
        with self._lock:
            now = (self._clock.now() - _EPOCH) // _MILLISECOND
            if now > self._millisecond:
                self._start(now)
            else:
                self._counter += 1 + self._random_bits(32)
                if self._counter >> _COUNTER_BITS:
                    self._start(self._millisecond + 1)
            return _uuid7(self._millisecond, self._counter)

    def forget(self) -> None:
        """Start afresh: a forked child must not count on from its parent's counter."""
        self._lock = threading.Lock()
        self._millisecond = -1

    def _start(self, millisecond: int) -> None:
        """Open *millisecond* with its top counter bit clear, which leaves room to count."""
        self._millisecond = millisecond
        self._counter = self._random_bits(_COUNTER_BITS - 1)


def _uuid7(millisecond: int, counter: int) -> UUID:
    high, low = counter >> 62, counter & ((1 << 62) - 1)
    return UUID(int=millisecond << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


_source = IdSource()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_source.forget)


def new_id() -> UUID:
    """Return a new time-ordered id from this process's source."""
    return _source.new()


def made_at(identifier: UUID) -> datetime:
    """Return the moment (to the millisecond, UTC) at which a version 7 id was made.

    Raises:
        ValueError: the id is not a version 7 UUID.

    >>> made_at(UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")).isoformat()
    '2022-02-22T19:22:22+00:00'
    """
    if identifier.version != 7:
        raise ValueError(f"{identifier} is version {identifier.version}, not 7: it does not tell its time")
    return _EPOCH + (identifier.int >> 80) * _MILLISECOND


def new_reference(prefix: str = "", *, choice: Callable[[str], str] = secrets.choice) -> str:
    """Return a reference such as `BJ-7K3M-9Q4X-RD2T`: 54 random bits, the last character checks all others.

    The alphabet is that of the credit code (GB 32100-2015): it leaves out I, O, S, V and Z, which people confuse with
    digits. A table that stores references keeps them unique and asks for another on the rare collision.

    Args:
        prefix: letters and digits of that alphabet that say what kind of thing this is; checked as well.
        choice: picks one character; replaced only where a run must be repeatable.
    """
    _require_alphabet(prefix)
    body = "".join(choice(CREDIT_CODE_ALPHABET) for _place in range(_REFERENCE_LENGTH - 1))
    return _written(prefix, body + modulus31_check_character(prefix + body))


def read_reference(text: str, prefix: str = "") -> str:
    """Return *text* as `new_reference` wrote it: any case, with or without dashes and blanks, look-alikes put right.

    Raises:
        InvalidReference: it was not a reference with this prefix.

    >>> read_reference(" bj7k3m 9q4xrd2t", "BJ")
    Traceback (most recent call last):
    ...
    zhengtong.kernel.ids.InvalidReference: 编号有误：校验位不符 请对照回执或短信逐字核对后重新输入。
    """
    compact = "".join(text.split()).replace("-", "").upper().translate(_LOOKALIKES)
    if not compact.startswith(prefix) or len(compact) != len(prefix) + _REFERENCE_LENGTH:
        expected = _written(prefix, "X" * _REFERENCE_LENGTH)
        raise InvalidReference(what=Phrase(_("应为 {expected} 的样式"), expected=expected))
    for position, character in enumerate(compact, start=1):
        if character not in CREDIT_CODE_ALPHABET:
            raise InvalidReference(
                what=Phrase(_("第 {position} 位“{character}”不是编号用字"), position=position, character=character)
            )
    if modulus31_check_character(compact[:-1]) != compact[-1]:
        raise InvalidReference(what=Phrase(_("校验位不符")))
    return _written(prefix, compact[len(prefix) :])


def _written(prefix: str, body: str) -> str:
    groups = [body[start : start + 4] for start in range(0, len(body), 4)]
    return "-".join([prefix, *groups] if prefix else groups)


def _require_alphabet(prefix: str) -> None:
    foreign = [character for character in prefix if character not in CREDIT_CODE_ALPHABET]
    if foreign or len(prefix) > 12:
        raise ValueError(f"prefix {prefix!r}: at most 12 characters out of {CREDIT_CODE_ALPHABET}")
