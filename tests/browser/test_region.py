"""One region for every page: found by its letters, by coordinates, by a row of the overview."""

from __future__ import annotations

from playwright.sync_api import Page, expect

STILL = "[data-testid=stApp][data-test-script-state=notRunning]"


def opened(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".tct-pick")
    page.wait_for_selector(STILL)


def in_address(page: Page, adcode: str) -> None:
    page.wait_for_function("(code) => location.search.includes(`region=${code}`)", arg=adcode)


def test_what_is_typed_flies_to_its_region(page: Page, address: str) -> None:
    opened(page, f"{address}/gap-lists?lang=zh&province=yunnan")
    for typed, adcode in (
        ("nj", "533300"), ("533301", "533301"), ("怒江", "533300"), ("98.85, 25.85", "533301"),
        ("Nujiang", "533300"), ("25°51′N 98°51′E", "533301"),
    ):  # fmt: skip
        page.keyboard.press("/")
        page.keyboard.type(typed)
        page.wait_for_function("() => document.querySelector('.tc-find-row')")
        page.keyboard.press("Enter")
        in_address(page, adcode)
        page.wait_for_selector(STILL)


def test_a_row_of_the_overview_becomes_the_region_of_the_next_page(
    page: Page, address: str
) -> None:
    opened(page, f"{address}/overview?lang=zh&province=yunnan")
    page.locator(".tct-pick", has_text="怒江").click()
    in_address(page, "533300")
    expect(page.locator("h1")).to_contain_text("怒江傈僳族自治州")
    page.get_by_role("link", name="缺口清单").click()
    expect(page.locator("h1")).to_contain_text("缺口清单")
    page.wait_for_selector(STILL)
    rows = page.locator(".tct tbody tr")
    expect(rows).to_have_count(4)
    expect(page.locator(".tct tfoot")).to_contain_text("怒江州合计")
    in_address(page, "533300")
