"""Faults of the regions: codes, levels, polygons, sums; and of the points that name a county."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import shapely

from data.tables.checks.fault import PackFault, fault
from data.tables.pack import TABLES
from geo.earth.crs import WGS84

_FILE = "regions.parquet"
#: Columns of which the children of a region make up the whole.
SUMMED = (
    "population", "urban_population", "households", "rural_households", "township_units",
    "village_committees", "residents_committees", "village_units",
)  # fmt: skip
#: A part and what it is part of.
_PARTS = (("urban_population", "population"), ("rural_households", "households"))
#: Share of a region's area by which its children may miss it, and its stated area be off.
_AREA_SHARE = 1e-3
#: Points may lie so far outside their county [°], about 100 m: boundaries are simplified.
_POINT_TOLERANCE = 1e-3


def region_faults(regions: pd.DataFrame, province: str) -> Iterator[PackFault]:
    """Yield what is wrong with the regions.

    Parameters
    ----------
    regions
        Table ``regions``, with geometry where it could be read.
    province
        Code that ``pack.toml`` gives.

    Yields
    ------
    fault
        One per fault.
    """
    yield from _code_faults(regions, province)
    yield from _sum_faults(regions)
    if "geometry" in regions.columns:
        known = ~(shapely.is_missing(regions["geometry"]) | shapely.is_empty(regions["geometry"]))
        valid = known & shapely.is_valid(regions["geometry"])
        if valid.all():
            yield from _cover_faults(regions)
            yield from _measure_faults(regions)


def _code_faults(regions: pd.DataFrame, province: str) -> Iterator[PackFault]:
    codes = regions["adcode"].astype(str)
    odd = codes[~codes.str.fullmatch(r"\d{6}") | (codes.str[:2] != province[:2])]
    if len(odd):
        yield fault(_FILE, "odd_codes", codes=_some(odd), province=province)
    top = regions.loc[regions["level"] == "province", "adcode"].astype(str)
    if list(top) != [province]:
        yield fault(_FILE, "province_code", found=_some(top) or "—", province=province)
    for level, above in (("prefecture", "province"), ("county", "prefecture")):
        mine = regions[regions["level"] == level]
        known = regions.loc[regions["level"] == above, "adcode"]
        if not len(mine):
            yield fault(_FILE, "no_level", level=level)
        lost = mine.loc[~mine["parent"].isin(known), "adcode"]
        if len(lost):
            yield fault(_FILE, "no_parent", level=level, codes=_some(lost), above=above)
        childless = known[~known.isin(mine["parent"])]
        if len(mine) and len(childless):
            yield fault(_FILE, "no_children", level=above, codes=_some(childless))


def _sum_faults(regions: pd.DataFrame) -> Iterator[PackFault]:
    for below, above in (("prefecture", "province"), ("county", "prefecture")):
        children = regions[regions["level"] == below]
        parents = regions[regions["level"] == above].drop_duplicates("adcode").set_index("adcode")
        for column in SUMMED:
            sums = children.groupby("parent")[column].agg(lambda cells: cells.sum(skipna=False))
            whole = parents[column].astype(float)
            parts = sums.reindex(whole.index).astype(float)
            wrong = (parts - whole).abs() > 0.5
            if wrong.any():
                code = str(wrong.idxmax())
                yield fault(_FILE, "sums", column=column, level=above, count=int(wrong.sum()),
                            code=code, parts=f"{parts[code]:,.0f}", whole=f"{whole[code]:,.0f}",
                            below=below)  # fmt: skip
    for part, whole_name in _PARTS:
        more = regions.loc[regions[part] > regions[whole_name], "adcode"]
        if len(more):
            yield fault(_FILE, "part_above_whole", part=part, whole=whole_name, codes=_some(more))


def _cover_faults(regions: pd.DataFrame) -> Iterator[PackFault]:
    """Yield overlaps between neighbours, and parents that their children do not cover."""
    for level in ("prefecture", "county"):
        mine = regions[regions["level"] == level]
        edges = shapely.coverage_invalid_edges(mine["geometry"].to_numpy())
        wrong = mine.loc[~shapely.is_empty(edges), "adcode"]
        if len(wrong):
            yield fault(_FILE, "overlap", level=level, codes=_some(wrong))
    for above, below in (("province", "prefecture"), ("prefecture", "county")):
        children = regions[regions["level"] == below]
        parts = children.groupby("parent").indices
        union = {
            str(code): shapely.union_all(children["geometry"].to_numpy()[rows])
            for code, rows in parts.items()
        }
        parents = regions[(regions["level"] == above) & regions["adcode"].isin(list(union))]
        shapes = parents["geometry"].to_numpy()
        covered = np.array([union[str(code)] for code in parents["adcode"]], dtype=object)
        missed = shapely.area(shapely.symmetric_difference(shapes, covered))
        wrong = parents.loc[missed > _AREA_SHARE * shapely.area(shapes), "adcode"]
        if len(wrong):
            yield fault(_FILE, "not_covered", level=above, below=below, codes=_some(wrong))


def _measure_faults(regions: pd.DataFrame) -> Iterator[PackFault]:
    """Yield areas that are not geodesic, and label points outside their region."""
    shapes = regions["geometry"].to_numpy()
    area = np.array([abs(WGS84.geometry_area_perimeter(shape)[0]) / 1e6 for shape in shapes])
    off = (regions["area_km2"] - area).abs() > _AREA_SHARE * area + 0.01
    if off.any():
        i = int(off.to_numpy().argmax())
        stated, measured = (f"{km2:,.2f}" for km2 in (regions["area_km2"].iloc[i], area[i]))
        yield fault(_FILE, "area", codes=_some(regions.loc[off, "adcode"]),
                    stated=stated, measured=measured)  # fmt: skip
    outside = ~shapely.contains_xy(shapes, regions["label_lon"], regions["label_lat"])
    if outside.any():
        yield fault(_FILE, "label_outside", codes=_some(regions.loc[outside, "adcode"]))


def place_faults(tables: Mapping[str, pd.DataFrame]) -> Iterator[PackFault]:
    """Yield points whose county is not known, or that do not lie in it.

    Parameters
    ----------
    tables
        Tables of the pack, ``regions`` among them.

    Yields
    ------
    fault
        One per rule and table of points.
    """
    regions = tables["regions"]
    counties = regions[regions["level"] == "county"].drop_duplicates("adcode").set_index("adcode")
    shapes = None
    if "geometry" in counties.columns and shapely.is_valid(counties["geometry"]).all():
        shapes = pd.Series(
            shapely.buffer(counties["geometry"].to_numpy(), _POINT_TOLERANCE, quad_segs=2),
            index=counties.index,
        )
        shapely.prepare(shapes.to_numpy())
    for name, table in TABLES.items():
        rows = tables.get(name)
        if rows is None or table.geometry != "point" or "adcode" not in table.column_names:
            continue
        file = f"{name}{table.suffix}"
        code = rows["adcode"].astype(str)
        lost = ~code.isin(counties.index)
        if lost.any():
            yield fault(file, "unknown_counties", count=int(lost.sum()), codes=_some(code[lost]))
        if shapes is None:
            continue
        own = shapes.reindex(code[~lost]).to_numpy()
        inside = shapely.contains_xy(own, rows.loc[~lost, "lon"], rows.loc[~lost, "lat"])
        if not inside.all():
            first = int(np.flatnonzero(~lost)[inside.argmin()])
            yield fault(file, "outside_county", count=int((~inside).sum()), row=first + 1)


def _some(codes: pd.Series) -> str:
    """Return up to five codes, and how many there are if more."""
    distinct = list(dict.fromkeys(codes.astype(str)))
    return ", ".join(distinct[:5]) + (f" … ({len(distinct)})" if len(distinct) > 5 else "")
