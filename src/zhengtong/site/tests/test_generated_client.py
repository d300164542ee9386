"""A client generated from our OpenAPI document files a case, pulls it and decides it, against a real server."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from zhengtong.kernel.events.api import drain
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases.tests.builders import ITEM, a_world
from zhengtong.process.systems.tests.builders import ANSWERS, connected
from zhengtong.site.api import api
from zhengtong.trust.identity.tests import builders

PACKAGE = "department_client"
GENERATOR = Path(sys.executable).with_name("openapi-python-client")


@pytest.fixture
def client_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Generate the client into a folder of its own, from which it can be imported."""
    document = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["tags"] = ["calls"]
    source, config = tmp_path / "openapi.json", tmp_path / "config.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    config.write_text(json.dumps({"post_hooks": []}), encoding="utf-8")
    done = subprocess.run(
        [
            GENERATOR, "generate", "--path", source, "--config", config, "--meta", "none", "--fail-on-warning",
            "--output-path", tmp_path / PACKAGE,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / PACKAGE


def call(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.api.calls.{name}")


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_files_pulls_and_decides(client_package: Path, live_server: LiveServer) -> None:
    assert client_package.is_dir()
    world, number = a_world(), builders.id_number()
    builders.a_person(number=number)
    made = importlib.import_module(PACKAGE)
    models: Any = importlib.import_module(f"{PACKAGE}.models")
    client = made.AuthenticatedClient(base_url=live_server.url, token=connected(world).token)
    filing = models.FilingIn.from_dict(
        {
            "item": ITEM, "applicant": {"id_number": number, "name": "张伟", "consent": True},
            "answers": ANSWERS, "handled_by": "W-07",
        }
    )  # fmt: skip
    filed = call("file_case").sync(client=client, body=filing, idempotency_key=new_id().hex)
    drain()
    pulled = call("pull_work").sync(client=client, since=0)
    assert [one.reference for one in pulled.changes] == [filed.reference]
    states = []
    for decision in ("accept", "grant"):
        purpose = models.ReadingPurpose("process.case.handling")
        shown = call("read_case").sync(filed.reference, client=client, purpose=purpose)
        told = models.DecisionIn.from_dict(
            {
                "task": shown.task.number, "decision": decision, "handled_by": "W-07",
                "checked": [piece.key for piece in shown.evidence if piece.to_check],
            }
        )  # fmt: skip
        done = call("decide").sync(
            filed.reference, client=client, body=told, idempotency_key=new_id().hex, if_match=f'"{shown.revision}"'
        )
        states.append(done.state)
    assert states == ["accepted", "granted"]
