"""The page that reads a plan: nothing joins the ledger before it is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.workspace.catalogue import Catalogue
from data.workspace.environment import ENVIRONMENT

APP = Path(__file__).resolve().parents[3] / "app.py"


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.session_state["_map_seen"] = True
    app.query_params["lang"] = "zh"
    app._page_hash = calc_hash("read-plan")
    app.run()
    app.selectbox(key="reading_example").select("001_c2e68fe21cc5bc30.txt").run()
    return app.button(key="reading_open").click().run()


def test_the_sentences_are_shown_and_nothing_is_accepted(opened: AppTest, tmp_path: Path) -> None:
    assert not opened.exception
    assert opened.dataframe[0].value["数值"].tolist() == ["约100 %", "140,000 个基站"]
    assert opened.button(key="reading_commit").disabled
    assert not list(tmp_path.glob("*.sqlite"))


def test_the_sure_ones_are_accepted_and_written(opened: AppTest, tmp_path: Path) -> None:
    opened.button(key="reading_sure").click().run()
    opened.button(key="reading_commit").click().run()
    assert not opened.exception
    assert not opened.error
    with Catalogue(tmp_path) as store:
        table = store.table("yunnan", "targets")
    assert table is not None
    assert 140_000 in table["value"].tolist()


def test_a_correction_is_what_is_written(opened: AppTest, tmp_path: Path) -> None:
    name = next(k for k in opened.session_state["_reading"].statements)
    opened.button(key=f"reading_reject_{name}").click().run()
    other = opened.session_state["_reading"].chosen
    opened.number_input(key=f"reading_value_{other}").set_value(150_000).run()
    opened.button(key=f"reading_correct_{other}").click().run()
    opened.button(key="reading_commit").click().run()
    assert not opened.exception
    with Catalogue(tmp_path) as store:
        table = store.table("yunnan", "targets")
    assert table is not None
    assert table["value"].tolist() == [150_000]


def test_a_plan_of_another_province_says_so(opened: AppTest) -> None:
    assert not any("甘肃" in warning.value for warning in opened.warning)
    opened.button(key="reading_another").click().run()
    opened.selectbox(key="reading_example").select("004_5417c4b8c648fc12.txt").run()
    opened.button(key="reading_open").click().run()
    assert any("甘肃省的规划" in warning.value for warning in opened.warning)
    opened.button(key="reading_sure").click().run()
    assert opened.button(key="reading_commit").disabled
