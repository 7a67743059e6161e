"""The page of needs in a real browser: a region is chosen on the map, the file holds the years."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from playwright.sync_api import Page

from tests.browser.pointing import click_on_map


def test_a_region_is_chosen_on_the_map_and_the_needs_are_downloaded(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/needs?lang=en&province=yunnan")
    page.get_by_text("Yunnan Province: year by year").wait_for()
    page.wait_for_function(
        "() => window.tongcunMap && document.querySelectorAll('path.leaflet-interactive').length"
    )
    click_on_map(page, 25.2, 102.7)
    page.get_by_text("Kunming City: year by year").wait_for()
    # A button that is being drawn anew takes no click.
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    with page.expect_download() as caught:
        page.get_by_role("button", name=".xlsx").first.click()
    book = openpyxl.load_workbook(io.BytesIO(Path(caught.value.path()).read_bytes()))
    rows = list(book["needs"].iter_rows(values_only=True))
    head = next(row for row in rows if "adcode" in row)
    years = [i for i, name in enumerate(head) if str(name).startswith("year_")]
    body = rows[rows.index(head) + 1 :]
    assert len(body) == 14
    # The gap of Kunming, counted out over its counties.
    assert 0 < sum(row[i] for row in body for i in years) < 140_000
