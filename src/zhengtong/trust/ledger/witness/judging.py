"""Judging a checkpoint 审核检查点: the rules of C2SP tlog-witness, `add-checkpoint`, one after the other."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from zhengtong.trust.ledger.evidence.trusted import TrustedList, TrustedLog
from zhengtong.trust.ledger.tree.checkpoints import Checkpoint, cosign, read_signed
from zhengtong.trust.ledger.tree.hashing import hashing
from zhengtong.trust.ledger.tree.notes import MalformedNote, Note, NoteRefused, verified
from zhengtong.trust.ledger.tree.proofs import ProofRefused, verify_consistency
from zhengtong.trust.ledger.tree.verifiers import PublicNoteKey
from zhengtong.trust.ledger.witness.state import Seen, WitnessState

MOST_PROOF_LINES = 63
LONGEST_REQUEST = 250_000
SIZE_TYPE, TEXT_TYPE = "text/x.tlog.size", "text/plain; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: HTTPStatus
    body: str
    content_type: str = TEXT_TYPE


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """A witness: its key, the logs it believes, its memory."""

    key: PublicNoteKey
    sign: Callable[[bytes], bytes]
    trusted: TrustedList
    state: WitnessState

    def add_checkpoint(self, request: bytes, seconds: int) -> Answer:
        """Co-sign a checkpoint that continues what was seen, or say why not.

        Args:
            request: `old SIZE`, consistency proof lines, an empty line, the signed checkpoint.
            seconds: the time, since 1970.
        """
        try:
            old_size, proof, note, checkpoint = read_request(request)
        except MalformedNote as error:
            return Answer(status=HTTPStatus.BAD_REQUEST, body=f"{error}\n")
        log = self.trusted.log(checkpoint.origin)
        if log is None:
            return Answer(status=HTTPStatus.NOT_FOUND, body="this witness does not know the log\n")
        if not _is_signed(note, log):
            return Answer(status=HTTPStatus.FORBIDDEN, body="no key of the log signed the checkpoint\n")
        if old_size > checkpoint.size:
            return Answer(status=HTTPStatus.BAD_REQUEST, body="the old size is larger than the new one\n")
        with self.state.held() as seen:
            refusal = _judge(log, seen.get(checkpoint.origin), old_size, proof, checkpoint)
            if refusal is not None:
                return refusal
            seen[checkpoint.origin] = Seen(size=checkpoint.size, root=checkpoint.root, note=note.written())
        line = cosign(note.text, name=self.key.name, public=self.key.public, sign=self.sign, seconds=seconds).line()
        return Answer(status=HTTPStatus.OK, body=line)


def read_request(request: bytes) -> tuple[int, list[bytes], Note, Checkpoint]:
    """Read a request: old size, proof, note, checkpoint.

    Raises:
        MalformedNote: it is none.
    """
    try:
        head, gap, written = request.decode().partition("\n\n")
        word, *lines = head.split("\n")
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except (UnicodeDecodeError, binascii.Error) as error:
        raise MalformedNote("the request is not text, or a proof line not base64") from error
    size = word.removeprefix("old ")
    plain = size.isascii() and size.isdecimal() and len(size) < 19 and str(int(size)) == size
    if not gap or word == size or not plain or len(proof) > MOST_PROOF_LINES or len(request) > LONGEST_REQUEST:
        raise MalformedNote("a request is an old size, up to 63 proof lines, an empty line and a checkpoint")
    return int(size), proof, *read_signed(written)


def write_request(old_size: int, proof: list[bytes], note: str) -> bytes:
    """Return what `read_request` reads."""
    lines = [f"old {old_size}", *(base64.b64encode(one).decode() for one in proof)]
    return ("\n".join(lines) + "\n\n" + note).encode()


def _is_signed(note: Note, log: TrustedLog) -> bool:
    try:
        return bool(verified(note, log.keys))
    except NoteRefused:
        return False


def _judge(
    log: TrustedLog, seen: Seen | None, old_size: int, proof: list[bytes], checkpoint: Checkpoint
) -> Answer | None:
    """Return why the checkpoint is not co-signed, None if it is."""
    known = seen.size if seen else 0
    if old_size != known:
        return Answer(status=HTTPStatus.CONFLICT, body=f"{known}\n", content_type=SIZE_TYPE)
    if seen is None or not known:
        return Answer(status=HTTPStatus.UNPROCESSABLE_ENTITY, body="no proof is due yet\n") if proof else None
    if checkpoint.size == known and checkpoint.root != seen.root:
        return Answer(status=HTTPStatus.CONFLICT, body=f"{known}\n", content_type=SIZE_TYPE)
    try:
        verify_consistency(
            hashing(log.hash),
            old_size=known,
            new_size=checkpoint.size,
            old_root=seen.root,
            new_root=checkpoint.root,
            proof=proof,
        )
    except ProofRefused as refusal:
        return Answer(status=HTTPStatus.UNPROCESSABLE_ENTITY, body=f"{refusal}\n")
    return None
