"""HTTP interfaces that answer JSON page by page: by page number, or by the address of the next page.

Options: `rows` is the path to the list in the answer (`data.items`), `page` the name of the page parameter (pages count
from `first`, 1), `size` that of the size parameter, `next` the path to the next address, `page_size` how many.
"""

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from zhengtong.data.collection.connectors.pieces import Piece, Reading
from zhengtong.data.collection.contracts import SourceUnreadable
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

if TYPE_CHECKING:
    import duckdb
    import requests

ATTEMPTS = 3
TIMEOUT = 30  # seconds
MOST_PAGES = 1_000_000


def pieces(connection: "duckdb.DuckDBPyConnection", reading: Reading) -> Iterator[Piece]:
    """Yield a piece a page until a page is empty or names no next one.

    Without a watermark the last position is forgotten at the end, so that the next batch begins at the first page.

    Raises:
        SourceUnreadable: the interface does not answer, or not as the options say.
    """
    import requests  # noqa: PLC0415 -- only where interfaces are read

    options, place = reading.options, dict(reading.position or {})
    address, number = str(place.get("next") or reading.location), int(place.get("page", options.get("first", 1)))
    with requests.Session() as session:
        for _count in range(MOST_PAGES):
            document = _get(session, address, _parameters(options, number))
            rows = _at(document, str(options.get("rows", "")))
            if not isinstance(rows, list):
                raise SourceUnreadable(what=Phrase(_("回答中没有 {path} 列表"), path=str(options.get("rows", ""))))
            if not rows:
                return
            following = _at(document, str(options["next"])) if options.get("next") else None
            if following:
                address = _same_host(reading.location, urljoin(address, str(following)))
            number += 1
            more = bool(following) or bool(options.get("page"))
            _keep(connection, rows)
            yield Piece(
                relation="raw_rows", position=({"next": address} if following else {"page": number}) if more else None
            )
            if not more:
                return


def _parameters(options: Mapping[str, Any], number: int) -> dict[str, str]:
    found = {str(options["page"]): str(number)} if options.get("page") else {}
    if options.get("size"):
        found[str(options["size"])] = str(options.get("page_size", 1000))
    return found


def _get(session: "requests.Session", address: str, parameters: Mapping[str, str]) -> Any:
    import requests  # noqa: PLC0415 -- only where interfaces are read

    for attempt in range(ATTEMPTS):
        try:
            answer = session.get(address, params=parameters, timeout=TIMEOUT)
            if answer.status_code < 500:
                answer.raise_for_status()
                return answer.json()
        except requests.JSONDecodeError as error:
            raise SourceUnreadable(what=Phrase(_("回答不是 JSON"))) from error
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            raise SourceUnreadable(what=Phrase(_("接口回答 {status}"), status=status)) from error
        except requests.RequestException as error:
            if attempt == ATTEMPTS - 1:
                raise SourceUnreadable(what=Phrase(_("接口没有回答"))) from error
        time.sleep(0.2 * 2**attempt)
    raise SourceUnreadable(what=Phrase(_("接口没有回答")))


def _same_host(first: str, following: str) -> str:
    """Return *following* when it leads to the host that was set up, and to no other."""
    if urlsplit(first).netloc != urlsplit(following).netloc:
        raise SourceUnreadable(what=Phrase(_("下一页指向其他主机")))
    return following


def _at(document: Any, path: str) -> Any:
    """Return what lies at a dotted path.

    >>> _at({"data": {"items": [1]}}, "data.items"), _at([1], ""), _at({}, "a.b")
    ([1], [1], None)
    """
    for part in path.split(".") if path else ():
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _keep(connection: "duckdb.DuckDBPyConnection", rows: list[Any]) -> None:
    import pyarrow as pa  # noqa: PLC0415 -- only where interfaces are read

    names = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    cells = {
        name: pa.array([_text(row.get(name)) for row in rows if isinstance(row, dict)], pa.string()) for name in names
    }
    connection.register("page_rows", pa.table(cells))
    connection.execute("CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * FROM page_rows")
    connection.unregister("page_rows")


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
