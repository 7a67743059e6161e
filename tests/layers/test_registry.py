"""A layer is one file: the registry finds it, and the contract holds for every layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.tables.reader import Pack, pack_names
from geo.errors import DataError, UnknownNameError
from layers.base import LEVELS, RULES, UNIT_NAMES, Context, Layer
from layers.registry import LAYERS_DIR, gap_layers, layer, layers

KEYS = {
    "mobile_5g", "mobile_4g", "fibre", "data_centres", "natural_villages", "backbone",
    "policy_zones",
}  # fmt: skip


def test_the_layers_of_the_project() -> None:
    assert {item.key for item in layers()} >= KEYS
    assert {item.key for item in layers() if item.is_overlay} >= {"backbone", "policy_zones"}


@pytest.mark.parametrize("item", layers(), ids=lambda item: item.key)
def test_contract(item: Layer) -> None:
    assert (LAYERS_DIR / f"{item.key}.py").is_file()
    for text in (item.title_zh, item.title_en, item.about_zh, item.about_en):
        assert text.strip()
    if not item.is_overlay:
        assert item.unit in UNIT_NAMES
        assert item.default_rule in RULES
        assert set(item.rules) <= set(RULES)


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("item", gap_layers(), ids=lambda item: item.key)
def test_figures_fit_the_regions(item: Layer, level: str, name: str) -> None:
    from data.scenario.scenario import Scenario

    pack = Pack.load(name)
    context = Context(pack, Scenario(province=name), "2025-12-31", level)  # type: ignore[arg-type]
    assert item.figures is not None
    figures = item.figures(item, context)
    n = len(context.regions)
    for values in (figures.target.value, figures.built.value, figures.planned,
                   figures.evidence, figures.as_of, figures.source_ids):  # fmt: skip
        assert len(values) == n
    assert figures.unit in UNIT_NAMES
    assert figures.denominator


def test_a_new_file_is_a_new_layer(tmp_path: Path) -> None:
    (tmp_path / "satellite.py").write_text(
        "from layers.base import Layer\n"
        "LAYER = Layer(key='satellite', order=1, title_zh='卫星', title_en='Satellite',\n"
        "              about_zh='x', about_en='x')\n",
        encoding="utf-8",
    )
    assert [item.key for item in layers(tmp_path)] == ["satellite"]


def test_a_misnamed_layer_fails_loudly(tmp_path: Path) -> None:
    (tmp_path / "balloon.py").write_text(
        "from layers.base import Layer\n"
        "LAYER = Layer(key='satellite', order=1, title_zh='x', title_en='x',\n"
        "              about_zh='x', about_en='x')\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError, match="balloon"):
        layers(tmp_path)
    (tmp_path / "balloon.py").write_text("LAYER = 3\n", encoding="utf-8")
    layers.cache_clear()
    with pytest.raises(DataError, match="no Layer"):
        layers(tmp_path)


def test_an_unknown_layer_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'mobile_5g'"):
        layer("mobile_5")
