"""The Merkle tree of the ledger 默克尔树, without Django: hashes, proofs, tiles, signed notes, checkpoints.

RFC 6962 §2.1 for hashes and proofs; C2SP tlog-tiles, signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof for
what is published, so that witnesses and monitors that others wrote can read it.
"""
