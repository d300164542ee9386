"""A node pulls from the nodes above and below: cut, killed or in any order, it holds what they hold of its area."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from zhengtong.data.cascade import api as cascade
from zhengtong.data.cascade import cli, spool
from zhengtong.data.cascade.models import Intake
from zhengtong.data.cascade.tests.builders import OWN, PLAIN, Node, a_node, held, line_to, own_resource
from zhengtong.data.collection import api as collection
from zhengtong.data.collection import lake
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.api import FieldGrant, Mask
from zhengtong.data.exchange.models import Announcement, Subscription
from zhengtong.data.exchange.tests.builders import SYSTEM, id_number
from zhengtong.data.exchange.tests.counter import NOW
from zhengtong.data.exchange.tests.resource import (
    INSIDE,
    PART,
    TABLE,
    clear_away,
    land,
    later,
    own_lake,
    resident,
)
from zhengtong.kernel import clock, failpoints
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.ids import new_id
from zhengtong.trust.ledger import api as ledger

pytestmark = pytest.mark.django_db
LOWER = cascade.Position.LOWER
OTHER = "330107000000"


class KilledError(BaseException):
    """The process has gone, with nothing tidied up."""


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_lake(settings, tmp_path / "home", monkeypatch)
    own_resource()


def there(region: str | None = None) -> dict[str, str]:
    """Return what the other node holds, of an area if one is named."""
    found = lake.rows(TABLE)
    assert found is not None
    return {row["id_number"]: row["name"] for row in found.to_pylist() if region in {None, row["region"]}}


def test_who_pulls_holds_what_the_node_above_holds_of_the_area(tmp_path: Path) -> None:
    node = a_node(region="330106")
    land([*(resident(number) for number in range(2 * PART)), resident(90, region=OTHER)])
    first = node.pull()
    assert (first.before, first.after, first.rows, first.refusal) == (None, 0, 2 * PART, None)
    land([resident(1, name="改了名"), resident(2, region=OTHER), resident(90, region=INSIDE)], gone=[3])
    assert node.pull().after == 1
    assert held() == there(INSIDE)
    version = collection.version_of(OWN.replace("/", "-"))
    again = node.pull()
    assert (again.after, again.rows, collection.version_of(OWN.replace("/", "-"))) == (1, 0, version)
    assert not list((tmp_path / "home/cascade").rglob("part-*"))  # what landed is not kept a second time


def test_every_row_says_from_where_and_from_which_version_it_came() -> None:
    node = a_node("浙江省")
    land([resident(0), resident(1)])
    node.pull()
    land([resident(1, name="改了名")])
    node.pull()
    found = collection.rows(OWN.replace("/", "-"))
    assert found is not None
    assert {(row["id_number"], row["_source"], row["_source_version"]) for row in found.to_pylist()} == {
        (id_number(0), "浙江省", 0), (id_number(1), "浙江省", 1),
    }  # fmt: skip
    (lineage, *_rest) = collection.lineage_of(OWN)
    assert lineage.source == "node:浙江省"


@pytest.mark.parametrize("dies_at", range(1, 6))
def test_cut_at_any_call_the_next_pull_goes_on(dies_at: int) -> None:
    node = a_node()
    land(resident(number) for number in range(PART))
    node.pull()
    land(resident(number, name="改了名") for number in range(2 * PART))
    cut = node.pull(dies_at=dies_at)
    assert cut.refusal is not None
    assert cut.refusal.code == "line_cut"
    assert node.pull().refusal is None
    assert held() == there()


@pytest.mark.parametrize("place", ["cascade.fetched", "collection.landed", "collection.claimed", "cascade.landed"])
@pytest.mark.parametrize("position", list(cascade.Position))
def test_killed_anywhere_nothing_is_lost_or_doubled(place: str, position: cascade.Position) -> None:
    def die() -> None:
        raise KilledError

    node = a_node(position=position)
    land(resident(number) for number in range(PART))
    for changed in ({"name": "改了名"}, {"name": "又改名"}):
        failpoints.arm(place, die)
        try:
            node.pull()
        except KilledError:
            land([resident(4, **changed), resident(50)], gone=[5])
        failpoints.arm("")
        node.pull()
        land([resident(6, **changed)], gone=[7])
    node.pull()
    assert held() == there()


@pytest.mark.parametrize("order", list(permutations([0, 1, 0, 1])), ids=str)
def test_who_moves_between_two_nodes_below_is_there_once_whoever_is_heard_first(order: tuple[int, ...]) -> None:
    nodes = [a_node("甲县", LOWER, region="330106"), a_node("乙县", LOWER, region="330107")]
    land([resident(0), resident(1), resident(2, region=OTHER)])
    for node in nodes:
        node.pull()
    land([resident(0, name="迁前改名"), resident(2, region=INSIDE)])
    nodes[order[0]].pull()
    land([resident(0, region=OTHER, name="迁后"), resident(2, region=OTHER)])
    for turn in order[1:]:
        nodes[turn].pull()
    assert held() == there()
    land([], gone=[0, 1])
    for node in nodes:
        node.pull()
    assert held() == there()


def test_a_node_that_claims_what_another_claims_is_asked_anew_and_the_first_by_name_stands() -> None:
    nodes = [a_node("乙县", LOWER), a_node("甲县", LOWER)]
    land([resident(0), resident(1)])
    for node in nodes:
        node.pull()
    assert held() == there()
    land([], gone=[1])
    nodes[0].pull()
    assert id_number(1) in held()  # the other one still says so
    nodes[1].pull()
    nodes[1].pull(anew=True)
    assert held() == there()


def test_what_was_cleared_away_above_is_refused_and_begun_anew() -> None:
    node = a_node()
    land([resident(0), resident(1)])
    node.pull()
    land([resident(2)])
    land([resident(3)], gone=[1])
    clear_away()
    land([resident(4)])
    refused = node.pull()
    assert "changes_cleared" in str(refused.refusal)
    assert "changes_cleared" in cascade.intake(node.intake).refusal
    assert set(held()) == {id_number(0), id_number(1)}
    assert node.pull(anew=True).refusal is None
    assert held() == there()
    assert cascade.intake(node.intake).refusal == ""


def restored(after: int) -> None:
    """The other side is as it was after so many announcements."""
    own = Announcement.objects.filter(number__gt=after)
    own.delete()
    last = Announcement.objects.get(number=after)
    Subscription.objects.update(number=after, announced=last.last)


def rewritten(_after: int) -> None:
    """What the other side announced last was announced by another history."""
    last = Announcement.objects.order_by("-number")[0]
    values = {"subscription_id": last.subscription_id, "number": last.number, "last": last.last, "at": last.at}
    last.delete()
    Announcement.objects.create(id=new_id(), first=last.first, **values)


@pytest.mark.parametrize("happens", [restored, rewritten])
def test_a_history_rewritten_above_is_refused_before_anything_is_fetched(happens: Callable[[int], None]) -> None:
    node = a_node()
    land([resident(0)])
    node.pull()
    land([resident(1)])
    node.pull()
    before = held()
    happens(1)
    land([resident(2, name="另一段历史")])
    refusal = node.pull().refusal
    assert refusal is not None
    assert refusal.code == "feed_rewritten"
    assert held() == before
    assert node.pull(anew=True).refusal is None
    assert held() == there()


def test_a_range_that_was_lost_here_is_a_gap_and_nothing_behind_it_lands() -> None:
    node = a_node()
    land([resident(0)])
    node.pull()
    land([resident(1)])
    node.pull(dies_at=3)
    row = Intake.objects.get()
    folder = spool.folder_of(row.id, row.beginning)
    state = orjson.loads((folder / "following.json").read_bytes())
    (folder / "following.json").write_bytes(orjson.dumps(state | {"version": 1}))
    land([resident(2)])
    refusal = node.pull().refusal
    assert refusal is not None
    assert "第 1 版到第 1 版" in str(refusal)
    assert set(held()) == {id_number(0)}
    node.pull(anew=True)
    assert held() == there()


def test_rows_whose_key_is_masked_do_not_land() -> None:
    node = a_node(fields=(FieldGrant(name="id_number", mask=Mask.ID_NUMBER), *PLAIN[1:]))
    land([resident(0)])
    refusal = node.pull().refusal
    assert refusal is not None
    assert refusal.code == "keys_masked"
    assert held() == {}


def test_a_resource_comes_from_one_direction_only() -> None:
    a_node("省")
    for name, position in (("另一省", cascade.Position.UPPER), ("县", LOWER)):
        with pytest.raises(cascade.IntakeUnfit):
            a_node(name, position)
    assert [one.peer.name for one in cascade.intakes()] == ["省"]
    entry = collection.SourceEntry(dataset=OWN, name="file", kind=collection.ConnectorKind.FILE, location="a.csv")
    with pytest.raises(collection.SourceUnfit):
        collection.set_up_source(actor=SYSTEM, entry=entry, at=NOW)


def test_two_pulls_of_the_same_are_kept_apart() -> None:
    node = a_node()
    with spool.held(str(node.intake)), pytest.raises(cascade.AlreadyPulling):
        node.pull()


def test_a_pull_that_changes_something_is_an_act_and_one_that_does_not_is_none() -> None:
    node = a_node()
    land([resident(0)])
    node.pull()
    node.pull()
    ledger.round_of_worker(NOW)
    commands = [one.act.business.command for one in ledger.acts_on("data.cascade.intake", str(node.intake)).items]
    assert sorted(commands) == ["data.cascade.pull", "data.cascade.take"]


def test_what_is_not_pulled_within_its_cycle_is_late_until_it_is() -> None:
    node = a_node(every=10)
    land([resident(0)])
    assert cascade.note_late(later(hours=23)) == 0
    assert (cascade.note_late(later(hours=25)), cascade.note_late(later(hours=26))) == (1, 0)
    assert OutboxEvent.objects.filter(type=cascade.FELL_BEHIND).count() == 1
    assert cascade.intake(node.intake).late_since == later(hours=25)
    node.pull()
    assert cascade.intake(node.intake).late_since is None
    assert cascade.intake(node.intake).late_at == later(days=1)


def test_the_worker_pulls_what_is_due_once_and_leaves_alone_what_is_being_pulled() -> None:
    node = a_node(every=10)
    assert cascade.claim_due(NOW, until=later(minutes=15)) == [node.intake]
    assert cascade.claim_due(NOW, until=later(minutes=15)) == []
    with spool.held(str(node.intake)):
        cascade.pull_by_schedule(node.intake)
    assert cascade.intake(node.intake).refusal == ""
    land([resident(0)])
    node.pull()
    assert cascade.intake(node.intake).next_due_at == later(minutes=10)


def test_the_commands_set_up_pull_and_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node: Node = a_node()
    secret = tmp_path / "secret"
    secret.write_text(node.counter.key[1].hex())

    def run(*words: str) -> Any:
        return CliRunner().invoke(cli.cascade_group, words)

    added = run("add-peer", "市", "https://city.example", "--position", "lower", "--key", "k", "--secret", str(secret))
    assert added.output == "✓ 市\n"
    monkeypatch.setattr(exchange, "line_to", lambda _gateway: line_to(node.counter))
    monkeypatch.setattr(clock.SystemClock, "now", lambda _clock: NOW)
    land([resident(0), resident(1)])
    assert run("pull").output == f"✓ {OWN}  省: version — → 0, 2 rows, 0 refused\n"
    assert run("status").output.splitlines()[:2] == [
        "省  (upper)  https://gateway.example", f"  {OWN}  version 0, 0 behind, 2026-11-20 10:00",
    ]  # fmt: skip
    assert isinstance(run("pull", "999999/9").exception, cascade.IntakeUnknown)
