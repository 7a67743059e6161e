"""Coverage and Path over the demonstration's terrain, in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page
from rasterio.io import MemoryFile

from data.tables.reader import Pack
from tests.browser.pointing import click_on_map

LIMIT_MS = 180_000  # the first prediction of a server may have to compile the kernels
STILL = (
    "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
)


def opened(page: Page, address: str, path: str) -> Page:
    page.goto(f"{address}/{path}?lang=en&scenario=demo")
    page.wait_for_selector(".leaflet-container canvas", timeout=LIMIT_MS)
    page.wait_for_function(STILL, timeout=LIMIT_MS)
    return page


def downloaded(page: Page, suffix: str) -> bytes:
    with page.expect_download(timeout=LIMIT_MS) as caught:
        page.get_by_role("button", name=suffix, exact=True).first.click()
    return Path(caught.value.path()).read_bytes()


def test_areas_of_sites_are_drawn_over_the_standing_map_and_downloaded(
    page: Page, address: str
) -> None:
    opened(page, address, "coverage")
    assert page.locator(".tc-banner").inner_text() == "Illustrative"
    page.evaluate("() => { window.firstMap = window.tongcunMap; }")
    page.get_by_role("button", name="Busiest 8").click()
    page.wait_for_function(
        "() => { const n = document.querySelector('img.tc-raster');"
        " return n && n.naturalWidth > 50; }",
        timeout=LIMIT_MS,
    )
    assert page.evaluate("() => window.firstMap === window.tongcunMap")
    legend = page.locator(".tc-legend").last.inner_text()
    assert "RSRP, modelled" in legend
    assert "dBm" in legend
    with MemoryFile(downloaded(page, ".tif")) as memory, memory.open() as file:
        assert file.count == 3
        assert "stamp_en" in file.tags()
        assert "accuracy" in file.tags()
    page.get_by_text("Best server", exact=True).first.click()
    page.wait_for_function(
        "() => document.querySelector('.tc-legends').innerText.includes('Best server, modelled')",
        timeout=LIMIT_MS,
    )


def test_the_profile_moves_a_mark_without_the_server_and_a_click_chooses_another_village(
    page: Page, address: str
) -> None:
    opened(page, address, "path")
    chart = page.locator(".tc-profile svg")
    chart.wait_for(timeout=LIMIT_MS)
    sent: list[str] = []
    page.on("websocket", lambda _socket: sent.append("a new socket"))
    page.on("request", lambda request: sent.append(request.url))
    box = chart.bounding_box()
    assert box is not None
    where = (
        "() => { const n = document.querySelector('.tc-path-mark');"
        " return n && n.getAttribute('d'); }"
    )
    assert page.evaluate(where) is None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 100)
    first = page.evaluate(where)
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 100)
    assert first != page.evaluate(where)
    assert "F1" in page.locator(".tc-profile-reading").inner_text()
    page.get_by_role("radio", name="0.6").click()
    assert page.get_by_role("radio", name="0.6").get_attribute("aria-checked") == "true"
    assert sent == []
    # A click on the map asks for the path to another village.
    name = page.locator(".tc-profile .tc-p-name").nth(1)
    name.wait_for(timeout=LIMIT_MS)
    villages = Pack.load("yunnan").table("natural_villages")
    asked = villages[(villages["adcode"].astype(str) == "533301") & (villages["households"] >= 20)]
    wanted = asked[~asked["village_id"].isin([str(name.text_content()).split(" · ")[0]])].iloc[9]
    page.evaluate(
        f"() => void window.tongcunMap.setView([{wanted['lat']}, {wanted['lon']}], 14, "
        "{animate: false})"
    )
    click_on_map(page, wanted["lat"], wanted["lon"])
    page.wait_for_function(
        "(id) => { const n = document.querySelectorAll('.tc-profile .tc-p-name')[1];"
        " return n && n.textContent.startsWith(id); }",
        arg=wanted["village_id"], timeout=30_000,
    )  # fmt: skip
