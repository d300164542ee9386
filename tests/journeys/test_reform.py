"""A leader writes a process, is told what is wrong with it and where, corrects it and publishes it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.visitor import Visitor
from zhengtong.site.demo.accounts import PASSWORD

Visit = Callable[..., Visitor]
MODEL = Path(__file__).parents[2] / "provinces/demo/processes/single-item.bpmn"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_leader_publishes_a_process_after_correcting_what_the_check_names(visit: Visit, *, scripts: bool) -> None:
    key = "journey_scripted" if scripts else "journey_plain"
    leader = visit(scripts=scripts)
    leader.sign_in("leader", PASSWORD)
    page = leader.open("/officer/reform/")
    page.locator("main summary").click()
    page.locator("input[name=key]").fill(key)
    page.locator("form[action$='/new/'] button").click()
    expect(page).to_have_url(re.compile(f"/officer/reform/{key}/edit/"))
    model = MODEL.read_text(encoding="utf-8").replace('id="single_item"', f'id="{key}"')
    check(page, model.replace('default="to_denied"', 'default="nowhere"'))
    expect(page.locator("#checked")).to_contain_text("flow-default-belongs")
    expect(page.locator("button[value=publish]")).to_have_count(0)
    check(page, model)
    page.locator("button[value=publish]").click()
    expect(page).to_have_url(re.compile(f"/officer/reform/{key}/v1/"))
    expect(page.locator("main table").first).to_contain_text("受理审查")


def check(page: Page, model: str) -> None:
    """Have *model* checked."""
    page.locator("textarea[name=bpmn]").fill(model)
    page.locator("button[value=check]").click()
