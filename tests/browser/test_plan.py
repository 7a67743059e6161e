"""The plan page in a real browser: a plan is run, looked at, and downloaded; nothing leaves."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page

from bench.browser import chromium, serve
from data.plan_settings import PlanSettings
from data.scenario import Scenario
from data.workspace import ENVIRONMENT, Workspace

LIMIT_MS = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("workspace")
    plan = PlanSettings(sites=15, frontier_points=3, time_limit_s=5)
    Workspace(folder).save(Scenario(name="small", province="gansu", plan=plan))
    with serve(env={ENVIRONMENT: str(folder)}) as url:
        yield url


@pytest.fixture
def page() -> Iterator[Page]:
    """A page that fails the test if a script fails or a request leaves this machine."""
    with chromium() as running:
        context = running.new_context(viewport={"width": 1280, "height": 900})
        opened = context.new_page()
        asked: list[str] = []
        faults: list[str] = []
        opened.on(
            "request",
            lambda request: (
                None
                if urlsplit(request.url).hostname in {None, "", "127.0.0.1", "localhost"}
                else asked.append(request.url)
            ),
        )
        opened.on("pageerror", lambda error: faults.append(str(error)))
        yield opened
        context.close()
    assert asked == []
    assert faults == []


def test_a_plan_is_run_and_downloaded(page: Page, address: str) -> None:
    page.goto(f"{address}/plan?lang=en&province=gansu&scenario=small")
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stMetricValue]')]"
        ".some((n) => n.innerText.trim() === '15')",
        timeout=LIMIT_MS,
    )
    page.wait_for_function(
        "() => window.tongcunMap && window.tongcunMap.tcPlan"
        " && window.tongcunMap.tcPlan.group.getLayers().length > 30",
        timeout=LIMIT_MS,
    )
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
