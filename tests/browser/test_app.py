"""The real pages in a real browser: click the map, switch language, download; nothing leaves."""

from __future__ import annotations

import io
import os
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page

from data.tables.reader import Pack
from layers.map import features, render
from layers.map.folium_internals import map_parts
from tests.browser.pointing import click_on_map

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
DRAWN = (Path(__file__).parents[2] / "bench" / "points_drawn.js").read_text(encoding="utf-8")
LIMIT_MS = 60_000
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    page.wait_for_function(DRAWN, polling=100, timeout=LIMIT_MS)
    page.wait_for_selector(".st-key-context [data-testid=stSelectbox]", timeout=LIMIT_MS)
    page.wait_for_selector(STILL, timeout=LIMIT_MS)
    return page


def click(page: Page, across: float, down: float) -> None:
    """Click on the map, at shares of its width and height."""
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)


def sites(page: Page, count: int) -> None:
    """Wait until that many sites stand on the map."""
    page.wait_for_function(
        f"() => document.querySelectorAll('.tc-site').length === {count}", timeout=LIMIT_MS
    )


def view(page: Page):
    return page.evaluate(
        "() => { const m = window.tongcunMap; const c = m.getCenter();"
        " return [c.lat, c.lng, m.getZoom()]; }"
    )


def test_the_first_map_shows_all_villages_offers_overlays_and_speaks_two_languages(
    page: Page, address: str
) -> None:
    opened(page, f"{address}/overview")
    assert page.locator(".tc-legend").first.is_visible()
    assert page.locator(".leaflet-control-scale").is_visible()
    assert page.locator(".tc-north").is_visible()
    assert "天地图" in page.locator(".tc-credit").inner_text()
    assert "示例" in page.locator(".tc-banner").inner_text()
    # Overlays are drawn when they are switched on.
    page.get_by_title("图层开关").click()
    assert page.locator(".tc-zone").count() == 0
    page.locator(".tc-switches").get_by_text("产业布局", exact=True).click()
    page.wait_for_function("() => document.querySelectorAll('.tc-zone').length > 5")
    assert "信创产业园" in " ".join(page.locator(".tc-zone").all_inner_texts())
    before = page.locator(".leaflet-points-pane canvas").count()
    page.locator(".tc-switches").get_by_text("骨干网与光缆接入点").first.click()
    page.wait_for_function(
        f"() => document.querySelectorAll('.leaflet-points-pane canvas').length === {before + 1}"
    )
    # Villages lie over another layer's colours only when they are asked for.
    page.locator(".tc-switches").get_by_text("未覆盖", exact=True).click()
    page.wait_for_function(
        "(n) => Object.values(window.tongcunMap._layers).some((l) => l._data && l._data.n === n)",
        arg=len(Pack.load("yunnan").table("natural_villages", columns=["adcode"])),
    )
    with page.expect_download(timeout=LIMIT_MS) as caught:
        page.locator(".tc-tool-picture").click()
    picture = Path(caught.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 50_000
    # The other language.
    assert page.get_by_text("缺口", exact=False).first.is_visible()
    page.get_by_text("English", exact=True).click()
    page.get_by_text("Sources", exact=True).first.wait_for(timeout=LIMIT_MS)
    page.wait_for_function("() => location.search.includes('lang=en')")
    page.wait_for_selector(STILL, timeout=LIMIT_MS)
    # What was chosen in the first language is known in the second, too.
    page.get_by_role("link", name="Sources", exact=True).click()
    page.get_by_text("Ledger", exact=False).first.wait_for(timeout=LIMIT_MS)


def test_sites_by_coordinates_and_by_clicks_change_the_figures_and_keep_the_view(
    page: Page, address: str
) -> None:
    from layers.villages import village_table

    missing = village_table(Pack.load("yunnan"), state="uncovered").iloc[0]
    opened(page, f"{address}/what-if?lang=en")
    metric = page.locator('[data-testid="stMetricDelta"]').first
    assert metric.inner_text().strip().startswith("+0")
    box = page.get_by_placeholder("25.04,102.71", exact=False)
    box.fill(f"{missing['lat']},{missing['lon']}")
    box.press("Enter")
    page.get_by_role("button", name="Add", exact=True).click()
    # A site beside a hole reaches villages.
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stMetricDelta]').innerText.trim()"
        ".startsWith('+0')",
        timeout=LIMIT_MS,
    )
    sites(page, 1)
    page.wait_for_selector(STILL, timeout=LIMIT_MS)
    page.evaluate("() => void window.tongcunMap.setView([26.6, 98.9], 9, {animate: false})")
    before_view = view(page)
    for i, step in enumerate((0.5, 0.55, 0.6), start=2):
        click(page, step, 0.5)
        sites(page, i)
    assert view(page) == pytest.approx(before_view)
    page.get_by_role("button", name="↶").click()
    sites(page, 3)
    page.get_by_role("button", name="↷").click()
    sites(page, 4)


def test_no_click_is_lost_while_the_page_is_busy(page: Page, address: str) -> None:
    # A page of its own, and the place of the map asked once: slower clicks all come in time.
    opened(page, f"{address}/what-if?lang=en")
    page.evaluate("() => void window.tongcunMap.setView([25.5, 101.0], 9, {animate: false})")
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    for i in range(6):
        page.mouse.click(box["x"] + box["width"] * (0.35 + 0.05 * i), box["y"] + 250 + 20 * i)
        page.wait_for_timeout(40)
    sites(page, 6)


