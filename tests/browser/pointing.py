"""A click on a place of the map, once page and map are at rest."""

from __future__ import annotations

from playwright.sync_api import Page

#: Where a place lies on the page, after as many frames in which neither page nor map moved.
_SPOT = """async ([lat, lon]) => {
  const at = () => {
    const map = window.tongcunMap;
    const p = map.latLngToContainerPoint([lat, lon]);
    const box = map.getContainer().getBoundingClientRect();
    return [box.x + p.x, box.y + p.y];
  };
  let last = at();
  for (let still = 0; still < 40; still += 1) {
    await new Promise(requestAnimationFrame);
    const now = at();
    if (now[0] !== last[0] || now[1] !== last[1]) still = 0;
    last = now;
  }
  return last;
}"""


def click_on_map(page: Page, lat: float, lon: float) -> None:
    """Click on a place of the page's map [°], which a run that still draws could move away."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.mouse.click(*page.evaluate(_SPOT, [lat, lon]))
