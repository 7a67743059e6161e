"""The plan page in a real browser: a plan is run, looked at, and downloaded; nothing leaves."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

#: A fresh clone compiles the loops of siting and of fibre trees first.
LIMIT_MS = 180_000


def test_a_plan_is_run_and_downloaded(page: Page, address: str) -> None:
    page.goto(f"{address}/plan?lang=en&province=gansu&scenario=small")
    page.get_by_role("button", name="Plan", exact=True).click(timeout=LIMIT_MS)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tc-cards .figure b')]"
        ".some((n) => n.innerText.trim() === '15')",
        timeout=LIMIT_MS,
    )
    page.wait_for_function(
        "() => window.tongcunMap && window.tongcunMap.tcPlan"
        " && window.tongcunMap.tcPlan.group.getLayers().length > 30",
        timeout=LIMIT_MS,
    )
    # The frontier is worked out after the plan; the page is drawn anew when it stands.
    stop = page.get_by_role("button", name="Stop, keep the best so far")
    expect(stop).to_be_disabled(timeout=LIMIT_MS)
    expect(page.get_by_test_id("stProgress")).to_have_count(0, timeout=LIMIT_MS)
    with page.expect_download(timeout=LIMIT_MS) as caught:
        page.get_by_role("button", name=".xlsx").first.click()
    book = openpyxl.load_workbook(io.BytesIO(Path(caught.value.path()).read_bytes()))
    assert {"sites", "villages", "routes", "bill", "yearly", "about"} <= set(book.sheetnames)
    assert book["sites"].max_row == 16
    page.get_by_text("draw area", exact=True).click()
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    for i, (dx, dy) in enumerate(((0.60, 0.40), (0.66, 0.40), (0.63, 0.48)), start=1):
        page.mouse.click(box["x"] + box["width"] * dx, box["y"] + box["height"] * dy)
        page.get_by_role("button", name=f"({i} corners)").wait_for(timeout=LIMIT_MS)
    page.get_by_role("button", name="Close the area").click()
    page.get_by_text("the settings have changed").wait_for(timeout=LIMIT_MS)


def test_a_click_on_the_frontier_makes_its_point_the_goal_and_plans_anew(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/plan?lang=en&province=gansu&scenario=small")
    # The plan of these settings is made already, or comes when it is asked for.
    tab = page.get_by_role("tab", name="Cost–coverage curve")
    start = page.get_by_role("button", name="Plan", exact=True)
    expect(tab.or_(page.get_by_text("No plan yet"))).to_be_visible(timeout=LIMIT_MS)
    if not tab.is_visible():
        start.click(timeout=LIMIT_MS)
    tab.click(timeout=LIMIT_MS)
    point = page.locator("path[aria-roledescription=point]:visible").first
    point.wait_for(timeout=LIMIT_MS)
    label = str(point.get_attribute("aria-label"))
    wanted = label.removeprefix("Sites: ").split(";")[0]
    assert int(wanted) != 15
    point.click()
    page.wait_for_function(
        "(wanted) => [...document.querySelectorAll('.tc-cards .figure b')]"
        ".some((n) => n.innerText.trim() === wanted)",
        arg=wanted,
        timeout=LIMIT_MS,
    )
    asked = page.get_by_label("New sites at most").first
    expect(asked).to_have_value(wanted)
    # One step: undo brings the first goal and its plan back.
    page.get_by_role("button", name="↶").click()
    # The first plan is kept: its figures are there without another run.
    shown = page.locator(".tc-cards .figure b").first
    expect(shown).to_have_text("15", timeout=LIMIT_MS)
    expect(asked).to_have_value("15")
