"""Downloads from a server of this test: slow, cut, failing, without a tile, with something else."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from typer.testing import CliRunner

from cli import cli
from data.elevation import fetch as dem_fetch
from data.elevation.fetch import FetchOrder, fetch, tile_names
from data.elevation.mosaic import dem_in_force, open_dem
from data.importing import catalogue
from data.tables.reader import Pack
from data.wording.catalogue import Message
from data.workspace.effective import effective_pack
from geo.earth.terrain import heights
from geo.errors import DataError, InputError, StorageError

#: Three tiles of one degree; the third lies in the sea of this test.
AREA = shapely.Polygon([(102.2, 25.2), (102.8, 25.2), (103.5, 25.5), (103.5, 26.5), (102.9, 25.8)])
NAMES = [f"Copernicus_DSM_COG_30_{place}_DEM" for place in
         ("N25_00_E102_00", "N25_00_E103_00", "N26_00_E103_00")]  # fmt: skip


@pytest.fixture(scope="module")
def tiles(tmp_path_factory):
    """Return name → bytes of small tiles, 30 arc-seconds."""
    folder, found = tmp_path_factory.mktemp("tiles"), {}
    for name in NAMES[:2]:
        lat, lon = int(name[23:25]), int(name[30:33])
        cells = 1000 + np.random.default_rng(lon).normal(0, 99, (120, 120)).astype("float32")
        with rasterio.open(
            folder / "t.tif", "w", driver="GTiff", width=120, height=120, count=1,
            dtype="float32", crs="EPSG:4326", transform=from_origin(lon, lat + 1, 1 / 120, 1 / 120),
            compress="deflate", tiled=True, blockxsize=128, blockysize=128,
        ) as made:  # fmt: skip
            made.write(cells, 1)
        found[f"/{name}/{name}.tif"] = (folder / "t.tif").read_bytes()
    return found


class Server:
    """What the server does, and what it was asked."""

    def __init__(self, tiles):
        self.tiles, self.asked, self.mode, self.faults = dict(tiles), [], "", 0

    def answer(self, request, *, body):
        self.asked.append((request.command, request.path.rsplit("/", 1)[1]))
        content = self.tiles.get(request.path)
        fails = bool(self.mode) and self.faults > 0 and (body or self.mode in ("500", "403"))
        self.faults -= fails
        if content is None or (fails and self.mode in ("500", "403")):
            request.send_error(404 if content is None else int(self.mode))
            return
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if not body:
            return
        if fails and self.mode == "cut":
            content = content[: len(content) // 2]
        for k in range(0, len(content), 4096):
            if fails and self.mode == "silent":
                time.sleep(0.6)
            request.wfile.write(content[k : k + 4096])


@contextmanager
def serving(state):
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            state.answer(self, body=False)

        def do_GET(self):
            try:
                state.answer(self, body=True)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def state(tiles, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", dem_fetch.ENVIRONMENT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return Server(tiles)


@pytest.fixture
def order(state, tmp_path):
    with serving(state) as address:
        yield FetchOrder(90, tmp_path / "dem", address, timeout_s=0.3, pause_s=0.01)


def test_names_are_those_of_the_public_bucket():
    assert tile_names(AREA, 90) == NAMES
    assert tile_names(shapely.box(-0.5, -0.5, 0.5, 0.5), 30) == [
        f"Copernicus_DSM_COG_10_{place}_DEM"
        for place in ("S01_00_W001_00", "S01_00_E000_00", "N00_00_W001_00", "N00_00_E000_00")
    ]
    with pytest.raises(InputError, match="no Copernicus DEM of 60 m"):
        tile_names(AREA, 60)


def test_only_tiles_that_touch_the_polygon_are_named():
    province = Pack.load("gansu").geo("regions")
    area = province.loc[province["level"] == "province", "geometry"].iloc[0]
    west, south, east, north = area.bounds
    box = (int(north) + 1 - int(south)) * (int(east) + 1 - int(west))
    assert 0.4 * box < len(tile_names(area, 90)) < 0.7 * box


def test_tiles_come_whole_and_the_sea_is_told(order, state):
    told: list[Message] = []
    steps: list[tuple[int, int]] = []
    found = fetch(AREA, order, progress=lambda *step: steps.append(step), report=told.append)
    assert [path.stem for path in found.files] == NAMES[:2]
    assert found.absent == (NAMES[2],)
    total = sum(len(content) for content in state.tiles.values())
    assert found.downloaded_bytes == total
    assert steps[-1] == (total, total)
    assert steps == sorted(steps)
    assert "3 tiles of Copernicus DEM GLO-90: 0 are here already, 2 to download" in told[0].text(
        "en"
    )
    assert "1 the server does not have" in told[0].text("en")
    # The size was told before the first tile was asked for.
    commands = [command for command, _ in state.asked]
    assert commands == ["HEAD"] * 3 + ["GET"] * 2
    assert sorted(path.name for path in order.folder.iterdir()) == [f"{n}.tif" for n in NAMES[:2]]
    mosaic = open_dem(found.files)
    assert mosaic.provenance.name == "Copernicus DEM GLO-90"
    assert np.isfinite(heights(mosaic.window(102.9, 25.4, 103.1, 25.5), 103.0, 25.45)).all()


def test_complete_tiles_are_not_asked_for_again(order, state):
    fetch(AREA, order)
    state.asked.clear()
    again = fetch(AREA, order)
    assert (len(again.files), again.downloaded_bytes) == (2, 0)
    assert state.asked == [("HEAD", f"{NAMES[2]}.tif")]
    half = again.files[0].read_bytes()
    again.files[0].write_bytes(half[: len(half) // 2])
    mended = fetch(AREA, order)
    assert mended.downloaded_bytes == len(half)
    assert again.files[0].read_bytes() == half


@pytest.mark.parametrize("mode", ["cut", "500", "silent"])
def test_a_fault_that_passes_is_overcome(order, state, mode):
    state.mode, state.faults = mode, 2
    found = fetch(AREA, order)
    assert [path.read_bytes() for path in found.files] == list(state.tiles.values())


@pytest.mark.parametrize(
    ("mode", "said"), [("cut", "bytes came"), ("500", "500 "), ("silent", "timed out")]
)
def test_a_fault_that_stays_is_told_and_leaves_nothing_half(order, state, mode, said):
    state.mode, state.faults = mode, 99
    with pytest.raises(StorageError, match=f"no whole answer after 4 attempts .*{said}") as caught:
        fetch(AREA, order)
    assert "cli.py import --kind dem" in caught.value.repair
    assert list(order.folder.iterdir()) == []


def test_what_was_downloaded_before_a_fault_stays(order, state):
    second = f"/{NAMES[1]}/{NAMES[1]}.tif"
    whole, state.tiles[second] = state.tiles[second], b"not a raster" * 9
    with pytest.raises(DataError, match="no whole elevation model"):
        fetch(AREA, order)
    assert [path.stem for path in order.folder.iterdir()] == NAMES[:1]
    state.tiles[second] = whole
    assert len(fetch(AREA, order).files) == 2


def test_a_refusal_is_not_asked_again(order, state):
    state.mode, state.faults = "403", 99
    with pytest.raises(StorageError, match="the server refuses: 403"):
        fetch(AREA, order)
    assert len(state.asked) == 1


def test_nobody_answers(tmp_path, state):
    order = FetchOrder(90, tmp_path, "http://127.0.0.1:9", timeout_s=0.3, pause_s=0.01)
    with pytest.raises(StorageError, match="no whole answer after 4 attempts") as caught:
        fetch(AREA, order)
    assert "check the connection" in caught.value.repair


def test_a_server_without_any_tile(order, state):
    state.tiles.clear()
    with pytest.raises(InputError, match="the server has none of the tiles"):
        fetch(AREA, order)


@pytest.mark.parametrize("address", ["ftp://host", "file:///etc", "host"])
def test_an_address_that_is_none(tmp_path, state, address):
    with pytest.raises(InputError, match="is no web address"):
        fetch(AREA, FetchOrder(90, tmp_path, address))


def test_the_address_comes_from_option_environment_or_default(tmp_path, state, monkeypatch):
    assert dem_fetch._base_url(FetchOrder(30, tmp_path)) == (
        "https://copernicus-dem-30m.s3.amazonaws.com"
    )
    monkeypatch.setenv(dem_fetch.ENVIRONMENT, "http://mirror/{resolution}/")
    assert dem_fetch._base_url(FetchOrder(90, tmp_path)) == "http://mirror/90"
    assert dem_fetch._base_url(FetchOrder(90, tmp_path, "http://own")) == "http://own"


def test_a_full_disk_is_told_before_anything_comes(order, state, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("", (), {"free": 10})())
    with pytest.raises(StorageError, match="MB are free"):
        fetch(AREA, order)
    assert {command for command, _ in state.asked} == {"HEAD"}


def test_the_terminal_fetches_and_puts_in_force(order, state, tmp_path):
    runner, workspace = CliRunner(), str(tmp_path / "ws")
    call = ["dem", "fetch", "-p", "yunnan", "--base-url", order.base_url, "-w", workspace]
    only = runner.invoke(cli, [*call, "--no-import"])
    assert only.exit_code == 0, only.output
    assert "nothing was put in force" in only.output
    done = runner.invoke(cli, call)
    assert done.exit_code == 0, done.output
    assert "2 are here already, 0 to download" in done.output
    assert "2 rasters of dem in force" in done.output
    told = runner.invoke(cli, ["dem", "info", "-p", "yunnan", "-w", workspace])
    assert "Copernicus DEM GLO-90" in told.output
    assert "EGM2008" in told.output
    assert "4 m (LE90)" in told.output
    pack = effective_pack(Pack.load("yunnan"), workspace)
    assert dem_in_force(pack) is not None
    with catalogue(workspace) as store:
        assert len(store.history("yunnan", "dem")) == 1
        store.undo("yunnan", "dem")
    nothing = runner.invoke(cli, ["dem", "info", "-p", "yunnan", "-w", workspace])
    assert "no elevation model is in force" in nothing.output
    assert "ILLUSTRATIVE" in nothing.output
