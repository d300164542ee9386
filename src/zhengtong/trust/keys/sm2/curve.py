"""The SM2 curve in pure Python (GB/T 32918.5-2017): enough to verify, never to sign: it is not constant-time."""

from typing import Final

P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A: Final = P - 3
B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX: Final = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY: Final = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0

Affine = tuple[int, int]
Jacobian = tuple[int, int, int]
_INFINITY: Final[Jacobian] = (1, 1, 0)


def is_on_curve(x: int, y: int) -> bool:
    """Tell whether (x, y) is a point of the curve, infinity excluded."""
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def verify_digest(public: Affine, digest: int, r: int, s: int) -> bool:
    """Check (r, s) against *digest* e and the public point (GB/T 32918.2, 7.1, steps B1–B7)."""
    if not (0 < r < N and 0 < s < N):
        return False
    t = (r + s) % N
    if t == 0:
        return False
    x, _y, z = _combine(s, (GX, GY), t, public)
    if z == 0:
        return False
    affine_x = x * pow(z, -2, P) % P
    return (digest + affine_x) % N == r


def _combine(first: int, point: Affine, second: int, other: Affine) -> Jacobian:
    """Return first·point + second·other by Shamir's trick: one doubling for both scalars."""
    base, key = (*point, 1), (*other, 1)
    both = _add(base, key)
    table = (None, base, key, both)
    result = _INFINITY
    for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        result = _double(result)
        chosen = table[(first >> bit & 1) | (second >> bit & 1) << 1]
        if chosen is not None:
            result = _add(result, chosen)
    return result


def _double(point: Jacobian) -> Jacobian:
    x, y, z = point
    if z == 0 or y == 0:
        return _INFINITY
    squared = z * z % P
    slope = 3 * (x - squared) * (x + squared) % P  # 3x² + a·z⁴ with a = −3
    product = 4 * x * y * y % P
    new_x = (slope * slope - 2 * product) % P
    return new_x, (slope * (product - new_x) - 8 * pow(y, 4, P)) % P, 2 * y * z % P


def _add(left: Jacobian, right: Jacobian) -> Jacobian:
    if left[2] == 0:
        return right
    if right[2] == 0:
        return left
    x1, y1, z1 = left
    x2, y2, z2 = right
    z1_squared, z2_squared = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * z2_squared % P, x2 * z1_squared % P
    s1, s2 = y1 * z2 * z2_squared % P, y2 * z1 * z1_squared % P
    if u1 == u2:
        return _double(left) if s1 == s2 else _INFINITY
    h, slope = u2 - u1, s2 - s1
    h_squared = h * h % P
    h_cubed = h * h_squared % P
    shared = u1 * h_squared % P
    x3 = (slope * slope - h_cubed - 2 * shared) % P
    return x3, (slope * (shared - x3) - s1 * h_cubed) % P, h * z1 * z2 % P
