"""The import doctor: whole imports from the terminal, and the systems of labelled files."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import Fact, Figure, Watched, in_turn, python
from data.tables.reader import Pack, pack_names
from tests.data.doctor import labelled

CELLS = 1_000_000
#: Longest time of an import from the command line to the commit [s], and most memory [10⁶ byte].
VILLAGES_S, CELLS_S, CELLS_MB = 5.0, 20.0, 1_500.0
#: One village row in this many has a fault that the doctor must find.
FAULTY = 100
_BARE = "import sys, geopandas, pandas as p; f = p.read_csv(sys.argv[1], encoding=sys.argv[2]); \
geopandas.GeoDataFrame(f, geometry=geopandas.points_from_xy(f[sys.argv[3]], f[sys.argv[4]])\
).to_parquet(sys.argv[5])"


def doctor(runs: int) -> Iterator[Figure]:
    """Time both imports against a bare read and write of the same file, then the labelled ones."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _villages(Path(folder), runs)
        yield from _cells(Path(folder), min(runs, 3))
    yield _systems()


def _villages(folder: Path, runs: int) -> Iterator[Figure]:
    pack = Pack.load(pack_names()[0])
    rows = _village_rows(pack)
    path = folder / "villages.csv"
    path.write_bytes(rows.to_csv(index=False).encode("gb18030"))
    ours = _import(path, pack.name, "natural_villages", folder)
    bare = python("-c", _BARE, str(path), "gb18030", "经度", "纬度", str(folder / "bare.parquet"))
    times = in_turn({"ours": ours, "bare": bare}, runs=runs)
    yield Figure(
        what=f"`cli.py import`: {len(rows):,} villages, GBK CSV, 1 % faulty, to the commit",
        runs_s=times["ours"],
        limit_s=VILLAGES_S,
        baseline="geopandas reads and writes the same, no check",
        baseline_s=times["bare"],
    )


def _cells(folder: Path, runs: int) -> Iterator[Figure]:
    pack = Pack.load(pack_names()[0])
    path = folder / "460.csv"
    path.write_bytes(_cell_lines(pack).encode())
    ours = _import(path, pack.name, "base_stations", folder)
    bare = python("-c", _BARE, str(path), "utf-8", "lon", "lat", str(folder / "bare.parquet"))
    times = in_turn({"ours": ours, "bare": bare}, runs=runs)
    peak = max(ours.peaks_MB)
    yield Figure(
        what=f"`cli.py import`: {CELLS:,} cells, OpenCellID CSV, to the commit",
        runs_s=times["ours"],
        limit_s=CELLS_S,
        baseline="geopandas reads and writes the same, no check",
        baseline_s=times["bare"],
        facts=(Fact(f"{peak:,.0f} MB of ≤ {CELLS_MB:,.0f} MB", peak <= CELLS_MB),),
    )


def _import(path: Path, province: str, kind: str, folder: Path) -> Watched:
    place = ("--province", province, "--workspace", str(folder / "workspace"))
    system = ("--crs", "WGS84")  # undecided files are not committed
    return Watched(("cli.py", "import", str(path), *place, "--kind", kind, *system))


def _village_rows(pack: Pack) -> pd.DataFrame:
    """Return the pack's villages as a planner's list: every hundredth row at fault in turn."""
    own = pack.table("natural_villages")
    rows = pd.DataFrame(
        {
            "自然村编号": own["village_id"], "村名": [f"村{i}" for i in range(len(own))],
            "县代码": own["adcode"], "经度": own["lon"].round(6), "纬度": own["lat"].round(6),
            "户数": own["households"].astype(str),
            "是否有4G": own["has_4g"].map({True: "是", False: "否"}), "备注": "",
        }
    )  # fmt: skip
    at = np.arange(0, len(rows), FAULTY)
    rows.loc[at[0::4], "户数"] = "-3"
    rows.loc[at[1::4], ["经度", "纬度"]] = rows.loc[at[1::4], ["纬度", "经度"]].to_numpy()
    rows.loc[at[2::4], "自然村编号"] = rows["自然村编号"].iloc[1]
    rows.loc[at[3::4], "户数"] = "约二十"
    return rows


def _cell_lines(pack: Pack) -> str:
    """Return an OpenCellID file whose cells are around the pack's villages, seeded."""
    draw = np.random.default_rng(20_201_231)
    villages = pack.table("natural_villages")
    at = draw.integers(0, len(villages), CELLS)
    rows = pd.DataFrame(
        {
            "radio": draw.choice(["GSM", "UMTS", "LTE", "NR"], CELLS), "mcc": 460,
            "net": draw.choice([0, 1, 11, 15], CELLS), "area": draw.integers(1, 65_000, CELLS),
            "cell": 10**7 + np.arange(CELLS), "unit": 0,
            "lon": (villages["lon"].to_numpy()[at] + draw.normal(0, 0.01, CELLS)).round(6),
            "lat": (villages["lat"].to_numpy()[at] + draw.normal(0, 0.01, CELLS)).round(6),
            "range": draw.integers(300, 9_000, CELLS), "samples": 12, "changeable": 1,
            "created": 1_459_692_342, "updated": 1_719_692_342, "averageSignal": 0,
        }
    )  # fmt: skip
    return rows.to_csv(index=False)


def _systems() -> Figure:
    right, times = 0, []
    for case in labelled.CASES:
        content, _ = labelled.made(case)
        start = time.perf_counter()
        diagnosis = labelled.found(case, content)
        times.append(time.perf_counter() - start)
        right += labelled.is_right(case, diagnosis)
    count = len(labelled.CASES)
    return Figure(
        what=f"coordinate system of {count} labelled files, each examined once",
        runs_s=tuple(times),
        facts=(Fact(f"{right} of {count} right", right == count),),
    )
