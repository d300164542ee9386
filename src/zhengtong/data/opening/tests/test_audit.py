"""A lawful release proves itself; whatever is open without proof is found."""

import pytest
from click.testing import CliRunner

from zhengtong.data.opening import api as opening
from zhengtong.data.opening.cli import opening_group
from zhengtong.data.opening.models import OpeningApplication
from zhengtong.data.opening.tests.builders import House, frozen, opened, visits, wanted


@pytest.fixture
def release(house: House) -> opening.OpeningView:
    return opened(house, house.applicant, wanted())


def test_a_release_names_its_clause_its_report_and_both_officers(house: House, release: opening.OpeningView) -> None:
    opened(house, house.healer, visits())
    first, second = opening.account()
    assert (first.applicant, first.approver) == (house.applicant.subject, house.decider.subject)
    assert first.opening.report is not None
    assert (first.opening.basis, first.opening.report.passed) == ("数据安全法§42", True)
    assert first.exempt
    assert second.exempt
    assert opening.unlawful() == ()
    assert first.released_act is not None
    assert first.opening.id == release.id


def test_a_row_set_to_released_without_acts_is_found(house: House, release: opening.OpeningView) -> None:
    one = frozen(house.healer, visits())
    OpeningApplication.objects.filter(pk=one.id).update(
        state="released", decided_by=house.decider.subject, released_at=release.released_at
    )
    (finding,) = opening.unlawful()
    assert (finding.slug, "approve、release" in finding.what) == ("visits", True)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    "changed",
    [{"basis": "某法§1"}, {"access": "research"}, {"files": []}, {"version": 9}],
    ids=str,
)
def test_a_release_that_was_changed_behind_the_acts_is_found(
    release: opening.OpeningView, changed: dict[str, object]
) -> None:
    OpeningApplication.objects.filter(pk=release.id).update(**changed)
    assert "不一致" in opening.unlawful()[0].what


@pytest.mark.usefixtures("house")
def test_a_file_that_is_not_what_was_frozen_is_found(release: opening.OpeningView) -> None:
    path = opening.folder(release.folder) / "data.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("第1号店", "第9号店"), encoding="utf-8")
    (finding,) = opening.unlawful()
    assert "data.csv" in finding.what
    path.unlink()
    assert "缺少文件" in opening.unlawful()[0].what
    assert opening.unlawful(files=False) == ()


@pytest.mark.usefixtures("release")
def test_files_that_belong_to_no_application_are_found() -> None:
    opening.folder("leak").mkdir()
    (finding,) = opening.unlawful()
    assert (finding.slug, finding.opening) == ("leak", None)


@pytest.mark.usefixtures("release")
def test_the_command_says_lawful_or_exits_with_one() -> None:
    answer = CliRunner().invoke(opening_group, ["audit"])
    assert (answer.exit_code, "Every release is proven" in answer.output) == (0, True)
    assert "restaurants" in CliRunner().invoke(opening_group, ["list"]).output
    opening.folder("leak").mkdir()
    answer = CliRunner().invoke(opening_group, ["audit"])
    assert (answer.exit_code, "1 findings: unlawful." in answer.output) == (1, True)


def test_the_audit_takes_the_same_statements_however_much_is_open(
    house: House, release: opening.OpeningView, django_assert_max_num_queries: object
) -> None:
    del release
    opened(house, house.healer, visits())
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        opening.account()
