"""Anybody may verify a sealed file, and nothing of it stays."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from zhengtong.trust.documents.api import Form, written
from zhengtong.trust.documents.tests.builders import permit
from zhengtong.trust.ledger.api import count_acts

pytestmark = pytest.mark.django_db


def sent(data: bytes) -> HttpResponse:
    file = SimpleUploadedFile("file.ofd", data, content_type="application/ofd")
    return Client().post(reverse("citizen:verify_seal"), {"file": file})  # type: ignore[return-value]


def test_the_page_asks_for_a_file_without_an_account() -> None:
    assert "20 MB" in Client().get(reverse("citizen:verify_seal")).content.decode()


def test_a_file_without_a_seal_is_told_so_and_all_of_it_is_open() -> None:
    acts = count_acts()
    answer = sent(written(permit(), Form.OFD))
    assert answer.status_code == 200
    assert "没有签章" in answer.content.decode()
    assert "OFD.xml" in answer.content.decode()
    assert count_acts() == acts


@pytest.mark.parametrize("data", [b"PK", b"nonsense", b"%PDF-1.7"])
def test_what_cannot_be_read_is_refused_in_words(data: bytes) -> None:
    answer = sent(data)
    assert (answer.status_code, "无法读取" in answer.content.decode()) == (422, True)


def test_no_file_is_no_crash() -> None:
    assert Client().post(reverse("citizen:verify_seal")).status_code == 422
