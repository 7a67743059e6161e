"""The GeoTIFF of an area, read back by another program."""

from __future__ import annotations

import numpy as np
import pytest
from rasterio.io import MemoryFile

from data.export.geotiff import area_geotiff
from geo.errors import InputError
from geo.radio.area_prediction import AreaPrediction


def area() -> AreaPrediction:
    level = np.array([[-90.0, np.nan, -101.5], [np.nan, -80.0, -120.0]], np.float32)
    server = np.array([[0, -1, 1], [-1, 0, 1]], np.int32)
    known = np.array([[True, False, True], [True, True, True]])
    return AreaPrediction(level, server, known, 102.0, 25.0, 0.001, 0.002)


def test_cells_stand_where_the_area_has_them_and_unknown_has_no_value() -> None:
    found = area()
    with MemoryFile(area_geotiff(found, {"terrain": "示例"})) as memory, memory.open() as file:
        assert file.crs.to_epsg() == 4326
        assert file.xy(1, 2) == pytest.approx((102.002, 24.998))
        level, server, known = file.read()
        assert np.array_equal(level, found.rsrp_dBm, equal_nan=True)
        assert server.tolist() == [[1, 0, 2], [0, 1, 2]]
        assert known.tolist() == [[1, 0, 1], [1, 1, 1]]
        assert np.isnan(file.nodata)
        assert file.units[0] == "dBm"
        assert file.tags()["terrain"] == "示例"


def test_same_area_same_bytes() -> None:
    tags = {"b": "2", "a": "1"}
    assert area_geotiff(area(), tags) == area_geotiff(area(), dict(reversed(tags.items())))


def test_an_area_without_cells_is_refused() -> None:
    level, server, known = (np.empty((0, 3), kind) for kind in ("f4", "i4", "?"))
    nothing = AreaPrediction(level, server, known, 0.0, 0.0, 1.0, 1.0)
    with pytest.raises(InputError, match="without a cell"):
        area_geotiff(nothing, {})
