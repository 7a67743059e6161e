"""The application's colours: readable in both themes, and the same in Streamlit's own settings."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from layers.map.palette import PALETTE, colours

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"
#: Text, and the grounds that it is read on.
TEXTS = {
    "ink": ("ground", "card", "sunk", "selection-ground"),
    "ink-2": ("ground", "card", "sunk"),
    "warning": ("ground", "card"),
    "illustrative": ("illustrative-ground",),
    "selection": ("selection-ground", "ground"),
    "covered": ("card",),
    "error": ("ground",),
}


def luminance(colour: str) -> float:
    """Return the relative luminance by WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable_on_its_grounds(dark: bool) -> None:
    shades = colours(dark=dark)
    for text, grounds in TEXTS.items():
        for ground in grounds:
            assert contrast(shades[text], shades[ground]) >= 4.5, (text, ground)
    assert contrast("#FFFFFF", shades["button"]) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_built_and_missing_stands_out_from_the_card(dark: bool) -> None:
    shades = colours(dark=dark)
    for name in ("built", "gap", "covered", "uncovered", "target"):
        assert contrast(shades[name], shades["card"]) >= 3, name


def test_streamlit_has_the_same_colours() -> None:
    theme = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
    for option, name in (
        ("primaryColor", "button"), ("backgroundColor", "ground"), ("textColor", "ink"),
        ("linkColor", "selection"), ("redColor", "error"), ("orangeColor", "warning"),
        ("blueColor", "built"), ("greenColor", "covered"),
    ):  # fmt: skip
        assert (theme["light"][option], theme["dark"][option]) == PALETTE[name], option
