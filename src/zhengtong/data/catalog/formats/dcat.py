"""The catalogue as DCAT-AP 3 in JSON-LD and Turtle, so that other catalogues can harvest it.

DCAT is the W3C's data catalogue vocabulary, version 3; DCAT-AP its application profile for public administrations
(SEMIC). Code lists are those of the EU Publications Office, which the profile asks for.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from zhengtong.data.catalog.contracts import DatasetView, Distribution, OpeningClass, UpdateCycle

_EU = "http://publications.europa.eu/resource/authority"
_FREQUENCY = {
    UpdateCycle.REALTIME: "UPDATE_CONT",
    UpdateCycle.DAILY: "DAILY",
    UpdateCycle.WEEKLY: "WEEKLY",
    UpdateCycle.MONTHLY: "MONTHLY",
    UpdateCycle.QUARTERLY: "QUARTERLY",
    UpdateCycle.HALF_YEARLY: "ANNUAL_2",
    UpdateCycle.YEARLY: "ANNUAL",
    UpdateCycle.IRREGULAR: "IRREG",
}
_RIGHTS = {
    OpeningClass.UNCONDITIONAL: "PUBLIC",
    OpeningClass.CONDITIONAL: "RESTRICTED",
    OpeningClass.WITHHELD: "NON_PUBLIC",
}
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_IANA = "https://www.iana.org/assignments/media-types"
Address = Callable[[DatasetView], str]
Forms = Callable[[DatasetView], Sequence[Distribution]]


def document(
    datasets: Iterable[DatasetView],
    *,
    home: str,
    title: str,
    description: str,
    publisher: str,
    address: Address,
    forms: Forms = lambda _one: (),
) -> dict[str, Any]:
    """Return the catalogue as JSON-LD.

    Args:
        datasets: what it lists.
        home: its own address, which names it.
        title: what it is called.
        description: what it holds.
        publisher: who keeps it.
        address: where the page of a dataset is found.
        forms: in which forms a dataset can be had.
    """
    return {
        "@context": CONTEXT,
        "@id": home,
        "@type": "dcat:Catalog",
        "dct:title": _chinese(title),
        "dct:description": _chinese(description),
        "dct:publisher": _agent(f"{home}#publisher", publisher, ""),
        "dct:language": {"@id": f"{_EU}/language/ZHO"},
        "dcat:dataset": [_dataset(one, home, address(one), forms(one)) for one in datasets],
    }


def json_ld(document: dict[str, Any]) -> bytes:
    """Return *document* as a JSON-LD file."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def turtle(document: dict[str, Any]) -> bytes:
    """Return *document* as a Turtle file."""
    from rdflib import Graph  # noqa: PLC0415 -- heavy, and only for this format

    graph = Graph()
    graph.parse(data=json_ld(document), format="json-ld")
    return graph.serialize(format="turtle").encode()


def _dataset(one: DatasetView, home: str, page: str, forms: Sequence[Distribution]) -> dict[str, Any]:
    entry = one.entry
    titles = [_chinese(entry.name)] + ([_english(entry.name_en)] if entry.name_en else [])
    words = [*entry.keywords.split(), *(element.title for element in entry.elements[:5])]
    found: dict[str, Any] = {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": entry.code,
        "dct:title": titles,
        "dct:description": _chinese(entry.summary),
        "dct:publisher": _agent(f"{home}#{one.provider}", one.provider_name, one.provider_name_en),
        "dct:accessRights": {"@id": f"{_EU}/access-right/{_RIGHTS[entry.opening]}"},
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/{_FREQUENCY[entry.cycle]}"},
        "dct:modified": {"@type": "xsd:dateTime", "@value": one.changed_at.isoformat()},
        "dcat:keyword": [_chinese(word) for word in dict.fromkeys(words)],
        "dcat:distribution": [_distribution(form) for form in forms] or [_page_only(entry.name, page)],
    }
    if one.published_on:
        found["dct:issued"] = {"@type": "xsd:date", "@value": one.published_on.isoformat()}
    return found


def _page_only(name: str, page: str) -> dict[str, Any]:
    return {
        "@id": f"{page}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": _chinese(name),
        "dcat:accessURL": {"@id": page},
    }


def _distribution(form: Distribution) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@id": f"{form.page}#{form.form}",
        "@type": "dcat:Distribution",
        "dct:title": _chinese(form.title),
        "dcat:accessURL": {"@id": form.page},
        "dcat:mediaType": {"@id": f"{_IANA}/{form.media_type}"},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(form.size)},
    }
    if form.address:
        found["dcat:downloadURL"] = {"@id": form.address}
    return found


def _agent(identifier: str, name: str, name_en: str) -> dict[str, Any]:
    names = [_chinese(name)] + ([_english(name_en)] if name_en else [])
    return {"@id": identifier, "@type": "foaf:Agent", "foaf:name": names}


def _chinese(text: str) -> dict[str, str]:
    return {"@language": "zh", "@value": text}


def _english(text: str) -> dict[str, str]:
    return {"@language": "en", "@value": text}
