"""Documents to work with."""

from datetime import UTC, datetime

from zhengtong.trust.documents.api import (
    Align,
    Data,
    Document,
    Frame,
    QrCode,
    SealPlace,
    Table,
    Template,
    Text,
    render,
)

AT = datetime(2026, 11, 25, 4, tzinfo=UTC)
PERMIT = Template(
    title="许可证 {number}",
    elements=(
        Frame(x=10, y=10, width=190, height=277),
        Text(value="行政许可证", x=40, y=30, width=130, size=12, spread=True),
        Text(value="编号：{number}", x=20, y=60, width=170, align=Align.RIGHT),
        Text(value="被许可人：{holder}。经审查，准予许可。", x=20, y=75, width=170),
        Table(rows="terms", x=20, y=100, widths=(20, 110, 40), head=("序号", "内容", "期限")),
        QrCode(value="https://example.org/verify/{number}", x=20, y=240),
        SealPlace(name="issuer", x=155, y=250),
    ),
)
DATA: Data = {"number": "A-2026/17", "holder": "张三 & 李四 <合伙>", "terms": [["1", "按图施工", "2027-01-01"]]}


def permit(**changes: object) -> Document:
    return render(PERMIT, {**DATA, **changes}, at=AT)  # type: ignore[dict-item]
