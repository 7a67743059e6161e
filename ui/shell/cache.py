"""What the pages compute, kept between runs: keyed by scenario text, pack digest and arguments.

Never keyed by a frame: Streamlit hashes large frames by sample and would return stale results.
Frames of :func:`villages` are shared between sessions and must not be changed.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import streamlit as st

from data.ledger.anomalies import Anomaly, anomalies as find_anomalies
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from layers.registry import layer
from layers.villages import village_table
from planning.gaps import gap_table
from planning.progress import progress_table
from ui import packs
from ui.shell import state

#: Tables that an embedded pack invents by rule: points of every map.
_INVENTED = ("natural_villages", "sites", "fibre_nodes")


def pack() -> Pack:
    """Return the chosen pack as the workspace makes it, read again when a file has changed."""
    return packs.in_force(state.province())


def gaps(key: str, level: str, *, as_of: str | None = None) -> pd.DataFrame:
    """Return the gap table of one layer, in its metric in force, under the planner's scenario."""
    metric = state.metric_of(layer(key)).key
    date = as_of or str(st.session_state[state.AS_OF])
    found = pack()
    counted = _gaps(found, found.digest, key_of(state.plan()), (key, metric, level, date))
    return counted.copy()


def progress(key: str, level: str) -> pd.DataFrame:
    """Return where each region is on the path of one layer, in its metric in force."""
    metric = state.metric_of(layer(key)).key
    date = str(st.session_state[state.AS_OF])
    found = pack()
    return _progress(found.digest, key_of(state.plan()), (key, metric), level, date, _pack=found)


def villages() -> pd.DataFrame:
    """Return every village of the province with its names and state. Read only."""
    found = pack()
    return _villages(found.digest, str(st.session_state[state.AS_OF]), _pack=found)


def history_of(key: str) -> pd.DataFrame:
    """Return the province's row of the gap table at each date the ledger knows, oldest first."""
    found = pack()
    ledger = _ledger(found.digest, _pack=found)
    rows = [row for date in ledger.get(key, []) if len(row := _dated(key, date))]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def village_evidence() -> list[str]:
    """Return the evidence classes of the villages in force."""
    return sorted(villages()["evidence"].unique().tolist())


def illustrative() -> list[str]:
    """Return which tables in force hold illustrative rows: every map shows or rests on all."""
    found = pack()
    return list(_illustrative(found, found.digest))


def anomalies() -> list[Anomaly]:
    """Return the contradictions and anomalies in the sources of the province."""
    found = pack()
    return _anomalies(found.digest, _pack=found)


def key_of(scenario: Scenario) -> str:
    """Return the text that identifies what a scenario changes; its name does not count."""
    return scenario.model_copy(update={"name": ""}).to_json()


def _dated(key: str, date: str) -> pd.DataFrame:
    row = gaps(key, "province", as_of=date)
    return row[row["as_of"] == date]


# A page asks some sixty times a run: Streamlit's cache hashes and unpickles, which costs more.
@lru_cache(maxsize=512)
def _gaps(
    found: Pack, digest: str, scenario: str, counted: tuple[str, str, str, str]
) -> pd.DataFrame:
    del digest
    key, metric, level, as_of = counted
    plan = Scenario.from_json(scenario)
    return gap_table(found, [key], level=level, as_of=as_of, scenario=plan, metric=metric)


@lru_cache(maxsize=8)
def _illustrative(found: Pack, digest: str) -> tuple[str, ...]:
    del digest
    held = {name: found.table(name, columns=("evidence",))["evidence"] for name in _INVENTED}
    return tuple(name for name, evidence in held.items() if (evidence == "illustrative").any())


@st.cache_data(max_entries=64, show_spinner=False)
def _progress(
    digest: str, scenario: str, counted: tuple[str, str], level: str, as_of: str, *, _pack: Pack
) -> pd.DataFrame:
    del digest
    plan = Scenario.from_json(scenario)
    key, metric = counted
    return progress_table(_pack, key, level=level, as_of=as_of, scenario=plan, metric=metric)


@st.cache_resource(max_entries=4, show_spinner=False)
def _villages(digest: str, as_of: str, *, _pack: Pack) -> pd.DataFrame:
    del digest
    return village_table(_pack, min_households=0, as_of=as_of)


@st.cache_data(max_entries=8, show_spinner=False)
def _ledger(digest: str, *, _pack: Pack) -> dict[str, list[str]]:
    """Return the dates of the province's figures per layer."""
    del digest
    targets, seen = _pack.table("targets"), _pack.table("observations")
    base = targets[targets["kind"] == "baseline"]
    whole = seen[(seen["adcode"] == _pack.adcode) & (seen["kind"] == "built")]
    both = pd.concat([base[["layer", "as_of"]], whole[["layer", "as_of"]]])
    return {
        key: sorted(set(both.loc[both["layer"] == key, "as_of"]))
        for key in {*both["layer"], *targets["layer"]}
    }


@st.cache_data(max_entries=8, show_spinner=False)
def _anomalies(digest: str, *, _pack: Pack) -> list[Anomaly]:
    del digest
    return find_anomalies(_pack)
