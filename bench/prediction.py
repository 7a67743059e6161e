"""Coverage over a province's terrain at 90 m: villages, an area, a click; time and memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bench.browser import chromium, chromium_path, serve
from bench.measure import Fact, Figure, Watched, in_turn, python
from bench.pages import EFFECT, clicks
from bench.terrain import tiles
from data.doctor.diagnosis import FileOrigin
from data.importing import RasterFile, commit_rasters
from data.tables.reader import Pack, pack_names
from data.workspace.catalogue import Catalogue
from data.workspace.environment import ENVIRONMENT
from geo.earth.terrain import Grid
from geo.radio.area_prediction import area
from geo.radio.prediction import carrier, stations
from geo.radio.sweep import Lattice, SweepOrder, count, sweep

#: Longest times [s] and most memory [10⁶ byte].
VILLAGES_S, AREA_S, CLICK_S, MEMORY_MB = 5.0, 3.0, 1.0, 1_500.0
AREA_KM = 30.0
#: Masts of the sweep.
MASTS = 40
#: Predicts the villages without 4G from all sites within 15 km, then tells how many paths.
_VILLAGES = """
import sys
from data.workspace.effective import effective_pack
from data.tables.reader import Pack
from data.scenario.scenario import Scenario
from planning.coverage.prediction import CoverageOrder, village_prediction
pack = effective_pack(Pack.load(sys.argv[1]), sys.argv[2])
order = CoverageOrder(listed="uncovered", min_households=20)
table = village_prediction(pack, Scenario(province=sys.argv[1]), order)
assert len(table) == 5000 and (table["state"] == "unknown").mean() < 0.03
"""


def prediction(runs: int) -> Iterator[Figure]:
    """Time villages in a new process, the area of one site, and a click on What-if."""
    name = pack_names()[0]
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        files = [RasterFile(path, "m") for path in tiles(Path(folder))]
        with Catalogue(workspace) as store:
            commit_rasters(
                store, files, Pack.load(name), kind="dem", origin=FileOrigin("modelled", "")
            )
        ours = Watched(("-c", _VILLAGES, name, str(workspace)))
        bare = python("-c", "import geopandas, numba, rasterio, scipy.spatial")
        times = in_turn({"ours": ours, "bare": bare}, runs=min(runs, 5))
        peak = max(ours.peaks_MB)
        yield Figure(
            what="5,000 villages without 4G × all sites within 15 km over a province at 90 m, "
            "from a new process",
            runs_s=times["ours"],
            limit_s=VILLAGES_S,
            baseline="importing the libraries",
            baseline_s=times["bare"],
            facts=(Fact(f"≤ {MEMORY_MB:,.0f} MB: {peak:,.0f} MB", peak <= MEMORY_MB),),
        )
        yield _area(runs)
        yield _sweep(runs)
        if chromium_path() is not None:
            with serve(env={ENVIRONMENT: str(workspace)}) as address, chromium() as browser:
                yield Figure(
                    what="What-if over terrain: click on the map → villages and households, "
                    "page at rest",
                    runs_s=clicks(browser, f"{address}/what-if", EFFECT, runs),
                    limit_s=CLICK_S,
                )


def _hills() -> Grid:
    """Return hills of 900 × 900 cells of 90 m."""
    side, step = 900, 1 / 1200
    y, x = np.indices((side, side)) / 1200
    hills = 1800 + 600 * np.sin(40 * y) * np.cos(37 * x)
    hills += np.random.default_rng(1).normal(0, 4, hills.shape)
    return Grid(hills, 102.0, 25.75, step, step)


def _mountains() -> Grid:
    """Return fractal mountains of 900 × 900 cells of 90 m, standard deviation 450 m."""
    side, step = 900, 1 / 1200
    wave = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    wave[0, 0] = np.inf
    turn = np.exp(2j * np.pi * np.random.default_rng(1).random(wave.shape))
    rough = np.fft.irfft2(wave**-2.0 * turn, s=(side, side))
    return Grid(1800 + 450 * rough / rough.std(), 102.0, 25.75, step, step)


def _sweep(runs: int) -> Figure:
    """Time the best server of many masts by the sweep against the full prediction of two."""
    grid = _mountains()
    draw = np.random.default_rng(2)
    lon, lat = draw.uniform(102.3, 102.45, MASTS), draw.uniform(25.3, 25.45, MASTS)
    sender, order = carrier(0.8, 15.0), SweepOrder(-110.0, AREA_KM * 1000)
    numbers, lattice = np.arange(MASTS, dtype=np.int32), Lattice(*grid.frame, 0, 0)
    masts, two = stations(lon, lat, 35.0), stations(lon[:2], lat[:2], 35.0)
    spent = {"full": 0.0, "best": 0.0, "count": 0.0}

    def timed(name: str, call: Callable[[], object]) -> None:
        # Processor time: the full prediction takes all cores, the sweep of one group takes one.
        begun = time.process_time()
        call()
        spent[name] += time.process_time() - begun

    best = sweep(grid, lattice, masts, numbers, sender, order)
    times = in_turn(
        {
            "full": lambda: timed("full", lambda: area(grid, two, sender, AREA_KM * 1000)),
            "best": lambda: timed(
                "best", lambda: sweep(grid, lattice, masts, numbers, sender, order)
            ),
            "count": lambda: timed("count", lambda: count(grid, best, masts, sender, order)),
        },
        runs=min(runs, 3),
    )
    full, single = spent["full"] / 2, spent["best"] / MASTS
    both = single + spent["count"] / MASTS
    return Figure(
        what=f"best server of {MASTS} sites, {AREA_KM:g} km, cells of 90 m, by the sweep",
        runs_s=times["best"],
        baseline="full P.1812 of two of them, all cores",
        baseline_s=times["full"],
        facts=(
            Fact(f"≥ 20 × the full per site, processor: {full / single:.1f}", full >= 20 * single),
            Fact(f"≥ 10 × with the number of servers: {full / both:.1f}", full >= 10 * both),
        ),
    )


def _area(runs: int) -> Figure:
    """Time every cell of 90 m within 30 km of one mast on hills, and within a third of that."""
    grid = _hills()
    side, step = 900, grid.step_lon
    mast = stations([102.0 + side / 2 * step], [25.75 - side / 2 * step], 35.0)
    sender = carrier(0.8, 32.0)
    cells = int((area(grid, mast, sender, AREA_KM * 1000).server >= 0).sum())
    times = in_turn(
        {
            "whole": lambda: area(grid, mast, sender, AREA_KM * 1000),
            "third": lambda: area(grid, mast, sender, AREA_KM * 1000 / 3),
        },
        runs=runs,
    )
    return Figure(
        what=f"area of one site, {AREA_KM:g} km, cells of 90 m ({cells:,}), full P.1812 on each",
        runs_s=times["whole"],
        limit_s=AREA_S,
        baseline="a third of the radius",
        baseline_s=times["third"],
    )
