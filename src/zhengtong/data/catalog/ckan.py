"""The catalogue as CKAN's action API shows one, version 3: what harvesters and `ckanapi` ask of a read-only site.

Actions answer with `{"help", "success", "result"}`; what is not there is a `Not Found Error` with status 404, what
cannot be read a `Validation Error` with 409, as CKAN answers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from zhengtong.data.catalog import queries
from zhengtong.data.catalog.contracts import DatasetUnknown, DatasetView, Distribution, OpeningClass

MOST_ROWS = 1000
Forms = Callable[[DatasetView], Sequence[Distribution]]
Packed = Callable[[DatasetView], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The status and the document of an action's answer."""

    status: int
    document: dict[str, Any]


class _Missing(Exception):  # noqa: N818 -- caught below, named after what is wrong
    """What is asked for is not there."""


class _Unreadable(Exception):  # noqa: N818 -- caught below, named after what is wrong
    """The question cannot be read."""


def slug(code: str) -> str:
    """Return the name of a dataset in addresses.

    >>> slug("301001/12"), code_of("301001-12")
    ('301001-12', '301001/12')
    """
    return code.replace("/", "-")


def code_of(name: str) -> str:
    """Return the code that `slug` turned into *name*."""
    return name.replace("-", "/", 1)


def act(
    name: str,
    parameters: Mapping[str, Any],
    *,
    site: str,
    page: Callable[[DatasetView], str],
    forms: Forms = lambda _one: (),
) -> Answer:
    """Carry out the action *name*.

    Args:
        name: of the action, as in the address.
        parameters: of the query or the JSON body.
        site: this site's address.
        page: where a dataset's page is found.
        forms: in which forms a dataset can be had.
    """
    about = f"{site}?name={name}"
    action = _ACTIONS.get(name)
    if action is None:
        text = f"Bad request - Action name not known: {name[:60]}"
        return Answer(status=400, document={"help": about, "success": False, "error": {"message": text}})
    try:
        result = action(parameters, lambda one: package(one, page(one), forms(one)))
    except (_Missing, DatasetUnknown):
        return _failed(about, 404, "Not Found Error", "Not found")
    except _Unreadable as error:
        return _failed(about, 409, "Validation Error", str(error))
    return Answer(status=200, document={"help": about, "success": True, "result": result})


def package(one: DatasetView, page: str, forms: Sequence[Distribution] = ()) -> dict[str, Any]:
    """Return a dataset as CKAN's package."""
    entry, identifier = one.entry, str(_id(one.code))
    words = dict.fromkeys([*entry.keywords.split(), *(element.title for element in entry.elements[:5])])
    return {
        "id": identifier,
        "name": slug(one.code),
        "title": entry.name,
        "notes": entry.summary,
        "state": "active",
        "type": "dataset",
        "private": False,
        "isopen": entry.opening is OpeningClass.UNCONDITIONAL,
        "license_id": "cc-by" if entry.opening is OpeningClass.UNCONDITIONAL else "notspecified",
        "metadata_created": _moment(one.registered_at),
        "metadata_modified": _moment(one.changed_at),
        "url": page,
        "version": str(one.version),
        "organization": _organization(one),
        "owner_org": str(one.provider),
        "tags": [{"name": word, "display_name": word, "state": "active"} for word in words],
        "num_tags": len(words),
        "num_resources": len(forms) or 1,
        "resources": _resources(one, page, forms),
        "extras": [
            {"key": "sharing_class", "value": entry.sharing.value},
            {"key": "opening_class", "value": entry.opening.value},
            {"key": "opening_mode", "value": entry.opening_mode.value if entry.opening_mode else ""},
            {"key": "update_cycle", "value": entry.cycle.value},
            {"key": "data_grade", "value": one.grade.name.lower()},
            {"key": "resource_code", "value": one.code},
        ],
    }


def _resources(one: DatasetView, page: str, forms: Sequence[Distribution]) -> list[dict[str, Any]]:
    package_id = str(_id(one.code))
    if not forms:
        told = {"id": str(_id(f"{one.code}#data")), "name": one.name, "url": page, "format": "HTML"}
        return [{**told, "package_id": package_id, "state": "active", "position": 0}]
    return [
        {
            "id": str(_id(f"{form.page}#{form.form}")), "package_id": package_id, "name": form.title,
            "url": form.address or form.page, "format": form.form.upper(), "mimetype": form.media_type,
            "size": form.size, "state": "active", "position": position,
        }
        for position, form in enumerate(forms)
    ]  # fmt: skip


