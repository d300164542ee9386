"""A sealed file is called valid when everything holds and everything is protected, and never otherwise."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.documents.api import SIGNATURES, Form, ofd_files, read_package, write_package, written, xml
from zhengtong.trust.documents.tests.builders import permit
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, PrivateKey, RevokedEntry, load_certificate
from zhengtong.trust.seals.contracts.report import Depth, Outcome, Report, Step, Verdict, told
from zhengtong.trust.seals.digests import sm3
from zhengtong.trust.seals.outside import SimulatedAuthority
from zhengtong.trust.seals.ses import der
from zhengtong.trust.seals.ses.contracts import Extension
from zhengtong.trust.seals.ses.reading import read_seal
from zhengtong.trust.seals.ses.writing import write_seal
from zhengtong.trust.seals.signing.ofd import sign_ofd
from zhengtong.trust.seals.tests.builders import AT, DAY, SPOT, workshop
from zhengtong.trust.seals.verification.api import verify_file
from zhengtong.trust.seals.verification.trust import Trust

SIGN, VALUE = "Doc_0/Signs/Sign_0/Signature.xml", "Doc_0/Signs/Sign_0/SignedValue.dat"
PAGE = "Doc_0/Pages/Page_0/Content.xml"


def verified(data: bytes, trust: Trust | None = None, at: object = AT) -> Report:
    return verify_file(data, trust or workshop().trust(), at)  # type: ignore[arg-type]


def changed(data: bytes, **files: bytes | None) -> bytes:
    """Return the package with these files put in another's place, or taken out."""
    package = dict(read_package(data))
    for name, content in files.items():
        if content is None:
            del package[name]
        else:
            package[name] = content
    return write_package(package)


def failed(report: Report) -> set[Step]:
    return {check.step for one in report.signatures for check in one.checks if check.outcome is Outcome.FAILED}


def unknown(report: Report) -> set[Step]:
    return {check.step for one in report.signatures for check in one.checks if check.outcome is Outcome.UNKNOWN}


def test_a_sealed_file_is_valid_and_protected_to_the_last_part() -> None:
    report = verified(workshop().signed())
    assert report.verdict is Verdict.VALID
    assert report.coverage.unprotected == ()
    assert set(report.coverage.protected) == {"OFD.xml", "Doc_0/Document.xml", "Doc_0/PublicRes.xml", PAGE}
    assert {check.outcome for check in report.signatures[0].checks} == {Outcome.PASSED, Outcome.ABSENT}


@pytest.mark.parametrize("version", [4, 5])
def test_both_written_versions_are_valid(version: int) -> None:
    signer = replace(workshop().signer, seal=workshop().make(version=version))
    assert verified(workshop().signed(signer=signer)).verdict is Verdict.VALID


def test_a_file_without_a_seal_proves_nothing() -> None:
    report = verified(written(permit(), Form.OFD))
    assert report.verdict is Verdict.UNSIGNED
    assert report.coverage.unprotected


@pytest.mark.parametrize("name", ["OFD.xml", "Doc_0/Document.xml", "Doc_0/PublicRes.xml", PAGE])
def test_a_changed_file_is_found(name: str) -> None:
    data = workshop().signed()
    report = verified(changed(data, **{name: read_package(data)[name] + b" "}))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.FILE_DIGESTS})


def test_a_missing_file_is_found() -> None:
    report = verified(changed(workshop().signed(), **{"Doc_0/PublicRes.xml": None}))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.FILE_DIGESTS})


def test_a_changed_description_is_found() -> None:
    data = workshop().signed()
    text = read_package(data)[SIGN].replace(b"134.000", b"13.0000")
    report = verified(changed(data, **{SIGN: text}))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.DATA_DIGEST})


