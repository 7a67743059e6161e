"""A table's selection follows its row through filters, sorting and another language."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui.widgets import tables


def test_a_selection_is_kept_by_the_row_not_by_its_place() -> None:
    ids = pd.Series(["a", "b", "c"])
    whole = tables.followed("t", ids, "b")
    assert whole["selection_default"]["selection"]["rows"] == [1]
    # Other rows, or the same in another order, make another table, which begins with the row.
    for other, rows in ((ids[1:], [0]), (ids[::-1], [1]), (pd.Series(["a", "c"]), [])):
        found = tables.followed("t", other, "b")
        assert found["key"] != whole["key"]
        assert found["selection_default"]["selection"]["rows"] == rows
    assert tables.followed("t", ids.copy(), "")["key"] == whole["key"]


def _page() -> None:
    rows = pd.DataFrame({"id": ["a", "b", "c"]})
    if st.session_state.get("filtered"):
        rows = rows[rows["id"] != "a"]
    shown = st.dataframe(
        rows, **tables.followed("t", rows["id"], "b"), on_select="rerun", hide_index=True
    )
    st.session_state["seen"] = rows["id"].iloc[shown["selection"]["rows"][0]]


def test_the_page_reads_the_chosen_row_after_a_filter() -> None:
    app = AppTest.from_function(_page_alone, default_timeout=30)
    app.run()
    assert app.session_state["seen"] == "b"
    app.session_state["filtered"] = True
    app.run()
    assert not app.exception
    assert app.session_state["seen"] == "b"


def _page_alone() -> None:
    from tests.ui.widgets.test_tables import _page

    _page()


def test_each_table_with_a_selection_lets_it_follow_its_row() -> None:
    """Streamlit keeps a selection by position: a table of its own chooses by another key."""
    found, alone = 0, []
    for path in sorted((Path(__file__).parents[3] / "ui").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".dataframe")):
                continue
            names = {word.arg for word in call.keywords}
            if "on_select" in names:
                found += 1
                # What `followed` returns is spread: it names key, mode and first selection.
                if None not in names or {"key", "selection_mode"} & names:
                    alone.append(f"{path.name}:{call.lineno}")
    assert found >= 6
    assert alone == []
