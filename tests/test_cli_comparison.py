"""The terminal's comparison: the figures of Python in every format, faults, and kept results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import planning.comparison.comparison
from data.scenario.scenario import Scenario
from data.tables.found_packs import find_packs
from data.tables.reader import Pack
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from planning.comparison.comparison import Comparison, compare
from planning.exports.comparison.words import comparison_table
from planning.plan.rollout import plan
from tests import toy
from tests.terminal import run_here

A = Scenario(name="甲 案", province="toy", plan={"sites": 2, "frontier_points": 0})
B = Scenario(name="=B", province="toy", targets={"data_centres": 900},
             plan={"sites": 4, "frontier_points": 0})  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    folder = tmp_path_factory.mktemp("packs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TONGCUN_TODAY", "2023-12-31")
        patch.setenv("TONGCUN_PACKS", str(folder))
        yield compare(toy.write(folder, natural_villages=toy.many_villages(60)), [A, B])


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "own"))
    monkeypatch.chdir(tmp_path)
    Workspace.open().save(A)
    (tmp_path / "b.json").write_text(B.to_json(), encoding="utf-8")


def test_files_and_terminal_have_the_figures_of_python(
    found: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ("compare-scenarios", A.name, tmp_path / "b.json", "-p", "toy")
    run_here(*order, "--out", tmp_path / "c.csv")
    wanted = comparison_table(Pack(find_packs().folder("toy")), found, "figures")
    figures = pd.read_csv(tmp_path / "c.csv", dtype={"metric": str, "year": "Int64"})
    for name in ("a", "b", "b_minus_a", "a_low", "b_high"):
        assert figures[name].tolist() == pytest.approx(wanted[name].tolist(), nan_ok=True)
    # The plan of the saved scenario is kept, the one of a file is not.
    assert Workspace.open().result(A.name) is not None
    solved = []

    def noted(pack: Pack, scenario: Scenario, **more: object) -> object:
        solved.append(scenario.name)
        return plan(pack, scenario, **more)

    monkeypatch.setattr(planning.comparison.comparison, "plan", noted)
    told = run_here(*order, "--no-causes")
    assert solved == [B.name]
    homes = found.figures.set_index("figure").loc["households"]
    assert f"{homes['b']:,.0f}" in told.stdout
    assert "cannot exceed" in told.stderr

    run_here(*order, "--out", tmp_path / "c.xlsx", "--language", "en")
    book = pd.read_excel(tmp_path / "c.xlsx", sheet_name=None, engine="openpyxl")
    assert {*book} >= {
        "Figures side by side",
        "Causes of differences",
        "figures",
        "causes",
        "villages",
        "sites",
        "sources",
    }
    hidden = book["figures"]
    assert hidden["b"].tolist() == pytest.approx(wanted["b"].tolist(), nan_ok=True)
    for suffix in (".geojson", ".gpkg"):
        run_here(*order, "--out", tmp_path / f"c{suffix}", "--no-causes")
        layer = {"layer": "villages"} if suffix == ".gpkg" else {}
        villages = gpd.read_file(tmp_path / f"c{suffix}", **layer)
        assert villages["change"].value_counts().to_dict() == (
            found.villages["change"].value_counts().to_dict()
        )


def test_one_scenario_is_compared_with_the_baseline(found: Comparison, tmp_path: Path) -> None:
    order = ("compare-scenarios", tmp_path / "b.json", "-p", "toy", "--no-causes")
    told = run_here(*order, code=2)
    assert "mark one as the baseline" in told.stderr
    Workspace.open().set_baseline("toy", A.name)
    assert f"A: {A.name}." in run_here(*order).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x"], "unknown scenario"),
        (["b.json", "--region", "1"], "1 is no prefecture or county"),
        (["b.json", "--table", "cables"], "figures"),
        (["b.json", "--out", "c.doc"], ".xlsx"),
        (["b.json", "b.json", "b.json", "b.json"], "2 to 4 scenarios"),
    ],
)
def test_faults_say_what_and_how_to_fix(
    arguments: list[str], words: str, found: Comparison
) -> None:
    told = run_here("compare-scenarios", A.name, *arguments, "-p", "toy", code=2)
    assert words in told.stderr
