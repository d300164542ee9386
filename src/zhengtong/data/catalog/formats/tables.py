"""Tables of entries as Excel and CSV files: in any of the encodings offices use, out in UTF-8."""

import csv
import io
from collections.abc import Sequence

from zhengtong.data.catalog.contracts import CatalogFileUnreadable, DatasetEntry
from zhengtong.data.catalog.formats import columns
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _


def read_csv(content: bytes) -> list[DatasetEntry]:
    """Return the entries of a CSV file in UTF-8 or GB18030.

    Raises:
        CatalogFileUnreadable, CatalogRowsBroken: see `columns.read_rows`.
    """
    try:
        text = decoded(content)
        return columns.read_rows(list(csv.reader(io.StringIO(text, newline=""), strict=True)))
    except csv.Error as error:
        raise CatalogFileUnreadable(what=str(error)) from error


def write_csv(entries: Sequence[DatasetEntry]) -> bytes:
    """Return a CSV file that spreadsheets open as UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns.HEADINGS)
    writer.writerows([_harmless(cell) for cell in row] for row in columns.write_rows(entries))
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def read_excel(content: bytes) -> list[DatasetEntry]:
    """Return the entries of an Excel file's first sheet.

    Raises:
        CatalogFileUnreadable, CatalogRowsBroken: see `columns.read_rows`.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 -- only for imports

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError) as error:
        raise CatalogFileUnreadable(what=Phrase(_("不是 Excel 文件"))) from error
    return columns.read_rows([[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)])


def write_excel(entries: Sequence[DatasetEntry]) -> bytes:
    """Return an Excel file with one sheet."""
    from openpyxl import Workbook  # noqa: PLC0415 -- only for exports

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据目录")
    sheet.freeze_panes = "C2"
    sheet.append(columns.HEADINGS)
    for row in columns.write_rows(entries):
        sheet.append([_harmless(cell) for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8 (with or without a mark) or GB18030.

    Raises:
        CatalogFileUnreadable: it is neither.

    >>> decoded("户口".encode("gb18030")), decoded("户口".encode("utf-8-sig"))
    ('户口', '户口')
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CatalogFileUnreadable(what=Phrase(_("文字编码既不是 UTF-8 也不是 GB18030")))


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).removeprefix("'")


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell (CWE-1236)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
