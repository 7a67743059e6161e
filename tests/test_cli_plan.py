"""The terminal's plan: files of every table, wishes from file and options, faults, Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import planning.plan.rollout
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from planning.exports.plan import TABLES
from tests import toy
from tests.terminal import run_here

SMALL = ("--province", "toy", "--sites", "8", "--set", "frontier_points=0")


@pytest.fixture(scope="module")
def villages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the toy with 400 villages without 4G; return the folder of packs."""
    folder = tmp_path_factory.mktemp("packs")
    toy.write(folder, natural_villages=toy.many_villages(400))
    return folder


@pytest.fixture(autouse=True)
def listed(villages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCUN_PACKS", str(villages))


def test_every_table_is_written_and_sums_agree(tmp_path: Path) -> None:
    run_here("plan", *SMALL, "--out", tmp_path / "p.csv")
    tables = {name: pd.read_csv(tmp_path / f"p-{name}.csv") for name in TABLES}
    assert len(tables["sites"]) == 8
    homes = tables["villages"]["households"].sum()
    assert tables["sites"]["households"].sum() == tables["yearly"]["households"].sum() == homes
    run_here("plan", *SMALL, "--out", tmp_path / "p.gpkg")
    assert set(gpd.list_layers(tmp_path / "p.gpkg")["name"]) >= {*TABLES, "sources", "about"}
    assert gpd.read_file(tmp_path / "p.gpkg", layer="sites")["households"].sum() == homes


def test_place_chooses_without_links() -> None:
    told = run_here("place", *SMALL)
    assert "candidate_id" in told.stdout
    assert "circle: no terrain data" in told.stderr
    assert "covers" in told.stderr
    assert "not discounted" in told.stderr


def test_options_win_over_the_scenario_file(tmp_path: Path) -> None:
    plan = PlanSettings(sites=30, frontier_points=0)
    file = tmp_path / "s.json"
    file.write_text(Scenario(province="toy", plan=plan).to_json(), encoding="utf-8")
    out = tmp_path / "sites.parquet"
    order = ("place", "-p", "toy", "--scenario", file, "--table", "sites", "--out", out)
    run_here(*order)
    assert len(gpd.read_parquet(out)) == 30
    run_here(*order, "--sites", "4", "--preset", "4g_rule_a")
    found = gpd.read_parquet(out)
    assert len(found) == 4
    assert set(found["preset"]) == {"4g_rule_a"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--budget", "0", "--objective", "budget"], "plan.budget"),
        (["--budget", "-5"], "plan.budget"),
        (["--objective", "cheap"], "plan.objective"),
        (["--set", "wishes=1"], "plan.wishes"),
        (["--set", "nothing"], "FIELD=VALUE"),
        (["--table", "cables"], "sites"),
        (["--out", "plan.doc"], ".xlsx"),
        (["--lock", "0,0"], "outside"),
        (["--lock", "100.8,25.2"], "swapped"),
        (["--set", "limits.capacity_households=1"], "capacity"),
        (["--set", "limits.least_share.990100=1", "--sites", "1"], "possible"),
    ],
)
def test_bad_wishes_say_what_where_and_how(arguments: list[str], words: str) -> None:
    done = run_here("plan", "-p", "toy", "--set", "frontier_points=0", *arguments, code=2)
    assert words in done.stderr


def test_needs_of_another_layer(tmp_path: Path) -> None:
    out = tmp_path / "n.xlsx"
    run_here("needs", "-p", "toy", "--layer", "mobile_5g", "--out", out)
    frame = pd.read_excel(out, sheet_name="needs", engine="openpyxl")
    years = frame.filter(like="year_")
    assert years.sum(axis=None) == frame["gap"].clip(lower=0).sum()
    assert "has_fibre" in run_here("needs", "-p", "toy", "-l", "fibre", code=2).stderr


@pytest.fixture
def own_ctrl_c() -> Iterator[None]:
    """Give Ctrl-C Python's own handler: a run started in the background inherits none."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("own_ctrl_c")
def test_ctrl_c_gives_the_best_plan_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "p.xlsx"
    real = planning.plan.rollout.plan

    def interrupted(*arguments, progress, **options):
        def tell(step: str, share: float, text: str) -> None:
            if step == "siting":
                sent.append(step)
                if len(sent) == 1:
                    signal.raise_signal(signal.SIGINT)
            progress(step, share, text)

        sent: list[str] = []
        return real(*arguments, progress=tell, **options)

    monkeypatch.setattr("planning.plan.rollout.plan", interrupted)
    done = run_here("plan", *SMALL, "--objective", "share", "--share", "0.35", "--out", out)
    assert out.exists()
    assert "best plan so far" in done.stderr
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
