"""The examples in the docstrings are true."""

import doctest
import subprocess
import sys
from importlib import import_module

import pytest
from django.utils.translation import override

from zhengtong.kernel import checkdigits, errors


@pytest.mark.parametrize("module", ["checkdigits", "clock", "errors", "ids", "money"])
def test_every_example_in_the_documentation_of_the_kernel_holds(module: str) -> None:
    outcome = doctest.testmod(import_module(f"zhengtong.kernel.{module}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_codes_ids_and_refusals_need_no_django() -> None:
    program = "import sys, zhengtong.kernel.ids, zhengtong.kernel.errors; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_phrase_inside_a_refusal_is_translated_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = errors.InvalidInput(what=errors.Phrase("第 {position} 位有误", position=7))
    dictionary = {"第 {position} 位有误": "place {position} is wrong", "填写的内容有误：{what}": "Not valid: {what}"}
    monkeypatch.setattr(errors, "_translators", [lambda text: dictionary.get(text, text)])
    assert refusal.explanation == "Not valid: place 7 is wrong"
    assert refusal.problem()["details"] == {"what": "place 7 is wrong"}


def test_a_reader_of_english_gets_the_whole_refusal_in_english() -> None:
    with pytest.raises(checkdigits.InvalidResidentId) as refusal:
        checkdigits.parse_resident_id("1")
    assert refusal.value.explanation == "公民身份号码有误：应为 18 位，实际 1 位"
    with override("en"):
        assert refusal.value.explanation == "The identity number is not valid: it must have 18 characters, not 1"
        assert refusal.value.advice == "Compare it character by character with the document and enter it again."
