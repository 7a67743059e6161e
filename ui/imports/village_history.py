"""The ledger of the villages on the page: the state as of any day, and every change."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pandas as pd
import streamlit as st

from data import importing
from data.export.writers import csv_bytes
from data.ledger.villages import SERVICES, village_changes, village_states
from data.workspace.effective import catalogue_stamp
from data.workspace.folder import Workspace
from ui.shell import cache, exporting, region, state
from ui.shell.i18n import number, t

_DAY = "village_day"


def show() -> None:
    """Draw the state as of a day and both tables as files; nothing without a ledger."""
    province, stamp = state.province(), catalogue_stamp(Workspace.open().folder)
    changes = _inside(_changes(province, stamp)) if stamp else pd.DataFrame()
    if not len(changes):
        return
    st.markdown(f"###### {t('import.ledger')}")
    days = sorted(set(changes["as_of"]))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        day = st.date_input(
            t("import.ledger_day"), value=dt.date.fromisoformat(days[-1]), key=_DAY,
            min_value=dt.date(2000, 1, 1), help=t("import.ledger_help"), width=220,
            format="YYYY-MM-DD",
        )  # fmt: skip
        states = _inside(_states(province, stamp, day.isoformat()))
        for key, table in (("states", states), ("changes", changes)):
            st.download_button(
                t(f"import.ledger_{key}", count=number(len(table))),
                exporting.recorded(f"villages-{key}.csv", partial(csv_bytes, table)),
                f"{region.name()}-villages-{key}-{day}.csv", "text/csv", key=f"village_{key}",
            )  # fmt: skip
    st.dataframe(state_counts(states), hide_index=True)
    st.caption(
        t("import.ledger_days", days=t("list.comma").join(days[-8:]), count=number(len(days)))
    )


def _inside(statements: pd.DataFrame) -> pd.DataFrame:
    """Return what is stated of villages inside the region in force."""
    if not state.region()[1]:
        return statements
    villages = cache.pack().table("natural_villages", columns=("village_id", "adcode"))
    ids = region.inside(villages)["village_id"].astype(str)
    return statements[statements["village_id"].astype(str).isin(set(ids))]


@st.cache_data(max_entries=4, show_spinner=False)
def _changes(province: str, stamp: str) -> pd.DataFrame:
    del stamp
    with importing.catalogue() as store:
        return village_changes(store, province)


@st.cache_data(max_entries=8, show_spinner=False)
def _states(province: str, stamp: str, day: str) -> pd.DataFrame:
    del stamp
    with importing.catalogue() as store:
        return village_states(store, province, day)


def state_counts(states: pd.DataFrame) -> pd.DataFrame:
    """Return per service how many of the listed villages have it, lack it, or are unknown."""
    known = {service: states[service].astype("boolean") for service in SERVICES}
    return pd.DataFrame(
        {
            t("import.service"): [t(f"import.service_{service}") for service in SERVICES],
            t("import.service_yes"): [int(known[s].fillna(value=False).sum()) for s in SERVICES],
            t("import.service_no"): [int((~known[s]).fillna(value=False).sum()) for s in SERVICES],
            t("import.service_unknown"): [int(known[s].isna().sum()) for s in SERVICES],
        }
    )
