"""The other side of batches and changes 批量获取示例: what a department's own script does to fetch them.

A part bears its name only when its bytes fit the digests told with it; run again, only what is missing is fetched.
"""

import base64
import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import orjson

from zhengtong.data.exchange.contracts import Algorithm, Format
from zhengtong.data.exchange.gateway.chain import answer_digest
from zhengtong.data.exchange.gateway.parts import range_label
from zhengtong.data.exchange.gateway.signatures import sign
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.errors import mark as _

MANIFEST = "manifest.json"
PATIENCE = 120.0
"""Seconds the gateway may take for a part."""
_SUFFIX: Mapping[Format, str] = {Format.ARROW: "arrows", Format.PARQUET: "parquet"}


class GatewayRefused(Refusal):
    """The gateway refused, or what it sent does not fit its digest; `what` is its own message."""

    code = "gateway_refused"
    status = 502
    message = _("共享网关没有提供数据：{what}")
    remedy = _("请按提示处理后重新运行；已取得的片不会重复获取。")


Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers in lower case, content."""


class Post(Protocol):
    """Sends a signed body to a path of the gateway, or asks for a path with its query."""

    def __call__(
        self, path: str, *, body: bytes, headers: Mapping[str, str], method: Literal["POST", "GET"] = "POST"
    ) -> Answer: ...


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is fetched, and what signs for it."""

    agreement: str
    business: str
    format: Format
    key_id: str
    algorithm: Algorithm
    key: bytes


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """What comes in parts: where it is asked for, with what, and which names of the manifest say which versions."""

    path: str
    names: tuple[str, ...]
    asked: Mapping[str, Any]

    def label(self, manifest: Mapping[str, Any]) -> str:
        """Return how the versions stand in the digest."""
        first, last = self.names[0], self.names[-1]
        return str(manifest[last]) if first == last else range_label(manifest[first], manifest[last])


BATCH = Pieces(path="/v1/batch", names=("version",), asked={})
Told = Callable[[int, int], None]
"""Called with the parts that lie there and the parts there are."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What lies in the folder: the version, its rows, how many parts were fetched now and how many lay there.

    Of changes, the version is the last of their range.
    """

    version: int
    rows: int
    new: int
    kept: int


def fetch(
    wanted: Wanted,
    folder: Path,
    post: Post,
    *,
    pieces: Pieces = BATCH,
    told: Told = lambda _done, _all: None,
    now: Callable[[], float] = lambda: time.time(),  # noqa: PLW0108 -- read when called
) -> Fetched:
    """Fetch a version, or a range of them, into *folder*, part by part; a folder that holds some of it is completed.

    Args:
        wanted: what is fetched.
        folder: where parts and manifest lie; one folder for one version or range.
        post: what sends.
        pieces: what it is that comes in parts.
        told: called with the parts that lie there and the parts there are.
        now: Unix time in seconds.

    Raises:
        GatewayRefused: the gateway refused, or the bytes do not fit their digest.
        OSError: the line was cut; run again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = _manifest(wanted, pieces, folder, post, now)
    rows = manifest["fetched"]
    new = 0
    for part in range(len(manifest["parts"])):
        path = folder / f"part-{part:05d}.{_SUFFIX[wanted.format]}"
        if str(part) not in rows or not path.exists():
            rows[str(part)] = _part(wanted, pieces, path, manifest, part, post, now)
            write_whole(folder / MANIFEST, orjson.dumps(manifest))
            new += 1
        told(part + 1, len(manifest["parts"]))
    return Fetched(
        version=manifest[pieces.names[-1]], rows=sum(rows.values()), new=new, kept=len(manifest["parts"]) - new
    )


def _manifest(wanted: Wanted, pieces: Pieces, folder: Path, post: Post, now: Callable[[], float]) -> dict[str, Any]:
    """Return the manifest that lies in the folder, or else the gateway's."""
    path = folder / MANIFEST
    if path.exists():
        found: dict[str, Any] = orjson.loads(path.read_bytes())
        if found["format"] != wanted.format:
            raise GatewayRefused(what=f"{path}: {found['format']}")
        return found
    _headers, content = _asked(wanted, f"{pieces.path}/manifest", pieces.asked, post, now)
    made: dict[str, Any] = {**orjson.loads(content), "format": wanted.format, "fetched": {}}
    write_whole(path, orjson.dumps(made))
    return made


def _part(
    wanted: Wanted,
    pieces: Pieces,
    path: Path,
    manifest: Mapping[str, Any],
    part: int,
    post: Post,
    now: Callable[[], float],
) -> int:
    asked = {**{name: manifest[name] for name in pieces.names}, "part": part, "format": wanted.format}
    headers, content = _asked(wanted, pieces.path, asked, post, now)
    digest, rows = hashlib.sha256(content).digest(), int(headers.get("exchange-rows", "-1"))
    sealed = answer_digest(digest, version=pieces.label(manifest), part=part, rows=rows)
    fits = (
        headers.get("content-digest") == f"sha-256=:{base64.b64encode(digest).decode()}:"
        and headers.get("exchange-digest") == f"sm3={sealed}"
    )
    if not fits:
        raise GatewayRefused(what="Content-Digest, Exchange-Digest")
    write_whole(path, content)
    return rows


def _asked(
    wanted: Wanted, path: str, document: Mapping[str, Any], post: Post, now: Callable[[], float]
) -> tuple[Mapping[str, str], bytes]:
    body = orjson.dumps({"agreement": wanted.agreement, "business": wanted.business, **document})
    headers = sign(
        method="POST", path=path, body=body, key_id=wanted.key_id, algorithm=wanted.algorithm, key=wanted.key,
        now=int(now()),
    )  # fmt: skip
    return accepted(post(path, body=body, headers=headers))


def heard(wanted: Wanted, post: Post, *, after: int, now: Callable[[], float]) -> dict[str, Any]:
    """Return a page of the feed of announcements.

    Raises:
        GatewayRefused: the gateway refused.
        OSError: the line was cut.
    """
    path = f"/v1/announcements?agreement={wanted.agreement}&after={after}"
    headers = sign(
        method="GET", path=path, body=b"", key_id=wanted.key_id, algorithm=wanted.algorithm, key=wanted.key,
        now=int(now()),
    )  # fmt: skip
    _told, content = accepted(post(path, body=b"", headers=headers, method="GET"))
    page: dict[str, Any] = orjson.loads(content)
    return page


def accepted(answer: Answer) -> tuple[Mapping[str, str], bytes]:
    """Return headers and content of an answer that is none of refusal.

    Raises:
        GatewayRefused: it is one.
    """
    status, told, content = answer
    if status != 200:
        raise GatewayRefused(what=_problem(content) or str(status))
    return told, content


def _problem(content: bytes) -> str:
    try:
        document = orjson.loads(content)
        return f"{document['title']} ({document['code']})"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def line_to(gateway: str, *, seconds: float = PATIENCE) -> Post:
    """Return what sends to a gateway.

    Args:
        gateway: `https://…`, without a path; redirects are not followed.
        seconds: how long it may take for an answer.
    """
    import requests  # noqa: PLC0415 -- only the consumer's side

    session = requests.Session()

    def post(path: str, *, body: bytes, headers: Mapping[str, str], method: Literal["POST", "GET"] = "POST") -> Answer:
        answer = session.request(
            method, gateway.rstrip("/") + path, data=body or None, headers=dict(headers), timeout=seconds,
            allow_redirects=False,
        )  # fmt: skip
        return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content

    return post


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is whole wherever it bears its name."""
    partial = path.with_suffix(path.suffix + ".partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
