"""A province made by code: two prefectures, four counties, every awkward case in one row each.

Counties stand in one row from west to east. Every allocation rule gives another split, of the
prefectures and of their counties. The villages hold each state above and below 20 households, the
targets one that is passed already (4G), one of a share with weaker evidence below it (fibre), one
that is nowhere stated (racks), and a baseline known from below only ("more than 500 racks").
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.tables.pack import TABLES
from data.tables.reader import Pack, pack_names
from geo.earth.crs import WGS84

NAME, PROVINCE = "toy", "990000"
WEST, EAST = "990100", "990200"
COUNTIES = ("990101", "990102", "990201", "990202")
#: West and east edge of each county [°]; all lie between 25.0 and 25.5 north.
EDGES = ((100.0, 100.5), (100.5, 101.0), (101.0, 101.5), (101.5, 102.5))
SOUTH, NORTH = 25.0, 25.5
#: Figures of the counties, west to east.
COUNTS = {
    "population": (60_000, 20_000, 15_000, 5_000),
    "urban_population": (45_000, 5_000, 6_000, 1_000),
    "households": (20_000, 8_000, 5_000, 2_200),
    "rural_households": (5_000, 6_000, 3_000, 1_900),
    "township_units": (4, 5, 6, 7),
    "village_committees": (10, 19, 24, 30),
    "residents_committees": (2, 1, 1, 0),
    "village_units": (12, 20, 25, 31),
}
#: County, longitude, latitude, households, 4G, evidence.
VILLAGES = (
    ("990101", 100.10, 25.10, 40, True, "declared"),
    ("990101", 100.20, 25.20, 30, True, "declared"),
    ("990101", 100.30, 25.30, 25, False, "declared"),
    ("990101", 100.31, 25.30, 12, False, "declared"),
    ("990101", 100.40, 25.40, 15, True, "declared"),
    ("990102", 100.60, 25.10, 60, False, "declared"),
    ("990102", 100.70, 25.20, 20, None, "declared"),
    ("990102", 100.72, 25.20, 50, True, "declared"),
    ("990201", 101.10, 25.10, 35, False, "declared"),
    ("990201", 101.20, 25.30, 22, None, "declared"),
    ("990201", 101.25, 25.35, 19, None, "declared"),
    ("990201", 101.30, 25.20, 20, False, "declared"),
    ("990202", 101.70, 25.10, 80, True, "modelled"),
    ("990202", 101.90, 25.20, 45, True, "declared"),
    ("990202", 102.30, 25.30, 10, False, "declared"),
)
#: Layer, metric, unit, kind, date, qualifier, value, basis, quote.
TARGETS = (
    ("mobile_5g", "base_stations", "base_station", "baseline", "2020-12-31", "=", 300,
     "cumulative", "2020年底有5G基站300个"),
    ("mobile_5g", "base_stations_new", "base_station", "target", "2025-12-31", "=", 703,
     "increment", "到2025年新建5G基站703个"),
    ("mobile_4g", "base_stations", "base_station", "baseline", "2020-12-31", "=", 900,
     "cumulative", "2020年底有4G基站900个"),
    ("mobile_4g", "base_stations", "base_station", "target", "2022-12-31", "=", 1_000,
     "cumulative", "2022年4G基站达到1000个"),
    ("fibre", "admin_villages_fibre", "share of administrative villages", "baseline",
     "2020-12-31", "=", 0.92, "share", "92%的行政村通光纤"),
    ("fibre", "admin_villages_fibre", "share of administrative villages", "target",
     "2025-12-31", "=", 1.0, "share", "行政村全部通光纤"),
    ("data_centres", "racks_in_data_centres", "rack", "baseline", "2020-12-31", ">", 500,
     "cumulative", "标准机架超过500架"),
    ("natural_villages", "without_4g", "natural_village",
     "baseline", "2020-12-31", "~", 4, "count", "约4个20户以上自然村无4G"),
)  # fmt: skip
#: Region, layer, metric, date, value, kind.
OBSERVATIONS = (
    (PROVINCE, "mobile_4g", "base_stations", "2023-06-30", 1_100, "built"),
    (EAST, "mobile_4g", "base_stations", "2021-06-30", 250, "built"),
    (EAST, "mobile_5g", "base_stations", "2024-06-30", 90, "built"),
)
TEXT = "toy.txt"
META = """\
name = "toy"
adcode = "990000"
name_zh = "示例省"
name_en = "Toy Province"
"""


def write(folder: Path, **tables: pd.DataFrame) -> Pack:
    """Write the pack into ``folder``/toy; a table given by name replaces the toy's own."""
    home = folder / NAME
    (home / "sources").mkdir(parents=True)
    (home / "pack.toml").write_text(META, encoding="utf-8")
    quotes = [*(row[-1] for row in TARGETS), *policy_zones()["quote"], ""]
    (home / "sources" / TEXT).write_text("。\n".join(quotes), encoding="utf-8")
    for name, make in MADE.items():
        write_table(home, name, tables.get(name, make()))
    write_table(home, "SOURCES", tables.get("SOURCES", sources(home)))
    return Pack(home)


