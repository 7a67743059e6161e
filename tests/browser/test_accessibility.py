"""Every page by axe-core: no serious finding, in both themes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from ui.shell.navigation import HIDDEN, PAGES

AXE = Path(__file__).parents[2] / "static" / "node_modules" / "axe-core" / "axe.min.js"
#: A fresh clone compiles the loops of siting first.
LIMIT_MS = 180_000
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"
#: Addresses of the menu's pages; the first stands at the root. Plan is looked at with an answer.
MENU = ["", *(path for name, path in PAGES.items() if name not in {"overview", "plan", *HIDDEN})]
#: What Streamlit itself draws and no option or style of ours reaches; each with its reason.
NOT_OURS = (
    "[data-testid='stToolbar']",  # its own menu
    ".stDataFrame",  # a canvas with a hidden table of its own
    "[data-testid='stFileUploaderDropzone']",  # a button inside a labelled area
)
RULES = """async (not_ours) => {
  const found = await axe.run({ exclude: not_ours.map((one) => [one]) },
    { resultTypes: ["violations"] });
  // Streamlit puts its own frames between a menu's list and its entries.
  const menu = (node) =>
    document.querySelector(node.target[0])?.closest("[data-testid=stSidebarNav]");
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .flatMap((one) => one.nodes.filter((node) => !/^list/.test(one.id) || !menu(node))
      .map((node) => [one.id, node.target.join(" "), node.failureSummary.slice(0, 300)]));
}"""

pytestmark = pytest.mark.skipif(
    not AXE.exists() and not os.environ.get("CI"), reason="npm ci in static/ installs axe-core"
)


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for all pages: the program of the page is loaded once."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(120_000)
    yield page
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding(tab: Page, address: str, theme: Literal["light", "dark"]) -> None:
    tab.emulate_media(color_scheme=theme)
    found = {}
    for path in ("start", "help", "shared-work"):
        tab.goto(f"{address}/{path}?lang=zh&province=yunnan")
        tab.wait_for_selector(".st-key-context [data-testid=stSelectbox]")
        found[path] = findings(tab)
    for path in MENU:
        # From page to page by the menu: each is drawn in the session that stands.
        before = tab.locator("h1").first.inner_text()
        tab.locator(f'[data-testid="stSidebarNav"] a[href$="/{path}"]').first.click()
        tab.wait_for_function(
            "(before) => { const h1 = document.querySelector('h1');"
            " return h1 && h1.innerText !== before; }",
            arg=before,
        )
        found[path] = findings(tab)
    planned(tab, address)
    found["plan"] = findings(tab)
    assert {path: some for path, some in found.items() if some} == {}
    assert len(found) == len(PAGES)


def planned(tab: Page, address: str) -> None:
    """Open a plan with its answer, which another test may have worked out."""
    tab.goto(f"{address}/plan?lang=zh&province=gansu&scenario=small")
    answer = tab.get_by_role("tab").first
    expect(answer.or_(tab.get_by_text("尚未生成方案"))).to_be_visible(timeout=LIMIT_MS)
    if not answer.is_visible():
        tab.locator(".st-key-plan_run button").click(timeout=LIMIT_MS)
    expect(answer).to_be_visible(timeout=LIMIT_MS)
    expect(tab.get_by_test_id("stProgress")).to_have_count(0, timeout=LIMIT_MS)


def findings(tab: Page) -> list[list[str]]:
    """Return the serious findings of axe-core on the page, once it is at rest."""
    tab.wait_for_selector(STILL)
    # What is left of an earlier run is pale until the next one has taken its place.
    tab.wait_for_function("() => !document.querySelector('[data-stale=true]')")
    tab.wait_for_timeout(500)
    # Not as a script of the page: its policy runs only the server's own.
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    rows: list[list[str]] = tab.evaluate(RULES, list(NOT_OURS))
    return rows
