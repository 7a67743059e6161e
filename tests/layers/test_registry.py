"""A layer is one file: the registry finds it, and the contract holds for every layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.scenario.scenario import Scenario
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import LANGUAGES
from geo.errors import DataError, UnknownNameError
from layers.base import LEVELS, Context, Layer, Level, Query
from layers.discovery import LAYERS_DIR, layer_keys
from layers.figures import RULES
from layers.offers import LISTING_COLUMNS, Zones
from layers.registry import gap_layers, layer, layers, unit_name
from planning.exports.gaps import source_table

KEYS = {
    "mobile_5g", "mobile_4g", "fibre", "data_centres", "natural_villages", "backbone",
    "policy_zones", "other_targets",
}  # fmt: skip


def test_the_layers_of_the_project() -> None:
    assert {item.key for item in layers()} >= KEYS
    assert {item.key for item in layers() if item.is_overlay} >= {"policy_zones"}


def test_the_keys_are_found_without_running_the_files() -> None:
    assert set(layer_keys()) == {item.key for item in layers()}


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize("item", layers(), ids=lambda item: item.key)
def test_every_outline_is_that_of_a_region(item: Layer, name: str) -> None:
    """One place without a position leaves the whole map undrawn."""
    pack = Pack.load(name)
    regions = pack.table("regions").dropna(subset=["label_lat", "label_lon"])
    known = set(zip(regions["level"], regions["adcode"], strict=True))
    for mark in item.marks(pack, "en") if item.marks is not None else ():
        assert not isinstance(mark, Zones) or set(mark.names) <= known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("item", layers(), ids=lambda item: item.key)
def test_contract(item: Layer, language: str) -> None:
    assert (LAYERS_DIR / f"{item.key}.py").is_file()
    # The words of the built-in layers are in the locale alone.
    assert not item.words
    for text in (item.title(language), item.about(language)):
        assert text.strip()
    for metric in item.metrics:
        assert item.metric_title(metric, language).strip()
        assert unit_name(metric.unit, language) != metric.unit
        assert not metric.rules or metric.default_rule in RULES
        assert set(metric.rules) <= set(RULES)


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("item", gap_layers(), ids=lambda item: item.key)
def test_figures_fit_the_regions(item: Layer, level: Level, name: str) -> None:
    pack = Pack.load(name)
    context = Context(pack, Scenario(province=name), "2025-12-31", level)
    n = len(context.regions)
    for metric in item.metrics:
        figures = metric.figures(Query(item, metric, context))
        for values in (figures.target.value, figures.built.value, figures.planned,
                       figures.evidence, figures.as_of, figures.source_ids):  # fmt: skip
            assert len(values) == n
        for language in LANGUAGES:
            assert unit_name(figures.unit, language) != figures.unit
            assert figures.denominator.text(language).strip()
            assert figures.note is None or figures.note.text(language).strip()


@pytest.mark.parametrize(
    "item", [item for item in layers() if item.listing is not None], ids=lambda item: item.key
)
def test_some_province_has_rows_to_list(item: Layer) -> None:
    assert item.listing is not None
    assert any(len(item.listing.rows(Pack.load(name))) for name in pack_names())


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize(
    "item", [item for item in layers() if item.listing is not None], ids=lambda item: item.key
)
def test_listed_rows_have_quote_and_source(item: Layer, name: str) -> None:
    assert item.listing is not None
    pack = Pack.load(name)
    rows = item.listing.rows(pack)
    assert tuple(rows.columns) == LISTING_COLUMNS
    assert rows[["id", "name_zh", "name_en", "regions", "evidence"]].notna().all(axis=None)
    assert rows[["quote", "source", "source_ids"]].ne("").all(axis=None)
    assert set(rows["id"]) <= set(source_table(pack)["id"])


def _text(key: str) -> str:
    return (
        "import pandas as pd\n"
        "from layers.base import Layer, Listing\n"
        f"LAYER = Layer(key={key!r}, order=1, listing=Listing(lambda pack: pd.DataFrame()))\n"
    )


def test_a_new_file_is_a_new_layer(tmp_path: Path) -> None:
    (tmp_path / "satellite.py").write_text(_text("satellite"), encoding="utf-8")
    assert [item.key for item in layers(tmp_path)] == ["satellite"]


def test_a_misnamed_layer_fails_loudly(tmp_path: Path) -> None:
    (tmp_path / "balloon.py").write_text(_text("satellite"), encoding="utf-8")
    with pytest.raises(DataError, match="balloon"):
        layers(tmp_path)


def test_an_unknown_layer_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'mobile_5g'"):
        layer("mobile_5")
