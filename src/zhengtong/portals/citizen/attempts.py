"""How often one network address may ask for something that needs no account 匿名限频."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

A_MINUTE = 60


def within_limit(request: HttpRequest, what: str, *, most: int) -> bool:
    """Count an attempt at *what* by this network address, and say whether it made at most *most* within a minute."""
    key = f"{what}:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, A_MINUTE)
    try:
        return int(cache.incr(key)) <= most
    except ValueError:  # it ran out between the two
        return True
