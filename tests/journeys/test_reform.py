"""A leader writes a process, is told what is wrong with it and where, corrects it and publishes it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.measures import accessibility_faults
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


def test_a_leader_draws_a_step_and_publishes_what_was_drawn(visit: Visit) -> None:
    leader = visit()
    leader.sign_in("leader", PASSWORD)
    page = leader.open("/officer/reform/journey_drawn/edit/")
    model = MODEL.read_text(encoding="utf-8").replace('id="single_item"', 'id="journey_drawn"')
    page.locator("textarea[name=bpmn]").fill(model)
    page.locator("summary", has_text="在图上改").click()
    expect(page.locator("[data-ready=yes]")).to_be_visible()
    choose(page, "accept")
    expect(page.locator("#designer-performer")).to_have_value('"process.case:accept"')
    expect(page.locator("#designer-condition")).to_be_hidden()
    page.locator("#designer-name").fill("先看材料")
    page.locator("#designer-performer").fill('"applicant"')
    page.locator("#designer-performer").press("Tab")
    choose(page, "to_supplement")
    page.locator("#designer-condition").fill('decision = "return" and true')
    page.locator("#designer-condition").press("Tab")
    expect(page.locator("textarea[name=bpmn]")).to_have_value(re.compile('decision = "return" and true'))
    with leader.examined():
        assert accessibility_faults(page) == []
    page.locator("button[value=check]").click()
    page.locator("button[value=publish]").click()
    expect(page).to_have_url(re.compile("/officer/reform/journey_drawn/v1/"))
    expect(page.locator("main table").first).to_contain_text("先看材料")
    page.locator("summary", has_text="看流程图").click()
    expect(page.locator("[data-ready=yes]").get_by_text("先看材料")).to_be_visible()
    assert page.locator("[data-canvas] g.djs-shape").count() > 5


def test_what_cannot_be_drawn_is_said_and_the_text_is_kept(visit: Visit) -> None:
    leader = visit()
    leader.sign_in("leader", PASSWORD)
    page = leader.open("/officer/reform/journey_broken/edit/")
    page.locator("textarea[name=bpmn]").fill("<definitions>")
    page.locator("summary", has_text="在图上改").click()
    expect(page.locator("[data-failed]")).to_be_visible()
    expect(page.locator("textarea[name=bpmn]")).to_have_value("<definitions>")


def choose(page: Page, node: str) -> None:
    """Click a step or a line of the diagram."""
    page.locator(f"[data-element-id={node}] > .djs-hit").first.click(force=True)


def check(page: Page, model: str) -> None:
    """Have *model* checked."""
    page.locator("textarea[name=bpmn]").fill(model)
    page.locator("button[value=check]").click()
