"""`zhengtong verify` knows a registered letter: which step is proved, and whether this is the letter that was sent."""

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from zhengtong.site.verify import verify_command
from zhengtong.trust.delivery import law
from zhengtong.trust.delivery.contracts import Enclosure, Writing
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.ledger.evidence.trusted import write_trusted_list
from zhengtong.trust.ledger.log import running
from zhengtong.trust.ledger.tests.test_evidence import STAMPED_AT, Matter
from zhengtong.trust.ledger.tests.test_ledger import record

pytestmark = pytest.mark.django_db
DOCUMENT = b"%PDF-1.7 decision"
WRITING = Writing(subject="行政处罚决定书", text="见附件。", clause="行政处罚法§61")
STEPS = ("send", "arrive", "open")


class Post:
    """A letter of which three steps are on record, in files as a court gets them."""

    def __init__(self, folder: Path, *, document: bytes | None = DOCUMENT) -> None:
        self.folder, matter = folder, Matter(folder)
        kept = Enclosure(form="pdf", size=len(document), digest=law.digest_of(document)) if document else None
        letter = law.write_letter(
            WRITING, reference="YJ-1", sender=uuid4(), addressee=uuid4(), enclosure=kept, salt=b"salt"
        ).encode()
        about = {"object_type": "trust.delivery.letter", "object_id": str(uuid4()), "after": law.digest_of(letter)}
        acts = {
            step: record(business=ledger.Business(command=f"trust.delivery.{step}_letter", **about)).id
            for step in STEPS
        }
        later = STAMPED_AT + timedelta(hours=2)
        while running.sequence(later):
            pass
        assert matter.court.asked(later)
        assert matter.bureau.stamp(later)
        for step, act in acts.items():
            (folder / f"{step}.json").write_text(matter.evidence(act))
        (folder / "act.json").write_text(matter.evidence())
        (folder / "letter.json").write_bytes(letter)
        (folder / "document.pdf").write_bytes(document or b"")
        (folder / "trust.json").write_text(write_trusted_list(matter.trusted))

    def told(self, evidence: str, **files: str) -> tuple[int, str]:
        options = [word for name, file in files.items() for word in (f"--{name}", str(self.folder / file))]
        command = [str(self.folder / evidence), "--trust", str(self.folder / "trust.json"), "--lang", "en", *options]
        told = CliRunner().invoke(verify_command, command)
        return told.exit_code, told.output

    def write(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return name


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path)


def test_each_step_names_itself_and_carries_letter_and_document(post: Post) -> None:
    for step, word in zip(STEPS, ("sending", "arrival", "opening"), strict=True):
        code, said = post.told(f"{step}.json", letter="letter.json", document="document.pdf")
        assert code == 0, said
        assert f"Evidence of the {word} of registered letter" in said
        assert "✓ The letter's data file has the digest on record: YJ-1, “行政处罚决定书”." in said
        assert "✓ The document has the digest that the letter names." in said


def test_what_was_not_handed_over_is_said_to_be_open(post: Post) -> None:
    code, said = post.told("send.json")
    assert (code, "The letter's data file was not given" in said) == (0, True)
    code, said = post.told("send.json", letter="letter.json")
    assert (code, "The letter has a document (pdf, 17 bytes) that was not given" in said) == (0, True)


def test_another_letter_another_document_and_other_evidence_fail_in_words(post: Post) -> None:
    letter = (post.folder / "letter.json").read_bytes()
    changed = post.write("changed.json", letter.replace("附件".encode(), "附页".encode()))
    other = post.write("other.pdf", DOCUMENT + b"!")
    for evidence, files, words in (
        ("send.json", {"letter": changed}, "another digest than the one on record"),
        ("send.json", {"letter": "letter.json", "document": other}, "another digest than the letter names"),
        ("send.json", {"document": "document.pdf"}, "give the letter's data file as well"),
        ("act.json", {"letter": "letter.json"}, "no evidence of a registered letter"),
    ):
        code, said = post.told(evidence, **files)
        assert (code, words in said) == (1, True), said
    code, said = post.told("send.json", letter="nowhere.json")
    assert (code, "nowhere.json" in said, "Traceback" in said) == (1, True, False)


def test_a_letter_without_a_document_takes_none(tmp_path: Path) -> None:
    post = Post(tmp_path, document=None)
    assert post.told("open.json", letter="letter.json")[0] == 0
    code, said = post.told("open.json", letter="letter.json", document=post.write("x.pdf", b"x"))
    assert (code, "has no document" in said) == (1, True)


def test_the_digest_is_checked_by_the_algorithm_it_names(post: Post) -> None:
    from zhengtong.site.verify_letter import _fits

    content = b"letter"
    assert _fits(content, f"sha256:{hashlib.sha256(content).hexdigest()}")
    assert _fits(content, law.digest_of(content))
    for written in (None, "", "md5:00", f"sha256:{'0' * 64}", law.digest_of(b"other")):
        assert not _fits(content, written)
