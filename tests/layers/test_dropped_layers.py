"""A file in a folder of ``TONGCUN_LAYERS`` is a whole layer: tables, needs, exports, help."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from data.scenario.scenario import Scenario
from data.tables.reader import Pack, pack_names
from geo.errors import DataError, UnknownNameError
from layers.discovery import LAYERS_ENVIRONMENT
from layers.registry import layer, layers, unit_name
from layers.words import LayerMessage
from planning.exports.gaps import source_table
from planning.gaps import gap_table
from tests.terminal import run_command, run_here

EXAMPLES = Path(__file__).parent / "dropped"
PROVINCE = pack_names()[0]
SUFFIXES = (".csv", ".xlsx", ".geojson", ".gpkg", ".kml", ".parquet")
#: Stated of the province in the test's own ledger: target and baseline of both metrics.
STATED = {"edge_nodes": (1_200, 200), "edge_use": (0.8, 0.255)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Drop both files into a folder of the planner's."""
    for name in ("edge_nodes", "charging_zones"):
        shutil.copy(EXAMPLES / f"{name}.py", tmp_path)
    monkeypatch.setenv(LAYERS_ENVIRONMENT, str(tmp_path))
    return tmp_path


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Return a province whose ledger states the dropped layer's figures."""
    own = tmp_path / "packs" / PROVINCE
    own.mkdir(parents=True)
    for path in Pack.load(PROVINCE).folder.iterdir():
        if path.is_file():
            (own / path.name).symlink_to(path)
    found = Pack(own)
    targets = found.table("targets")
    rows = [
        {**targets.iloc[0], "id": f"t-{metric}-{kind}", "layer": "edge_nodes", "metric": metric,
         "kind": kind, "basis": "cumulative", "as_of": f"{year}-12-31", "value": value,
         "qualifier": "="}
        for metric, both in STATED.items()
        for kind, year, value in zip(("target", "baseline"), (2025, 2020), both, strict=True)
    ]  # fmt: skip
    (own / "targets.csv").unlink()
    pd.concat([targets, pd.DataFrame(rows)]).to_csv(own / "targets.csv", index=False)
    return found


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Return a scenario file that sets the target, so that the embedded pack gives a figure."""
    path = tmp_path / "scenario.json"
    plan = Scenario(province=PROVINCE, targets={"edge_nodes": 1_200})
    path.write_text(plan.to_json(), encoding="utf-8")
    return path


def test_the_gap_table_counts_it_by_either_metric(pack: Pack) -> None:
    for level in ("province", "prefecture", "county"):
        table = gap_table(pack, ["edge_nodes"], level=level)
        assert table["gap"].sum() == 1_000
        assert set(table["unit"]) == {"edge_node"}
    whole = gap_table(pack, ["edge_nodes"], level="province", metric="use").iloc[0]
    assert (whole["target"], whole["built"], whole["gap"]) == pytest.approx((80, 25.5, 54.5))
    # A share of the province says nothing of its parts.
    parts = gap_table(pack, ["edge_nodes"], metric="use")
    assert parts[["target", "built", "gap"]].isna().all(axis=None)
    assert "edge_nodes" in set(gap_table(pack)["layer"])
    both = gap_table(pack, ["edge_nodes"], metric="all", level="province")
    assert both["metric"].tolist() == ["nodes", "use"]


def test_settings_of_a_further_metric_are_its_own(pack: Pack) -> None:
    plan = Scenario(province=pack.name, targets={"edge_nodes.use": 90})
    tables = {
        key: gap_table(pack, ["edge_nodes"], level="province", metric=key, scenario=plan).iloc[0]
        for key in ("nodes", "use")
    }
    assert tables["use"]["target"] == 90
    assert tables["nodes"]["target"] == 1_200


def test_its_words_come_from_its_file(pack: Pack) -> None:
    item = layer("edge_nodes")
    assert item.heading(item.metric("use"), "zh") == "边缘节点 · 使用率"
    assert unit_name("edge_node", "en") == "edge nodes"
    assert unit_name("no_such_unit", "en") == "no_such_unit"
    row = gap_table(pack, ["edge_nodes"], level="province").iloc[0]
    assert row["denominator_en"] == "all edge nodes of all operators in the region"
    own = LayerMessage("layer.nowhere.title", own={"zh": "边缘节点", "en": "Edge nodes"})
    assert replace(own, own={"zh": "边缘节点"}).text("en") == "边缘节点"
    assert own.text("en") == "Edge nodes"


def test_the_overlay_is_listed_and_its_rows_are_sources(pack: Pack) -> None:
    assert "charging-1" in run_here("gaps", "-p", PROVINCE, "-l", "charging_zones").stdout
    found = source_table(pack).set_index("id").loc["charging-1"]
    assert (found["kind"], found["layer"]) == ("charging zone", "charging_zones")
    assert found["quote"] == "建设充电示范区"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_export_has_both(suffix: str, tmp_path: Path, scenario: Path) -> None:
    gaps, rows = tmp_path / f"gaps{suffix}", tmp_path / f"rows{suffix}"
    run_here("gaps", "-p", PROVINCE, "-l", "edge_nodes", "--scenario", scenario, "--out", gaps)
    run_here("gaps", "-p", PROVINCE, "--layer", "charging_zones", "--out", rows)
    for path, key, words in ((gaps, "edge_nodes", "edge_node"),
                             (rows, "charging_zones", "建设充电示范区")):  # fmt: skip
        content = "\n".join(map(str, _cells(path)))
        assert key in content
        assert words in content


def _cells(path: Path) -> list[object]:
    """Return every cell of a file's tables, or its text."""
    if path.suffix == ".xlsx":
        sheets = pd.read_excel(path, sheet_name=None, engine="openpyxl", dtype=str)
        return [cell for sheet in sheets.values() for cell in sheet.to_numpy().ravel()]
    if path.suffix == ".gpkg":
        names = pyogrio.list_layers(path)[:, 0]
        return [c for n in names for c in pyogrio.read_dataframe(path, layer=n).to_numpy().ravel()]
    if path.suffix == ".parquet":
        return list(gpd.read_parquet(path).to_numpy().ravel())
    return [path.read_text(encoding="utf-8-sig")]


