"""A department's script fetches a version; cut, it goes on where it was; it keeps only what fits its digest."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import lake, portions
from zhengtong.data.exchange import cli, consumer
from zhengtong.data.exchange.contracts import Algorithm, Format
from zhengtong.data.exchange.tests.builders import DATASET, ITEM, a_key, an_agreement, person
from zhengtong.data.exchange.tests.counter import NOW, Counter
from zhengtong.kernel.ids import new_id

pytestmark = pytest.mark.django_db
PEOPLE, PART = 25, 10


@pytest.fixture
def counter(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter:
    settings.HOME = tmp_path / "home"
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    for module in (lake, portions):
        monkeypatch.setattr(module, "PORTION_ROWS", PART)
    rows = pa.Table.from_pylist([dict(person(number).row) for number in range(PEOPLE)])
    lake.land(DATASET.replace("/", "-"), rows, keys=["id_number"], mode="append", source=new_id(), sequence=1, notes={})
    agreement, application = an_agreement(at=NOW, modes=(SharingMode.BATCH,), rows=100)
    return Counter(agreement=agreement, key=a_key(application, at=NOW, expires_at=NOW + timedelta(days=1)))


def wanted(counter: Counter) -> consumer.Wanted:
    return consumer.Wanted(
        agreement=counter.agreement, business=ITEM, format=Format.PARQUET, key_id=counter.key[0],
        algorithm=Algorithm.HMAC_SHA256, key=counter.key[1],
    )  # fmt: skip


def line(counter: Counter, *, cut_at: int = 99, spoil: int = 99) -> Callable[..., consumer.Answer]:
    """A line to the gateway that is cut at a call, or spoils what it answers."""
    calls = 0

    def post(path: str, *, body: bytes, headers: Mapping[str, str]) -> consumer.Answer:
        nonlocal calls
        calls += 1
        if calls == cut_at:
            raise ConnectionResetError
        answer = counter.post(path, body, headers)
        return answer.status, answer.headers, answer.body[:-1] if calls == spoil else answer.body

    return post


def fetched(counter: Counter, folder: Path, post: Callable[..., consumer.Answer]) -> consumer.Fetched:
    return consumer.fetch(wanted(counter), folder, post, now=lambda: counter.now)


def test_a_cut_download_goes_on_with_the_part_it_was_cut_in(counter: Counter, tmp_path: Path) -> None:
    folder = tmp_path / "people"
    with pytest.raises(ConnectionResetError):
        fetched(counter, folder, line(counter, cut_at=3))
    assert fetched(counter, folder, line(counter)) == consumer.Fetched(version=0, rows=PEOPLE, new=2, kept=1)
    assert fetched(counter, folder, line(counter)).new == 0
    assert sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet")) == PEOPLE
    assert not list(folder.glob("*.partial"))


def test_what_does_not_fit_its_digest_is_not_kept(counter: Counter, tmp_path: Path) -> None:
    with pytest.raises(consumer.GatewayRefused):
        fetched(counter, tmp_path / "people", line(counter, spoil=2))
    assert [path.name for path in (tmp_path / "people").iterdir()] == ["manifest.json"]


def test_a_refusal_is_told_with_its_code_by_the_command(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(counter.key[1].hex())
    monkeypatch.setattr(cli, "_post_to", lambda _gateway: line(counter))
    monkeypatch.setattr("time.time", lambda: counter.now)
    asked = [
        "fetch", "https://gateway.example", str(tmp_path / "people"), "--agreement", counter.agreement,
        "--item", "999999999999", "--key", counter.key[0], "--secret", str(secret),
    ]  # fmt: skip
    told = CliRunner().invoke(cli.exchange_group, asked)
    assert told.exit_code == 1
    assert "business_not_agreed" in told.output
