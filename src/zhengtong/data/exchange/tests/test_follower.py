"""A department's script follows a resource: cut or killed it goes on, and holds in the end what the lake holds."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import lake
from zhengtong.data.exchange import cli, consumer, follower
from zhengtong.data.exchange.contracts import Algorithm, FieldGrant, Format
from zhengtong.data.exchange.follower import Following
from zhengtong.data.exchange.tests.builders import ITEM, a_key, an_agreement
from zhengtong.data.exchange.tests.counter import NOW, Counter
from zhengtong.data.exchange.tests.resource import PART, TABLE, clear_away, land, later, own_lake, resident
from zhengtong.kernel.events.api import drain

pytestmark = pytest.mark.django_db
PLAIN = (FieldGrant(name="id_number"), FieldGrant(name="name"))


class KilledError(BaseException):
    """The process has gone, with nothing tidied up."""


@pytest.fixture
def counter(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter:
    own_lake(settings, tmp_path / "home", monkeypatch)
    agreement, application = an_agreement(at=NOW, modes=(SharingMode.SUBSCRIPTION,), rows=10_000, fields=PLAIN)
    drain()
    return Counter(agreement=agreement, key=a_key(application, at=NOW, expires_at=later(days=1)))


def wanted(counter: Counter) -> consumer.Wanted:
    return consumer.Wanted(
        agreement=counter.agreement, business=ITEM, format=Format.PARQUET, key_id=counter.key[0],
        algorithm=Algorithm.HMAC_SHA256, key=counter.key[1],
    )  # fmt: skip


def line(counter: Counter, *, dies_at: int = 99, death: BaseException | None = None) -> Callable[..., consumer.Answer]:
    """A line to the gateway; at a call the caller dies, or the line is cut."""
    calls = 0

    def post(path: str, *, body: bytes, headers: Mapping[str, str], method: str = "POST") -> consumer.Answer:
        nonlocal calls
        calls += 1
        if calls == dies_at:
            raise death or ConnectionResetError
        answer = counter.post(path, body, headers) if method == "POST" else counter.get(path, headers)
        return answer.status, answer.headers, answer.body

    return post


def followed(
    counter: Counter, folder: Path, post: Callable[..., consumer.Answer] | None = None, **how: Any
) -> Following:
    return follower.follow(wanted(counter), folder, post or line(counter), now=lambda: counter.now, **how)


def held(folder: Path) -> dict[str, str]:
    """Return the names by number that a subscriber holds who did what every row says, in order."""
    rows: dict[str, str] = {}
    for path in sorted(folder.glob("*-*/part-*.parquet"), key=lambda one: (one.parent.name[:3] != "all", str(one))):
        for row in pq.read_table(path).to_pylist():
            if row["_change_type"] == "delete":
                del rows[row["id_number"]]
            elif row["_change_type"] in {"insert", "update_postimage"}:
                rows[row["id_number"]] = row["name"]
    return rows


def in_the_lake() -> dict[str, str]:
    found = lake.rows(TABLE)
    assert found is not None
    return {row["id_number"]: row["name"] for row in found.to_pylist()}


def test_nothing_announced_is_nothing_fetched(counter: Counter, tmp_path: Path) -> None:
    assert followed(counter, tmp_path / "own") == Following(agreement=counter.agreement)


def test_who_follows_holds_what_the_lake_holds(counter: Counter, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    land(resident(number) for number in range(2 * PART))
    assert followed(counter, folder).version == 0
    land([resident(1, name="改了名"), resident(40)], gone=[2])
    land([resident(3, name="也改名")], gone=[40])
    state = followed(counter, folder)
    assert state == Following(agreement=counter.agreement, version=2, position=3, target=2, heard=state.heard)
    assert sorted(path.name for path in folder.iterdir()) == ["00000001-00000002", "all-00000000", "following.json"]
    assert held(folder) == in_the_lake()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    assert followed(counter, folder).version == 2
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == before


@pytest.mark.parametrize("dies_at", range(1, 7))
def test_killed_at_any_call_it_goes_on_with_the_same_range(counter: Counter, tmp_path: Path, dies_at: int) -> None:
    folder = tmp_path / "own"
    land(resident(number) for number in range(PART))
    followed(counter, folder)
    land(resident(number, name="改了名") for number in range(2 * PART))
    with pytest.raises(KilledError):
        followed(counter, folder, line(counter, dies_at=dies_at, death=KilledError()))
    land([resident(50)])
    assert followed(counter, folder).version == (2 if dies_at < 3 else 1)
    assert followed(counter, folder).version == 2
    assert held(folder) == in_the_lake()


def test_what_was_cleared_away_is_begun_anew(counter: Counter, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    land([resident(0)])
    followed(counter, folder)
    land([resident(1)])
    land([resident(2)])
    clear_away()
    land([resident(3)])
    with pytest.raises(consumer.GatewayRefused, match="changes_cleared"):
        followed(counter, folder)
    state = followed(counter, folder, anew=True)
    assert state.version == lake.version_of(TABLE)
    assert len(pq.read_table(folder / f"all-{state.version:08d}" / "part-00000.parquet")) == 4


def test_a_folder_belongs_to_one_subscription(counter: Counter, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    followed(counter, folder)
    state = orjson.loads((folder / follower.STATE).read_bytes())
    (folder / follower.STATE).write_bytes(orjson.dumps(state | {"agreement": "another"}))
    with pytest.raises(consumer.GatewayRefused, match="another"):
        followed(counter, folder)


def test_the_command_tells_how_far_it_came_and_what_was_refused(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(counter.key[1].hex())
    monkeypatch.setattr(cli, "_post_to", lambda _gateway: line(counter))
    monkeypatch.setattr("time.time", lambda: counter.now)
    land(resident(number) for number in range(2 * PART))
    asked = [
        "follow", "https://gateway.example", str(tmp_path / "own"), "--agreement", counter.agreement,
        "--item", ITEM, "--key", counter.key[0], "--secret", str(secret),
    ]  # fmt: skip
    told = CliRunner().invoke(cli.exchange_group, asked)
    assert told.output.splitlines() == [
        "1/2", "2/2", "all-00000000: 20 change rows; 2 parts fetched, 0 lay there", "version 0",
    ]  # fmt: skip
    land([resident(99)])
    asked[asked.index(ITEM)] = "999999999999"
    refused = CliRunner().invoke(cli.exchange_group, asked)
    assert (refused.exit_code, "business_not_agreed" in refused.output) == (1, True)
