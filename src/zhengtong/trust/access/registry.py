"""Which permissions exist 权限目录: every app declares its own, `site/wiring.py` brings them here."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from zhengtong.kernel.errors import Text
from zhengtong.trust.access.contracts import PermissionEntry, UnknownPermission
from zhengtong.trust.identity.contracts import Duty

PermissionT = TypeVar("PermissionT", bound=StrEnum)

_known: dict[str, PermissionEntry] = {}


def register_permissions(
    sentences: Mapping[PermissionT, Text],
    *,
    duty: Duty = Duty.BUSINESS,
    duties: Mapping[PermissionT, Duty] | None = None,
) -> None:
    """Register the permissions of one app.

    Args:
        sentences: what each permission lets its holder do, translatable.
        duty: whose duty they are 三员分立.
        duties: where single permissions belong to another duty.

    Raises:
        ValueError: a member of the enum has no sentence, a name is not `room.app:verb`, or two apps use one name.
    """
    for kind in {type(permission) for permission in sentences}:
        missing = set(kind) - set(sentences)
        if missing:
            raise ValueError(f"no sentence for {', '.join(sorted(missing))}")
    for permission, sentence in sentences.items():
        room, colon, verb = permission.value.partition(":")
        if not (colon and verb and "." in room):
            raise ValueError(f"{permission.value}: write room.app:verb")
        entry = PermissionEntry(
            permission=permission.value, sentence=sentence, duty=(duties or {}).get(permission, duty)
        )
        known = _known.setdefault(permission.value, entry)
        if (known.duty, str(known.sentence)) != (entry.duty, str(entry.sentence)):
            raise ValueError(f"{permission.value} is registered twice")


def permissions() -> Iterator[PermissionEntry]:
    """Yield every registered permission, by name."""
    yield from (_known[name] for name in sorted(_known))


def known_permission(permission: str) -> PermissionEntry | None:
    """Return what is registered under this name, or None."""
    return _known.get(permission)


def permission_entry(permission: str) -> PermissionEntry:
    """Return what is registered under this name.

    Raises:
        UnknownPermission: nothing is.
    """
    entry = _known.get(permission)
    if entry is None:
        raise UnknownPermission(permission=permission)
    return entry
