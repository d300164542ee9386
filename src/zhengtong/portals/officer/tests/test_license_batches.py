"""A table of licences on paper is checked as a whole before anything is written, then issued once, in sight."""

import re
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.registries.tests import builders as registry
from zhengtong.kernel.errors import NotFound
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.portals.officer.tests.test_license_desk import NUMBER, bureau, keeper  # noqa: F401 -- fixtures
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses.models import ELicense, LicenseBatch
from zhengtong.trust.licenses.services import back_catalogue, batches

DESK = "/officer/licences/batches/"
HEADER = "holder,valid_from,name,id_number,born_on"


def row(number: str = NUMBER, first: str = "1999-07-01", name: str = "沈一帆") -> str:
    return f"{number},{first},{name},{number},1955-03-07"


def sent(client: Client, *rows: str, batch: UUID | None = None, header: str = HEADER) -> tuple[int, str]:
    """Upload a table; return the status, and the page or the address of the batch."""
    file = SimpleUploadedFile("table.csv", "\n".join([header, *rows]).encode("utf-8-sig"))
    answer = client.post(DESK, {"batch": str(batch or uuid4()), "type": "senior_card", "file": file})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


@pytest.mark.usefixtures("bureau")
def test_a_table_with_one_bad_row_issues_nothing_and_names_the_row(keeper: Client) -> None:  # noqa: F811
    bad = [row("330521199001011239"), row(first="1.7.1999"), row(first="2999-01-01"), row(name=""), row()]
    status, page = sent(keeper, row(), *bad)
    assert status == 422
    assert re.findall(r'<th scope="row">(\d+)</th>', page) == ["2", "3", "4", "5", "6"]
    assert "与前面的一行重复" in page
    assert "沈一帆" not in page
    assert NUMBER not in page
    assert (LicenseBatch.objects.count(), ELicense.objects.count()) == (0, 0)


@pytest.mark.usefixtures("bureau")
def test_a_good_table_is_kept_encrypted_issued_once_and_gone_afterwards(keeper: Client) -> None:  # noqa: F811
    status, address = sent(keeper, row(), row(first="2001-07-01"))
    assert status == 302
    assert "检查无误" in keeper.get(address).content.decode()
    assert ELicense.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM license_batch")
        [(stored,)] = cursor.fetchall()
    assert NUMBER not in str(stored)
    assert [keeper.post(f"{address}start/").status_code for _ in range(2)] == [302, 302]
    batch = LicenseBatch.objects.get()
    acts = ledger.acts_on("trust.license.batch", str(batch.id)).items
    assert [item.act.business.command for item in acts] == ["trust.licenses.start_batch"]
    for _ in range(2):
        licenses.run_batch(batch.id)
    batch.refresh_from_db()
    assert (batch.state, batch.issued, batch.refused, batch.content) == ("done", 2, 0, "")
    assert ELicense.objects.filter(holder=registry.resident_id(1)).count() == 2
    assert "已签发" in keeper.get(address).content.decode()


@pytest.mark.usefixtures("bureau")
def test_an_interrupted_batch_goes_on_where_it_was_and_tells_its_progress(
    keeper: Client,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _status, address = sent(keeper, row(), row(first="2001-07-01"), row(first="2002-07-01"))
    keeper.post(f"{address}start/")
    issued, seen = back_catalogue.issue_row, []

    def dying(count: int, *arguments: object, **facts: object) -> licenses.RowOutcome:
        seen.append(count)
        if len(seen) == 2:
            raise ConnectionError("gone")
        return issued(count, *arguments, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "issue_row", dying)
    batch = LicenseBatch.objects.get()
    with pytest.raises(ConnectionError):
        licenses.run_batch(batch.id)
    part = keeper.get(address, headers={"HX-Request": "true"}).content.decode()
    assert '<progress max="3" value="1"' in part
    assert "<html" not in part
    licenses.run_batch(batch.id)
    assert (seen, ELicense.objects.count()) == ([1, 2, 2, 3], 3)


@pytest.mark.usefixtures("bureau")
def test_a_table_that_is_none_is_refused_with_a_sentence(keeper: Client) -> None:  # noqa: F811
    assert "列应为" in sent(keeper, row(), header="holder,since,name,id_number,born_on")[1]
    assert "行" in sent(keeper)[1]
    file = SimpleUploadedFile("table.csv", "\xff\xfe".encode("latin-1"))
    answer = keeper.post(DESK, {"batch": str(uuid4()), "type": "senior_card", "file": file})
    assert (answer.status_code, "UTF-8" in answer.content.decode()) == (422, True)
    head = b"".join(keeper.get(f"{DESK}header.csv?type=senior_card"))
    assert head.decode("utf-8-sig").strip() == HEADER
    assert keeper.get(f"{DESK}header.csv?type=none").status_code == 404


@pytest.mark.usefixtures("bureau")
def test_sending_a_table_twice_keeps_one_batch(keeper: Client) -> None:  # noqa: F811
    batch = uuid4()
    assert [sent(keeper, row(), batch=batch)[0] for _ in range(2)] == [302, 302]
    assert LicenseBatch.objects.count() == 1


@pytest.mark.usefixtures("bureau")
def test_others_neither_see_nor_start_a_batch(house: House, signed_in: SignIn, keeper: Client) -> None:  # noqa: F811
    del house
    _status, address = sent(keeper, row())
    clerk = signed_in("clerk")
    assert [clerk.get(DESK).status_code, clerk.post(f"{address}start/").status_code] == [403, 403]
    actor = builders.an_actor_in_post()
    with pytest.raises(NotFound):
        licenses.batch_of(actor, LicenseBatch.objects.get().id)


@pytest.mark.usefixtures("bureau")
def test_the_desk_takes_few_statements(
    keeper: Client,  # noqa: F811
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    addresses = [sent(keeper, row(first=f"200{year}-07-01"))[1] for year in range(4)]
    for address in (DESK, addresses[0]):
        with django_assert_max_num_queries(10):
            keeper.get(address)
