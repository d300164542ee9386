"""The log's own trusted list 本日志信任清单: what a reader needs to believe this log and its witnesses.

It is a proposal. A court compares it with what it got when the log began, because whoever sends forged evidence would
send a forged list with it.
"""

from functools import lru_cache
from uuid import UUID

from zhengtong.trust.ledger.contracts import LogNotBegun
from zhengtong.trust.ledger.evidence.trusted import TrustedList, TrustedLog, write_trusted_list
from zhengtong.trust.ledger.log import rows
from zhengtong.trust.ledger.log.keys import signers_of
from zhengtong.trust.ledger.log.stamping import known_authorities
from zhengtong.trust.ledger.log.witnessing import known_witnesses
from zhengtong.trust.ledger.tree.verifiers import PublicNoteKey


def own_trusted_list() -> str:
    """Return the list as JSON.

    Raises:
        LogNotBegun: there is no log yet.
    """
    rows.read_log()
    return write_trusted_list(own_trust())


def own_trust() -> TrustedList:
    """Return the list; it names no log while there is none."""
    try:
        log = rows.read_log()
    except LogNotBegun:
        return TrustedList(logs=())
    witnesses = tuple(witness.key for witness in known_witnesses())
    keys = _public_keys(log.identity, log.origin, log.keys)
    return TrustedList(
        logs=(TrustedLog(origin=log.origin, hash=log.hashing.name, keys=keys),),
        witnesses=witnesses,
        quorum=(len(witnesses) + 1) // 2,
        authorities=tuple(authority.trusted for authority in known_authorities()),
    )


@lru_cache(maxsize=4)
def _public_keys(identity: UUID, origin: str, keys: tuple[str, ...]) -> tuple[PublicNoteKey, ...]:
    """Return the public halves, once for each log: opening private keys for them is dear."""
    del identity
    return tuple(signer.public for signer in signers_of(origin, keys))
