"""Notes, checkpoints, co-signatures and batch signatures are written and read as others write and read them."""

from dataclasses import dataclass, field

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.trust.ledger.tree import batches, checkpoints, notes
from zhengtong.trust.ledger.tree.checkpoints import Checkpoint
from zhengtong.trust.ledger.tree.hashing import HashName, hashing
from zhengtong.trust.ledger.tree.proofs import ProofRefused

SM3 = hashing(HashName.SM3)
ED25519 = bytes((notes.ED25519,))

# the example of golang.org/x/mod/sumdb/note, which C2SP signed-note describes
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


@dataclass
class Verifier:
    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return notes.key_id(self.name, ED25519, self.public)

    def verify(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass
class Key(Verifier):
    public: bytes = b""
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self.public = self.private.public_key().public_bytes_raw()

    def sign(self, text: bytes) -> bytes:
        return self.private.sign(text)


PROOF = "c2sp.org/tlog-proof@v1"
LOG, OTHER = Key("log.example/acts"), Key("other.example")
TEXT = "log.example/acts\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_a_note_that_another_library_signed_verifies() -> None:
    name, kind, public = notes.read_key(GO_KEY)
    assert (name, kind, notes.write_key(name, kind, public)) == ("PeterNeumann", ED25519, GO_KEY)
    note = notes.read_note(GO_NOTE)
    assert note.written() == GO_NOTE
    assert [one.name for one in notes.verified(note, [Verifier(name, public)])] == [name]


def test_a_signature_of_a_known_key_that_does_not_fit_spoils_the_note() -> None:
    name, _, public = notes.read_key(GO_KEY)
    forged = notes.read_note(GO_NOTE.replace("answer", "Answer"))
    with pytest.raises(notes.NoteRefused):
        notes.verified(forged, [Verifier(name, public)])
    assert notes.verified(forged, [LOG]) == ()  # unknown keys are passed over


def test_a_note_keeps_the_signatures_of_several_keys() -> None:
    note = notes.sign(TEXT, [LOG]).with_signatures(notes.sign(TEXT, [OTHER, LOG]).signatures)
    assert [one.name for one in note.signatures] == [LOG.name, OTHER.name]
    assert notes.verified(notes.read_note(note.written()), [OTHER, LOG]) == (LOG, OTHER)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "text\n",
        "text\n\n",
        "\n\n— a AAAAAAAA\n",
        GO_NOTE[:-1],
        GO_NOTE.replace("—", "-"),
        GO_NOTE.replace("x08go", "x08g"),
        GO_NOTE.replace(" is", "\tis"),
        GO_NOTE.replace("PeterNeumann", "Peter+Neumann"),
        GO_NOTE + "— a AAAA\n",
    ],
)
def test_what_is_no_note_is_refused(written: str) -> None:
    with pytest.raises(notes.MalformedNote):
        notes.read_note(written)


@pytest.mark.parametrize("written", ["", "a+b", GO_KEY.replace("c74f", "c74e"), GO_KEY[:-4], "PeterNeumann+c74f20a3+!"])
def test_a_key_whose_id_does_not_fit_is_refused(written: str) -> None:
    with pytest.raises(notes.MalformedNote):
        notes.read_key(written)


@given(st.integers(0, 2**60), st.binary(min_size=32, max_size=32), st.lists(st.text("ab ", min_size=1), max_size=2))
def test_a_checkpoint_is_read_as_it_was_written(size: int, root: bytes, extensions: list[str]) -> None:
    one = Checkpoint(origin="log.example/acts", size=size, root=root, extensions=tuple(extensions))
    assert checkpoints.read_checkpoint(one.text()) == one


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", TEXT[:-1], TEXT.replace("\n1\n", "\n01\n"), TEXT.replace("\n1\n", "\n-1\n"), TEXT.replace("Cs", "C"),
     TEXT.replace("2I=", "2J="), TEXT + "\n", "\n" + TEXT],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(checkpoints.MalformedCheckpoint):
        checkpoints.read_checkpoint(text)


def test_a_witness_signs_time_and_text() -> None:
    line = checkpoints.cosign(TEXT, name=OTHER.name, public=OTHER.public, sign=OTHER.sign, seconds=1679315147)
    seconds, signature = checkpoints.split_cosignature(line.value)
    assert seconds == 1679315147
    assert OTHER.verify(b"cosignature/v1\ntime 1679315147\n" + TEXT.encode(), signature)
    assert line.key_id != OTHER.key_id  # the type is part of the id: no signature serves for the other
    with pytest.raises(notes.MalformedNote):
        checkpoints.split_cosignature(line.value[:-1])


@given(st.integers(0, 9), st.integers(0, 20))
def test_each_message_of_a_batch_verifies_by_its_path_and_no_other_does(place: int, more: int) -> None:
    messages = [b"message %d" % number for number in range(place + more + 1)]
    proofs = batches.sign_batch(SM3, "log.example/batch", messages, [LOG])
    assert batches.verify_in_batch(SM3, "log.example/batch", messages[place], proofs[place], [LOG]) == (LOG,)
    with pytest.raises(ProofRefused):
        batches.verify_in_batch(SM3, "log.example/batch", b"another", proofs[place], [LOG])
    for origin, keys in (("log.example/else", [LOG]), ("log.example/batch", [OTHER])):
        with pytest.raises(notes.NoteRefused):
            batches.verify_in_batch(SM3, origin, messages[place], proofs[place], keys)


@pytest.mark.parametrize(
    "written", ["", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v1\nindex 01\n\nx", "x\n\ny"]
)
def test_what_is_no_proof_is_refused(written: str) -> None:
    with pytest.raises(notes.MalformedNote):
        checkpoints.read_proof(written)


def test_a_proof_may_carry_extra_data_that_is_passed_over() -> None:
    proof = checkpoints.write_proof(7, [bytes(32)], GO_NOTE)
    extra = proof.replace("\nindex", "\nextra AAAA\nindex")
    assert checkpoints.read_proof(extra) == checkpoints.read_proof(proof) == (7, [bytes(32)], GO_NOTE)
