"""Which providers this installation has; `site/wiring.py` adds hardware modules, software is always there."""

from zhengtong.trust.keys.contracts import KeyMissing, KeyProvider, KeyReference, Signer
from zhengtong.trust.keys.providers.software import SoftwareKeys

_providers: dict[str, KeyProvider] = {SoftwareKeys.name: SoftwareKeys()}


def register_key_provider(provider: KeyProvider) -> None:
    """Add a provider under its name, in place of one of the same name."""
    _providers[provider.name] = provider


def key_provider(name: str) -> KeyProvider:
    """Return the provider called *name*.

    Raises:
        KeyMissing: none is called that; its module may not be attached to this machine.
    """
    provider = _providers.get(name)
    if provider is None:
        raise KeyMissing(reference=name)
    return provider


def key_providers() -> tuple[str, ...]:
    """Return the names of all providers."""
    return tuple(sorted(_providers))


def signer_for(reference: KeyReference) -> Signer:
    """Return the handle that signs with the key at *reference*.

    Raises:
        KeyMissing: no such provider or key, or the key was destroyed.
    """
    return key_provider(reference.provider).signer(reference)
