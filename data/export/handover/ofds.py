"""Open Fibre Data Standard 0.4: the links of a plan as nodes, spans and phases.

References
----------
https://standard.ofds.info/en/0__4__0/
"""

from __future__ import annotations

import json
import math
import uuid
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.export.bundle import ExportBundle
from data.export.geo import COORDINATE_DECIMALS
from data.wording.catalogue import both
from geo.errors import InputError

SCHEMA = "https://standard.ofds.info/en/0__4__0/network-schema.json"
_CRS = {
    "name": "urn:ogc:def:crs:OGC::CRS84",
    "uri": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
}
_MEDIA = frozenset({"fibre", "microwave"})
_ROUTES, _SITES = "routes", "sites"


def to_ofds_json(bundle: ExportBundle) -> bytes:
    """Return the links of a plan as a network package.

    Parameters
    ----------
    bundle
        Tidy export of a plan.

    Returns
    -------
    content
        JSON in UTF-8 with one network.

    Raises
    ------
    InputError
        If the export has no links to be built.
    """
    package = {"networks": [network(bundle)]}
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


def network(bundle: ExportBundle) -> dict[str, Any]:
    """Return the network of a plan: what is to be built is proposed, a year is a phase.

    Parameters
    ----------
    bundle
        Tidy export of a plan.

    Returns
    -------
    network
        As the standard has it. A node that stands already has no status: the plan does not know.

    Raises
    ------
    InputError
        If the export has no links to be built.
    """
    routes, shapes = _routes(bundle)
    phases = sorted({int(year) for year in routes["year"].dropna()})
    lines = bundle.provenance
    details = [both("about.ofds"), *(lines[key] for key in ("stamp_zh", "stamp_en", "run_digest")
                                     if key in lines)]  # fmt: skip
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{SCHEMA}#{lines.get('run_digest', '')}")
    found: dict[str, Any] = {
        "id": str(identity),
        "name": f"{bundle.title_zh} / {bundle.title_en}",
        "nodes": _nodes(bundle, routes, shapes),
        "spans": [_span(row, shape) for row, shape in zip(_rows(routes), shapes, strict=True)],
        "phases": [{"id": f"{year}", "name": f"{year}"} for year in phases],
        "crs": _CRS,
        "accuracyDetails": " ".join(details),
        "language": "zh",
        "links": [{"href": SCHEMA, "rel": "describedby"}],
    }
    return {key: value for key, value in found.items() if value}


def _routes(bundle: ExportBundle) -> tuple[pd.DataFrame, np.ndarray]:
    frame = bundle.tables.get(_ROUTES, pd.DataFrame())
    if frame.empty or "from_id" not in frame.columns:
        raise InputError("export.no_links")
    return frame, np.asarray((bundle.geometry if bundle.kind == _ROUTES else
                              bundle.shapes[_ROUTES]), dtype=object)  # fmt: skip


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _nodes(bundle: ExportBundle, routes: pd.DataFrame, shapes: np.ndarray) -> list[dict[str, Any]]:
    """Return the ends of the links; of a site to be built with its name, phase and power."""
    sites = bundle.tables.get(_SITES, pd.DataFrame())
    planned = {str(row["candidate_id"]): row for row in _rows(sites)}
    places: dict[str, tuple[float, float]] = {}
    for row, shape in zip(_rows(routes), shapes, strict=True):
        for end, at in (("from_id", 0), ("to_id", -1)):
            places.setdefault(str(row[end]), shape.coords[at][:2])
    return [_node(name, place, planned.get(name)) for name, place in places.items()]


def _node(name: str, place: tuple[float, float], site: dict[str, Any] | None) -> dict[str, Any]:
    lon, lat = (round(value, COORDINATE_DECIMALS) for value in place)
    node: dict[str, Any] = {
        "id": name,
        "name": name,
        "location": {"type": "Point", "coordinates": [lon, lat]},
    }
    if site is None:
        return node
    address = {"region": site.get("prefecture_zh"), "locality": site.get("county_zh"),
               "country": "CN"}  # fmt: skip
    node["name"] = f"{site.get('county_zh') or ''} {site.get('rank', '')} {name}".strip()
    node |= {"status": "proposed", "address": {k: v for k, v in address.items() if v}}
    return node | _phase(site.get("year"))


def _span(row: dict[str, Any], shape: shapely.LineString) -> dict[str, Any]:
    path = [[round(x, COORDINATE_DECIMALS), round(y, COORDINATE_DECIMALS)]
            for x, y, *_ in shape.coords]  # fmt: skip
    span: dict[str, Any] = {
        "id": str(row["route_id"]), "name": str(row["route_id"]), "status": "proposed",
        "start": str(row["from_id"]), "end": str(row["to_id"]), "directed": False,
        "route": {"type": "LineString", "coordinates": path}, "countries": ["CN"],
    }  # fmt: skip
    if row.get("kind") in _MEDIA:
        span["transmissionMedium"] = [row["kind"]]
    if row.get("kind") == "fibre" and math.isfinite(row.get("route_km", math.nan)):
        span["fibreLength"] = row["route_km"]
    return span | _phase(row.get("year"))


def _phase(year: Any) -> dict[str, Any]:
    if year is None or not math.isfinite(year):
        return {}
    return {"phase": {"id": f"{int(year)}", "name": f"{int(year)}"}}
