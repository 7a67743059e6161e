"""The web interface in use: from page to page, as one types in the search, and many at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles

from playwright.sync_api import Browser, Page

from bench.browser import chromium, chromium_path, serve
from bench.measure import Fact, Figure
from bench.pages import CLICKED, EFFECT, LIMIT_MS, POINTS_DRAWN, VIEWPORT, spots
from data.tables.reader import Pack

#: Longest time from a click in the menu to a page at rest, from a letter to what it finds [s].
PAGE_S, SEARCH_S = 0.8, 0.1
#: Sessions at once → longest 95th percentile of a click on What-if [s].
SESSIONS = {8: 0.8, 20: 2.5}
#: Between two clicks of a session [s].
THOUGHT_S = 3.0
#: Memory that a session may take of the server [MB].
SESSION_MB = 5.0
#: What is typed, letter by letter.
TYPED = ("怒江", "nj", "lushui", "533301", "村")
#: Pages of the menu that are opened one after another.
_PAGES = ("gap-lists", "needs", "what-if", "coverage", "import", "sources", "report")

_FOUND = """(text) => new Promise((done, failed) => {
  const box = document.querySelector(".tc-find input");
  box.value = text;
  const begun = performance.now();
  box.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => requestAnimationFrame(() =>
    document.querySelector(".tc-find-row") ? done(performance.now() - begun)
      : failed(new Error(`nothing found for ${text}`))));
})"""


def sessions(runs: int) -> Iterator[Figure]:
    """Time a step through the menu, a letter of a search, and clicks of many sessions."""
    if chromium_path() is None:
        return
    with serve() as url, chromium() as browser:
        yield Figure(
            what="a click in the menu → the other page, at rest",
            runs_s=_steps(browser, url, runs), limit_s=PAGE_S,
        )  # fmt: skip
        villages = len(Pack.load("yunnan").table("natural_villages", columns=["adcode"]))
        yield Figure(
            what=f"a letter of a search → what it finds, of {villages:,} villages",
            runs_s=_letters(browser, url), limit_s=SEARCH_S,
        )  # fmt: skip
    for count, limit in SESSIONS.items():
        with serve() as url, chromium() as browser:
            yield _together(browser, url, count, runs, limit)


def _steps(browser: Browser, url: str, runs: int) -> tuple[float, ...]:
    """Return the time of each step through the menu, every page seen once before [s]."""
    page = browser.new_context(viewport=VIEWPORT).new_page()
    page.goto(f"{url}/?province=yunnan")
    page.wait_for_function(POINTS_DRAWN, timeout=LIMIT_MS)
    page.wait_for_timeout(3000)
    times = []
    for turn, path in enumerate(islice(cycle(_PAGES), (1 + max(runs // 2, 1)) * len(_PAGES))):
        link = page.locator(f'[data-testid="stSidebarNav"] a[href$="/{path}"]')
        page.evaluate(CLICKED, '[data-testid="stMain"] h1')
        link.click()
        took = float(page.evaluate("() => window.tongcunClick")) / 1000
        if turn >= len(_PAGES):
            times.append(took)
        page.wait_for_timeout(500)
    page.context.close()
    return tuple(times)


def _letters(browser: Browser, url: str) -> tuple[float, ...]:
    """Return the time of each letter until what it finds is drawn [s]."""
    page = browser.new_context(viewport=VIEWPORT).new_page()
    page.goto(f"{url}/gap-lists?province=yunnan")
    box = page.locator(".tc-find input")
    box.fill(TYPED[0])
    page.wait_for_selector(".tc-find-row", timeout=LIMIT_MS)
    times = [
        float(page.evaluate(_FOUND, text[:end])) / 1000
        for text in TYPED for end in range(1, len(text) + 1)
    ]  # fmt: skip
    page.context.close()
    return tuple(times)


def _together(browser: Browser, url: str, count: int, runs: int, limit: float) -> Figure:
    """Return the 95th percentile of clicks by sessions that each think between them."""
    server = _serving(url)
    pages = [_seated(browser, url)]
    before = _memory_mb(server)
    pages += [_seated(browser, url) for _ in range(count - 1)]
    each_mb = (_memory_mb(server) - before) / (count - 1)
    used, used_here = _cpu_s(), _cpu_s(server)
    times: list[float] = []
    places = spots()
    for turn in range(runs + 1):
        for i, page in enumerate(pages):
            if turn:
                times.append(float(page.evaluate("() => window.tongcunClick")) / 1000)
            if turn < runs:
                lat, lon = places[(turn + i) % len(places)]
                _press(page, lat, lon)
            page.wait_for_timeout(1000 * THOUGHT_S / count)
    spent, spent_here = _cpu_s() - used, _cpu_s(server) - used_here
    late = quantiles(times, n=20)[-1]
    return Figure(
        what=f"What-if, {count} sessions with {THOUGHT_S:g} s of thought: 95th percentile; "
        f"{1 - spent_here / spent:.0%} of the processor's time is the browsers' and the rest's",
        runs_s=(late,), limit_s=limit,
        facts=(Fact(f"≤ {SESSION_MB:g} MB a session: {each_mb:.1f} MB", each_mb <= SESSION_MB),),
    )  # fmt: skip


def _seated(browser: Browser, url: str) -> Page:
    """Return a page on What-if in a session of its own, at rest."""
    page = browser.new_context(viewport=VIEWPORT).new_page()
    page.goto(f"{url}/what-if?province=yunnan")
    page.wait_for_function(POINTS_DRAWN, timeout=LIMIT_MS)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    return page


def _press(page: Page, lat: float, lon: float) -> None:
    """Click on a place of the map; the stop-watch of the page runs."""
    box = page.locator(".leaflet-container").first.bounding_box()
    at = page.evaluate("(spot) => window.tongcunMap.latLngToContainerPoint(spot)", [lat, lon])
    if box is None:
        raise RuntimeError(f"no map on {page.url}")
    page.evaluate(CLICKED, EFFECT)
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])


def _serving(url: str) -> Path:
    """Return where the system tells of the process that serves an address."""
    port = url.rpartition(":")[2].encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"streamlit" in words and port in words:
            return folder
    raise RuntimeError(f"no server of {url} found")


def _memory_mb(process: Path) -> float:
    status = (process / "status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6


def _cpu_s(process: Path | None = None) -> float:
    """Return the processor's time of a process, or of all, idle time left out [s]."""
    ticks = os.sysconf("SC_CLK_TCK")
    if process is None:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
        return sum(int(fields[i]) for i in (0, 1, 2)) / ticks
    after = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after[11]) + int(after[12])) / ticks
