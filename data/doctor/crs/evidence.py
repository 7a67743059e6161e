"""Evidence for the positions of the rows of a file, as plain arrays.

Only real evidence counts: rows that are illustrative, modelled or assumed are left out, for an
invented position proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from data.doctor.reading.cells import text_series, texts
from data.doctor.vocabulary import vocabulary
from geo.earth.crs import Floats

if TYPE_CHECKING:
    import geopandas as gpd

#: Evidence classes whose positions are real.
REAL = ("measured", "reported", "declared")
#: What a name may end in without being another place.
_ENDINGS = f"(?:{'|'.join(vocabulary('crs')['place_endings'])})$"


def _no_rows() -> NDArray[np.intp]:
    return np.empty(0, dtype=np.intp)


def _no_floats() -> Floats:
    return np.empty(0, dtype=float)


def _no_lines() -> NDArray[np.object_]:
    return np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True)
class CrsEvidence:
    """Evidence for the positions of the rows of one file.

    Attributes
    ----------
    province
        Polygon of the province, WGS84 [°].
    areas
        Polygons that rows name.
    row_area
        (n,) index into ``areas``; −1 where the row names none.
    anchor_row, anchor_lon, anchor_lat
        Rows whose name is that of a known place or site, and its position [°].
    site_lon, site_lat
        Existing sites, whatever their name [°].
    roads
        Lines, WGS84.
    """

    province: shapely.Geometry
    areas: NDArray[np.object_]
    row_area: NDArray[np.intp]
    anchor_row: NDArray[np.intp] = field(default_factory=_no_rows)
    anchor_lon: Floats = field(default_factory=_no_floats)
    anchor_lat: Floats = field(default_factory=_no_floats)
    site_lon: Floats = field(default_factory=_no_floats)
    site_lat: Floats = field(default_factory=_no_floats)
    roads: NDArray[np.object_] = field(default_factory=_no_lines)

    @property
    def limits(self) -> tuple[float, float]:
        """Western and eastern limit of the province [°]."""
        west, _, east, _ = shapely.bounds(self.province)
        return float(west), float(east)


@dataclass(frozen=True, slots=True)
class KnownPositions:
    """Known positions; every part may be absent.

    Attributes
    ----------
    places
        Named positions: ``name_zh`` (or ``name``), ``lon``, ``lat``, and where known ``adcode``
        of the county and ``evidence``. Places and existing sites may be in one frame.
    sites
        Existing sites: ``lon``, ``lat``, ``evidence``.
    roads
        Lines, WGS84.
    """

    places: pd.DataFrame | None = None
    sites: pd.DataFrame | None = None
    roads: NDArray[np.object_] | None = None


def gather(
    regions: gpd.GeoDataFrame,
    rows: int,
    *,
    adcodes: pd.Series | None = None,
    names: pd.Series | None = None,
    known: KnownPositions | None = None,
) -> CrsEvidence:
    """Gather the evidence for a file of one province.

    Parameters
    ----------
    regions
        Table ``regions`` of the pack, with polygons.
    rows
        Rows in the file.
    adcodes
        (rows,) code of the county or prefecture that each row names; empty where it names none.
    names
        (rows,) name of each row's own object.
    known
        Known positions.

    Returns
    -------
    evidence
        For the rows of the file, in their order.
    """
    known = known or KnownPositions()
    shapes = regions.geometry.to_numpy()
    province = shapes[(regions["level"] == "province").to_numpy()][0]
    areas, row_area = _areas(regions, rows, adcodes)
    row, lon, lat = _anchors(names, adcodes, known.places)
    sites = _real(known.sites)
    return CrsEvidence(
        province=province,
        areas=areas,
        row_area=row_area,
        anchor_row=row,
        anchor_lon=lon,
        anchor_lat=lat,
        site_lon=sites["lon"].to_numpy(dtype=float),
        site_lat=sites["lat"].to_numpy(dtype=float),
        roads=known.roads if known.roads is not None else _no_lines(),
    )


def _areas(
    regions: gpd.GeoDataFrame, rows: int, adcodes: pd.Series | None
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    named = regions[regions["level"] != "province"].drop_duplicates("adcode")
    shapes = named.geometry.to_numpy()
    if adcodes is None:
        return shapes, np.full(rows, -1, dtype=np.intp)
    codes = pd.Index(named["adcode"].astype("object"))
    return shapes, np.asarray(codes.get_indexer(adcodes.astype("object")), dtype=np.intp)


def _real(frame: pd.DataFrame | None) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame({"lon": _no_floats(), "lat": _no_floats()})
    if "evidence" in frame.columns:
        frame = frame[frame["evidence"].isin(REAL)]
    return frame[frame["lon"].notna() & frame["lat"].notna()]


def _anchors(
    names: pd.Series | None, adcodes: pd.Series | None, places: pd.DataFrame | None
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Match rows to places: by name and county, else by a name that only one place has."""
    if names is None or places is None:
        return _no_rows(), _no_floats(), _no_floats()
    places = _real(places)
    label = "name_zh" if "name_zh" in places.columns else "name"
    table = pd.DataFrame(
        {
            "name": bare_name(places[label]),
            "adcode": places["adcode"].astype("object") if "adcode" in places.columns else None,
            "lon": places["lon"].to_numpy(dtype=float),
            "lat": places["lat"].to_numpy(dtype=float),
        }
    )
    table = table[table["name"].fillna("") != ""]
    rows = pd.DataFrame({"row": np.arange(len(names)), "name": bare_name(names).to_numpy()})
    rows["adcode"] = None if adcodes is None else adcodes.astype("object").to_numpy()
    # Most rows of a village list have no namesake: they cost no join.
    rows = rows[rows["name"].isin(table["name"])]
    once = table.drop_duplicates(["name", "adcode"], keep=False)
    by_both = rows[rows["adcode"].notna()].merge(once, on=["name", "adcode"])
    rest = rows[~rows["row"].isin(by_both["row"])]
    single = table.drop_duplicates("name", keep=False)
    by_name = rest.merge(single, on="name", suffixes=("", "_place"))
    # A row that names another county than the place's own is not that place.
    same = by_name["adcode"].isna() | by_name["adcode_place"].isna()
    found = pd.concat([by_both, by_name[same]], ignore_index=True)
    return (
        found["row"].to_numpy(dtype=np.intp),
        found["lon"].to_numpy(dtype=float),
        found["lat"].to_numpy(dtype=float),
    )


def bare_name(names: pd.Series) -> pd.Series:
    """Return names without spaces, full-width characters and endings such as seat, town or office.

    Parameters
    ----------
    names
        Names of places.

    Returns
    -------
    bare
        On the same index; a name keeps its ending where one character would remain.
    """
    given = texts(names)
    plain = pc.replace_substring_regex(pc.utf8_normalize(given, form="NFKC"), r"\s+", "")
    short = pc.replace_substring_regex(plain, _ENDINGS, "")
    return text_series(
        pc.if_else(pc.greater_equal(pc.utf8_length(short), 2), short, plain), names.index
    )
