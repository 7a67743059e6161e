"""Tiles of the area of all sites: each pixel shows the cell beneath it, and no path leaves."""

from __future__ import annotations

import asyncio
import io
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette

from data.export.geotiff import whole_area_geotiff
from data.workspace.environment import ENVIRONMENT
from geo.radio.sweep import Lattice, Swept, nothing
from layers.map.raster_images import POWER_LOOKS
from planning.exports.area import AREAS, forget_areas, is_whole, kept_area
from ui import server
from ui.coverage import area_tiles

WEST, NORTH, STEP = 102.0, 26.0, 1 / 1200
ROWS, COLUMNS = 1100, 700
NAME = "0123456789abcdef" * 2


def cells() -> tuple[Swept, np.ndarray]:
    """Three bands of columns: strong, weak, nothing; the last rows are unknown."""
    swept = nothing(Lattice(WEST, NORTH, STEP, STEP, 0, 0), (ROWS, COLUMNS))
    swept.level[:, :300], swept.server[:, :300] = -800, 0
    swept.level[:, 300:500], swept.server[:, 300:500] = -1100, 7
    swept.unknown[1000:] = True
    servers = np.where(swept.level == -800, 4, 0).astype(np.uint16)
    return swept, servers


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("workspace")
    path = found / AREAS / NAME / "area.tif"
    path.parent.mkdir(parents=True)
    swept, servers = cells()
    whole_area_geotiff(swept, servers, (WEST, NORTH, STEP, STEP), {}, path)
    return found


def place_of(lat: float, lon: float, z: int) -> tuple[tuple[int, int, int], tuple[int, int]]:
    """Return the tile of a place, and row and column of its pixel."""
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return (z, int(x), int(y)), (int((y % 1) * 256), int((x % 1) * 256))


def pixel(workspace: Path, kind: str, lat: float, lon: float, z: int) -> tuple[int, ...]:
    place, at = place_of(lat, lon, z)
    content = area_tiles.tile(workspace, NAME, kind, place)
    assert content is not None
    drawn = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))
    return tuple(int(part) for part in drawn[at])


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


@pytest.mark.parametrize("zoom", [7, 9, 11, 14])
def test_a_pixel_shows_the_cell_beneath_it_at_any_zoom(workspace: Path, zoom: int) -> None:
    lat = NORTH - 400 * STEP
    strong, weak = POWER_LOOKS[0], POWER_LOOKS[3]
    for column, (colour, _) in ((150, strong), (400, weak)):
        found = pixel(workspace, "power", lat, WEST + column * STEP, zoom)
        assert found == (*rgb(colour), 255)
    assert pixel(workspace, "power", lat, WEST + 600 * STEP, zoom)[3] == 0
    assert pixel(workspace, "power", NORTH + 0.3, WEST + 150 * STEP, zoom)[3] == 0


def test_an_edge_between_two_levels_lies_where_the_cells_say(workspace: Path) -> None:
    edge, lat = WEST + 299.5 * STEP, NORTH - 200 * STEP
    before = pixel(workspace, "power", lat, edge - STEP / 4, 14)
    after = pixel(workspace, "power", lat, edge + STEP / 4, 14)
    assert before == (*rgb(POWER_LOOKS[0][0]), 255)
    assert after == (*rgb(POWER_LOOKS[3][0]), 255)


def test_unknown_is_hatched_where_no_site_is_heard(workspace: Path) -> None:
    place, (row, column) = place_of(NORTH - 1050 * STEP, WEST + 600 * STEP, 12)
    content = area_tiles.tile(workspace, NAME, "power", place)
    assert content is not None
    drawn = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))
    near = drawn[row - 5 : row + 6, column - 5 : column + 6, 3]
    assert 0 < (near > 0).sum() < near.size


def test_servers_and_their_number_have_colours_where_a_cell_is_served(workspace: Path) -> None:
    lat = NORTH - 400 * STEP
    left, right = (pixel(workspace, "server", lat, WEST + c * STEP, 12) for c in (150, 400))
    assert left[3] == right[3] == 255
    assert left != right
    assert pixel(workspace, "count", lat, WEST + 150 * STEP, 12) == (*rgb("#3b5f8a"), 255)
    assert pixel(workspace, "count", lat, WEST + 400 * STEP, 12)[3] == 0


def ask(path: str) -> tuple[int, bytes]:
    """Return status and body of the server's answer."""
    said: list[dict] = []

    async def send(message: dict) -> None:
        said.append(message)

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    app = Starlette(routes=server.routes())
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
             "query_string": b"", "headers": [], "root_path": "", "scheme": "http"}  # fmt: skip
    # In a thread of its own: a browser's test may have left its loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    return said[0]["status"], b"".join(part.get("body", b"") for part in said[1:])


def test_the_server_gives_tiles_and_nothing_else(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(workspace))
    (z, x, y), _ = place_of(NORTH - 0.3, WEST + 0.1, 9)
    status, content = ask(f"/areas/{NAME}/power/{z}/{x}/{y}")
    assert status == 200
    assert content.startswith(b"\x89PNG")
    for bad in (
        f"/areas/{'0' * 32}/power/{z}/{x}/{y}", f"/areas/{NAME}/secret/{z}/{x}/{y}",
        f"/areas/../power/{z}/{x}/{y}", f"/areas/{NAME}/power/{z}/-1/{y}",
        f"/areas/{NAME}/power/{z}/x/{y}", f"/areas/{NAME}/power/40/{x}/{y}",
    ):  # fmt: skip
        assert ask(bad)[0] == 404, bad


def test_an_area_is_found_again_by_what_was_asked_and_the_oldest_go(tmp_path: Path) -> None:
    paths = [kept_area(tmp_path, "pack", k) for k in range(3)]
    assert kept_area(tmp_path, "pack", 1) == paths[1]
    assert len(set(paths)) == 3
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        assert not is_whole(path)
        path.with_name("area-servers.csv").write_bytes(b"")
        assert is_whole(path)
    forget_areas(tmp_path / AREAS, keep=2)
    assert len(list((tmp_path / AREAS).iterdir())) == 2