def _status_show(_parameters: Mapping[str, Any], _packed: Packed) -> Any:
    return {"ckan_version": "2.11", "site_title": "Zhengtong 政通", "extensions": [], "locale_default": "zh_Hans_CN"}


def _package_list(parameters: Mapping[str, Any], _packed: Packed) -> Any:
    limit, offset = _number(parameters, "limit", MOST_ROWS, MOST_ROWS), _number(parameters, "offset", 0)
    return [slug(code) for code in queries.open_codes(limit=limit, offset=offset)]


def _package_show(parameters: Mapping[str, Any], packed: Packed) -> Any:
    name = str(parameters.get("id") or parameters.get("name_or_id") or "")
    one = queries.open_dataset(_code_behind(name))
    return packed(one)


def _package_search(parameters: Mapping[str, Any], packed: Packed) -> Any:
    rows, start = _number(parameters, "rows", 10, MOST_ROWS), _number(parameters, "start", 0)
    text = str(parameters.get("q") or "").strip()
    text = "" if text in {"*:*", "*"} else text
    found = queries.search(text, filters=queries.Filters(opened=True), size=max(rows, 1), start=start)
    results = [packed(one) for one in found.rows] if rows else []
    return {"count": found.total, "results": results, "facets": {}, "search_facets": {}, "sort": "score desc"}


def _organization_list(parameters: Mapping[str, Any], _packed: Packed) -> Any:
    facets = queries.facets(queries.Filters(opened=True)).provider
    if str(parameters.get("all_fields", "")).lower() not in {"true", "1"}:
        return [facet.value for facet in facets]
    return [
        {
            "id": facet.value, "name": facet.value, "title": str(facet.label), "package_count": facet.count,
            "state": "active",
        }
        for facet in facets
    ]  # fmt: skip


def _organization_show(parameters: Mapping[str, Any], _packed: Packed) -> Any:
    for facet in queries.facets(queries.Filters(opened=True)).provider:
        if facet.value == str(parameters.get("id", "")):
            return {"id": facet.value, "name": facet.value, "title": str(facet.label), "package_count": facet.count}
    raise _Missing


def _license_list(_parameters: Mapping[str, Any], _packed: Packed) -> Any:
    return [
        {
            "id": "cc-by", "title": "Creative Commons Attribution 4.0", "status": "active",
            "url": "https://creativecommons.org/licenses/by/4.0/",
        }
    ]  # fmt: skip


_ACTIONS: Mapping[str, Callable[[Mapping[str, Any], Packed], Any]] = {
    "status_show": _status_show,
    "site_read": lambda _parameters, _packed: True,
    "package_list": _package_list,
    "package_show": _package_show,
    "package_search": _package_search,
    "organization_list": _organization_list,
    "organization_show": _organization_show,
    "group_list": lambda _parameters, _packed: [],
    "license_list": _license_list,
}


def _code_behind(name: str) -> str:
    try:
        wanted = UUID(name)
    except ValueError:
        return code_of(name)
    for code in queries.open_codes(limit=None):
        if _id(code) == wanted:
            return code
    raise _Missing


def _organization(one: DatasetView) -> dict[str, Any]:
    return {
        "id": str(one.provider),
        "name": str(one.provider),
        "title": one.provider_name,
        "type": "organization",
        "state": "active",
        "is_organization": True,
    }


def _number(parameters: Mapping[str, Any], key: str, default: int, most: int | None = None) -> int:
    value = str(parameters.get(key, default))
    if not value.isdigit():
        raise _Unreadable(f"{key}: Must be a natural number")
    return min(int(value), most) if most is not None else int(value)


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:zhengtong:dataset:{name}")


def _moment(at: Any) -> str:
    return str(at.replace(tzinfo=None).isoformat())


def _failed(about: str, status: int, kind: str, message: str) -> Answer:
    return Answer(
        status=status, document={"help": about, "success": False, "error": {"__type": kind, "message": message}}
    )