def write_table(home: Path, name: str, table: pd.DataFrame) -> Path:
    """Write one table where the pack expects it."""
    path = home / f"{name}{TABLES[name].suffix}"
    if path.suffix == ".csv":
        table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    else:
        table.to_parquet(path, index=False)
    return path


def regions() -> gpd.GeoDataFrame:
    """Return province, prefectures and counties; each the sum of its parts."""
    shapes = [shapely.box(west, SOUTH, east, NORTH) for west, east in EDGES]
    counties = pd.DataFrame(COUNTS).assign(
        adcode=COUNTIES, level="county", parent=(WEST, WEST, EAST, EAST), geometry=shapes,
        name_zh=("甲县", "乙县", "丙县", "丁县"), census_evidence="allocated",
        name_en=("First County", "Second County", "Third County", "Fourth County"),
    )  # fmt: skip
    prefectures = _joined(counties, counties["parent"]).assign(
        level="prefecture", parent=PROVINCE, name_zh=("西州", "东州"),
        name_en=("West Prefecture", "East Prefecture"),
    )  # fmt: skip
    province = _joined(prefectures, prefectures["parent"]).assign(
        level="province", parent=None, name_zh="示例省", name_en="Toy Province"
    )
    whole = pd.concat([province, prefectures, counties], ignore_index=True)
    geometry = whole["geometry"].to_numpy()
    whole["area_km2"] = [abs(WGS84.geometry_area_perimeter(shape)[0]) / 1e6 for shape in geometry]
    whole["label_lon"], whole["label_lat"] = shapely.get_coordinates(shapely.centroid(geometry)).T
    columns = [*TABLES["regions"].column_names, "geometry"]
    return gpd.GeoDataFrame(whole, geometry="geometry", crs="EPSG:4326")[columns]


def _joined(parts: pd.DataFrame, parent: pd.Series) -> pd.DataFrame:
    sums = parts[list(COUNTS)].groupby(parent).sum()
    groups = sorted(parts.groupby(parent).indices.items())
    shapes = [shapely.coverage_union_all(parts["geometry"].to_numpy()[rows]) for _, rows in groups]
    joined = sums.assign(geometry=shapes, census_evidence="reported")
    return joined.rename_axis("adcode").reset_index()


def villages() -> pd.DataFrame:
    """Return the villages, ``v01`` to ``v15``."""
    columns = ["adcode", "lon", "lat", "households", "has_4g", "evidence"]
    rows = pd.DataFrame(VILLAGES, columns=columns).astype({"has_4g": "boolean"})
    return rows.assign(village_id=[f"v{i:02d}" for i in range(1, len(rows) + 1)])


