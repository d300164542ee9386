"""The open catalogue as a machine reads it: DCAT 3 in JSON-LD."""

from collections.abc import Callable, Sequence
from typing import Any

from zhengtong.portals.opendata.datasets import LICENCE, Dataset

_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"
_MEDIA = {"csv": "text/csv", "json": "application/json"}
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
}


def document(datasets: Sequence[Dataset], *, home: str, address: Callable[[Dataset, str], str]) -> dict[str, Any]:
    """Describe *datasets*; `address(dataset, form)` is where a distribution, or with form "" the page, is found."""
    return {
        "@context": CONTEXT,
        "@id": home,
        "@type": "dcat:Catalog",
        "dct:title": "Zhengtong 政通",
        "dct:license": {"@id": LICENCE},
        "dcat:dataset": [
            {
                "@id": address(one, ""),
                "@type": "dcat:Dataset",
                "dct:identifier": one.code,
                "dct:title": str(one.title),
                "dct:description": str(one.description),
                "dct:publisher": {"@type": "foaf:Organization", "foaf:name": str(one.publisher)},
                "dct:accrualPeriodicity": {"@id": f"{_FREQUENCY}{one.frequency}"},
                "dcat:keyword": [str(word) for word in one.keywords],
                "dcat:distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "dcat:downloadURL": {"@id": address(one, form)},
                        "dcat:mediaType": media,
                        "dct:license": {"@id": LICENCE},
                    }
                    for form, media in _MEDIA.items()
                ],
            }
            for one in datasets
        ],
    }
