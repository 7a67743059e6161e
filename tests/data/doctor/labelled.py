"""Files whose coordinate system is known, made from real places: what the doctor must find."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from pyproj import Transformer

from data.doctor.diagnosis import Diagnosis
from data.tables.reader import Pack
from geo.earth.crs import wgs84_to_bd09, wgs84_to_gcj02
from tests.data.doctor.examining import examine

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


@dataclass(frozen=True)
class Labelled:
    """One file: which province, in which of :data:`SYSTEMS`, how many rows."""

    province: str
    system: str
    count: int

    @property
    def wanted(self) -> tuple[str, str, bool]:
        """Status, system and swapped that are right; the last two count only if decided."""
        crs, _, swapped = SYSTEMS[self.system]
        wanted = ZONES.get((self.province, crs), (crs, 0))[0]
        status = "undecided" if self.count == FEW and self.system in OPEN else "decided"
        return status, SAME.get(wanted, wanted), swapped


CASES = tuple(
    Labelled(province, system, count)
    for province in PROVINCES
    for system in SYSTEMS
    for count in (MANY, SOME, FEW)
)


@lru_cache(maxsize=2)
def pack(province: str) -> Pack:
    return Pack.load(province)


def made(case: Labelled) -> tuple[bytes, pd.DataFrame]:
    """Return the file, and where its rows truly are."""
    places = pack(case.province).table("places").dropna(subset=["name_zh"])
    crs, dms, swapped = SYSTEMS[case.system]
    zone, meridian = ZONES.get((case.province, crs), ("", 0))
    if zone:
        places = places[np.abs(places["lon"] - meridian) < (1.4 if "3" in crs else 2.9)]
    places = places.drop_duplicates(["name_zh", "adcode"])
    random = np.random.default_rng(len(case.system) + case.count)
    count = min(case.count, len(places))
    true = places.sample(count, random_state=case.count).reset_index(drop=True)
    # A planner's point is where his village is, not where the gazetteer's is.
    lon = true["lon"] + random.normal(0, 150, len(true)) / 95_000
    lat = true["lat"] + random.normal(0, 150, len(true)) / 111_000
    shifts = {"EPSG:4326": lambda x, y: (x, y), "GCJ-02": wgs84_to_gcj02, "BD-09": wgs84_to_bd09}
    shift = shifts.get(crs) or Transformer.from_crs("EPSG:4326", zone, always_xy=True).transform
    a, b = shift(lon.to_numpy(), lat.to_numpy())
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
    return file.to_csv(index=False).encode("gb18030"), true


def found(case: Labelled, content: bytes) -> Diagnosis:
    return examine(content, pack(case.province), name=f"{case.system}.csv")


def is_right(case: Labelled, diagnosis: Diagnosis) -> bool:
    """Tell whether the doctor's answer is the label's."""
    decision = diagnosis.decision
    status, crs, swapped = case.wanted
    if decision is None or decision.status != status:
        return False
    return status == "undecided" or (decision.crs, decision.swapped) == (crs, swapped)


def _dms(value: float, letter: str) -> str:
    whole = round(abs(value) * 3600, 2)
    degrees, minutes, seconds = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{letter}{degrees:.0f}°{minutes:02.0f}′{seconds:05.2f}″"
