"""A path over the terrain as the profile below the map draws it; see static/map/profile.js."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.coverage.path_profile import PathView
from ui.shell.i18n import number, t

#: Height of the drawing [px].
HEIGHT = 250
#: Points that are drawn at most: more than the screen has columns.
_MOST = 1_500


def content(view: PathView, *, key: str, site: str, village: str) -> dict[str, Any]:
    """Return the profile of a path.

    Parameters
    ----------
    key
        Text that changes with the path: the map then moves to it.
    site, village
        Names of the ends.
    """
    keep = _drawn(view)
    return {
        "id": key,
        "distance_km": _rounded(view.distance_km[keep], 4),
        "terrain_m": _rounded(view.terrain_m[keep], 1),
        "lat": _rounded(view.lat[keep], 6),
        "lon": _rounded(view.lon[keep], 6),
        "bulges": [
            {"k": "4/3", "m": _rounded(view.usual.bulge_m[keep], 2)},
            {"k": "0.6", "m": _rounded(view.worst.bulge_m[keep], 2)},
        ],
        "fresnel_m": _rounded(view.usual.fresnel_m[keep], 2),
        "ends": [
            {"name": site, "height_m": view.site.height_m},
            {"name": village, "height_m": view.village.height_m},
        ],
        "edges": _edges(view, keep),
        "words": _words(),
        "height": HEIGHT,
    }


def _edges(view: PathView, keep: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Return what the ray bends over: the horizons of both ends and the point that blocks most."""
    loss = view.loss
    points = {} if loss.line_of_sight else {loss.horizon_tx: "profile.horizon_site",
                                            loss.horizon_rx: "profile.horizon_village"}  # fmt: skip
    points[loss.edge] = "profile.nearest" if loss.line_of_sight else "profile.ridge"
    last = len(view.distance_km) - 1
    return [
        {
            "i": int(np.searchsorted(keep, point)),
            "text": _edge_text(word, float(view.distance_km[point]), loss.edge_nu),
            "label": number(float(view.distance_km[point]), digits=1, unit="km"),
            "worst": word == "profile.ridge",
        }
        for point, word in points.items()
        if 0 < point < last
    ]


def _edge_text(word: str, km: float, nu: float) -> str:
    values = {"km": number(km, digits=2), "nu": number(nu, digits=1)}
    match word:
        case "profile.horizon_site":
            return t("profile.horizon_site", **values)
        case "profile.horizon_village":
            return t("profile.horizon_village", **values)
        case "profile.ridge":
            return t("profile.ridge", **values)
        case _:
            return t("profile.nearest", **values)


def _words() -> dict[str, str]:
    """Return the texts; the script fills the fields in braces."""
    keep = {"km": "{km}", "m": "{m}", "share": "{share}", "ground": "{ground}", "free": "{free}"}
    return {
        "k": t("profile.k"),
        "title": t("profile.title"),
        "distance": t("profile.distance"),
        "height": t("profile.height"),
        "hint": t("profile.hint"),
        "zone": t("profile.zone"),
        "void": t("profile.void"),
        "clear_short": t("profile.clear_short"),
        "blocked": t("profile.blocked", km=keep["km"], m=keep["m"]),
        "grazing": t("profile.grazing", km=keep["km"], share=keep["share"]),
        "clear": t("profile.clear", km=keep["km"], share=keep["share"]),
        "reading": t("profile.reading", km=keep["km"], ground=keep["ground"], free=keep["free"],
                     share=keep["share"]),
    }  # fmt: skip


def _drawn(view: PathView) -> NDArray[np.int64]:
    """Return the points that are drawn: all, or evenly picked ones with every edge among them."""
    points = len(view.distance_km)
    if points <= _MOST:
        return np.arange(points)
    loss = view.loss
    picked = np.linspace(0, points - 1, _MOST).round().astype(np.int64)
    edges = [loss.edge, loss.horizon_tx, loss.horizon_rx, view.usual.worst, view.worst.worst]
    return np.unique(np.concatenate([picked, np.clip(edges, 0, points - 1)]))


def _rounded(values: NDArray[np.float64], digits: int) -> list[float | None]:
    """Return the values for JSON; a void is null."""
    return [round(v, digits) if np.isfinite(v) else None for v in values.tolist()]
