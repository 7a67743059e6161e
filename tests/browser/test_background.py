"""Presses while long work is under way: each counts once, at once, wherever the work and it are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.browser import serve

APP = Path(__file__).with_name("background_app.py")
#: Longer than a test: nothing ends by itself.
LONG_S = 120
#: A press answers within this while work is under way [ms]; far below the length of the work.
SOON_MS = 15_000


@pytest.fixture(scope="module")
def counters() -> Iterator[str]:
    with serve(APP) as url:
        yield url


def opened(page: Page, address: str, **seconds: float) -> None:
    """Open the page while its works are under way; one that is not named takes no time."""
    page.goto(f"{address}/?" + "&".join(f"{place}={s}" for place, s in seconds.items()))
    for place in seconds:
        page.get_by_text(f"{place} · ").wait_for()


def pressed(page: Page, name: str, times: int) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text(f"{name} {times}", exact=True)).to_be_visible(timeout=SOON_MS)


def moving(page: Page) -> None:
    """Wait until each bar has moved."""
    bars = page.get_by_test_id("stProgress")
    page.wait_for_function(
        "(before) => [...document.querySelectorAll('[data-testid=stProgress]')]"
        ".every((bar, i) => bar.innerText !== before[i])",
        arg=bars.all_inner_texts(), timeout=SOON_MS,
    )  # fmt: skip


def test_presses_count_once_and_at_once_and_the_bars_go_on(page: Page, counters: str) -> None:
    opened(page, counters, main=LONG_S, corner=LONG_S)
    for times in (1, 2):
        pressed(page, "inside", times)
        pressed(page, "outside", times)
    # Two presses in one breath.
    page.evaluate(
        "() => { for (const name of ['inside', 'outside'])"
        " [...document.querySelectorAll('button')].find((b) => b.innerText === name).click(); }"
    )
    expect(page.get_by_text("inside 3", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("outside 3", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_test_id("stProgress")).to_have_count(2)
    moving(page)
    expect(page.get_by_text("inside 3", exact=True)).to_be_visible()
    expect(page.get_by_text("outside 3", exact=True)).to_be_visible()


@pytest.mark.parametrize("place", ["main", "corner"])
def test_work_is_stopped_and_begun_again_by_its_buttons(
    page: Page, counters: str, place: str
) -> None:
    opened(page, counters, **{place: LONG_S})
    page.locator(f".st-key-stop-{place} button").click()
    page.get_by_text("stopped").wait_for(timeout=SOON_MS)
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    # In the corner the work begins in a run of the fragment alone: nothing else is under way.
    page.locator(f".st-key-again-{place} button").click()
    page.get_by_text(f"{place} · ").wait_for(timeout=SOON_MS)
    moving(page)
    pressed(page, "inside", 1)
    moving(page)
    pressed(page, "outside", 1)
    moving(page)


def test_the_results_come_by_themselves_after_presses_too(page: Page, counters: str) -> None:
    opened(page, counters, main=10, corner=10)
    pressed(page, "inside", 1)
    for place in ("main", "corner"):
        expect(page.get_by_text(f"{place} done", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    expect(page.get_by_text("inside 1", exact=True)).to_be_visible()
