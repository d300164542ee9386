"""Change feeds: another lake's Delta table, version by version; inserts, updates and deletions are followed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhengtong.data.collection.connectors.pieces import Piece, Reading
from zhengtong.data.collection.contracts import SourceUnreadable
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

if TYPE_CHECKING:
    import duckdb


def pieces(connection: "duckdb.DuckDBPyConnection", reading: Reading) -> Iterator[Piece]:
    """Yield what changed since the last version taken, as one piece; the last change of a key wins.

    Raises:
        SourceUnreadable: there is no table, or it keeps no change feed.
    """
    import pyarrow as pa  # noqa: PLC0415 -- only where feeds are read
    from deltalake import DeltaTable  # noqa: PLC0415
    from deltalake.exceptions import DeltaError  # noqa: PLC0415

    after = int(reading.position["version"]) if reading.position else -1
    try:
        table = DeltaTable(reading.location)
        latest = table.version()
        if latest <= after:
            return
        changes = pa.table(table.load_cdf(starting_version=after + 1, ending_version=latest))
    except (DeltaError, OSError, ValueError) as error:
        raise SourceUnreadable(what=Phrase(_("无法读取变更（{kind}）"), kind=type(error).__name__)) from error
    connection.register("feed_rows", changes)
    connection.execute("""CREATE OR REPLACE TEMP TABLE raw_rows AS
        SELECT * EXCLUDE (_commit_version, _commit_timestamp) FROM feed_rows WHERE _change_type <> 'update_preimage'
        ORDER BY _commit_version, _change_type <> 'delete'""")
    connection.unregister("feed_rows")
    yield Piece(relation="raw_rows", position={"version": latest}, change="_change_type")
