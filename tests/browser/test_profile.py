"""The terrain profile and the raster in a real browser, with the scripts alone."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from layers.map.raster_images import power_picture

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
WORDS = {
    "k": "k", "title": "profile", "distance": "Distance [km]", "height": "Height [m]",
    "hint": "hint", "zone": "zone", "void": "void", "clear_short": "clear",
    "blocked": "blocked {km} km by {m} m", "grazing": "grazing {share}", "clear": "clear {share}",
    "reading": "{km} km {ground} m {free} m {share}",
}  # fmt: skip
N = 121


def profile(ridge_m: float, **fields: object) -> dict[str, object]:
    """A path of 12 km over flat land at 1,000 m with one ridge at 6 km."""
    d = np.linspace(0, 12, N)
    ground = np.where(np.abs(d - 6) < 0.3, 1000 + ridge_m, 1000.0)
    bulge = {k: d * (12 - d) * 1e6 / (2 * k * 6_371_000) for k in (4 / 3, 0.6)}
    zone = 17.32 * np.sqrt(d * (12 - d) / (12 * 1.8))
    return {
        "id": str(ridge_m), "distance_km": d.tolist(), "terrain_m": ground.tolist(),
        "lat": np.linspace(25.0, 25.05, N).tolist(), "lon": np.linspace(102.0, 102.1, N).tolist(),
        "bulges": [{"k": k, "m": m.tolist()}
                   for k, m in zip(("4/3", "0.6"), bulge.values(), strict=True)],
        "fresnel_m": zone.tolist(),
        "edges": [{"i": 60, "text": "ridge", "label": "6 km", "worst": True}],
        "ends": [{"name": "<b>site</b>", "height_m": 35}, {"name": "village", "height_m": 1.5}],
        "words": WORDS, "dark": False, "height": 260, **fields,
    }  # fmt: skip


@pytest.fixture
def sheet(page: Page) -> Page:
    page.goto("about:blank")
    page.set_content(
        "<div id='map' class='tc-map' style='width:800px;height:300px'></div>"
        "<div id='profile' class='tc-profile' style='width:800px'></div>"
    )
    page.add_style_tag(path=VENDOR / "map.css")
    page.add_script_tag(path=VENDOR / "map.js")
    page.evaluate(
        "() => { window.map = L.map('map', {zoomSnap: 0.25}).setView([25, 102], 9);"
        " L.tongcunFrame({words: {}, credit: ''}).addTo(window.map); }"
    )
    return page


def shown(page: Page, content: dict[str, object] | None) -> None:
    page.evaluate(
        "(p) => window.tongcunProfile(document.getElementById('profile'), window.map, p)", content
    )


def mark(page: Page):
    """Where the mark of the path stands on the map."""
    return page.evaluate(
        "() => { const c = document.getElementById('profile').tcTrack;"
        " if (!c || !c.layers.hasLayer(c.mark)) return null;"
        " const p = c.mark.getLatLng(); return [p.lat, p.lng]; }"
    )


def test_the_mark_on_the_map_follows_the_profile_and_back(sheet: Page) -> None:
    shown(sheet, profile(0.0))
    assert mark(sheet) is None
    box = sheet.locator("#profile svg").bounding_box()
    assert box is not None
    # Axes take 58 px on the left and 16 px on the right.
    middle = box["x"] + 58 + (box["width"] - 74) / 2
    sheet.mouse.move(middle, box["y"] + 100)
    assert mark(sheet) == pytest.approx([25.025, 102.05], abs=1e-3)
    assert "6.00 km 1,000 m" in sheet.locator(".tc-profile-reading").inner_text()
    sheet.mouse.move(5, 5)
    assert mark(sheet) is None
    x, y = sheet.evaluate(
        "() => { const p = map.latLngToContainerPoint([25.0125, 102.025]);"
        " const b = map.getContainer().getBoundingClientRect(); return [b.x + p.x, b.y + p.y]; }"
    )
    sheet.mouse.move(x, y)
    assert "3.00 km" in sheet.locator(".tc-profile-reading").inner_text()
    assert mark(sheet) == pytest.approx([25.0125, 102.025], abs=1e-3)


def test_the_keyboard_moves_the_mark_and_says_where_it_is(sheet: Page) -> None:
    shown(sheet, profile(0.0))
    chart = sheet.locator("#profile svg")
    chart.focus()
    for key in ("End", "ArrowLeft"):
        chart.press(key)
    assert mark(sheet) == pytest.approx([25.05 - 0.05 / 120, 102.1 - 0.1 / 120])
    assert chart.get_attribute("aria-valuenow") == "11.90"
    chart.press("Home")
    assert mark(sheet) == pytest.approx([25.0, 102.0])


def test_the_verdict_follows_the_ridge_and_k(sheet: Page) -> None:
    verdict = sheet.locator(".tc-profile-verdict")
    # At 6 km the line stands 18.2 m over the land; the earth rises 2.1 m (k = 4/3) or 4.7 m (0.6).
    shown(sheet, profile(14.0))
    assert verdict.inner_text().startswith("grazing")
    sheet.get_by_role("radio", name="0.6").click()
    assert verdict.inner_text() == "blocked 6.20 km by 1 m"
    assert sheet.locator(".tc-p-sight.blocked").count() == 1
    sheet.get_by_role("radio", name="4/3").click()
    assert sheet.locator(".tc-p-sight.blocked").count() == 0


def test_voids_are_shown_as_such_and_names_stay_text(sheet: Page) -> None:
    content = profile(0.0)
    content["terrain_m"] = [None if 50 <= i <= 55 else 1000.0 for i in range(N)]
    shown(sheet, content)
    assert sheet.locator(".tc-p-void").count() == 6
    assert sheet.locator(".tc-p-ground").count() == 2
    assert (sheet.locator(".tc-p-name").first.text_content() or "").startswith("<b>site</b>")
    shown(sheet, None)
    assert sheet.locator("#profile svg").count() == 0


def test_a_raster_replaces_the_last_one_and_keeps_its_opacity(sheet: Page) -> None:
    rsrp = np.full((40, 40), -90.0)
    rsrp[:10] = np.nan
    picture = power_picture(
        rsrp, np.ones((40, 40), bool), ((24.9, 101.9), (25.1, 102.1)), unknown="unknown"
    )
    url = "data:image/png;base64," + base64.b64encode(picture.content).decode()
    raster = {
        "url": url, "bounds": picture.bounds, "opacity": 0.7, "words": {"opacity": "Opacity"},
        "legend": {"title": "RSRP", "unit": "dBm", "rows": picture.rows, "notes": []},
    }  # fmt: skip
    draw = f"(notes) => L.tongcunRaster(map, {json.dumps(raster)})"
    sheet.evaluate(draw)
    image = sheet.locator("img.tc-raster")
    sheet.wait_for_function("() => document.querySelector('img.tc-raster').naturalWidth === 40")
    rows = sheet.locator(".tc-legend").last.locator(".tc-legend-row").all_inner_texts()
    assert rows[1:3] == ["−95 … −85", "−105 … −95"]
    assert rows[5] == "unknown"
    sheet.locator(".tc-opacity input").fill("0.3")
    assert float(image.evaluate("(n) => n.style.opacity")) == pytest.approx(0.3)
    raster["legend"]["title"] = "other"  # type: ignore[index]  # a plain JSON tree
    sheet.evaluate(f"() => L.tongcunRaster(map, {json.dumps(raster)})")
    assert image.count() == 1
    assert float(image.evaluate("(n) => n.style.opacity")) == pytest.approx(0.3)
    sheet.evaluate("() => L.tongcunRaster(map, null)")
    assert image.count() == 0
