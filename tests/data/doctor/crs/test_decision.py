"""Labelled files, made here in each coordinate system: the doctor finds the system, or says that
it cannot. No file of three rows may be decided wrongly.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import Diagnosis
from data.tables.common import LAT, LON
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.earth.crs import geodesic_m, wgs84_to_gcj02
from tests.data.doctor import labelled, making
from tests.data.doctor.examining import commit_table, examine
from tests.data.doctor.labelled import CASES, FEW, MANY, Labelled


@lru_cache(maxsize=128)
def diagnosed(case: Labelled) -> tuple[Diagnosis, pd.DataFrame]:
    """Return what the doctor says of a file of real places, and where they are."""
    content, true = labelled.made(case)
    return labelled.found(case, content), true


def _middle_m(found: Diagnosis, true: pd.DataFrame) -> float:
    placed = found.placed
    return float(
        np.nanmedian(geodesic_m(placed[LON], placed[LAT], true["lon"], true["lat"]))
    )  # fmt: skip


def test_there_are_files_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.province}-{c.system}-{c.count}")
def test_the_system_is_found_or_said_to_be_unknown(case: Labelled) -> None:
    found, true = diagnosed(case)
    assert labelled.is_right(case, found), found.decision
    if case.wanted[0] == "undecided":
        assert found.decision is not None
        assert len(found.decision.hypotheses) > 1
        return
    # 150 m of scatter each way has its median at 177 m.
    assert _middle_m(found, true) < (600 if case.count == FEW else 260)


def test_the_evidence_is_shown_with_its_numbers() -> None:
    found, _ = diagnosed(Labelled("yunnan", "gcj02", MANY))
    assert found.decision is not None
    first, *others = found.decision.hypotheses
    assert first.crs == "GCJ-02"
    assert first.inside > 0.99
    assert first.matched >= 100
    assert all(first.score > other.score for other in others)
    plain = next(item for item in others if item.crs == "EPSG:4326")
    assert plain.residual_m > first.residual_m + 200


def test_imported_roads_tell_a_shifted_file_without_names(tmp_path: Path) -> None:
    """No names, no codes: stations along a road, and the road decides."""
    draw = np.random.default_rng(4)
    turns = np.column_stack((np.linspace(102.0, 103.0, 40), 25 + draw.normal(0, 0.03, 40).cumsum()))
    road = shapely.LineString(turns)
    line = {"type": "LineString", "coordinates": turns.tolist()}
    content = making.geojson((line, {"road_id": "r"}))
    along = shapely.line_interpolate_point(road, draw.uniform(0, road.length, 300))
    lon, lat = wgs84_to_gcj02(shapely.get_x(along), shapely.get_y(along))
    file = pd.DataFrame({"站名": "", "经度": lon.round(6), "纬度": lat.round(6), "挂高": 30})
    text = file.to_csv(index=False).encode()
    with Catalogue(tmp_path) as store:
        before = examine(text, labelled.pack("yunnan"), ImportChoice(kind="sites"), name="s.csv")
        found = examine(
            content, labelled.pack("yunnan"), ImportChoice(kind="roads", crs="WGS84"),
            name="r.geojson",
        )  # fmt: skip
        commit_table(store, found)
        after = examine(
            text, effective_pack(labelled.pack("yunnan"), tmp_path), ImportChoice(kind="sites"),
            name="s.csv",
        )  # fmt: skip
    assert before.decision is not None
    assert before.decision.status == "undecided"
    assert after.decision is not None
    assert (after.decision.crs, after.decision.status) == ("GCJ-02", "decided")