def many_villages(number: int, *, seed: int = 0) -> pd.DataFrame:
    """Return so many villages without 4G, in clusters all over the province, for plans."""
    random = np.random.default_rng(seed)
    county = np.sort(random.integers(0, len(COUNTIES), number))
    west, east = np.array(EDGES)[county].T
    centre = random.uniform(0.1, 0.9, (number // 5 + 1, 2))[random.integers(0, number // 5, number)]
    place = np.clip(centre + random.normal(0, 0.02, (number, 2)), 0.01, 0.99)
    return pd.DataFrame(
        {
            "village_id": [f"m{i:04d}" for i in range(number)],
            "adcode": np.array(COUNTIES)[county],
            "lon": (west + place[:, 0] * (east - west)).round(5),
            "lat": (SOUTH + place[:, 1] * (NORTH - SOUTH)).round(5),
            "households": random.integers(20, 120, number),
            "has_4g": np.zeros(number, dtype=bool),
            "evidence": "declared",
        }
    )


def targets() -> pd.DataFrame:
    """Return the ledger of the plan; each quote stands in the pack's own text."""
    columns = ["layer", "metric", "unit", "kind", "as_of", "qualifier", "value", "basis", "quote"]
    rows = pd.DataFrame(TARGETS, columns=columns)
    ids = [f"toy-{layer}-{date[:4]}" for layer, date in zip(rows["layer"], rows["as_of"],
                                                            strict=True)]  # fmt: skip
    rows = rows.assign(id=ids, province=PROVINCE, source_file=TEXT)
    return rows.reindex(columns=list(TABLES["targets"].column_names))


def observations() -> pd.DataFrame:
    """Return what was observed since."""
    columns = ["adcode", "layer", "metric", "as_of", "value", "kind"]
    rows = pd.DataFrame(OBSERVATIONS, columns=columns)
    rows["id"] = "obs-" + rows["adcode"] + "-" + rows["layer"] + "-" + rows["as_of"].str[:4]
    rows = rows.assign(qualifier="=", unit="base_station", source="toy")
    return rows.reindex(columns=list(TABLES["observations"].column_names))


def policy_zones() -> pd.DataFrame:
    """Return a core, and the sites of data centres: the west, and one county of the east."""
    row = {
        "id": "toy-core", "province": PROVINCE, "name_zh": "一核", "name_en": "One core",
        "kind": "core", "regions": WEST, "focus": "anything", "focus_zh": "任何",
        "source_file": TEXT, "quote": "一核指西州", "note": None,
    }  # fmt: skip
    sites = {
        "id": "toy-racks", "name_zh": "云计算数据中心", "name_en": "Cloud data centres",
        "kind": "data centre site", "regions": f"{WEST};990202",
        "quote": "西州和东二县建设云计算数据中心",
    }  # fmt: skip
    return pd.DataFrame([row, row | sites])


def places() -> pd.DataFrame:
    """Return the four county seats."""
    lon, lat = _seats()
    return pd.DataFrame(
        {
            "place_id": [f"p{code}" for code in COUNTIES], "name_zh": "县城", "name_en": "Seat",
            "kind": "county_seat", "adcode": COUNTIES, "population": pd.array([None] * 4, "Int64"),
            "lon": lon, "lat": lat, "evidence": "reported",
        }
    )  # fmt: skip


def sites() -> pd.DataFrame:
    """Return a site beside each village with 4G."""
    served = [row for row in VILLAGES if row[4]]
    return pd.DataFrame(
        {
            "site_id": [f"s{i}" for i in range(len(served))],
            "adcode": [row[0] for row in served], "lon": [row[1] + 0.01 for row in served],
            "lat": [row[2] for row in served], "antenna_height_m": 35.0, "evidence": "declared",
        }
    )  # fmt: skip


def fibre_nodes() -> pd.DataFrame:
    """Return a node at each county seat."""
    lon, lat = _seats()
    return pd.DataFrame(
        {
            "node_id": [f"n{code}" for code in COUNTIES], "adcode": COUNTIES, "kind": "county",
            "lon": lon, "lat": lat, "evidence": "declared",
        }
    )  # fmt: skip


def _seats() -> tuple[list[float], list[float]]:
    return [west + 0.25 for west, _ in EDGES], [25.25] * len(EDGES)


def rivers() -> gpd.GeoDataFrame:
    """Return one river from west to east."""
    line = shapely.LineString([(100.1, 25.05), (102.4, 25.05)])
    length = WGS84.geometry_length(line) / 1000
    row = {"river_id": "r1", "name_zh": "示例河", "name_en": "Toy River", "length_km": length}
    return gpd.GeoDataFrame([row], geometry=[line], crs="EPSG:4326")


def relief() -> pd.DataFrame:
    """Return heights that rise to the east, in cells of 1/12°."""
    lon, lat = np.meshgrid(np.arange(100, 102.5, 1 / 12), np.arange(25, 25.5, 1 / 12))
    height = 1_500 + 200 * (lon - 100)
    cells = {"lon": lon.ravel(), "lat": lat.ravel(), "elevation_m": height.ravel()}
    return pd.DataFrame(cells)


def unit_costs() -> pd.DataFrame:
    """Return the prices of an embedded pack: what is planned needs every item of them."""
    return Pack.load(pack_names()[0]).table("unit_costs")


def sources(home: Path) -> pd.DataFrame:
    """Return one row per table that is written, with the checksum of its own file."""
    rows = [
        {
            "table": name, "package": "toy", "version": "1", "file": path.name,
            "licence": "Apache-2.0", "credit": "made by code", "date": "2026-01-01",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for name in MADE
        for path in [home / f"{name}{TABLES[name].suffix}"]
    ]  # fmt: skip
    return pd.DataFrame(rows)


MADE: dict[str, Callable[[], pd.DataFrame]] = {
    "regions": regions, "places": places, "rivers": rivers, "relief": relief,
    "natural_villages": villages, "sites": sites, "fibre_nodes": fibre_nodes, "targets": targets,
    "observations": observations, "policy_zones": policy_zones, "unit_costs": unit_costs,
}  # fmt: skip
