"""The hooks into folium and branca that have no public name: which release broke which.

A failure here says what to mend in ``layers/map/folium_internals.py`` after an update.
"""

from __future__ import annotations

import re

import folium

from layers.map.folium_internals import Script, map_parts, name_element, number_elements
from tests.pins import broken_by


def chart() -> folium.Map:
    found = folium.Map(tiles=None)
    group = folium.FeatureGroup(name="group")
    group.add_child(Script("labels", "L.tongcunLabels", {"min_zoom": 3, "items": ["</script>"]}))
    group.add_to(found)
    found.add_child(Script("points", "L.tongcunPoints", {}, more=", {a: 1}", shown=False))
    return found


def test_elements_are_numbered_in_their_order() -> None:
    found = chart()
    number_elements(found)
    with broken_by("folium", "Element._id, ._children, ._name, .get_name()"):
        assert found.get_name() == "map_0"
        names = [child.get_name() for child in found._children.values()]
        assert names == ["feature_group_1", "points_3"]
        name_element(found, "z")
        assert found.get_name() == "map_z"


def test_equal_maps_have_equal_parts() -> None:
    first, second = chart(), chart()
    with broken_by("folium", "Element._id: names that differ from map to map"):
        assert first.get_name() != second.get_name()
    number_elements(first)
    number_elements(second)
    assert map_parts(first) == map_parts(second)


def test_an_element_is_one_statement_of_our_own_scripts() -> None:
    found = chart()
    number_elements(found)
    script = map_parts(found)["script"]
    with broken_by("folium", "Template, MacroElement._template, the filter tojavascript"):
        assert re.search(
            r'var labels_2 = L\.tongcunLabels\(\{\s*"minZoom": 3,\s*"items": \[[^\]]*\],\s*\}\)'
            r"\.addTo\(feature_group_1\);",
            script,
        )
        assert re.search(r"var points_3 = L\.tongcunPoints\(\{\s*\}, \{a: 1\}\);", script)
        assert "</script>" not in script


def test_the_script_assigns_the_map_to_the_name_that_the_page_returns() -> None:
    """``static/host.js`` runs it as ``new Function(script + "return " + name)``."""
    found = chart()
    number_elements(found)
    with broken_by("branca", "Figure.script, Figure.render"):
        parts = map_parts(found)
        assert parts["name"] == "map_0"
        assert 'id="map_0"' in parts["html"]
        assert re.search(r'var map_0 = L\.map\(\s*"map_0",', parts["script"])
        assert "<script" not in parts["script"]
