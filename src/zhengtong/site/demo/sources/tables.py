"""The files of twelve departments 部门数据表: who holds what, how it is written, how often it is wrong.

A generator yields (key, row): the key is the true subject of the row and goes to the truth, never into the file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from zhengtong.data.registries.contracts import Relation
from zhengtong.kernel.checkdigits import Sex
from zhengtong.site.demo.chance import Draw
from zhengtong.site.demo.sources.noise import misspelt, moment, transposed
from zhengtong.site.demo.sources.truth import Entity, Licence, Person, World

Rows = Iterator[tuple[str, tuple[Any, ...]]]
_FEN_A_TEN_THOUSAND = 1_000_000
_SEX_WORDS = {Sex.MALE: "男", Sex.FEMALE: "女"}
_SEX_CODES = {Sex.MALE: "1", Sex.FEMALE: "2"}  # GB/T 2261.1
_STATUS_WORDS = {"active": "存续", "revoked": "吊销", "deregistered": "注销"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Faults:
    """Shares of rows with each fault: number missing, mistyped or another's, name misspelt, the row there twice."""

    missing: float = 0.0
    mistyped: float = 0.0
    swapped: float = 0.0
    misspelt: float = 0.0
    doubled: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One file of one department: `department` is its key in organisations.toml, `about` a registry."""

    department: str
    file: str
    about: str
    columns: tuple[str, ...]
    rows: Callable[[World, Draw, Faults], Rows]
    faults: Faults
    encoding: str = "utf-8"
    table: str = ""


def _number(person: Person, draw: Draw, faults: Faults, people: list[Person]) -> str:
    """Return the identity number as a clerk of that department has it."""
    chance = draw.random()
    if chance < faults.missing:
        return ""
    if chance < faults.missing + faults.mistyped:
        return transposed(person.record.id_number, draw)
    if chance < faults.missing + faults.mistyped + faults.swapped:
        return draw.one_of(people).record.id_number
    return person.record.id_number


def _name(name: str, draw: Draw, faults: Faults) -> str:
    return misspelt(name, draw) if draw.chance(faults.misspelt) else name


def _times(when: datetime, draw: Draw, faults: Faults) -> list[datetime]:
    """Return when the rows of one subject were written: mostly one, sometimes an older one before it."""
    return [when - timedelta(days=draw.between(200, 900)), when] if draw.chance(faults.doubled) else [when]


def _households(world: World, draw: Draw, faults: Faults) -> Rows:
    for person in world.people:
        if draw.chance(0.003):
            continue  # moved in lately, not registered yet
        record = person.record
        for when in _times(moment(draw, world.now, 1500), draw, faults):
            yield record.id_number, (
                record.id_number, _name(record.name, draw, faults), _SEX_WORDS[record.sex],
                record.born_on.strftime("%Y%m%d"), person.address, record.household.hex[-12:],
                record.relation.value, when.strftime("%Y-%m-%d %H:%M"),
            )  # fmt: skip


def _marriages(world: World, draw: Draw, faults: Faults) -> Rows:
    for person in world.people:
        if not person.adult or person.record.relation not in {Relation.HEAD, Relation.SPOUSE} or draw.chance(0.6):
            continue
        for when in _times(moment(draw, world.now, 4000), draw, faults):
            number = _number(person, draw, faults, world.people)
            status = "已婚" if person.marital_status == "married" else "未婚"
            yield person.record.id_number, (
                number, _name(person.record.name, draw, faults), person.record.born_on.isoformat(), status,
                when.strftime("%Y/%m/%d %H:%M"),
            )  # fmt: skip


def _health_files(world: World, draw: Draw, faults: Faults) -> Rows:
    for person in world.people:
        heard = person.heard.get("health")
        if heard is None:
            continue
        told = max(time for name, time in person.heard.items() if name != "human_resources")
        for when in _times(heard, draw, faults):
            yield person.record.id_number, (
                _number(person, draw, faults, world.people), _name(person.record.name, draw, faults),
                _SEX_CODES[person.record.sex], person.record.born_on, person.phone_at(when),
                person.residence_at(when, told), when,
            )  # fmt: skip


def _social_insurance(world: World, draw: Draw, faults: Faults) -> Rows:
    for person in world.people:
        heard = person.heard.get("human_resources")
        if heard is None:
            continue
        for when in _times(heard, draw, faults):
            yield person.record.id_number, (
                _number(person, draw, faults, world.people), _name(person.record.name, draw, faults),
                person.record.born_on.isoformat(), person.phone_at(when), when.strftime("%Y-%m-%d %H:%M"),
            )  # fmt: skip


def _insured(world: World, draw: Draw, faults: Faults) -> Rows:
    for person in world.people:
        heard = person.heard.get("medical_insurance")
        if heard is None:
            continue
        told = max(time for name, time in person.heard.items() if name != "human_resources")
        for when in _times(heard, draw, faults):
            yield person.record.id_number, (
                _number(person, draw, faults, world.people), _name(person.record.name, draw, faults),
                _SEX_CODES[person.record.sex], person.record.born_on.isoformat(), person.phone_at(when),
                person.residence_at(when, told), when.strftime("%Y-%m-%d %H:%M"),
            )  # fmt: skip


def _pupils(world: World, draw: Draw, faults: Faults) -> Rows:
    for person in world.people:
        age = (world.today - person.record.born_on).days / 365.25
        if not 6 <= age < 19:
            continue
        for when in _times(moment(draw, world.now, 800), draw, faults):
            yield person.record.id_number, (
                _number(person, draw, faults, world.people), _name(person.record.name, draw, faults),
                _SEX_WORDS[person.record.sex], person.record.born_on.isoformat(), when.strftime("%Y-%m-%d %H:%M"),
            )  # fmt: skip


def _code(code: str, draw: Draw, faults: Faults) -> str:
    chance = draw.random()
    if chance < faults.missing:
        return ""
    return transposed(code, draw) if chance < faults.missing + faults.mistyped else code


def _entity_name(entity: Entity, draw: Draw, faults: Faults) -> str:
    return _name(entity.record.name, draw, faults)


def _register(world: World, draw: Draw, faults: Faults) -> Rows:
    for entity in world.entities:
        record = entity.record
        for when in _times(moment(draw, world.now, 1800), draw, faults):
            yield record.credit_code, (
                record.credit_code, _entity_name(entity, draw, faults), record.kind.value,
                _STATUS_WORDS[record.status.value], entity.address, entity.representative,
                f"{record.registered_capital / _FEN_A_TEN_THOUSAND:.6f}".rstrip("0").rstrip("."),
                record.established_on.strftime("%Y%m%d"), when.strftime("%Y-%m-%d %H:%M"),
            )  # fmt: skip


def _taxpayers(world: World, draw: Draw, faults: Faults) -> Rows:
    for entity in world.entities:
        if draw.chance(0.04):
            continue
        stale = draw.chance(0.04)
        for when in _times(moment(draw, world.now, 1200), draw, faults):
            status = "active" if stale else entity.record.status.value
            yield entity.record.credit_code, (
                _code(entity.record.credit_code, draw, faults), _entity_name(entity, draw, faults), status,
                entity.phone, entity.tax_rating, when,
            )  # fmt: skip


def _addresses(world: World, draw: Draw, faults: Faults) -> Rows:
    del faults
    for address in world.addresses:
        when = moment(draw, world.now, 3000)
        yield address.id.hex, (
            address.id.hex, address.text, address.region, address.longitude, address.latitude, address.crs, when,
        )  # fmt: skip


def _buildings(world: World, draw: Draw, faults: Faults) -> Rows:
    for address in world.addresses:
        if not draw.chance(0.35):
            continue
        text = address.text if not draw.chance(faults.misspelt) else address.text.replace("号", "弄", 1)
        yield address.id.hex, (
            address.id.hex, text, f"{address.longitude:.6f}", f"{address.latitude:.6f}",
            moment(draw, world.now, 2000).strftime("%Y-%m-%d %H:%M"),
        )  # fmt: skip


def _licence_row(licence: Licence, when: datetime, number: str, holder: str) -> tuple[Any, ...]:
    return (
        number, licence.kind, licence.holder_code, holder, licence.issued_on.isoformat(),
        licence.valid_until.isoformat(), licence.status, when.strftime("%Y-%m-%d %H:%M"),
    )  # fmt: skip


def _licences(kind: str) -> Callable[[World, Draw, Faults], Rows]:
    def rows(world: World, draw: Draw, faults: Faults) -> Rows:
        for licence in world.licences:
            if licence.kind == kind:
                holder = _name(licence.holder_name, draw, faults)
                yield licence.number, _licence_row(licence, moment(draw, world.now, 900), licence.number, holder)

    return rows


def _published_licences(world: World, draw: Draw, faults: Faults) -> Rows:
    for licence in world.licences:
        if draw.chance(0.25):
            continue
        stale = Licence(
            number=licence.number, kind=licence.kind, holder_code=licence.holder_code, holder_name=licence.holder_name,
            issued_on=licence.issued_on, valid_until=licence.valid_until,
            status="valid" if draw.chance(0.5) else licence.status,
        )  # fmt: skip
        number = licence.number if not draw.chance(faults.missing) else ""
        holder = _name(licence.holder_name, draw, faults)
        yield licence.number, _licence_row(stale, moment(draw, world.now, 1500), number, holder)


def _abnormal(world: World, draw: Draw, faults: Faults) -> Rows:
    del faults
    for entity in world.entities:
        yield entity.record.credit_code, (
            entity.record.credit_code, "1" if entity.abnormal else "0",
            moment(draw, world.now, 700).strftime("%Y-%m-%d %H:%M"),
        )  # fmt: skip


def _credit(world: World, draw: Draw, faults: Faults) -> Rows:
    for entity in world.entities:
        rating = "B" if draw.chance(0.03) else entity.tax_rating
        yield entity.record.credit_code, (
            _code(entity.record.credit_code, draw, faults), _entity_name(entity, draw, faults), rating,
            "1" if entity.abnormal and not draw.chance(0.1) else "0", "1" if entity.serious else "0",
            moment(draw, world.now, 500).strftime("%Y-%m-%d %H:%M"),
        )  # fmt: skip


_LICENCE_COLUMNS = ("证照编号", "证照类型", "持证主体代码", "持证主体", "颁发日期", "有效期至", "状态", "更新时间")

TABLES: tuple[Table, ...] = (
    Table(
        department="public_security", file="常住人口登记.csv", about="population", rows=_households, encoding="gb18030",
        columns=("公民身份号码", "姓名", "性别", "出生日期", "户籍地址", "户号", "与户主关系", "登记时间"),
        faults=Faults(misspelt=0.0005, doubled=0.004),
    ),
    Table(
        department="civil_affairs", file="婚姻登记.xlsx", about="population", rows=_marriages,
        columns=("证件号码", "姓名", "出生日期", "婚姻状况", "登记时间"),
        faults=Faults(missing=0.01, mistyped=0.004, misspelt=0.01, doubled=0.002),
    ),
    Table(
        department="health", file="居民健康档案.parquet", about="population", rows=_health_files,
        columns=("id_card", "name", "sex", "birthday", "mobile", "home_address", "updated"),
        faults=Faults(missing=0.08, mistyped=0.012, swapped=0.0003, misspelt=0.03, doubled=0.02),
    ),
    Table(
        department="human_resources", file="社会保险.sqlite", about="population", rows=_social_insurance,
        columns=("person_number", "person_name", "birth", "phone", "handled_at"), table="insured",
        faults=Faults(missing=0.005, mistyped=0.004, misspelt=0.008, doubled=0.01),
    ),
    Table(
        department="medical_insurance", file="参保人员.csv", about="population", rows=_insured,
        columns=("公民身份号码", "姓名", "性别代码", "出生年月日", "手机", "现住址", "变更时间"),
        faults=Faults(missing=0.02, mistyped=0.006, swapped=0.0001, misspelt=0.012, doubled=0.015),
    ),
    Table(
        department="education", file="学籍.json", about="population", rows=_pupils,
        columns=("sfzh", "xm", "xb", "csrq", "gxsj"),
        faults=Faults(missing=0.05, mistyped=0.01, misspelt=0.015, doubled=0.005),
    ),
    Table(
        department="market_supervision", file="经营主体登记.csv", about="legal_persons", rows=_register,
        encoding="gb18030", faults=Faults(misspelt=0.0004, doubled=0.004),
        columns=(
            "统一社会信用代码", "名称", "类型", "登记状态", "住所", "法定代表人", "注册资本（万元）", "成立日期",
            "核准时间",
        ),
    ),
    Table(
        department="market_supervision", file="营业执照.csv", about="e_licences", rows=_licences("business_licence"),
        columns=_LICENCE_COLUMNS, faults=Faults(misspelt=0.0004),
    ),
    Table(
        department="market_supervision", file="经营异常名录.csv", about="social_credit", rows=_abnormal,
        columns=("统一社会信用代码", "是否列入", "更新时间"), faults=Faults(),
    ),
    Table(
        department="taxation", file="纳税人.parquet", about="legal_persons", rows=_taxpayers,
        columns=("nsrsbh", "nsrmc", "status", "phone", "rating", "updated"),
        faults=Faults(missing=0.004, mistyped=0.006, misspelt=0.01, doubled=0.01),
    ),
    Table(
        department="natural_resources", file="标准地址.json", about="space", rows=_addresses,
        columns=("id", "address", "region", "longitude", "latitude", "crs", "updated"), faults=Faults(),
    ),
    Table(
        department="housing_construction", file="房屋.xlsx", about="space", rows=_buildings,
        columns=("地址编码", "坐落", "经度", "纬度", "测绘时间"), faults=Faults(misspelt=0.03),
    ),
    Table(
        department="transport", file="道路运输证.csv", about="e_licences", rows=_licences("road_transport"),
        columns=_LICENCE_COLUMNS, faults=Faults(misspelt=0.001), encoding="gb18030",
    ),
    Table(
        department="development_reform", file="双公示许可.json", about="e_licences", rows=_published_licences,
        columns=_LICENCE_COLUMNS, faults=Faults(missing=0.01, misspelt=0.02),
    ),
    Table(
        department="development_reform", file="信用信息.csv", about="social_credit", rows=_credit,
        columns=("信用代码", "主体名称", "纳税信用级别", "经营异常", "严重失信", "归集时间"),
        faults=Faults(missing=0.004, mistyped=0.004, misspelt=0.01),
    ),
)  # fmt: skip
