"""The page of a licence 照面: one template for every type, in both languages, with a place for the seal."""

from collections.abc import Mapping
from datetime import datetime

from zhengtong.trust.documents.api import (
    Align,
    Document,
    Frame,
    QrCode,
    SealPlace,
    Table,
    Template,
    Text,
    render,
)
from zhengtong.trust.licenses.contracts import LicenseView

SEAL_PLACE = "issuer"
_PAGE = Template(
    title="{name}",
    elements=(
        Frame(x=10, y=10, width=190, height=277),
        Text(value="{name}", x=40, y=28, width=130, size=11, spread=True),
        Text(value="{name_en}", x=20, y=46, width=170, size=5, align=Align.CENTRE),
        Text(value="电子证照标识 {number}", x=20, y=58, width=170, size=3.2, align=Align.CENTRE),
        Table(rows="fields", x=20, y=70, widths=(65, 105), size=4.2),
        QrCode(value="{number}", x=20, y=238, size=32),
        Text(value="{issuer}", x=110, y=232, width=80, align=Align.CENTRE),
        Text(value="{issued_on}", x=110, y=240, width=80, align=Align.CENTRE),
        Text(value="有效期 {validity}", x=110, y=248, width=80, size=3.6, align=Align.CENTRE),
        SealPlace(name=SEAL_PLACE, x=150, y=238),
    ),
)


def page_of(view: LicenseView, attributes: Mapping[str, str], *, at: datetime) -> Document:
    """Return the licence laid out on its page."""
    until = f"{view.valid_until:%Y-%m-%d}" if view.valid_until else "长期"
    rows = [[f"{one.name.zh} {one.name.en}", attributes[one.key]] for one in view.type.fields if one.key in attributes]
    data = {
        "name": view.type.name.zh,
        "name_en": view.type.name.en,
        "number": view.number,
        "issuer": view.issuer_name.zh,
        "issued_on": f"{view.issued_at:%Y-%m-%d}",
        "validity": f"{view.valid_from:%Y-%m-%d} – {until}",
        "fields": rows,
    }
    return render(_PAGE, data, at=at)
