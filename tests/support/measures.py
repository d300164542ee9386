"""What is measured on a page in the browser: accessibility rules, sizes of the elder edition, overflow."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # what holds is not written out: that took most of the time
}

# Text a reader sees below 18 px, and controls below 60 by 60 px (MIIT specification for elder-friendly pages). A link
# inside a sentence takes the sentence's height (WCAG 2.2 SC 2.5.8, exception "inline"); a link that covers its card is
# as large as the card.
ELDER = """
() => {
  const found = [];
  const ignored = '.skip, .visually-hidden, .sr-only, [aria-hidden=true], svg, noscript';
  const shown = {checkOpacity: true, checkVisibilityCSS: true};
  const visible = node => node.checkVisibility(shown) && !node.closest(ignored);
  const name = node => [node.tagName.toLowerCase(), ...node.classList].join('.');
  const words = node => `“${(node.data || node.textContent).trim().slice(0, 20)}”`;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const parent = text.parentElement;
    if (!text.data.trim() || parent.matches('script, style, template, option') || !visible(parent)) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (size < 18) found.push(`${name(parent)} text ${size}px ${words(text)}`);
  }
  const covered = control => {
    const cover = getComputedStyle(control, '::after');
    if (cover.content === 'none' || cover.position !== 'absolute') return control;
    let card = control;
    while (card !== document.body && getComputedStyle(card).position === 'static') card = card.parentElement;
    return card;
  };
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  for (const control of document.querySelectorAll(controls)) {
    if (!visible(control) || control.disabled) continue;
    const alone = control.parentElement.textContent.trim() === control.textContent.trim();
    if (control.tagName === 'A' && getComputedStyle(control).display === 'inline' && !alone) continue;
    const label = control.matches('input[type=checkbox], input[type=radio]') && control.closest('label');
    const box = (label || covered(control)).getBoundingClientRect();
    if (!box.width || !box.height || (box.width > 59.5 && box.height > 59.5)) continue;
    found.push(`${name(control)} target ${Math.round(box.width)}×${Math.round(box.height)} ${words(control)}`);
  }
  return [...new Set(found)];
}
"""

OVERFLOW = """
() => {
  const wide = document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth;
  if (wide <= 0) return [];
  const guilty = [...document.body.querySelectorAll('*')].filter(node => {
    if (node.closest('[data-scrolls], .scrolls, pre, table')) return false;
    return node.getBoundingClientRect().right > document.scrollingElement.clientWidth + 0.5;
  }).map(node => [node.tagName.toLowerCase(), ...node.classList].join('.'));
  return [`${wide}px too wide: ${[...new Set(guilty)].slice(0, 4).join(', ')}`];
}
"""


def accessibility_faults(page: Page) -> list[str]:
    """Return the axe rules a page breaks, each with the first places."""
    violations: list[dict[str, Any]] = AXE.run(page, options=RULES).response["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): "
        + "; ".join(str(node["target"][0]) for node in violation["nodes"][:3])
        for violation in violations
    ]


def elder_faults(page: Page) -> list[str]:
    """Return text and controls that are too small for the elder edition."""
    found: list[str] = page.evaluate(ELDER)
    return found


def overflow_at(page: Page, width: int) -> list[str]:
    """Return what sticks out sideways when the window is *width* pixels wide."""
    page.set_viewport_size({"width": width, "height": 800})
    found: list[str] = page.evaluate(OVERFLOW)
    return found
