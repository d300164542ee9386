"""The line to the ministries 接入线路: what an upstream is, and the one that speaks HTTP.

No public text gives the wire format of the national platform. `HttpLine` speaks a format of our own, which
`zhengtong ministries simulate` answers; whoever is given the platform's documents writes another `Upstream`.

    POST /v1/interfaces/{code}      signed as a query to the gateway is (RFC 9421, see exchange)
    {"request": "uuid", "business": "…", "inputs": {"name": "…"}}
    200 {"request": "uuid", "record": {"status": "…"} or null}
"""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from zhengtong.data.exchange.api import Algorithm, sign_request
from zhengtong.data.ministries import law
from zhengtong.data.ministries.contracts import Interface
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

LONGEST_ANSWER = 64 << 10
"""Bytes."""
_CHUNK = 8 << 10


class UnansweredError(Exception):
    """A ministry did not answer, or not as agreed; `what` says how, without personal data."""

    def __init__(self, what: Phrase) -> None:
        super().__init__(str(what))
        self.what = what


class Upstream(Protocol):
    """What asks a ministry."""

    def ask(
        self, interface: Interface, inputs: Mapping[str, str], *, request: UUID, business: str, at: datetime
    ) -> Mapping[str, str] | None:
        """Return what the ministry knows, by the keys of the interface's outputs; None where it knows nothing.

        Raises:
            UnansweredError: it did not answer in the interface's time, or not as agreed.
        """
        ...


class HttpLine:
    """The line over HTTP. Redirects are not followed; nothing is tried twice, because a page or a case waits.

    Args:
        address: `https://…`, without a path.
        key_id: the key that the other side issued.
        algorithm: what it signs with.
        key: its secret.
    """

    def __init__(self, address: str, *, key_id: str, algorithm: Algorithm, key: bytes) -> None:
        self._address, self._key_id, self._algorithm, self._key = address.rstrip("/"), key_id, algorithm, key

    def ask(
        self, interface: Interface, inputs: Mapping[str, str], *, request: UUID, business: str, at: datetime
    ) -> Mapping[str, str] | None:
        path = f"/v1/interfaces/{interface.code}"
        body = orjson.dumps({"request": str(request), "business": business, "inputs": dict(inputs)})
        signed = sign_request(
            method="POST", path=path, body=body, key_id=self._key_id, algorithm=self._algorithm, key=self._key,
            now=int(at.timestamp()),
        )  # fmt: skip
        status, content = self._send(path, body, signed, interface.timeout_ms / 1000)
        return _record(interface, status, content, request)

    def _send(self, path: str, body: bytes, signed: Mapping[str, str], seconds: float) -> tuple[int, bytes]:
        import requests  # noqa: PLC0415 -- only where a ministry is asked

        deadline, content = time.monotonic() + seconds, b""
        headers = {**signed, "Content-Type": "application/json"}
        try:
            with requests.post(
                self._address + path, data=body, headers=headers, timeout=seconds, allow_redirects=False, stream=True
            ) as answer:
                for chunk in answer.iter_content(_CHUNK):
                    content += chunk
                    if len(content) > LONGEST_ANSWER:
                        raise UnansweredError(Phrase(_("答复过长")))
                    if time.monotonic() > deadline:
                        raise UnansweredError(Phrase(_("超过 {seconds} 秒"), seconds=f"{seconds:g}"))
                return answer.status_code, content
        except requests.Timeout:
            raise UnansweredError(Phrase(_("超过 {seconds} 秒"), seconds=f"{seconds:g}")) from None
        except requests.RequestException as error:
            raise UnansweredError(Phrase(_("连接失败（{kind}）"), kind=type(error).__name__)) from None


def _record(interface: Interface, status: int, content: bytes, request: UUID) -> Mapping[str, str] | None:
    """Return the record of an answer that is sound."""
    if status != 200:
        raise UnansweredError(Phrase(_("接口回答 {status}"), status=status))
    try:
        document: dict[str, Any] = orjson.loads(content)
        record: dict[str, Any] | None = document["record"]
        same = document["request"] == str(request)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise UnansweredError(Phrase(_("答复无法读取"))) from None
    if not same:
        raise UnansweredError(Phrase(_("答复不是这次查询的")))
    if not (record is None or isinstance(record, dict)):
        raise UnansweredError(Phrase(_("答复无法读取")))
    if wrong := law.fault(interface, record):
        raise UnansweredError(Phrase(_("答复中的 {item} 缺失或不合约定"), item=wrong))
    return None if record is None else {item.key: record[item.key] for item in interface.outputs}
