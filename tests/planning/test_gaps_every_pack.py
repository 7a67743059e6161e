"""What holds in every province: sums, intervals, goldens, and a second way to the same figures.

``TONGCUN_GOLDEN=1 pytest tests/planning/test_gaps_every_pack.py`` writes the goldens, one folder
per province.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.evidence import EVIDENCE_CLASSES
from layers.base import LEVELS
from layers.figures import RULES
from layers.registry import gap_layers, metric_of
from planning.gaps import EXTRA_COLUMNS, GAP_COLUMNS, gap_table
from tests.planning.recomputed import Recomputed

GOLDEN = Path(__file__).parent / "golden"
FIGURES = ["target", "built", "planned", "gap", "gap_low", "gap_high"]
#: Rules that need no weights of the planner's own.
GIVEN_RULES = [rule for rule in RULES if rule != "own"]


@pytest.mark.parametrize("level", LEVELS)
def test_one_row_per_layer_and_region_and_each_interval_holds_its_value(
    any_pack: Pack, level: str
) -> None:
    table = gap_table(any_pack, level=level)
    assert tuple(table.columns) == (*GAP_COLUMNS, *EXTRA_COLUMNS)
    assert len(table) == len(gap_layers()) * len(any_pack.regions(level))
    assert not table.duplicated(["layer", "adcode"]).any()
    assert set(table["evidence"]) <= {*EVIDENCE_CLASSES, ""}
    nothing = table[["target_high", "built_low", "built_high"]].isna().all(axis=1)
    assert ((table["evidence"] == "") == (nothing & (table["source_ids"] == ""))).all()
    told = table[["target", "built"]].notna().any(axis=1)
    assert told.any()
    assert (table.loc[told, "source_ids"] != "").all()
    known = table.dropna(subset=["gap", "gap_low", "gap_high"])
    assert (known["gap_low"] <= known["gap"]).all()
    assert (known["gap"] <= known["gap_high"]).all()


def test_regions_sum_to_the_province(any_pack: Pack) -> None:
    whole = gap_table(any_pack, level="province").set_index("layer")
    # A share or rate of the province has no parts.
    is_split = [metric_of(key, row["metric"])[1].is_count for key, row in whole.iterrows()]
    whole[["target", "built", "gap"]] = whole[["target", "built", "gap"]].where(
        pd.Series(is_split, index=whole.index), np.nan, axis=0
    )
    for level in ("prefecture", "county"):
        table = gap_table(any_pack, level=level)
        # A prefecture's own plan is no part of a target of the province.
        parts = table[~table["source_ids"].str.endswith("-plan")].groupby("layer")
        for column in ("target", "built", "planned", "gap"):
            sums = parts[column].sum(min_count=1)
            pd.testing.assert_series_equal(
                sums, whole[column].reindex(sums.index), check_dtype=False, check_names=False
            )


def test_counties_sum_to_their_prefecture(any_pack: Pack) -> None:
    counties = gap_table(any_pack, ["mobile_5g"], level="county").groupby("parent")
    prefectures = gap_table(any_pack, ["mobile_5g"]).set_index("adcode")
    for column in ("target", "built", "gap"):
        sums = counties[column].sum(min_count=1)
        assert sums.equals(prefectures[column].rename_axis("parent"))


@pytest.mark.parametrize("layer", ["mobile_5g", "mobile_4g"])
@pytest.mark.parametrize("level", LEVELS)
def test_the_same_figures_by_another_way(
    any_pack: Pack, layer: str, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(any_pack, layer, level, "")
    # Parts of Yunnan and of the toy are newer than their totals then.
    monkeypatch.setenv("TONGCUN_TODAY", "2026-11-30")
    compare(any_pack, layer, level, "")


@pytest.mark.parametrize("rule", GIVEN_RULES)
@pytest.mark.parametrize("layer", ["mobile_5g", "mobile_4g"])
def test_every_rule_by_another_way(toy: Pack, layer: str, rule: str) -> None:
    for level in LEVELS:
        compare(toy, layer, level, rule)


def compare(any_pack: Pack, layer: str, level: str, rule: str) -> None:
    rules = {layer: rule} if rule else {}
    scenario = Scenario(province=any_pack.name, rules=rules)
    table = gap_table(any_pack, [layer], level=level, scenario=scenario).set_index("adcode")
    expected = Recomputed(any_pack, layer, level, rule).table()
    assert expected.notna().any(axis=None)
    pd.testing.assert_frame_equal(table[["target", "built", "gap"]], expected, check_names=False)


def kept(path: Path, text: str) -> list[str]:
    """Return the lines of a golden file; write it where that is asked for."""
    if os.environ.get("TONGCUN_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.exists(), "no golden yet: run this test once with TONGCUN_GOLDEN=1 and read it"
    return path.read_text(encoding="utf-8").splitlines()


def as_csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n", float_format="%.6g")


@pytest.mark.parametrize("levels", [("province", "prefecture"), ("county",)], ids="-".join)
def test_golden_table(any_pack: Pack, levels: tuple[str, ...]) -> None:
    parts = [gap_table(any_pack, level=level) for level in levels]
    text = as_csv(pd.concat(parts, ignore_index=True)[list(GAP_COLUMNS)])
    assert text.splitlines() == kept(GOLDEN / any_pack.name / f"{'-'.join(levels)}.csv", text)


@pytest.mark.parametrize("level", ["prefecture", "county"])
def test_golden_rules(any_pack: Pack, level: str) -> None:
    """The gap of every layer under each rule, one column per rule."""
    layers = [item.key for item in gap_layers()]
    columns: dict[str, pd.Series] = {}
    for rule in GIVEN_RULES:
        scenario = Scenario(province=any_pack.name, rules=dict.fromkeys(layers, rule))
        table = gap_table(any_pack, level=level, scenario=scenario)
        columns |= {f"{rule}_gap": table["gap"], f"{rule}_built": table["built"]}
    text = as_csv(table[["layer", "adcode"]].assign(**columns))
    assert text.splitlines() == kept(GOLDEN / any_pack.name / f"rules-{level}.csv", text)
