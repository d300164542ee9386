"""Reading and writing files: nothing lost, nothing dangerous, the place named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.process.bpmn import xmltree
from zhengtong.process.bpmn.api import (
    BrokenXml,
    DangerousXml,
    NotBpmn,
    OversizedXml,
    differences,
    read_definitions,
    read_document,
    with_attributes,
    write_document,
)

MODEL = (
    '<?xml version="1.0" encoding="{encoding}" standalone="yes"?>\n<!-- before -->\n'
    '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:v="urn:vendor" '
    'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" targetNamespace="urn:x" v:z="2" v:a="1">\n'
    '  <b:process id="p" name="a &lt; b &amp; &quot;c&quot;&#10;d" isExecutable="true">'
    "<b:documentation><![CDATA[<raw> ]]]]><![CDATA[>]]></b:documentation>"
    '<b:extensionElements><v:thing b:mixed="x">text<v:inner/>tail</v:thing><?target data?></b:extensionElements>'
    '<b:startEvent id="s"/></b:process>\n'
    '  <di:BPMNDiagram id="d"><di:BPMNPlane bpmnElement="p"/></di:BPMNDiagram>\n</b:definitions>\n<!-- after -->'
)


@pytest.mark.parametrize("encoding", ["UTF-8", "WINDOWS-1252", "ISO-8859-1", "UTF-16"])
def test_a_model_comes_back_with_everything_in_its_place(encoding: str) -> None:
    before = read_document(MODEL.format(encoding=encoding).encode(encoding))
    after = read_document(write_document(before))
    assert differences(before.xml, after.xml) == []
    assert (before.xml.prolog, before.xml.epilog) == (after.xml.prolog, after.xml.epilog)
    assert after.root.elements.__next__().get("name") == 'a < b & "c"\nd'
    assert write_document(after) == write_document(before)


def test_a_lost_attribute_or_a_changed_order_is_seen() -> None:
    source = MODEL.format(encoding="UTF-8")
    before = read_document(source.encode())
    assert differences(before.xml, read_document(source.replace(' v:z="2"', "").encode()).xml) != []
    swapped = source.replace('v:z="2" v:a="1"', 'v:a="1" v:z="2"')
    assert differences(before.xml, read_document(swapped.encode()).xml) != []
    assert differences(before.xml, read_document(source.replace("<v:inner/>", "").encode()).xml) != []


def test_setting_an_attribute_touches_nothing_else() -> None:
    before = read_document(MODEL.format(encoding="UTF-8").encode())
    after = with_attributes(before, {"p": {"isExecutable": "false", "processType": "Private"}})
    changed = differences(before.xml, after.xml)
    assert len(changed) == 1
    assert "isExecutable" in changed[0]
    assert not read_definitions(after).processes["p"].executable


BOMB = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><d>&b;</d>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
DTD = '<?xml version="1.0"?><!DOCTYPE d SYSTEM "http://example.invalid/d.dtd"><d/>'


@pytest.mark.parametrize("source", [BOMB, OUTSIDE, DTD])
def test_document_types_and_entities_are_refused(source: str) -> None:
    with pytest.raises(DangerousXml):
        read_document(source.encode())


def test_depth_and_size_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmltree, "MAX_NODES", 1000)
    with pytest.raises(OversizedXml):
        read_document(b"<a>" * 300 + b"</a>" * 300)
    with pytest.raises(OversizedXml):
        read_document(b"<a>" + b"<b/>" * 1001 + b"</a>")
    with pytest.raises(OversizedXml):
        read_document(b" " * 20_000_001)


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        (b"", BrokenXml),
        (b"<a><b></a>", BrokenXml),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', BrokenXml),
        (b"<a:b/>", BrokenXml),
        (b"<html/>", NotBpmn),
        (b'<definitions xmlns="urn:other"/>', NotBpmn),
    ],
)
def test_what_is_no_model_is_refused_by_name(source: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read_document(source)


def test_a_broken_file_names_the_line() -> None:
    with pytest.raises(BrokenXml) as refused:
        read_document(b"<a>\n<b>\n</a>")
    assert refused.value.details["line"] == 3


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40))
def test_any_text_survives_in_attributes_and_content(text: str) -> None:
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>'
    document = with_attributes(read_document(head.encode()), {"p": {"name": text}})
    again = read_document(write_document(document))
    assert next(again.root.elements).get("name") == text
