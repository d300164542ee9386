"""Rows of a batch 批量数据: bounded to the area, masked column by column, written as Arrow or Parquet.

Masks give what `masks.masked` gives, for whole columns at once.
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhengtong.data.exchange.contracts import Format, Mask

_HEAD_AND_TAIL: Mapping[Mask, tuple[int, int]] = {Mask.ID_NUMBER: (3, 2), Mask.PHONE: (3, 4)}
_ASCII = 127


def regions_in(rows: pa.Table, column: str) -> list[str]:
    """Return the different region codes in a column, in no order; of repeating values each is looked at once.

    >>> regions_in(pa.table({"at": pa.array(["33", None, "33", "44"]).dictionary_encode()}), "at")
    ['33', '44']
    """
    values = _whole(rows[column])
    found = pc.unique(_text(values.dictionary if pa.types.is_dictionary(values.type) else values))
    return [code for code in found.to_pylist() if code]


def within(rows: pa.Table, column: str, codes: Collection[str]) -> pa.Table:
    """Return the rows whose region is one of *codes*; of repeating values each is looked at once.

    >>> rows = pa.table({"at": pa.array(["33", None, "33", "44"]).dictionary_encode(), "n": [1, 2, 3, 4]})
    >>> within(rows, "at", ["33"])["n"].to_pylist(), within(rows, "at", [])["n"].to_pylist()
    ([1, 3], [])
    """
    values, wanted = _whole(rows[column]), pa.array(codes, pa.string())
    if pa.types.is_dictionary(values.type):
        return rows.filter(pc.is_in(_text(values.dictionary), wanted).take(values.indices))
    return rows.filter(pc.is_in(_text(values), wanted))


def masked_sheet(rows: pa.Table, fields: Mapping[str, Mask]) -> pa.Table:
    """Return the columns *fields* of *rows*, masked."""
    columns = [masked_column(_whole(rows[name]), mask) for name, mask in fields.items()]
    return pa.table(columns, names=list(fields))


def masked_column(values: Any, mask: Mask) -> Any:
    """Return an Arrow array as it may leave the house.

    >>> masked_column(pa.array(["330106199001011234", "12", None]), Mask.ID_NUMBER).to_pylist()
    ['330*************34', '**', None]
    >>> masked_column(pa.array(["张", "张伟", "欧阳明月"]).dictionary_encode(), Mask.NAME).to_pylist()
    ['张', '张*', '欧**月']
    """
    if mask is Mask.NONE:
        return values
    if mask is Mask.PRESENT:
        return _present(values)
    if pa.types.is_dictionary(values.type):
        few = masked_column(values.dictionary, mask).dictionary_encode()  # codes must not tell equal masks apart
        return few.take(values.indices)
    text = _text(values)
    if mask is Mask.YEAR:
        return pc.utf8_slice_codeunits(text, 0, 4)
    return _name(text) if mask is Mask.NAME else _starred(text, *_HEAD_AND_TAIL[mask])


def written(rows: pa.Table, form: Format, masked: Collection[str] = ()) -> pa.Buffer:
    """Return *rows* as the bytes that leave.

    Parquet without statistics, which took more than half of its time, and with dictionaries only where values repeat:
    in columns that lie so, and in those of *masked*, whose values are fewer by their masks.
    """
    sink = pa.BufferOutputStream()
    if form is Format.PARQUET:
        coded = [field.name for field in rows.schema if pa.types.is_dictionary(field.type)]
        coded += [name for name in masked if name not in coded and pa.types.is_string(rows.schema.field(name).type)]
        pq.write_table(
            rows, sink, compression="zstd", compression_level=1, store_schema=False, use_dictionary=coded,
            write_statistics=False,
        )  # fmt: skip
    else:
        options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
        with pa.ipc.new_stream(sink, rows.schema, options=options) as stream:
            stream.write_table(rows)
    return sink.getvalue()


def _present(values: Any) -> Any:
    plain = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
    there = pc.is_valid(plain)
    return pc.fill_null(pc.not_equal(plain, ""), there) if pa.types.is_string(plain.type) else there


def _name(text: Any) -> Any:
    length = pc.utf8_length(text)
    is_long = pc.greater(length, 2)
    stars = pc.binary_repeat("*", pc.if_else(is_long, pc.subtract(length, 2), 1))
    last = pc.if_else(is_long, pc.utf8_slice_codeunits(text, -1), "")
    hidden = pc.binary_join_element_wise(pc.utf8_slice_codeunits(text, 0, 1), stars, last, "")
    return pc.if_else(pc.less(length, 2), text, hidden)


def _starred(text: Any, head: int, tail: int) -> Any:
    alike = _starred_alike(text, head, tail)
    if alike is not None:
        return alike
    length = pc.utf8_length(text)
    hidden = pc.subtract(length, head + tail)
    is_short = pc.less_equal(hidden, 0)
    stars = pc.binary_repeat("*", pc.if_else(is_short, length, hidden))
    first, last = pc.utf8_slice_codeunits(text, 0, head), pc.utf8_slice_codeunits(text, -tail)
    return pc.if_else(is_short, stars, pc.binary_join_element_wise(first, stars, last, ""))


def _starred_alike(text: Any, head: int, tail: int) -> Any:
    """Return the same where all values are of one length and in ASCII, as numbers are: six times faster; else None."""
    count = len(text)
    _, offsets, content = text.buffers()
    if not count or text.null_count or content is None:
        return None
    places = np.frombuffer(offsets, np.int32, count + 1, text.offset * 4)
    length = int(places[1] - places[0])
    letters = np.frombuffer(content, np.uint8)[places[0] : places[-1]]
    if length <= head + tail or np.any(np.diff(places) != length) or np.any(letters > _ASCII):
        return None
    hidden = letters.reshape(count, length).copy()
    hidden[:, head : length - tail] = ord("*")
    ends = np.arange(0, count * length + 1, length, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(hidden))


def _whole(column: pa.ChunkedArray) -> Any:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _text(values: Any) -> Any:
    return values if pa.types.is_string(values.type) else values.cast(pa.string())
