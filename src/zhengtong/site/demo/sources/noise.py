"""How records go wrong 差错: similar characters, transposed digits, missing numbers; the rates are ours.

The rates of each department stand beside its table (`tables.py`); they are a choice of the demo, not a measurement of
any real department.
"""

from datetime import datetime, timedelta

from zhengtong.site.demo.chance import Draw

_ALIKE = [
    "建健", "明名", "伟玮", "芳方", "丽莉", "静靖", "华花", "军均", "霞夏", "英瑛", "玲铃", "萍平", "敏闵", "洁结",
    "婷停", "晨辰", "浩皓", "轩宣", "涵含", "宇字", "欣新", "怡宜", "杰捷", "俊峻", "峰锋", "磊垒", "凯恺", "涛焘",
    "娟绢", "红宏", "国固", "福富", "荣蓉", "林琳", "海梅", "生升", "金全", "水永", "木本", "土士", "章张", "徐许",
    "陈程", "吴武", "沈沉", "王汪", "李季", "周用", "杨扬", "姚桃", "朱未", "陆路", "钱线", "赵肖", "孙逊", "蒋将",
    "何河", "黄横", "刘浏", "高商",
]  # fmt: skip
_SIMILAR = {pair[side]: pair[1 - side] for pair in _ALIKE for side in (0, 1)}
_FALLBACK = "一"


def misspelt(name: str, draw: Draw) -> str:
    """Return *name* with one character replaced by one that looks or sounds alike, the last if none does.

    >>> misspelt("陈建", Draw("seed")) in {"程建", "陈健"}
    True
    """
    places = [place for place, character in enumerate(name) if character in _SIMILAR]
    place = draw.one_of(places) if places else len(name) - 1
    return name[:place] + _SIMILAR.get(name[place], _FALLBACK) + name[place + 1 :]


def transposed(code: str, draw: Draw) -> str:
    """Return *code* with two unequal neighbours in each other's place; *code* itself where all are alike.

    >>> transposed("12", Draw("seed"))
    '21'
    """
    places = [place for place in range(len(code) - 1) if code[place] != code[place + 1]]
    if not places:
        return code
    place = draw.one_of(places)
    return code[:place] + code[place + 1] + code[place] + code[place + 2 :]


def moment(draw: Draw, latest: datetime, days: int) -> datetime:
    """Return a minute of the *days* before *latest*, in office hours; recent days are likelier."""
    back = int(days * draw.random() ** 2)
    return (latest - timedelta(days=back + 1)).replace(hour=draw.between(8, 17), minute=draw.between(0, 59))
