"""Evidence convinces who trusts nothing of ours but a list, and falls with the smallest change."""

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from zhengtong.trust.keys.api import Algorithm, PrivateKey, Profile, answer_time_stamp
from zhengtong.trust.keys.tests.authority import NOW, Authority
from zhengtong.trust.ledger import api
from zhengtong.trust.ledger.contracts import AuthoritiesUnreadable
from zhengtong.trust.ledger.evidence import reports, wording
from zhengtong.trust.ledger.evidence.trusted import TrustedList
from zhengtong.trust.ledger.evidence.verifying import Outcome, Reason, Subject, Verdict
from zhengtong.trust.ledger.log import running, stamping
from zhengtong.trust.ledger.models import StampRow
from zhengtong.trust.ledger.tests.test_ledger import record
from zhengtong.trust.ledger.tests.test_publication import Courthouse, own_list

pytestmark = pytest.mark.django_db

STAMPED_AT = NOW + timedelta(minutes=30)


class Bureau:
    """A time-stamp authority elsewhere, asked without a network; it may be down, or keep no list."""

    def __init__(self, *, lists: bool = True) -> None:
        self.authority, self.key = Authority(Algorithm.ECDSA_P256), PrivateKey.generate(Algorithm.ECDSA_P256)
        self.certificate = self.authority.issue(self.key.public, Profile.TIME_STAMPING, name="国家授时")
        crls = ("http://tsa.example/0", "http://tsa.example/1") if lists else ()
        self.known = stamping.KnownAuthority(
            name="国家授时", address="http://tsa.example", root=self.authority.root, digest="sha256", crls=crls
        )
        self.down = False

    def web(self, address: str, query: bytes | None = None) -> bytes:
        if self.down:
            raise ConnectionRefusedError("down")
        if query is None:
            return self.authority.crls(at=STAMPED_AT)[int(address[-1])]
        chain = [self.authority.certificate]
        return answer_time_stamp(query, signer=self.key, certificate=self.certificate, chain=chain, at=STAMPED_AT)

    def stamp(self, at: datetime = STAMPED_AT) -> int:
        return stamping.stamp_newest([self.known], at, self.web)


class Matter:
    """An act whose evidence is complete: sequenced, witnessed, stamped."""

    def __init__(self, folder: Path, *, lists: bool = True) -> None:
        self.acts = [record(at=NOW).id for _ in range(5)]
        while running.sequence(NOW):
            pass
        self.court, self.bureau = Courthouse(folder), Bureau(lists=lists)
        assert (self.court.asked(NOW), self.bureau.stamp()) == (1, 1)
        self.trusted = replace(
            own_list(),
            witnesses=(self.court.known.key,),
            quorum=1,
            authorities=(self.bureau.known.trusted,),
        )

    def evidence(self, act: UUID | None = None) -> str:
        return api.evidence_of(act or self.acts[2])

    def verdict(self, written: str | None = None, trusted: TrustedList | None = None) -> Verdict:
        return api.verify_evidence((written or self.evidence()).encode(), trusted or self.trusted)

    def changed(self, **parts: object) -> Verdict:
        return self.verdict(json.dumps({**json.loads(self.evidence()), **parts}))


@pytest.fixture
def matter(tmp_path: Path) -> Matter:
    return Matter(tmp_path)


def reasons(verdict: Verdict) -> dict[Subject, Reason]:
    return {check.subject: check.reason for check in verdict.checks}


def test_complete_evidence_passes_every_check(matter: Matter) -> None:
    verdict = matter.verdict()
    assert [check.outcome for check in verdict.checks] == [Outcome.PASSED] * 8
    assert (verdict.outcome, verdict.act_id, verdict.number) == (Outcome.PASSED, str(matter.acts[2]), 2)
    assert verdict.act == api.act(matter.acts[2]).act
    assert verdict.proven_at == STAMPED_AT