def test_its_need_is_its_gap_over_the_years(scenario: Path, pack: Pack) -> None:
    stated = run_here("needs", "-p", PROVINCE, "-l", "edge_nodes", "--scenario", scenario).stdout
    assert "edge_node" in stated
    from planning.needs import units_by_year

    table = units_by_year(pack, Scenario(province=pack.name), layer("edge_nodes"))
    assert table.filter(like="year_").sum(axis=None) == 1_000


def test_help_and_the_list_of_layers_name_it() -> None:
    for command in ("gaps", "needs"):
        said = " ".join(run_command(command, "--help").stdout.split())
        assert "edge_nodes" in said
        assert "charging_zones" in said
    assert "nodes [edge_node]; use [percent_in_use]" in run_here("layers").stdout


def test_without_the_folder_nobody_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LAYERS_ENVIRONMENT)
    assert "edge_nodes" not in {item.key for item in layers()}
    with pytest.raises(UnknownNameError):
        layer("edge_nodes")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.py", "LAYER = 1 / 0\n", "ZeroDivisionError"),
        ("fibre.py", "from layers.fibre import LAYER as _L\nLAYER = _L\n", "another layer"),
        ("bare.py", "from layers.base import Layer\nLAYER = Layer('bare', 1)\n", "needs a listing"),
        ("number.py", "LAYER = 3\n", "no Layer"),
    ],
)
def test_a_faulty_file_is_named(name: str, content: str, words: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / name).write_text(content, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LAYERS_ENVIRONMENT, str(other))
        with pytest.raises(DataError, match=words) as caught:
            layers()
    assert name in str(caught.value)


def test_a_missing_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(LAYERS_ENVIRONMENT, str(tmp_path / "nowhere"))
    assert "nowhere" in run_here("gaps", "-p", PROVINCE, code=1).stderr
