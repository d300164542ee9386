"""A small registry with three sources, and its rows, for tests."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zhengtong.data.fusion import loading
from zhengtong.data.fusion.declaration import Registry
from zhengtong.kernel.checkdigits import resident_id_check_character

DEMO = Path(__file__).resolve().parents[5] / "provinces/demo/fusion"

PEOPLE = """
registry: people
title: [人口, People]
key: {check: resident_id, attribute: id_number, title: [号码, Number]}
buckets: 4
attributes:
  name: {title: [姓名, Name], personal: true}
  birth_date: {title: [出生日期, Born on], personal: true}
  phone: {title: [电话, Phone], personal: true, changes: true}
sources:
  - {name: police, title: [户籍, Households],
     department: public_security, path: police.csv, key: 号码, at: 时间,
     gives: {name: {column: 姓名, reading: name}, birth_date: {column: 出生, reading: date}}}
  - {name: insured, title: [参保, Insured],
     department: medical_insurance, path: insured.csv, encoding: gb18030, key: 号码, at: 时间,
     gives: {phone: {column: 手机, reading: phone}, name: {column: 姓名, reading: name, after: police},
             birth_date: {column: 出生, reading: date, after: police}}}
  - {name: health, title: [健康, Health],
     department: health, path: health.csv, key: 号码, at: 时间,
     gives: {phone: {column: 手机, reading: phone, beside: insured}, name: {column: 姓名, reading: name, after:
     insured},
             birth_date: {column: 出生, reading: date, after: insured}}}
"""
LINKAGE = """
linkage:
  accept: 0.99
  review: 0.3
  compare: {name: name, birth_date: date, phone: exact}
  block: [[phone], [name, birth_date]]
"""


def people(folder: Path, text: str = PEOPLE) -> Registry:
    """Return the registry that *text* declares, with linkage."""
    path = folder / "people.yaml"
    path.write_text(text + LINKAGE, encoding="utf-8")
    return loading.read_registry(path)


def number(person: int) -> str:
    """Return a well-formed identity number of *person* (below 900)."""
    body = f"3305211980010{1 + person % 9}{person % 900:03d}"
    return body + resident_id_check_character(body)


def write(path: Path, columns: str, rows: Iterable[Iterable[Any]], encoding: str = "utf-8") -> None:
    lines = [columns, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)


def deliver(folder: Path, count: int = 60) -> Path:
    """Write the files of three departments about *count* people: one misspelt, one moved, one without number."""
    given = ("建国", "秀英", "伟", "丽华", "明", "静", "强", "芳")
    names = [family + one for family in "陈王李赵钱孙周吴" for one in given]
    born = [f"1980-01-0{1 + one % 9}" for one in range(count)]
    phone = [f"1990000{one:04d}" for one in range(count)]
    day = "2024-05-01 09:00"
    police = [[number(one), names[one], born[one].replace("-", ""), day] for one in range(count)]
    write(folder / "police.csv", "号码,姓名,出生,时间", police)
    insured = [[number(one), names[one], born[one], phone[one], "2025-01-01 10:00"] for one in range(count)]
    insured[3][1] = names[3][:-1] + "错"
    write(folder / "insured.csv", "号码,姓名,出生,手机,时间", insured, "gb18030")
    health = [[number(one), names[one], born[one], phone[one], "2025-06-01 10:00"] for one in range(count)]
    health[5][3] = "19911112222"
    health[7][0] = ""
    health[7][3] = phone[7]
    write(folder / "health.csv", "号码,姓名,出生,手机,时间", health)
    return folder