def test_the_gap_list_is_read_by_another_program_and_a_click_on_a_region_chooses_it(
    page: Page, address: str
) -> None:
    opened(page, f"{address}/gap-lists?province=gansu")
    page.get_by_role("button", name="导出", exact=True).click()
    with page.expect_download(timeout=LIMIT_MS) as caught:
        page.get_by_role("button", name="工作簿 .xlsx").click()
    assert "甘肃省_5G基站_缺口清单_市（州）" in caught.value.suggested_filename
    book = openpyxl.load_workbook(io.BytesIO(Path(caught.value.path()).read_bytes()))
    assert {"gaps", "sources", "about"} <= set(book.sheetnames)
    assert "villages" not in book.sheetnames
    page.keyboard.press("Escape")
    assert book["gaps"].max_row == 15
    chosen = (
        "() => [...document.querySelectorAll('[data-testid=stSelectbox]')].some("
        "(n) => (n.innerText + [...n.querySelectorAll('input')].map((i) => i.value))"
        ".includes('定西'))"
    )
    assert not page.evaluate(chosen)
    click_on_map(page, 35.1, 104.6)
    page.wait_for_function(chosen, timeout=LIMIT_MS)


def test_hostile_names_stay_text_on_the_map(page: Page) -> None:
    pack = Pack.load("yunnan")
    words = render.Words(
        "credit", {"home": "home"}, "village", "households", ("a", "b", "c"), "unknown", "none",
        "met", "rivers", "roads", "places", "relief", "seats", "layers",
    )  # fmt: skip
    sheet = render.new_sheet(features.bounds(pack), words)
    name = "</script><script>window.broken = 1</script>"
    regions = pack.regions("prefecture")
    fill = render.RegionFill(
        dict.fromkeys(regions["adcode"], 1.0),
        {code: (name, [(name, name)]) for code in regions["adcode"]},
        [(25.0, 102.0, name, name)],
        (),
    )
    render.add_regions(sheet, features.region_features(pack, "prefecture"), fill)
    render.add_labels(sheet, fill)
    render.add_points(sheet, features.village_bytes(pack))
    chart = render.finish(sheet, render.Legend(name, name, (name,)), banner=name)
    parts = map_parts(chart)
    page.goto("about:blank")
    page.set_content(f"<div style='width:600px;height:400px'>{parts['html']}</div>")
    page.add_style_tag(path=VENDOR / "map.css")
    page.add_script_tag(path=VENDOR / "map.js")
    page.evaluate(f"document.getElementById('{parts['name']}').classList.add('tc-map')")
    page.add_script_tag(content=f"{parts['script']};{parts['name']}.setView([25, 102], 6)")
    page.wait_for_selector(".leaflet-container canvas", timeout=LIMIT_MS)
    page.wait_for_timeout(500)
    assert page.evaluate("() => window.broken") is None
    assert page.locator(".tc-banner").inner_text() == name


def test_tiles_in_gcj02_are_moved_as_the_coordinates_are(page: Page) -> None:
    from geo.earth.crs import wgs84_to_gcj02

    page.goto("about:blank")
    page.add_script_tag(path=VENDOR / "map.js")
    for lon, lat in ((102.7123, 25.0406), (94.66, 40.14), (98.49, 25.03)):
        there = page.evaluate(f"() => L.tongcunGcj02([{lat}, {lon}])")
        x, y = wgs84_to_gcj02(lon, lat)
        assert there == pytest.approx([float(y), float(x)], abs=1e-9)


def test_a_file_dropped_on_the_page_is_examined_committed_and_taken_back(
    page: Page, address: str, tmp_path: Path
) -> None:
    rows = Pack.load("gansu").table("natural_villages").head(40)
    lines = ["自然村编号,经度,纬度,户数,是否有4G"]
    lines += [
        f"{v.village_id},{v.lon:.6f},{v.lat:.6f},{v.households},是" for v in rows.itertuples()
    ]
    lines[1] = lines[1].replace(",是", ",<script>alert(1)</script>")
    lines.append("x1,0,0,30,是")
    file = tmp_path / "自然村 导出.csv"
    file.write_bytes("\n".join(lines).encode("gb18030"))
    page.goto(f"{address}/import?lang=en&province=gansu")
    page.wait_for_selector("input[type=file]", state="attached", timeout=LIMIT_MS)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("41 rows read").wait_for(timeout=LIMIT_MS)
    page.get_by_role("tab", name="4 Checks").click()
    button = page.get_by_role("button", name="into the workspace")
    button.wait_for(timeout=LIMIT_MS)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Rejected rows .csv").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert "x1,0,0,30" in text
    page.get_by_role("button", name="Keep as WGS84").click()
    button.click()
    page.get_by_test_id("stAlert").filter(has_text="自然村 导出.csv").wait_for(timeout=LIMIT_MS)
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_test_id("stAlert").filter(has_text="own").wait_for(timeout=LIMIT_MS)


def test_browser_tests_stay_on_one_worker(request: pytest.FixtureRequest) -> None:
    """Else each worker starts a server and a browser of its own; xdist loses groups silently."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@browser")
