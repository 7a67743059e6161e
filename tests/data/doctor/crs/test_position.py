"""Coordinates as people type them: any order, decimal or degrees, minutes, seconds."""

from __future__ import annotations

import pytest

from data.doctor.crs.position import read_position
from data.wording.catalogue import LANGUAGES
from geo.errors import InputError, RangeError

PLACE = (26.208333, 98.95)


@pytest.mark.parametrize(
    "text",
    [
        "26.208333, 98.95", "98.95,26.208333", "26.208333 98.95", "98.95，26.208333",
        "26°12′30″N 98°57′E", "98°57′E 26°12′30″N", "北纬26度12分30秒 东经98度57分",
        "26 12 30, 98 57 0", "N26.208333 E98.95", "26.208333；98.95",
    ],
)  # fmt: skip
def test_every_way_to_write_a_place_gives_it(text: str) -> None:
    assert read_position(text) == pytest.approx(PLACE, abs=2e-6)


@pytest.mark.parametrize("text", ["", "泸水", "26.2", "26.2,", "a,b"])
def test_what_is_no_pair_is_refused_in_every_language(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_position(text)
    said = [caught.value.said(language) for language in LANGUAGES]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("text", ["0,0", "60,120", "-26.2,98.9", "26.2,140"])
def test_a_place_outside_china_is_refused(text: str) -> None:
    with pytest.raises(RangeError):
        read_position(text)
