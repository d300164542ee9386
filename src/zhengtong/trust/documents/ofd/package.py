"""The package of an OFD file (GB/T 33190 6.2): a ZIP, read so that every program sees the same files in it.

A ZIP can be read in more than one way: names twice, bytes between entries, paths that climb out, an entry that unpacks
to gigabytes. Each of these is refused, because what one reader verifies another must not show differently.
"""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.documents.contracts import UnreadableDocument

MAX_FILE = 20 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_RATIO = 400
_SMALL = 64 * 1024  # whose ratio says nothing
_LOCAL_HEADER, _CENTRAL_HEADER, _END = 30, 46, 22
_ENCRYPTED, _DESCRIPTOR = 0x1, 0x8
_EPOCH = (1980, 1, 1, 0, 0, 0)


def read_package(data: bytes) -> Mapping[str, bytes]:
    """Return the files of a package by their path, without a leading slash.

    Raises:
        UnreadableDocument: it is no ZIP, is too large, or could be read in two ways.
    """
    if len(data) > MAX_FILE:
        raise _refusal(_("文件超过 {limit} MB"), limit=MAX_FILE // 1024 // 1024)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(archive, entries, data)
            return MappingProxyType({entry.filename: _unpack(archive, entry) for entry in entries if _is_file(entry)})
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, ValueError, OSError) as error:
        raise _refusal(_("压缩包已损坏")) from error


def write_package(files: Mapping[str, bytes]) -> bytes:
    """Return the package of *files*, in their order; the same files give the same bytes."""
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            archive.writestr(entry, content)
    return output.getvalue()


def _refusal(why: str, **values: object) -> UnreadableDocument:
    return UnreadableDocument(why=Phrase(why, **values))


def _is_file(entry: zipfile.ZipInfo) -> bool:
    return not entry.filename.endswith("/")


def _check_entries(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], data: bytes) -> None:
    if not entries or len(entries) > MAX_ENTRIES:
        raise _refusal(_("包内文件数应为 1 到 {limit}"), limit=MAX_ENTRIES)
    seen: set[str] = set()
    for entry in entries:
        _check_name(entry)
        folded = entry.filename.rstrip("/").casefold()
        if folded in seen:
            raise _refusal(_("包内文件重名"))
        seen.add(folded)
        _check_kind(entry)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _refusal(_("解压后超过 {limit} MB"), limit=MAX_UNPACKED // 1024 // 1024)
    _check_every_byte(archive, entries, data)


def _check_name(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = name.removesuffix("/").split("/")
    if name != entry.orig_filename or "\\" in name or ":" in name or not name.isprintable():
        raise _refusal(_("包内文件名不规范"))
    if any(part in {"", ".", ".."} for part in parts):
        raise _refusal(_("包内路径越出文件包"))


def _check_kind(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise _refusal(_("包内文件已加密"))
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _refusal(_("压缩方法不受支持"))
    if entry.create_system == 3 and entry.external_attr >> 28 == 0o12:
        raise _refusal(_("包内含有链接"))
    if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
        raise _refusal(_("压缩比异常"))


def _check_every_byte(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], data: bytes) -> None:
    """Refuse bytes that belong to no entry: a reader that scans for entries would see others than we do."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [_end_of(entry, data) for entry in ordered]
    starts = [entry.header_offset for entry in ordered]
    if archive.comment or starts[0] != 0:
        raise _refusal(_("文件包含有不属于任何条目的内容"))
    for (end, slack), following in zip(ends, starts[1:], strict=False):
        if not end <= following <= end + slack:
            raise _refusal(_("文件包含有不属于任何条目的内容"))
    last, slack = ends[-1]
    directory = sum(
        _CENTRAL_HEADER + len(entry.filename.encode()) + len(entry.extra) + len(entry.comment) for entry in entries
    )
    if not last <= archive.start_dir <= last + slack or archive.start_dir + directory + _END != len(data):
        raise _refusal(_("文件包含有不属于任何条目的内容"))


def _end_of(entry: zipfile.ZipInfo, data: bytes) -> tuple[int, int]:
    """Return where an entry's data end, and how many bytes of a data descriptor may follow."""
    name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
    end = entry.header_offset + _LOCAL_HEADER + name + extra + entry.compress_size
    return end, 24 if entry.flag_bits & _DESCRIPTOR else 0


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Unpack at most what the entry declares; CRC and size are checked at the end of the stream."""
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size)
        if stream.read(1) or len(content) != entry.file_size:
            raise _refusal(_("包内文件大小与声明不符"))
    return content
