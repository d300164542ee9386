"""The public proof vectors 一致性用例: a folder of JSON cases, each an inclusion or a consistency proof.

The layout is that of transparency-dev/merkle: `inclusion/…/*.json` and `consistency/…/*.json`, hashes in base64, and in
each case `wantErr`, whether the proof must be refused.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhengtong.trust.ledger.tree.hashing import HashName, hashing
from zhengtong.trust.ledger.tree.proofs import ProofRefused, verify_consistency, verify_inclusion


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseResult:
    """How one case went; `said` is why it fails."""

    name: str
    passed: bool
    said: str = ""


class UnreadableCase(ValueError):  # noqa: N818 -- named after what is wrong
    """A file is no case of the suite."""


def run_suite(folder: Path, name: HashName = HashName.SHA256) -> Iterator[CaseResult]:
    """Run every case below *folder*, in the order of their names.

    Raises:
        UnreadableCase: a file is no case.
    """
    for kind, verify in (("consistency", _consistency), ("inclusion", _inclusion)):
        for path in sorted((folder / kind).rglob("*.json")):
            yield _run(str(path.relative_to(folder)), _read(path), verify, name)


def _run(
    label: str, case: dict[str, Any], verify: Callable[[dict[str, Any], HashName], None], name: HashName
) -> CaseResult:
    try:
        unwelcome = bool(case["wantErr"])
        verify(case, name)
    except (ProofRefused, binascii.Error) as refusal:
        return CaseResult(name=label, passed=unwelcome, said=f"refused, though it is right: {refusal}")
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableCase(f"{label}: {error!r}") from error
    return CaseResult(name=label, passed=not unwelcome, said="accepted, though it is wrong")


def _read(path: Path) -> dict[str, Any]:
    try:
        case = json.loads(path.read_bytes())
    except ValueError as error:
        raise UnreadableCase(f"{path}: {error}") from error
    if not isinstance(case, dict):
        raise UnreadableCase(f"{path}: no JSON object")
    return case


def _inclusion(case: dict[str, Any], name: HashName) -> None:
    verify_inclusion(
        hashing(name),
        index=case["leafIdx"],
        size=case["treeSize"],
        leaf=_bytes(case["leafHash"]),
        proof=_hashes(case["proof"]),
        root=_bytes(case["root"]),
    )


def _consistency(case: dict[str, Any], name: HashName) -> None:
    verify_consistency(
        hashing(name),
        old_size=case["size1"],
        new_size=case["size2"],
        old_root=_bytes(case["root1"]),
        new_root=_bytes(case["root2"]),
        proof=_hashes(case["proof"]),
    )


def _hashes(written: list[str] | None) -> list[bytes]:
    return [_bytes(one) for one in written or ()]


def _bytes(written: str | None) -> bytes:
    return base64.b64decode(written or "", validate=True)
