"""Make the README's pictures from a running demo: `.venv/bin/python scripts/screenshots.py http://127.0.0.1:8000`.

Signs in with the demo accounts, looks at each page the way a reader would, and writes docs/images/*.png. Chromium is
found as `chromium` on the path, or named by CHROMIUM.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, StorageState, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
PASSWORD = os.environ.get("ZHENGTONG_DEMO_PASSWORD", "zhengtong-demo")
LARGEST = 200_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"]
PHONE, DESK = (390, 780), (1280, 800)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: whose, of what, how; `opens` names an island to open by its heading."""

    name: str
    path: str
    account: str = ""
    size: tuple[int, int] = DESK
    pages: str = "zh-hans.light.standard"
    opens: str = ""


SHOTS = (
    Shot(name="citizen-home", path="/"),
    Shot(name="citizen-home-en", path="/", pages="en.light.standard"),
    Shot(name="citizen-home-phone", path="/", size=PHONE),
    Shot(name="citizen-home-elder", path="/", size=PHONE, pages="zh-hans.light.elder"),
    Shot(name="citizen-home-dark", path="/", size=PHONE, pages="zh-hans.dark.standard"),
    Shot(name="citizen-search", path="/services/?q=社保"),
    Shot(name="citizen-guide", path="/services/901001000000/"),
    Shot(name="citizen-me", path="/me/", account="citizen"),
    Shot(name="citizen-me-en", path="/me/", account="citizen", pages="en.light.standard"),
    Shot(name="officer-workbench", path="/officer/", account="window"),
    Shot(name="officer-organisations", path="/officer/organisations/", account="leader"),
    Shot(name="cockpit", path="/cockpit/", account="leader"),
    Shot(name="open-data", path="/open/"),
    Shot(name="newborn-phone", path="/bundles/newborn/apply/", account="citizen", size=PHONE),
    Shot(name="wallet-phone", path="/me/licences/", account="citizen", size=PHONE),
    Shot(name="verify-licence-phone", path="/verify/licence/", size=PHONE),
    Shot(name="officer-reform", path="/officer/reform/joint_review/edit/", account="leader", opens="在图上改"),
    Shot(name="officer-keys", path="/officer/keys/", account="security"),
    Shot(name="officer-seals", path="/officer/seals/", account="window"),
    Shot(name="officer-ledger", path="/officer/audit/ledger/", account="auditor"),
    Shot(name="officer-quality", path="/officer/data/quality/", account="window"),
    Shot(name="officer-exchange", path="/officer/exchange/", account="approver"),
)


def main(base: str) -> None:
    """Take every picture from the demo at *base*."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        sessions = {name: _sign_in(browser, base, name) for name in {shot.account for shot in SHOTS} - {""}}
        for shot in SHOTS:
            size = _take(browser, base, shot, sessions.get(shot.account))
            print(f"  ✓ docs/images/{shot.name}.png ({size / 1000:.0f} kB)", flush=True)
        browser.close()


def _sign_in(browser: Browser, base: str, account: str) -> StorageState:
    """Sign in and return the session."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.fill("[name=login]", account)
    page.fill("[name=password]", PASSWORD)
    page.click("main form .button")
    page.wait_for_load_state()
    if "/accounts/login/" in page.url:
        _stop(f"The account {account} cannot sign in.", "Start the demo with `make demo` and try again.")
    state = context.storage_state()
    context.close()
    return state


def _take(browser: Browser, base: str, shot: Shot, session: StorageState | None) -> int:
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, storage_state=session, reduced_motion="reduce"
    )
    context.add_cookies([{"name": "zhengtong_pages", "value": shot.pages, "url": base}])
    page = context.new_page()
    answer = page.goto(base + shot.path)
    if answer is None or not answer.ok:
        _stop(f"{shot.path} did not answer.", "Check that the demo is the one of this checkout.")
    page.wait_for_load_state("networkidle")
    if shot.opens:
        page.locator("summary", has_text=shot.opens).click()
        page.locator("[data-ready=yes]").wait_for()
    picture = page.screenshot()
    context.close()
    if len(picture) > LARGEST:
        _stop(f"{shot.name}.png has {len(picture)} bytes.", "Choose a smaller part of the page.")
    (IMAGES / f"{shot.name}.png").write_bytes(picture)
    return len(picture)


def _stop(what: str, remedy: str) -> None:
    print(f"\n  ✗ {what}\n    {remedy}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000")
