"""How rows come in 归集方式: files, databases, HTTP pages, feeds, nodes; in pieces that can be taken up again."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from zhengtong.data.collection.connectors import databases, feeds, files, http, nodes
from zhengtong.data.collection.connectors.pieces import Piece, Reading
from zhengtong.data.collection.contracts import ConnectorKind

if TYPE_CHECKING:
    import duckdb

__all__ = ["Piece", "Reading", "pieces"]

Reader = Callable[["duckdb.DuckDBPyConnection", Reading], Iterator[Piece]]
_READERS: dict[ConnectorKind, Reader] = {
    ConnectorKind.FILE: files.pieces,
    ConnectorKind.DATABASE: databases.pieces,
    ConnectorKind.HTTP: http.pieces,
    ConnectorKind.FEED: feeds.pieces,
    ConnectorKind.NODE: nodes.pieces,
}


def pieces(kind: ConnectorKind, connection: "duckdb.DuckDBPyConnection", reading: Reading) -> Iterator[Piece]:
    """Yield the pieces of a source from where the last one ended.

    Raises:
        SourceUnreadable: it cannot be reached or read; pieces yielded before stay.
    """
    return _READERS[kind](connection, reading)
