"""Asking witnesses 请求见证: each gets the newest checkpoint and the proof from what it saw (C2SP tlog-witness).

What a witness answers is verified before it is kept. One that does not answer, or refuses, costs the others nothing;
what it said is kept for the auditor.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from zhengtong.trust.ledger.contracts import WitnessesUnreadable, WitnessState
from zhengtong.trust.ledger.log import reading, rows
from zhengtong.trust.ledger.models import CheckpointRow, CosignatureRow, WitnessRow
from zhengtong.trust.ledger.tree.notes import MalformedNote, Note, NoteRefused, read_note, read_signatures, verified
from zhengtong.trust.ledger.tree.verifiers import COSIGNATURE_TYPE, PublicNoteKey, read_verifier
from zhengtong.trust.ledger.witness.judging import write_request

SECONDS_TO_ANSWER = 5.0
_LONGEST_ANSWER = 20_000
log = structlog.get_logger(__name__)

Ask = Callable[[str, bytes], tuple[int, str]]
"""Posts bytes to an address; returns status and text. Raises OSError where nobody answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownWitness:
    """A witness this log asks: its key and where it listens."""

    key: PublicNoteKey
    address: str


def known_witnesses() -> tuple[KnownWitness, ...]:
    """Return the witnesses named in the file of the settings; none where there is no file.

    Raises:
        WitnessesUnreadable: the file cannot be read.
    """
    path = Path(settings.LEDGER_WITNESSES)
    try:
        return tuple(map(_known, json.loads(path.read_bytes())))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WitnessesUnreadable(file=path.name, what=error) from error


def witness_states() -> tuple[WitnessState, ...]:
    """Return what is known of each witness, in the order of the file."""
    states = {row.name: row for row in WitnessRow.objects.all()}
    return tuple(
        WitnessState(
            name=witness.key.name,
            size=state.size if (state := states.get(witness.key.name)) else 0,
            asked_at=state.asked_at if state else None,
            trouble=state.trouble if state else "",
        )
        for witness in known_witnesses()
    )


def ask_witnesses(witnesses: Sequence[KnownWitness], at: datetime, ask: Ask | None = None) -> int:
    """Have the newest checkpoint co-signed by those that have not yet; return how many did."""
    newest = CheckpointRow.objects.order_by("-size").first()
    if newest is None:
        return 0
    done = set(CosignatureRow.objects.filter(checkpoint=newest).values_list("witness", flat=True))
    missing = [witness for witness in witnesses if witness.key.name not in done]
    return sum(_ask(witness, newest, at, ask or post) for witness in missing)


def post(address: str, body: bytes) -> tuple[int, str]:
    """Post *body*; return status and text.

    Raises:
        OSError: nobody answers, or not by HTTP.
    """
    if not address.startswith(("http://", "https://")):
        raise URLError("an address of http or https is needed")
    request = Request(address, data=body, method="POST", headers={"Content-Type": "text/plain"})  # noqa: S310 -- see above
    try:
        with urlopen(request, timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310 -- see above
            return answer.status, answer.read(_LONGEST_ANSWER).decode()
    except HTTPError as error:
        return error.code, error.read(_LONGEST_ANSWER).decode(errors="replace")
    except (HTTPException, UnicodeDecodeError) as error:
        raise URLError(str(error)) from error


def _known(written: dict[str, str]) -> KnownWitness:
    key = read_verifier(written["key"])
    if key.kind != COSIGNATURE_TYPE:
        raise MalformedNote(f"{key.name}: the key does not co-sign")
    return KnownWitness(key=key, address=written["address"].rstrip("/"))


def _ask(witness: KnownWitness, newest: CheckpointRow, at: datetime, ask: Ask) -> bool:
    state = WitnessRow.objects.filter(name=witness.key.name).first()
    trouble = ""
    try:
        lines = _cosigned(witness, newest, state.size if state else 0, ask)
        _keep(witness, newest, lines, at)
    except (OSError, MalformedNote, NoteRefused) as error:
        trouble = str(error)[:200]
        log.warning("ledger.witness_did_not_sign", witness=witness.key.name, why=trouble)
    size = {} if trouble else {"size": newest.size}
    WitnessRow.objects.update_or_create(name=witness.key.name, defaults={"asked_at": at, "trouble": trouble, **size})
    return not trouble


def _cosigned(witness: KnownWitness, newest: CheckpointRow, old_size: int, ask: Ask) -> str:
    """Ask with the size we think the witness saw; it corrects us at most once.

    Raises:
        NoteRefused: it does not sign.
    """
    status, said = _submit(witness, newest, old_size, ask)
    if status == HTTPStatus.CONFLICT and said.strip().isdecimal() and int(said) != old_size:
        status, said = _submit(witness, newest, int(said), ask)
    if status != HTTPStatus.OK:
        raise NoteRefused(f"{status} {said.strip()}")
    return said


def _submit(witness: KnownWitness, newest: CheckpointRow, old_size: int, ask: Ask) -> tuple[int, str]:
    if old_size > newest.size:
        raise NoteRefused(f"it saw {old_size} entries, we have signed {newest.size} only")
    proof = reading.consistency_proof(rows.read_log(), old_size, newest.size) if old_size else []
    return ask(f"{witness.address}/add-checkpoint", write_request(old_size, proof, newest.note))


def _keep(witness: KnownWitness, newest: CheckpointRow, lines: str, at: datetime) -> None:
    """Keep the witness's line, if it is one.

    Raises:
        MalformedNote, NoteRefused: it is none.
    """
    note = Note(read_note(newest.note).text, read_signatures(lines))
    if not verified(note, [witness.key]):
        raise NoteRefused("the answer carries no co-signature of its key")
    line = next(one for one in note.signatures if (one.name, one.key_id) == (witness.key.name, witness.key.key_id))
    try:
        with transaction.atomic():
            CosignatureRow.objects.create(checkpoint=newest, witness=witness.key.name, line=line.line(), at=at)
    except IntegrityError:
        log.info("ledger.cosignature_known", witness=witness.key.name, size=newest.size)
