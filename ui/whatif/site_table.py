"""Many placed sites as one table: a switch for each, rows to delete; a list would be slow."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.scenario.presets import preset
from data.scenario.scenario import Scenario
from planning.whatif import Effect
from ui.shell import state
from ui.shell.callbacks import whole
from ui.shell.i18n import language, t
from ui.widgets import tables

#: From this many sites on the table replaces the list, whose switches and buttons
#: take 10 ms each.
FROM = 25
_HEIGHT = 230


def show(plan: Scenario, result: Effect) -> None:
    """Draw the sites with what each brings."""
    homes = result.gained.groupby("site")["households"].sum()
    villages = result.gained["site"].value_counts()
    numbers = range(1, len(plan.sites) + 1)
    shown = pd.DataFrame(
        {
            "on": [site.enabled for site in plan.sites],
            "number": list(numbers),
            "villages": villages.reindex(numbers, fill_value=0).to_numpy(),
            "households": homes.reindex(numbers, fill_value=0).to_numpy(),
            "lat": [site.lat for site in plan.sites],
            "lon": [site.lon for site in plan.sites],
            "height": [site.antenna_height_m for site in plan.sites],
            "preset": [preset(site.preset).title(language()) for site in plan.sites],
        }
    )
    column = st.column_config
    # The key carries what is in force: each change makes a fresh editor, and so do undo and redo.
    key = f"site-table-{plan.digest}"
    st.data_editor(
        shown, key=key, hide_index=True, num_rows="delete", row_height=28,
        height=tables.fitted(len(shown), _HEIGHT), disabled=[*shown.columns.drop("on")],
        on_change=_take, args=(key, plan.digest),
        column_config={
            "on": column.CheckboxColumn(t("site.on"), width=58),
            "number": column.NumberColumn("#", width=36),
            "villages": column.NumberColumn(t("plan.column_villages"), width=74),
            "households": column.NumberColumn(t("plan.column_households"), width=92),
            "lat": column.NumberColumn(t("table.lat"), format="%.4f", width=66),
            "lon": column.NumberColumn(t("table.lon"), format="%.4f", width=72),
            "height": column.NumberColumn(t("whatif.height"), format="%.0f", width=56),
            "preset": column.TextColumn(t("whatif.preset")),
        },
    )  # fmt: skip
    st.caption(t("site.table_help"))


@whole
def _take(key: str, digest: str) -> None:
    """Switch and delete as the editor says; a late word about other sites is dropped."""
    if state.plan().digest != digest:
        return
    edits = st.session_state[key]
    gone = {int(row) for row in edits["deleted_rows"]}
    switched = {int(row): cells["on"] for row, cells in edits["edited_rows"].items()
                if cells.get("on") is not None}  # fmt: skip
    sites = [
        site.model_copy(update={"enabled": bool(switched.get(i, site.enabled))})
        for i, site in enumerate(state.plan().sites)
        if i not in gone
    ]
    state.change(sites=tuple(sites))
