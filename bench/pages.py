"""The web interface in a real browser: the first map, and a click until new figures are shown.

Server and browser share the machine's cores. Every visit is a new session with an empty cache.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from bench.browser import chromium, chromium_path, serve
from bench.measure import Figure
from data.tables.reader import Pack

#: Longest time from asking for the page to the last village point [s].
FIRST_MAP_S = 3.0
#: The page of single markers must take at least this multiple of ours.
MARKERS_FACTOR = 4.0
#: Longest time from a click to new figures, on any page and on What-if [s].
CLICK_S, WHAT_IF_CLICK_S = 0.5, 0.3

MARKERS_APP = Path(__file__).with_name("markers_app.py")
MARKERS = 5_000
VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
LIMIT_MS = 120_000

POINTS_DRAWN = (Path(__file__).with_name("points_drawn.js")).read_text(encoding="utf-8")
#: The map, and the key figures above it.
_ALL_DRAWN = f"() => !!document.querySelector('.tc-cards .figure') && ({POINTS_DRAWN.strip()})()"
_MARKERS_DRAWN = f"""() => [...document.querySelectorAll('iframe')].some((frame) => {{
  const inside = frame.contentDocument;
  return inside && inside.querySelectorAll('path.leaflet-interactive').length >= {MARKERS};
}})"""
_NEXT_FRAME = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
)
#: What a click changes: the chosen region; the figures and the list of sites.
_REGION = '[data-testid="stMain"] [data-testid="stSelectbox"]'
EFFECT = '[data-testid="stMetricValue"], .tct tbody tr'
CLICKED = (Path(__file__).with_name("clicked.js")).read_text(encoding="utf-8")


def pages(runs: int) -> Iterator[Figure]:
    """Time first visits of our map and of a page of single markers in turn, then clicks."""
    if chromium_path() is None:
        return
    with serve() as ours, serve(MARKERS_APP) as plain, chromium() as browser:
        address = f"{ours}/?province=yunnan"
        first = _visit(browser, address, _ALL_DRAWN)
        _visit(browser, plain, _MARKERS_DRAWN)
        rounds = [
            (_visit(browser, address, POINTS_DRAWN), _visit(browser, plain, _MARKERS_DRAWN))
            for _ in range(runs)
        ]
        mine, theirs = zip(*rounds, strict=True)
        yield Figure(
            what="Overview: page asked for → map with every village drawn (counted, below zoom 8)",
            runs_s=mine,
            limit_s=FIRST_MAP_S,
            baseline=f"st_folium page with {MARKERS:,} CircleMarkers",
            baseline_s=theirs,
            ratio_limit=1 / MARKERS_FACTOR,
        )
        yield Figure(
            what="Overview: first visit of a fresh server → map and figures",
            runs_s=(first,),
            limit_s=FIRST_MAP_S,
        )
        yield Figure(
            what="Gap lists: click on a region → its figures, page at rest",
            runs_s=clicks(browser, f"{ours}/gap-lists", _REGION, runs, reload=True),
            limit_s=CLICK_S,
        )
        yield Figure(
            what="What-if: click on the map → villages and households, page at rest",
            runs_s=clicks(browser, f"{ours}/what-if", EFFECT, runs),
            limit_s=WHAT_IF_CLICK_S,
        )


def _visit(browser: Browser, url: str, drawn: str) -> float:
    """Return the time from asking for ``url`` to the frame after ``drawn`` became true [s]."""
    context = browser.new_context(viewport=VIEWPORT)
    try:
        page = context.new_page()
        start = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_function(drawn, polling=50, timeout=LIMIT_MS)
        page.evaluate(_NEXT_FRAME)
        return time.perf_counter() - start
    finally:
        context.close()


def clicks(
    browser: Browser, url: str, figures: str, runs: int, *, reload: bool = False
) -> tuple[float, ...]:
    """Return the times of ``runs`` clicks on different places of the map, after a warm-up [s].

    ``reload`` asks for the page before each click: where a click zooms to the region it chose, the
    next one would choose it again.
    """
    places = spots()
    context = browser.new_context(viewport=VIEWPORT)
    try:
        page = context.new_page()
        times = []
        for turn in range(runs + 1):
            if reload or turn == 0:
                page.goto(url)
                page.wait_for_function(POINTS_DRAWN, polling=50, timeout=LIMIT_MS)
                page.wait_for_timeout(2000)
            times.append(_click(page, figures, places[turn % len(places)]))
        return tuple(times[1:])
    finally:
        context.close()


def spots() -> list[tuple[float, float]]:
    """Return latitude and longitude of a place inside each prefecture of Yunnan [°]."""
    regions = Pack.load("yunnan").regions("prefecture")
    return list(zip(regions["label_lat"], regions["label_lon"], strict=True))


def _click(page: Page, figures: str, spot: tuple[float, float]) -> float:
    """Click on a place of the map until the figures change [s]."""
    box = page.locator(".leaflet-container").first.bounding_box()
    if box is None:
        raise RuntimeError(f"no map on {page.url}")
    at = page.evaluate("(spot) => window.tongcunMap.latLngToContainerPoint(spot)", [*spot])
    x, y = box["x"] + at["x"], box["y"] + at["y"]
    page.evaluate(CLICKED, figures)
    page.mouse.click(x, y)
    took_ms = page.evaluate("() => window.tongcunClick")
    page.wait_for_timeout(300)
    return float(took_ms) / 1000