def partly_signed(*protected: str) -> dict[str, bytes]:
    """Return a package as careless signers make it: digests of some files only."""
    files = ofd_files(permit(), signed=True)
    covered = {name: files[name] for name in protected}
    signed = read_package(sign_ofd({"OFD.xml": files["OFD.xml"]} | covered, workshop().signer, at=AT, spot=SPOT))
    package = dict(files)
    references = [
        xml.element(
            "Reference", xml.element("CheckValue", b64encode(sm3(content)).decode()), FileRef=f"/{name}"
        )
        for name, content in covered.items()
    ]  # fmt: skip
    start, end = signed[SIGN].index(b"<ofd:Reference "), signed[SIGN].index(b"</ofd:References>")
    text = signed[SIGN][:start] + "".join(references).encode() + signed[SIGN][end:]
    return package | {SIGNATURES: signed[SIGNATURES], SIGN: text, VALUE: resigned(text)}


def resigned(text: bytes) -> bytes:
    from zhengtong.trust.seals.ses.writing import statement, write_signature

    shop = workshop()
    stated = statement(shop.seal, at=AT, data_hash=sm3(text), property_info=f"/{SIGN}")
    return write_signature(stated, certificate=shop.certificate, sign=shop.key.sign)


BODY = ("Doc_0/Document.xml", "Doc_0/PublicRes.xml", PAGE)


def test_a_file_whose_entry_is_not_protected_is_not_called_valid() -> None:
    report = verified(write_package(partly_signed(*BODY)))
    assert (report.verdict, report.coverage.entry_protected) == (Verdict.PARTIAL, False)
    assert report.coverage.unprotected == ("OFD.xml",)


def test_an_unprotected_entry_that_shows_another_document_is_refused() -> None:
    package = partly_signed(*BODY)
    package["OFD.xml"] = package["OFD.xml"].replace(b"Doc_0/Document.xml", b"Doc_1/Document.xml")
    for name in BODY:
        package[name.replace("Doc_0", "Doc_1")] = package[name].replace("准予".encode(), "不准".encode())
    report = verified(write_package(package))
    assert report.verdict is Verdict.INVALID
    assert len(report.notes) == 2


def test_a_page_no_signature_protects_makes_the_whole_partial() -> None:
    report = verified(write_package(partly_signed("OFD.xml", *BODY[:2])))
    assert (report.verdict, report.coverage.unprotected) == (Verdict.PARTIAL, (PAGE,))


def test_a_file_added_later_is_reported() -> None:
    report = verified(changed(workshop().signed(), **{"Doc_0/Annots.xml": b"<a/>"}))
    assert (report.verdict, report.coverage.unprotected) == (Verdict.PARTIAL, ("Doc_0/Annots.xml",))


def test_a_signature_over_nothing_protects_nothing() -> None:
    files = partly_signed("OFD.xml", *BODY)
    start, end = files[SIGN].index(b"<ofd:Reference "), files[SIGN].index(b"</ofd:References>")
    text = files[SIGN][:start] + files[SIGN][end:]
    report = verified(write_package(files | {SIGN: text, VALUE: resigned(text)}))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.FILE_DIGESTS})


def test_a_weak_digest_is_refused() -> None:
    files = partly_signed("OFD.xml", *BODY)
    text = files[SIGN].replace(b"1.2.156.10197.1.401", b"1.2.840.113549.2.5")
    report = verified(write_package(files | {SIGN: text, VALUE: resigned(text)}))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.FILE_DIGESTS})


def test_a_second_seal_protects_the_first() -> None:
    once = workshop().signed()
    twice = sign_ofd(read_package(once), workshop().signer, at=AT, spot=SPOT)
    report = verified(twice)
    assert (report.verdict, len(report.signatures)) == (Verdict.VALID, 2)
    assert {SIGN, VALUE} <= report.signatures[1].covered


def other_maker() -> SimulatedAuthority:
    return SimulatedAuthority.fresh(AT)


def test_a_seal_by_an_unknown_maker_is_undetermined() -> None:
    maker, key = other_maker().maker()
    seal = write_seal(workshop().info(), maker=maker, sign=key.sign)
    report = verified(workshop().signed(signer=replace(workshop().signer, seal=seal)))
    assert (report.verdict, unknown(report)) == (Verdict.UNDETERMINED, {Step.MAKER_CERTIFICATE})


