"""Labelled files, made here in each coordinate system: the doctor finds the system, or says that
it cannot. No file of three rows may be decided wrongly.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from data.doctor.base import LAT, LON
from data.doctor.engine import Diagnosis, examine
from data.pack import Pack
from geo import projections
from geo.crs import geodesic_m

#: System → (CRS of the numbers, degrees as text, columns swapped).
SYSTEMS = {
    "wgs84": ("EPSG:4326", False, False),
    "gcj02": ("GCJ-02", False, False),
    "bd09": ("BD-09", False, False),
    "zone3": ("3-degree", False, False),
    "zone3_prefix": ("3-degree prefix", False, False),
    "zone6": ("6-degree", False, False),
    "zone6_prefix": ("6-degree prefix", False, False),
    "wgs84_swapped": ("EPSG:4326", False, True),
    "gcj02_swapped": ("GCJ-02", False, True),
    "zone3_swapped": ("3-degree", False, True),
    "wgs84_dms": ("EPSG:4326", True, False),
    "gcj02_dms": ("GCJ-02", True, False),
}
#: (Province, kind of zone) → its code and central meridian [° E].
ZONES = {
    ("yunnan", "3-degree"): ("EPSG:4543", 102),
    ("yunnan", "3-degree prefix"): ("EPSG:4522", 102),
    ("yunnan", "6-degree"): ("EPSG:4506", 99),
    ("yunnan", "6-degree prefix"): ("EPSG:4495", 99),
    ("gansu", "3-degree"): ("EPSG:4543", 102),
    ("gansu", "3-degree prefix"): ("EPSG:4522", 102),
    ("gansu", "6-degree"): ("EPSG:4507", 105),
    ("gansu", "6-degree prefix"): ("EPSG:4496", 105),
}
#: A 6° zone without prefix is the same as the 3° zone of its meridian.
SAME = {"EPSG:4506": "EPSG:4542", "EPSG:4507": "EPSG:4544"}
PROVINCES = ("yunnan", "gansu")
MANY, SOME, FEW = 200, 60, 3
#: Systems in which three rows cannot tell a map shift from none, or a zone from UTM.
OPEN = {"wgs84", "gcj02", "bd09", "zone6", "wgs84_swapped", "gcj02_swapped",
        "wgs84_dms", "gcj02_dms"}  # fmt: skip


@lru_cache(maxsize=2)
def pack(province: str) -> Pack:
    return Pack.load(province)


@lru_cache(maxsize=128)
def diagnosed(province: str, system: str, count: int) -> tuple[Diagnosis, pd.DataFrame]:
    """Return what the doctor says of a file of real places, and where they are."""
    places = pack(province).table("places").dropna(subset=["name_zh"])
    crs, dms, swapped = SYSTEMS[system]
    zone, meridian = ZONES.get((province, crs), ("", 0))
    if zone:
        places = places[np.abs(places["lon"] - meridian) < (1.4 if "3" in crs else 2.9)]
    places = places.drop_duplicates(["name_zh", "adcode"])
    random = np.random.default_rng(len(system) + count)
    true = places.sample(min(count, len(places)), random_state=count).reset_index(drop=True)
    # A planner's point is where his village is, not where the gazetteer's is.
    lon = true["lon"] + random.normal(0, 150, len(true)) / 95_000
    lat = true["lat"] + random.normal(0, 150, len(true)) / 111_000
    a, b = projections.from_wgs84(lon, lat, zone or crs)
    cells = pd.DataFrame({"x": a, "y": b})
    if dms:
        texts = [(_dms(e, "E"), _dms(n, "N")) for e, n in zip(a, b, strict=True)]
        cells = pd.DataFrame(texts, columns=["x", "y"])
    else:
        cells = cells.round(2 if zone else 6)
    if swapped:
        cells = cells.rename(columns={"x": "y", "y": "x"})[["x", "y"]]
    headers = ("横坐标", "纵坐标") if zone else ("经度", "纬度")
    file = pd.DataFrame(
        {
            "名称": true["name_zh"], "县代码": true["adcode"],
            headers[0]: cells["x"], headers[1]: cells["y"], "户数": 30,
        }
    )  # fmt: skip
    content = file.to_csv(index=False).encode("gb18030")
    found = examine(content, pack(province), name=f"{system}.csv")
    return found, true


def _dms(value: float, letter: str) -> str:
    whole = round(abs(value) * 3600, 2)
    degrees, minutes, seconds = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{letter}{degrees:.0f}°{minutes:02.0f}′{seconds:05.2f}″"


def _middle_m(found: Diagnosis, true: pd.DataFrame) -> float:
    placed = found.placed
    return float(
        np.nanmedian(geodesic_m(placed[LON], placed[LAT], true["lon"], true["lat"]))
    )  # fmt: skip


CASES = [
    (province, system, count)
    for province in PROVINCES
    for system in SYSTEMS
    for count in (MANY, SOME, FEW)
]


def test_there_are_files_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(("province", "system", "count"), CASES)
def test_the_system_is_found_or_said_to_be_unknown(province: str, system: str, count: int) -> None:
    found, true = diagnosed(province, system, count)
    decision = found.decision
    assert decision is not None
    if count == FEW and system in OPEN:
        assert decision.status == "undecided"
        assert len(decision.hypotheses) > 1
        return
    assert decision.status == "decided", decision
    crs = SYSTEMS[system][0]
    wanted = ZONES.get((province, crs), (crs, 0))[0]
    assert decision.crs == SAME.get(wanted, wanted)
    assert decision.swapped == SYSTEMS[system][2]
    # 150 m of scatter each way has its median at 177 m.
    assert _middle_m(found, true) < (600 if count == FEW else 260)


def test_the_evidence_is_shown_with_its_numbers() -> None:
    found, _ = diagnosed("yunnan", "gcj02", MANY)
    assert found.decision is not None
    first, *others = found.decision.hypotheses
    assert first.crs == "GCJ-02"
    assert first.inside > 0.99
    assert first.matched >= 100
    assert all(first.score > other.score for other in others)
    plain = next(item for item in others if item.crs == "EPSG:4326")
    assert plain.residual_m > first.residual_m + 200
