"""What a map is made of: borders that never run double, relief within them, a legend of all."""

from __future__ import annotations

import json
import math
from typing import Any

import folium
import pandas as pd
import pytest
import shapely
from shapely.geometry import shape

from data.tables.reader import Pack
from layers.map import features, relief, render
from tests import toy

WORDS = render.Words(
    credit="credit", tools={"home": "Home"}, village="village", households="households",
    states=("without", "with", "open"), unknown="Unknown", no_target="No target", met="Met",
    rivers="Rivers", roads="Roads", places="Places", relief="Relief", seats="Seats",
    switches="Layers", counted="Discs",
)  # fmt: skip
BOX = ((toy.SOUTH, 100.0), (toy.NORTH, 102.5))


def sheet() -> render.Sheet:
    return render.new_sheet(BOX, WORDS)


@pytest.mark.parametrize("name", ["yunnan", "gansu"])
def test_borders_of_a_higher_level_are_borders_of_its_counties(name: str) -> None:
    pack = Pack.load(name)
    drawn = {
        level: [shape(feature["geometry"]) for feature in features.region_features(pack, level)]
        for level in ("province", "prefecture", "county")
    }
    known = {
        point for county in drawn["county"] for point in map(tuple, shapely.get_coordinates(county))
    }
    for level in ("province", "prefecture"):
        assert len(drawn[level]) == len(pack.regions(level))
        assert all(set(map(tuple, shapely.get_coordinates(area))) <= known for area in drawn[level])


def test_relief_ends_at_the_border(monkeypatch: pytest.MonkeyPatch) -> None:
    images: list[Any] = []
    overlay = folium.raster_layers.ImageOverlay

    def noted(image: Any, **more: Any) -> Any:
        images.append(image)
        return overlay(image, **more)

    monkeypatch.setattr(folium.raster_layers, "ImageOverlay", noted)
    cells = [(100 + i / 2, 25 + j / 2, 1000.0 + i) for i in range(4) for j in range(4)]
    table = pd.DataFrame(cells, columns=["lon", "lat", "elevation_m"])
    relief.backdrop(table, shapely.box(99.75, 24.75, 100.75, 25.75))
    alpha = images[0][:, :, 3]
    # One degree by one of two by two.
    assert (alpha > 0).mean() == 1 / 4


def test_relief_is_a_layer_to_switch_on(toy: Pack) -> None:
    made = sheet()
    relief.add_relief(made, toy)
    assert made.rows[-1]["off"]
    assert vars(made.layers["relief"])["url"].startswith("data:image/png")


def test_the_legend_has_a_row_for_all_that_is_drawn() -> None:
    made = sheet()
    gaps = dict(zip(toy.COUNTIES, (40.0, 0.0, math.nan, math.nan), strict=True))
    pieces = [
        {"type": "Feature", "id": code, "properties": {"adcode": code},
         "geometry": shapely.geometry.mapping(shapely.box(west, toy.SOUTH, east, toy.NORTH))}
        for code, (west, east) in zip(toy.COUNTIES, toy.EDGES, strict=True)
    ]  # fmt: skip
    fill = render.RegionFill(gaps, {}, [], [10.0], frozenset({toy.COUNTIES[3]}))
    render.add_regions(made, pieces, fill)
    render.add_points(made, b"", render.PointView(shown=False))
    assert [row["text"] for row in made.rows] == [
        "Met", "No target", "Unknown", "without", "with", "open", "Discs"
    ]  # fmt: skip
    assert [step["text"] for step in made.ramp] == ["≤ 10", "> 10"]
    assert all(row["off"] for row in made.rows[3:])
    chart = render.finish(made, render.Legend("title"))
    script = json.dumps(chart.get_root().render())
    assert script.count("tongcunLegend") == script.count("tongcunSwitches") == 1
