"""Tile backgrounds are off unless configured, and say what is missing."""

from __future__ import annotations

import pytest

from geo.errors import InputError, UnknownNameError
from layers.map.tiles import ENVIRONMENT, KEY, background


def test_off_by_default() -> None:
    assert background({}) is None
    assert background({ENVIRONMENT: " "}) is None


def test_amap_is_the_one_in_gcj02() -> None:
    shifted = {name: background({ENVIRONMENT: name, KEY: "k1"}) for name in ("osm", "amap")}
    assert {name: bool(tiles and tiles.gcj02) for name, tiles in shifted.items()} == {
        "osm": False, "amap": True,
    }  # fmt: skip


def test_own_server_and_own_key() -> None:
    own = background({ENVIRONMENT: "http://10.0.0.5/{z}/{x}/{y}.png"})
    assert own is not None
    assert own.url == "http://10.0.0.5/{z}/{x}/{y}.png"
    sky = background({ENVIRONMENT: "tianditu", KEY: "abc123"})
    assert sky is not None
    assert sky.url.endswith("&tk=abc123")


@pytest.mark.parametrize("key", ["", "a&b=c", "a'b"])
def test_tianditu_needs_a_plain_key(key: str) -> None:
    with pytest.raises(InputError, match=KEY):
        background({ENVIRONMENT: "tianditu", KEY: key})


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="tianditu"):
        background({ENVIRONMENT: "gogle"})
