"""Tables follow the rooms: a foreign key points down, and what happens in a room is not a Django signal."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/zhengtong"
ROOMS = ("kernel", "rules", "trust", "data", "credit", "process", "incidents", "domains", "portals", "site")
INNER = {
    "trust": ("keys", "ledger", "identity", "access", "seals", "licenses", "delivery"),
    "process": ("bpmn", "engine", "store", "items", "forms", "cases", "bundles", "projects", "mining"),
}

# Django's own signals that concern the framework, never the domain: file → why
SIGNALS_ALLOWED: dict[str, str] = {
    "trust/identity/apps.py": "one signs out in several places of Django and allauth, and each of them sends only this",
}


def rank(module: str) -> tuple[int, int]:
    """Return where a model's module stands: its room, then its app where the room has an inner order."""
    _root, room, *rest = module.split(".")
    inner = INNER.get(room, ())
    return ROOMS.index(room), inner.index(rest[0]) if rest and rest[0] in inner else -1


def upward_keys(of: Iterator[type[models.Model]]) -> list[str]:
    """Return each relation that points to a higher room or, inside a room, against its order or to a domain beside."""
    found = []
    for model in of:
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            target = field.related_model
            if not isinstance(target, type) or not target.__module__.startswith("zhengtong."):
                continue
            own, other = model.__module__.split(".")[:3], target.__module__.split(".")[:3]
            beside = own != other and own[1] == other[1] and own[1] in {"domains", "portals"}
            if beside or (own != other and rank(target.__module__) > rank(model.__module__)):
                found.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    return found


def own_models() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if model.__module__.startswith("zhengtong."))


def test_foreign_keys_point_down() -> None:
    assert upward_keys(own_models()) == []


@isolate_apps("zhengtong.kernel.regions", "zhengtong.trust.identity")
def test_a_foreign_key_that_points_up_is_found() -> None:
    class Person(models.Model):  # noqa: DJ008 -- lives for one test
        class Meta:
            app_label = "identity"

    class Place(models.Model):  # noqa: DJ008 -- lives for one test
        mayor = models.ForeignKey(Person, on_delete=models.CASCADE)

        class Meta:
            app_label = "regions"

    Person.__module__, Place.__module__ = "zhengtong.trust.identity.models", "zhengtong.kernel.regions.models"
    assert upward_keys(iter([Place])) == ["regions.Place.mayor → identity.Person"]
    Person.__module__, Place.__module__ = Place.__module__, Person.__module__
    assert upward_keys(iter([Place])) == []


def test_portals_hold_no_tables() -> None:
    assert [model._meta.label for model in own_models() if model.__module__.startswith("zhengtong.portals.")] == []


def test_every_model_says_which_invariant_it_protects() -> None:
    generated = "("  # Django writes "Model(field, field)" where no docstring stands
    silent = [
        model._meta.label
        for model in own_models()
        if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}{generated}")
    ]
    assert silent == []


def signal_uses(source: str) -> list[str]:
    """Return the imports by which a module reaches Django's signals."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        else:
            continue
        found += [
            name
            for name in names
            if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals"))
            or ".signals" in name
            or name == "django.db.models.signals"
        ]
    return sorted(found)


def test_no_room_works_by_django_signals() -> None:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = str(path.relative_to(PACKAGE))
        if (uses := signal_uses(path.read_text(encoding="utf-8"))) and name not in SIGNALS_ALLOWED:
            found[name] = uses
    assert found == {}, "Publish an event (kernel.events) or fill a registry in site/wiring.py."


def test_a_signal_receiver_is_found() -> None:
    assert signal_uses("from django.dispatch import receiver\n") == ["django.dispatch.receiver"]
    assert signal_uses("from django.db.models import signals\n") == ["django.db.models.signals"]
    assert signal_uses("from allauth.account.signals import user_logged_in\n") == [
        "allauth.account.signals.user_logged_in"
    ]
    assert signal_uses("from django.db.models import Q\n") == []


def test_every_allowed_use_of_signals_is_still_there() -> None:
    stale = [name for name in SIGNALS_ALLOWED if not signal_uses((PACKAGE / name).read_text(encoding="utf-8"))]
    assert stale == []
