"""Export of a list: rows of a layer, such as an overlay's, with quote and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from data.export.bundle import ExportBundle
from data.export.writers import run_digest
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual
from geo.errors import InputError
from layers.base import Layer
from planning.exports.gaps import provenance, sources_of, title

if TYPE_CHECKING:
    import geopandas as gpd


def listing_table(pack: Pack, item: Layer) -> pd.DataFrame:
    """Return the rows that a layer lists.

    Parameters
    ----------
    pack
        The province's tables in force.
    item
        The layer.

    Returns
    -------
    table
        Rows of the listing, with the layer's key in ``layer``.

    Raises
    ------
    InputError
        If the layer has no list.
    """
    if item.listing is None:
        raise InputError("listings.none", key=item.key)
    rows = item.listing.rows(pack).reset_index(drop=True)
    rows.insert(0, "layer", item.key)
    return rows


def listing_bundle(
    pack: Pack,
    item: Layer,
    *,
    rows: pd.DataFrame | None = None,
    scenario: Scenario | None = None,
    geometry: bool = False,
) -> ExportBundle:
    """Return the export of the rows that a layer lists, each with its quote and source.

    Parameters
    ----------
    pack
        The province's tables in force.
    item
        The layer.
    rows
        Rows of :func:`listing_table`, all or some; None for all.
    scenario
        The scenario named in the file; None for one without changes.
    geometry
        Include the polygons of the regions that the rows name.

    Returns
    -------
    bundle
        Rows of the listing, with their sources.

    Raises
    ------
    InputError
        If the layer has no list.
    """
    plan = scenario if scenario is not None else Scenario(province=pack.name)
    main = listing_table(pack, item) if rows is None else rows.reset_index(drop=True)
    inputs = {"kind": f"list {item.key}", "pack": pack.digest, "scenario": plan.digest,
              "rows": main.to_csv(index=False)}  # fmt: skip
    about = provenance(pack, plan, evidence=main["evidence"].unique()) | {
        f"layer {item.key}": f"{item.title('zh')} / {item.title('en')}; {item.about('en')}",
        "run_digest": run_digest(inputs),
    }
    layer = Bilingual(item.title("zh"), item.title("en"))
    return ExportBundle(
        kind="list",
        title=title("export_title.list", pack, layer=layer),
        main=main,
        extra={"sources": sources_of(pack, main["source_ids"])},
        about=about,
        geometry=_named_regions(pack, main["regions"]) if geometry else None,
    )


def _named_regions(pack: Pack, codes: pd.Series) -> gpd.GeoSeries:
    """Return, per row, the union of the regions it names, EPSG:4326; empty where it names none."""
    import geopandas as gpd
    import shapely

    regions = pack.geo("regions")
    # A code may belong to a prefecture and a county; a listing means the prefecture.
    regions = regions.assign(rank=regions["level"].map({"province": 0, "prefecture": 1}).fillna(2))
    largest = regions.sort_values("rank", kind="stable").drop_duplicates("adcode")
    shapes = largest.set_index("adcode").geometry
    named = [[code for code in str(text).split(";") if code in shapes.index] for text in codes]
    return gpd.GeoSeries(
        [shapely.union_all(shapes.loc[some].to_numpy()) if some else None for some in named],
        crs=regions.crs,
    )
