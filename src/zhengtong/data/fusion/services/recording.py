"""Whose data an act of fusion touches, for the ledger: the person behind an identity number, if known."""

from uuid import UUID

from zhengtong.data.fusion.declaration import KeyCheck
from zhengtong.data.fusion.queries import registry
from zhengtong.trust.identity.api import subject_of_id_number

LOOK_PURPOSE = "data.fusion.reconciliation"


def concerned(registry_name: str, key: str) -> tuple[UUID, ...]:
    """Return the subject of *key* in a registry of natural persons, nobody otherwise."""
    if registry(registry_name).key is not KeyCheck.RESIDENT_ID:
        return ()
    found = subject_of_id_number(key)
    return () if found is None else (found,)
