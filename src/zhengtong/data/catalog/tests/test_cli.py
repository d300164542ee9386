"""The command line keeps a catalogue: in from a file, found, counted, out to every form."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zhengtong.data.catalog import api
from zhengtong.data.catalog.cli import catalog_group
from zhengtong.data.catalog.tests import builders
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import OrganisationEntry, OrganisationKind, OrganisationLevel
from zhengtong.trust.identity.tests.builders import NOW, SYSTEM, credit_code, some_regions

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    return CliRunner().invoke(catalog_group, words)


def test_a_file_is_checked_imported_published_found_and_exported(tmp_path: Path) -> None:
    some_regions()
    code = credit_code()
    bureau = OrganisationEntry(
        id=new_id(), parent=None, name="市监局", name_en="", code=code, kind=OrganisationKind.DEPARTMENT,
        level=OrganisationLevel.COUNTY, region=builders.COUNTY,
    )  # fmt: skip
    identity.bulk_establish_organisations([bureau], actor=SYSTEM, at=NOW)
    sheet = tmp_path / "in.xlsx"
    sheet.write_bytes(api.write_excel([builders.enterprises()]))
    assert "1 datasets with 1 data elements" in run("check", str(sheet)).output
    assert "1 published" in run("import", str(sheet), "--provider", code, "--publish").output
    assert "企业登记信息" in run("search", "企业").output
    assert "1 datasets, 1 data elements" in run("inventory").output
    assert "1 datasets indexed" in run("reindex").output
    for suffix in ("csv", "yaml", "xlsx", "jsonld", "ttl"):
        file = tmp_path / f"out.{suffix}"
        assert run("export", str(file)).exit_code == 0
        assert file.stat().st_size > 100
    assert api.read_csv((tmp_path / "out.csv").read_bytes())[0].code == builders.ENTERPRISES


def test_a_wrong_kind_of_file_gets_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_text("x")
    assert "choose one of" in run("check", str(file)).output
    assert "choose one of" in run("export", str(file)).output