def test_a_seal_seen_before_vouches_for_no_other_with_its_signature() -> None:
    """What is remembered of a maker's signature is remembered with all the bytes that were signed."""
    one, other = workshop().seal, workshop().make(name="省政府")
    info, maker, algorithm, _signature = der.read(other.encoded).parts()
    forged = read_seal(der.sequence(info.encoded, maker.encoded, algorithm.encoded, der.bits(one.signature)))
    for seal, verdict in ((one, Verdict.VALID), (forged, Verdict.INVALID), (other, Verdict.VALID)) * 2:
        assert verified(workshop().signed(signer=replace(workshop().signer, seal=seal))).verdict is verdict


def test_a_seal_the_maker_did_not_sign_is_refused() -> None:
    maker, _key = workshop().authority.maker()
    seal = write_seal(workshop().info(name="省政府"), maker=maker, sign=workshop().key.sign)
    report = verified(workshop().signed(signer=replace(workshop().signer, seal=seal)))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.MAKER_SIGNATURE})


def stranger() -> tuple[PrivateKey, bytes]:
    key = PrivateKey.generate(Algorithm.SM2)
    name = DistinguishedName(common_name="另一单位")
    issue = workshop().authority.issue
    return key, issue(subject=name, public_key=key.public, valid_from=AT - DAY, valid_until=AT + DAY)


def test_a_signer_whom_the_seal_does_not_list_is_refused() -> None:
    key, certificate = stranger()
    signer = replace(workshop().signer, certificate=certificate, sign=key.sign)
    report = verified(workshop().signed(signer=signer))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.SIGNER_IN_SEAL})


@pytest.mark.parametrize(
    ("kind", "digest", "verdict"),
    [("SM3", None, Verdict.VALID), ("SM3", b"\0" * 32, Verdict.INVALID), ("SHA1", None, Verdict.INVALID)],
)
def test_a_seal_may_list_signers_by_digest(kind: str, digest: bytes | None, verdict: Verdict) -> None:
    digests = ((kind, digest or sm3(workshop().certificate)),)
    seal = workshop().make(certificates=(), digests=digests)
    assert verified(workshop().signed(signer=replace(workshop().signer, seal=seal))).verdict is verdict


def test_a_value_by_another_key_is_refused() -> None:
    signer = replace(workshop().signer, sign=PrivateKey.generate(Algorithm.SM2).sign)
    report = verified(workshop().signed(signer=signer))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.SIGNATURE_VALUE})


@pytest.mark.parametrize(
    ("moved", "steps"),
    [
        (timedelta(days=-2), {Step.SEAL_DATES}),
        (timedelta(days=-40), {Step.SEAL_DATES, Step.SIGNER_CERTIFICATE}),
        (timedelta(days=400), {Step.SEAL_DATES, Step.SIGNER_CERTIFICATE}),
    ],
)
def test_signing_outside_of_the_dates_is_refused(moved: timedelta, steps: set[Step]) -> None:
    report = verified(workshop().signed(at=AT + moved), at=AT + timedelta(days=500))
    assert report.verdict is Verdict.INVALID
    assert steps <= failed(report)


def test_a_signature_of_tomorrow_is_refused() -> None:
    report = verified(workshop().signed(at=AT + DAY))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.SIGNING_TIME})


def revoked(at: object) -> Trust:
    serial = load_certificate(workshop().certificate).serial_number
    return workshop().trust(RevokedEntry(serial=serial, at=at))  # type: ignore[arg-type]


def test_a_certificate_revoked_before_signing_is_refused() -> None:
    report = verified(workshop().signed(), revoked(AT - 2 * DAY))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.SIGNER_CERTIFICATE})


