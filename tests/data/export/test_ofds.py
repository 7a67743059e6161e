"""Open fibre data of a plan: checked by the standard's own validator where there is one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data.export.bundle import ExportBundle
from data.export.writers import to_bytes, write
from data.wording.catalogue import Bilingual
from geo.errors import InputError

#: Program that checks open fibre data; its licence (AGPL) keeps it out of our own packages.
VALIDATOR = os.environ.get("TONGCUN_OFDS_VALIDATOR") or shutil.which("libcoveofds") or ""
STATION = "<script>\u202e村"


def plan() -> ExportBundle:
    """Return two sites and their links; the second has no year, the links two media."""
    sites = pd.DataFrame(
        {
            "candidate_id": ["a", STATION], "rank": [1, 2], "prefecture_zh": "西州",
            "county_zh": ["甲县", None], "lon": [100.1, 100.2], "lat": [25.0, 25.1],
            "year": [2027.0, float("nan")], "evidence": "illustrative",
        }
    )  # fmt: skip
    routes = pd.DataFrame(
        {
            "route_id": ["r1", "r2"], "kind": ["fibre", "microwave"], "from_id": ["a", STATION],
            "to_id": ["n1", "a"], "route_km": [7.5, 3.0], "year": [2027.0, float("nan")],
            "evidence": "modelled",
        }
    )  # fmt: skip
    ends = ([(100.1, 25.0), (100.05, 25.0)], [(100.2, 25.1), (100.1, 25.0)])
    lines = gpd.GeoSeries([shapely.LineString(pair) for pair in ends], crs=4326)
    return ExportBundle("sites", Bilingual("方案", "Plan"), sites, {"routes": routes},
                        {"run_digest": "0123456789abcdef"}, shapes={"routes": lines})  # fmt: skip


def test_a_plan_is_a_network_of_nodes_spans_and_phases() -> None:
    network = json.loads(to_bytes(plan(), ".ofds.json"))["networks"][0]
    assert [node["id"] for node in network["nodes"]] == ["a", "n1", STATION]
    assert [node.get("status") for node in network["nodes"]] == ["proposed", None, "proposed"]
    assert [node.get("phase", {}).get("id") for node in network["nodes"]] == ["2027", None, None]
    spans = network["spans"]
    assert [span["transmissionMedium"] for span in spans] == [["fibre"], ["microwave"]]
    assert [span.get("fibreLength") for span in spans] == [7.5, None]
    assert spans[0]["route"]["coordinates"][-1] == network["nodes"][1]["location"]["coordinates"]
    assert network["phases"] == [{"id": "2027", "name": "2027"}]
    assert "示例" in network["accuracyDetails"]
    assert to_bytes(plan(), ".ofds.json") == to_bytes(plan(), ".ofds.json")


def test_the_validator_of_the_standard_finds_nothing(tmp_path: Path) -> None:
    if not VALIDATOR:
        pytest.skip("no validator: give TONGCUN_OFDS_VALIDATOR, a program `libcoveofds`")
    path = write(plan(), tmp_path / "x.ofds.json")
    for check in ("jsonschemavalidate", "pythonvalidate", "additionalfields"):
        done = subprocess.run([VALIDATOR, check, path], capture_output=True, text=True,
                              check=True)  # fmt: skip
        found = json.loads(done.stdout)
        assert not found, found


def test_the_package_relates_spans_to_nodes_and_lists(tmp_path: Path) -> None:
    path = write(plan(), tmp_path / "x.ofds.gpkg")
    spans = gpd.read_file(path, layer="spans")
    nodes = gpd.read_file(path, layer="nodes", fid_as_index=True)
    assert spans.crs.to_epsg() == nodes.crs.to_epsg() == 4326
    assert nodes.loc[spans["start"], "ofds_id"].tolist() == ["a", STATION]
    assert nodes.loc[spans["end"], "ofds_id"].tolist() == ["n1", "a"]
    assert nodes.geometry.loc[spans["end"].iloc[0]].coords[0] == spans.geometry.iloc[0].coords[-1]
    with sqlite3.connect(path) as base:
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        media = base.execute(
            "SELECT base_id, code FROM relation_spans_transmissionMedium "
            "JOIN codelist_closed_transmissionMedium ON related_id = id"
        ).fetchall()
        assert base.execute("SELECT ofds_id FROM phases").fetchall() == [("2027",)]
    assert media == [(1, "fibre"), (2, "microwave")]
    assert to_bytes(plan(), ".ofds.gpkg") == path.read_bytes()


def test_a_list_without_links_is_no_open_fibre_data() -> None:
    villages = ExportBundle("villages", Bilingual("村", "Villages"),
                            pd.DataFrame({"lon": [100.0], "lat": [25.0]}))  # fmt: skip
    with pytest.raises(InputError, match="no links"):
        to_bytes(villages, ".ofds.json")
