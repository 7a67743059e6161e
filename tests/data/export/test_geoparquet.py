"""GeoParquet: positions as columns and as shapes, read by two programs."""

from __future__ import annotations

import io
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from data.export.geoparquet import geoparquet


@pytest.mark.parametrize("of_points", [False, True])
def test_geoparquet_reads_the_same_in_both_readers(*, of_points: bool) -> None:
    """Positions as columns and as shapes are one file format; unknown positions are null."""
    table = pd.DataFrame(
        {"name": ["a", None, "丙"], "lon": [102, np.nan, 104], "lat": [24, 25, 26]}
    )
    shapes = np.array([shapely.Point(102, 24), None, shapely.Point(104, 26)], dtype=object)
    content = geoparquet(table, None if of_points else shapes, {b"tongcun": b"{}"})
    assert content == geoparquet(table, None, {b"tongcun": b"{}"})
    frame = gpd.read_parquet(io.BytesIO(content))
    assert frame.crs == "EPSG:4326"
    assert frame.geometry.isna().tolist() == [False, True, False]
    assert frame.total_bounds.tolist() == [102, 24, 104, 26]
    assert frame["name"].isna().tolist() == [False, True, False]
    read = pq.read_table(io.BytesIO(content))
    assert shapely.from_wkb(read["geometry"].to_pylist())[2] == shapely.Point(104, 26)
    about = json.loads(read.schema.metadata[b"geo"])["columns"]["geometry"]
    assert (about["bbox"], about["geometry_types"]) == ([102, 24, 104, 26], ["Point"])
    assert read.schema.metadata[b"tongcun"] == b"{}"
    # An ensemble's members have codes or none, by what PROJ did before: the bytes would differ.
    assert "datum_ensemble" not in about["crs"]
    assert pyproj.CRS.from_json_dict(about["crs"]) == pyproj.CRS("EPSG:4326")


def test_geoparquet_of_shapes_names_every_kind() -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.MultiPoint([(5, 5, 1)])], dtype=object)
    content = geoparquet(pd.DataFrame({"a": [1, 2]}), shapes)
    about = json.loads(pq.read_schema(io.BytesIO(content)).metadata[b"geo"])["columns"]["geometry"]
    assert about["geometry_types"] == ["MultiPoint Z", "Polygon"]
    nothing = geoparquet(pd.DataFrame({"lon": [np.nan], "lat": [np.nan]}))
    assert gpd.read_parquet(io.BytesIO(nothing)).geometry.isna().all()
