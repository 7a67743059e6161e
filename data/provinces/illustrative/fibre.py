"""``fibre_nodes``, illustrative: where a fibre tree may start.

County seats are at their places; towns are beside villages, larger ones more often, because
no package holds their positions; of the sites one in ten has fibre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from data.provinces.illustrative.counties import County

#: Share of sites that are fibre nodes.
_SITE_SHARE = 0.1
#: A town is this far from its village [m]; without villages, this share of √area from the seat.
_TOWN_SPREAD_M = 300.0
_URBAN_SPREAD = 0.12


def fibre_nodes(
    counties: list[County], villages: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Return the nodes at which a fibre tree may start.

    Parameters
    ----------
    counties
        All counties of the province.
    villages
        Villages with ``adcode``, ``lon``, ``lat`` [°] and ``households``.
    sites
        Sites with ``adcode``, ``lon``, ``lat`` [°].

    Returns
    -------
    nodes
        ``adcode``, ``kind``, ``lon``, ``lat`` [°].
    """
    homes = villages.groupby("adcode").indices
    masts = sites.groupby("adcode").indices
    nowhere = np.array([], dtype=int)
    parts = []
    for county in counties:
        parts.append(_seat(county))
        parts.append(_towns(county, villages.iloc[homes.get(county.adcode, nowhere)]))
        parts.append(_sites(county, sites.iloc[masts.get(county.adcode, nowhere)]))
    return pd.concat(parts, ignore_index=True)


def _seat(county: County) -> pd.DataFrame:
    lon, lat = county.seat
    return pd.DataFrame({"adcode": county.adcode, "kind": "county", "lon": [lon], "lat": [lat]})


def _towns(county: County, villages: pd.DataFrame) -> pd.DataFrame:
    rng = county.rng("towns")
    if villages.empty:
        lon, lat = (np.full(county.towns, degrees) for degrees in county.seat)
        spread = _URBAN_SPREAD * 1000 * county.area_km2**0.5
    else:
        size = villages["households"].to_numpy(float)
        n = min(county.towns, len(villages))
        chosen = rng.choice(len(villages), n, replace=False, p=size / size.sum())
        lon, lat = villages["lon"].to_numpy()[chosen], villages["lat"].to_numpy()[chosen]
        spread = _TOWN_SPREAD_M
    x, y = county.around(lon, lat, spread, rng)
    return pd.DataFrame({"adcode": county.adcode, "kind": "township", "lon": x, "lat": y})


def _sites(county: County, sites: pd.DataFrame) -> pd.DataFrame:
    rng = county.rng("fibre sites")
    chosen = np.sort(rng.permutation(len(sites))[: round(_SITE_SHARE * len(sites))])
    return sites.iloc[chosen][["adcode", "lon", "lat"]].assign(kind="site")
