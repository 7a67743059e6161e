"""The rows that an overlay lists: map, table with quote and source, export."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.ledger.metrics import in_words
from layers.base import Layer
from planning.exports.listings import listing_bundle, listing_table
from ui.map import maps
from ui.shell import cache, exporting, region, state
from ui.shell.frame import head
from ui.shell.i18n import UNKNOWN, language, name_language, t
from ui.shell.provenance import plain, see_sources
from ui.widgets import tables

#: Columns shown, in this order, where a row has anything in them.
_SHOWN = (
    "name_", "kind", "regions", "about_", "as_of", "qualifier", "value", "unit", "quote", "source",
)  # fmt: skip
#: Height of a list below the gaps [px].
_HEIGHT = 400


def page(item: Layer, *, height: int) -> None:
    """Draw the page of an overlay in the place of its gaps.

    Parameters
    ----------
    item
        The overlay.
    height
        Of map and table [px].
    """
    head(t("listing.title", layer=item.title(language())))
    st.caption(plain(item.about(language())))
    rows = _rows(cache.pack().digest, item.key, _item=item)
    left, right = st.columns([0.5, 0.5], gap="small")
    with left:
        maps.overlay_map(item, key="overlay", height=height)
    with right:
        _table(rows, height)
        st.caption(t("listing.count", count=len(rows)))
    _export(item)
    see_sources(rows["source_ids"])


def below(item: Layer) -> None:
    """Draw the rows of a layer that has both gaps and a list, closed at first.

    Parameters
    ----------
    item
        The layer; nothing is drawn for one without a list.
    """
    if item.listing is None:
        return
    rows = _rows(cache.pack().digest, item.key, _item=item)
    with st.expander(t("listing.below", layer=item.title(language()), count=len(rows))):
        _table(rows, _HEIGHT)
        _export(item)


def _export(item: Layer) -> None:
    pack, plan = cache.pack(), state.plan()
    exporting.buttons(
        t("export.listing"), f"{pack.name}-list-{item.key}",
        lambda geometry: listing_bundle(pack, item, scenario=plan, geometry=geometry),
        handover=exporting.MAPS,
    )  # fmt: skip


def _table(rows: pd.DataFrame, height: int) -> None:
    columns = [
        column.removesuffix("_") + f"_{name_language()}" if column.endswith("_") else column
        for column in _SHOWN
    ]
    known = [column for column in columns if rows[column].notna().any()]
    named = in_words(rows[known], language())
    shown = named.assign(regions=region.listed(rows["regions"]))
    titles = {
        column: st.column_config.Column(
            t(f"column.{column.removesuffix('_zh').removesuffix('_en')}")
        )
        for column in known
    }
    st.dataframe(
        tables.stated(shown[known]),
        hide_index=True,
        height=tables.fitted(len(shown), height - 40),
        row_height=tables.ROW_HEIGHT,
        placeholder=UNKNOWN,
        column_config=titles,
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _rows(digest: str, key: str, *, _item: Layer) -> pd.DataFrame:
    del digest, key
    return listing_table(cache.pack(), _item)
