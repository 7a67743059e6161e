"""Dated imports of villages on the Import page: the state as of any day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.environment import ENVIRONMENT
from tests.data.doctor.examining import commit_table, examine
from ui.shell import state

APP = Path(__file__).resolve().parents[3] / "app.py"
PACK = Pack.load("yunnan")


def imported(folder: Path, date: str, has_4g: list[str]) -> None:
    own = PACK.table("natural_villages").head(len(has_4g))
    rows = pd.DataFrame(
        {"自然村编号": own["village_id"], "经度": own["lon"], "纬度": own["lat"],
         "户数": own["households"], "是否有4G": has_4g}
    )  # fmt: skip
    with Catalogue(folder) as store:
        choice = ImportChoice(kind="natural_villages", crs="EPSG:4326")
        content = rows.to_csv(index=False).encode()
        found = examine(
            content, PACK, choice, origin=FileOrigin("measured", date), name=f"{date}.csv"
        )
        commit_table(store, found)


def page(language: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["_map_seen"] = True
    app.query_params["lang"] = language
    app.query_params["province"] = "yunnan"
    app._page_hash = calc_hash("import")
    return app.run()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_state_as_of_a_day_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    imported(tmp_path, "2023-12-31", ["否", "否", "否", "是"])
    imported(tmp_path, "2025-06-30", ["是", "否", "", "是"])
    # What is asked outside a session knows another language.
    monkeypatch.setitem(st.session_state, state.LANGUAGE, "en" if language == "zh" else "zh")
    app = page(language)
    assert not app.exception
    assert app.dataframe[-1].value.iloc[0].tolist() == ["4G", 2, 2, 0]
    app.date_input(key="village_day").set_value(dt.date(2024, 1, 1)).run()
    assert app.dataframe[-1].value.iloc[0].tolist() == ["4G", 1, 3, 0]
    assert not app.exception


def test_without_dated_imports_there_is_no_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    app = page("en")
    assert not app.exception
    assert "Ledger of the natural villages" not in "".join(str(m.value) for m in app.markdown)


def test_the_ledger_is_that_of_the_region_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    imported(tmp_path, "2023-12-31", ["否", "否", "否", "是"])
    own = str(PACK.table("natural_villages")["adcode"].iloc[0])
    other = next(code for code in PACK.regions("county")["adcode"] if code != own)
    rows = []
    for code in (own, other):
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.session_state["_map_seen"] = True
        app.query_params.update({"lang": "en", "province": "yunnan", "region": code})
        app._page_hash = calc_hash("import")
        app.run()
        assert not app.exception
        rows.append(len(app.dataframe))
    # The list of imports stays; the ledger has nothing of a county without imported villages.
    assert rows == [2, 1]
