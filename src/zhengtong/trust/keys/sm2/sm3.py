"""SM3 (GB/T 32905-2016): OpenSSL's through hashlib; in pure Python where a distribution compiled it out."""

import hashlib
import struct

_START = (
    0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
    0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
)  # fmt: skip
_MASK = 0xFFFFFFFF


def sm3(*parts: bytes) -> bytes:
    """Return the 32-byte digest of the parts joined.

    >>> sm3(b"abc").hex()[:16]
    '66c7f0f462eeedd9'
    """
    try:
        state = hashlib.new("sm3")
    except ValueError:
        return pure_sm3(b"".join(parts))
    for part in parts:
        state.update(part)
    return state.digest()


def pure_sm3(message: bytes) -> bytes:
    """Return the digest without OpenSSL; about a thousand times slower."""
    length = struct.pack(">Q", len(message) * 8)
    padded = message + b"\x80" + bytes((55 - len(message)) % 64) + length
    state: tuple[int, ...] = _START
    for offset in range(0, len(padded), 64):
        state = _compress(state, struct.unpack(">16I", padded[offset : offset + 64]))
    return struct.pack(">8I", *state)


def _rotate(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> (32 - by)) & _MASK


def _expand(block: tuple[int, ...]) -> list[int]:
    words = list(block)
    for place in range(16, 68):
        mixed = words[place - 16] ^ words[place - 9] ^ _rotate(words[place - 3], 15)
        permuted = mixed ^ _rotate(mixed, 15) ^ _rotate(mixed, 23)
        words.append(permuted ^ _rotate(words[place - 13], 7) ^ words[place - 6])
    return words


def _compress(state: tuple[int, ...], block: tuple[int, ...]) -> tuple[int, ...]:
    words = _expand(block)
    a, b, c, d, e, f, g, h = state
    for step in range(64):
        early = step < 16
        constant = _rotate(0x79CC4519 if early else 0x7A879D8A, step)
        first = _rotate(_rotate(a, 12) + e + constant & _MASK, 7)
        second = first ^ _rotate(a, 12)
        majority = a ^ b ^ c if early else a & b | a & c | b & c
        choice = e ^ f ^ g if early else e & f | ~e & g
        new_a = majority + d + second + (words[step] ^ words[step + 4]) & _MASK
        new_e = choice + h + first + words[step] & _MASK
        a, b, c, d = new_a, a, _rotate(b, 9), c
        e, f, g, h = new_e ^ _rotate(new_e, 9) ^ _rotate(new_e, 17), e, _rotate(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))