def test_every_act_of_the_log_has_its_evidence(matter: Matter) -> None:
    assert {matter.verdict(matter.evidence(act)).outcome for act in matter.acts} == {Outcome.PASSED}


def test_an_act_that_is_not_signed_yet_or_unknown_has_none(matter: Matter) -> None:
    with pytest.raises(api.NotInLog):
        api.evidence_of(record().id)
    with pytest.raises(api.UnknownAct):
        api.evidence_of(uuid4())


def test_another_entry_under_the_same_proof_fails(matter: Matter) -> None:
    other = json.loads(matter.evidence(matter.acts[3]))["entry"]
    verdict = matter.changed(entry=other)
    assert (verdict.outcome, reasons(verdict)[Subject.INCLUSION]) == (Outcome.FAILED, Reason.NOT_INCLUDED)


def test_an_entry_that_is_no_act_fails(matter: Matter) -> None:
    assert reasons(matter.changed(entry=base64.b64encode(b"{}").decode()))[Subject.ENTRY] is Reason.IS_NO_ACT


def test_an_unknown_log_leaves_it_open(matter: Matter) -> None:
    verdict = matter.verdict(trusted=replace(matter.trusted, logs=()))
    assert (verdict.outcome, reasons(verdict)[Subject.LOG]) == (Outcome.INDETERMINATE, Reason.LOG_UNKNOWN)


def test_a_log_of_the_same_name_with_other_keys_fails(matter: Matter) -> None:
    log = matter.trusted.logs[0]
    others = tuple(replace(key, public=matter.court.known.key.public) for key in log.keys[:1])
    verdict = matter.verdict(trusted=replace(matter.trusted, logs=(replace(log, keys=others),)))
    assert reasons(verdict)[Subject.SIGNATURE] is Reason.SIGNED_BY_NOBODY_KNOWN
    assert verdict.outcome is Outcome.FAILED


def test_too_few_witnesses_leave_it_open(matter: Matter) -> None:
    proof = json.loads(matter.evidence())["proof"]
    unwitnessed = "".join(line for line in proof.splitlines(keepends=True) if matter.court.known.key.name not in line)
    verdict = matter.changed(proof=unwitnessed)
    assert reasons(verdict)[Subject.WITNESSES] is Reason.TOO_FEW_WITNESSES
    assert verdict.outcome is Outcome.INDETERMINATE


def test_a_list_that_asks_for_no_witness_is_content_without(matter: Matter) -> None:
    verdict = matter.verdict(trusted=replace(matter.trusted, quorum=0))
    assert reasons(verdict)[Subject.WITNESSES] is Reason.NO_WITNESS_ASKED_FOR
    assert verdict.outcome is Outcome.PASSED


def test_without_a_stamp_or_a_trusted_authority_the_time_is_open(matter: Matter) -> None:
    assert reasons(matter.changed(time_stamps=[]))[Subject.TIME_STAMP] is Reason.NOT_STAMPED
    verdict = matter.verdict(trusted=replace(matter.trusted, authorities=()))
    assert reasons(verdict)[Subject.TIME_STAMP] is Reason.NO_AUTHORITY_TRUSTED
    verdict = matter.verdict(trusted=replace(matter.trusted, authorities=(Bureau().known.trusted,)))
    assert reasons(verdict)[Subject.TIME_STAMP] is Reason.STAMP_UNDECIDED
    assert verdict.outcome is Outcome.INDETERMINATE


def test_a_stamp_without_revocation_lists_is_not_even_kept(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"0\)"):
        Matter(tmp_path, lists=False)
    assert not StampRow.objects.exists()


def test_a_stamp_over_another_checkpoint_fails(matter: Matter) -> None:
    before = json.loads(matter.evidence())["time_stamps"]
    later = record(at=NOW).id
    running.sequence(NOW + timedelta(hours=2))
    matter.bureau.stamp(NOW + timedelta(hours=2))
    document = {**json.loads(matter.evidence(later)), "time_stamps": before}
    verdict = matter.verdict(json.dumps(document))
    assert reasons(verdict)[Subject.TIME_STAMP] is Reason.STAMP_WRONG
    assert verdict.outcome is Outcome.FAILED