def test_a_certificate_revoked_after_an_unproved_time_leaves_doubt() -> None:
    data = workshop().signed(at=AT - timedelta(hours=20))
    report = verified(data, revoked(AT - timedelta(hours=10)))
    assert (report.verdict, unknown(report)) == (Verdict.UNDETERMINED, {Step.SIGNER_CERTIFICATE})


def test_a_time_stamp_proves_the_time_and_removes_the_doubt() -> None:
    data = workshop().signed(signer=workshop().stamping)
    report = verified(data, revoked(AT + timedelta(hours=1)), at=AT + timedelta(hours=2))
    assert (report.verdict, report.signatures[0].stamped_at) == (Verdict.VALID, AT)


def stamped_by(answer: object) -> Report:
    return verified(workshop().signed(signer=replace(workshop().signer, stamp=answer)))  # type: ignore[arg-type]


def test_a_time_stamp_over_something_else_is_refused() -> None:
    report = stamped_by(lambda _value: workshop().authority.stamp(b"another", at=AT))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.TIME_STAMP})
    assert failed(stamped_by(lambda _value: b"nonsense")) == {Step.TIME_STAMP}


def test_a_time_stamp_by_an_unknown_authority_is_undetermined() -> None:
    stranger = other_maker()
    report = stamped_by(lambda value: stranger.stamp(value, at=AT))
    assert (report.verdict, unknown(report)) == (Verdict.UNDETERMINED, {Step.TIME_STAMP})


def test_a_time_stamp_long_before_the_time_of_signing_is_refused() -> None:
    report = stamped_by(lambda value: workshop().authority.stamp(value, at=AT - timedelta(hours=1)))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.TIME_STAMP})


def test_what_was_judged_once_is_judged_alike_again_and_anew_on_another_day() -> None:
    data = workshop().signed()
    assert [verified(data).verdict for _time in range(2)] == [Verdict.VALID] * 2
    late = workshop().signed(at=AT + 310 * DAY)
    assert verified(late, at=AT + 310 * DAY).verdict is Verdict.INVALID


def test_a_critical_extension_nobody_knows_is_refused() -> None:
    seal = workshop().make(extensions=(Extension(identifier="1.2.3", critical=True, value=b""),))
    report = verified(workshop().signed(signer=replace(workshop().signer, seal=seal)))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.SEAL_FORMAT})


def test_a_plain_signature_is_not_judged() -> None:
    data = workshop().signed()
    listed = read_package(data)[SIGNATURES].replace(b'Type="Seal"', b'Type="Sign"')
    assert verified(changed(data, **{SIGNATURES: listed})).verdict is Verdict.UNDETERMINED


def test_a_signature_that_is_no_der_is_refused() -> None:
    report = verified(changed(workshop().signed(), **{VALUE: b"0"}))
    assert (report.verdict, failed(report)) == (Verdict.INVALID, {Step.SIGNATURE_FORMAT})


def test_the_three_depths_tell_more_and_more() -> None:
    report = verified(workshop().signed())
    simple, detailed, diagnostic = (told(report, depth) for depth in Depth)
    assert simple["signatures"][0].keys() < detailed["signatures"][0].keys() < diagnostic["signatures"][0].keys()
    assert simple["verdict"] == "valid"
    assert len(detailed["signatures"][0]["checks"]) == 12
    assert diagnostic["signatures"][0]["facts"]["version"] == "4"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["OFD.xml", *BODY, SIGN, VALUE]), st.integers(0, 2**40))
def test_any_changed_bit_in_a_protected_part_is_found(name: str, place: int) -> None:
    package = read_package(workshop().signed())
    bit = place % (len(package[name]) * 8)
    content = bytearray(package[name])
    content[bit // 8] ^= 1 << bit % 8
    try:
        report = verified(write_package({**package, name: bytes(content)}))
    except Exception as refusal:  # noqa: BLE001 -- a broken description is refused as unreadable, nothing else may happen
        assert type(refusal).__name__ == "UnreadableDocument"  # noqa: PT017
        return
    assert report.verdict is Verdict.INVALID