def test_an_act_that_claims_to_be_younger_than_its_stamp_fails(tmp_path: Path) -> None:
    record(at=STAMPED_AT + timedelta(minutes=6))
    verdict = Matter(tmp_path).verdict(api.evidence_of(first_act()))
    assert reasons(verdict)[Subject.ORDER] is Reason.TIMES_CONTRADICT


def first_act() -> UUID:
    from zhengtong.trust.ledger.models import EntryRow

    return EntryRow.objects.get(number=0).act_id


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_one_bit_makes_it_pass_as_something_else(matter: Matter, data: st.DataObject) -> None:
    document = json.loads(matter.evidence())
    part = data.draw(st.sampled_from(["entry", "token", "proof"]))
    if part == "proof":
        text = document["proof"]
        place = data.draw(st.integers(0, len(text) - 1))
        changed = chr(ord(text[place]) ^ 1 << data.draw(st.integers(0, 6)))
        document["proof"] = text[:place] + changed + text[place + 1 :]
    else:
        holder, key = (document, "entry") if part == "entry" else (document["time_stamps"][0], "token")
        raw = bytearray(base64.b64decode(holder[key]))
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        holder[key] = base64.b64encode(raw).decode()
    verdict = matter.verdict(json.dumps(document))
    assert verdict.outcome is not Outcome.PASSED or verdict.act == api.act(matter.acts[2]).act
    if part == "entry":
        assert verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize("written", ["", "{}", "[]", '{"form": "x"}', "[" * 5000, '{"form": "zhengtong/evidence/1"}'])
def test_what_is_no_evidence_fails_and_says_so(matter: Matter, written: str) -> None:
    verdict = api.verify_evidence(written.encode(), matter.trusted)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.FAILED, {Subject.FORM: Reason.UNREADABLE})
    assert api.verify_evidence(b"\xff" * 3_000_000, matter.trusted).outcome is Outcome.FAILED


def test_authorities_are_asked_once_an_hour_and_may_be_down(matter: Matter) -> None:
    record(at=NOW)
    running.sequence(NOW + timedelta(minutes=50))
    assert matter.bureau.stamp(STAMPED_AT + timedelta(minutes=59)) == 0
    matter.bureau.down = True
    assert matter.bureau.stamp(STAMPED_AT + timedelta(minutes=61)) == 0
    matter.bureau.down = False
    assert matter.bureau.stamp(STAMPED_AT + timedelta(minutes=61)) == 1
    assert StampRow.objects.count() == 2


def test_a_list_of_authorities_that_cannot_be_read_is_refused(tmp_path: Path, settings: Settings) -> None:
    settings.LEDGER_AUTHORITIES = str(tmp_path / "authorities.json")
    assert stamping.known_authorities() == ()
    Path(settings.LEDGER_AUTHORITIES).write_text('[{"name": "a"}]')
    with pytest.raises(AuthoritiesUnreadable):
        stamping.known_authorities()
    root = base64.b64encode(b"root").decode()
    Path(settings.LEDGER_AUTHORITIES).write_text(json.dumps([{"name": "a", "address": "http://a", "root": root}]))
    assert stamping.known_authorities()[0].trusted.root == b"root"


def test_every_outcome_has_its_sentence_in_both_languages(matter: Matter) -> None:
    for verdict in (matter.verdict(), matter.changed(time_stamps=[]), matter.changed(entry="")):
        for lang in ("zh", "en"):
            assert reports.simple(verdict, lang).startswith(reports.MARKS[verdict.outcome])
            assert reports.detailed(verdict, lang).count("\n") == len(verdict.checks) + 1
        assert json.loads(reports.diagnostic(verdict))["outcome"] == verdict.outcome
    assert set(wording.REASONS) == set(Reason)
    assert set(wording.SUBJECTS) == set(Subject)
