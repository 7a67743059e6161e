"""Pictures of rasters, read back by another program."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from geo.errors import InputError
from layers.map.raster_images import (
    OTHER_SERVER,
    POWER_LOOKS,
    SERVER_COLOURS,
    UNKNOWN,
    Picture,
    power_picture,
    server_picture,
)
from layers.map.symbols import states

BOX = ((25.0, 102.0), (25.4, 102.4))


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGBA"))


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def test_each_power_has_the_colour_that_the_legend_says() -> None:
    power = np.array([[-60.0, -85.0, -94.9, -105.0, -110.0, -130.0]])
    picture = power_picture(power, np.ones_like(power, bool), BOX, unknown="?")
    found = pixels(picture)[0]
    expected = [0, 0, 1, 2, 3, 4]
    assert [pixel[:3].tolist() for pixel in found] == [rgb(POWER_LOOKS[i][0]) for i in expected]
    assert [row["text"] for row in picture.rows] == [
        "≥ −85", "−95 … −85", "−105 … −95", "−115 … −105", "< −115",
    ]  # fmt: skip


def test_unknown_is_hatched_grey_and_what_was_not_asked_is_clear() -> None:
    power = np.full((12, 12), np.nan)
    asked = np.zeros((12, 12), bool)
    asked[:6] = True
    picture = power_picture(power, asked, BOX, unknown="outside the model")
    found = pixels(picture)
    assert (found[6:, :, 3] == 0).all()
    share = (found[:6, :, 3] == 255).mean()
    assert 0.3 < share < 0.7
    assert (found[:6][found[:6, :, 3] == 255][:, :3] == rgb(UNKNOWN)).all()
    last = picture.rows[-1]
    assert (last["colour"], last["text"], bool(last["hatch"])) == (
        UNKNOWN, "outside the model", True
    )  # fmt: skip


def test_unknown_never_has_the_colour_of_a_class() -> None:
    classes = {colour for colour, _ in POWER_LOOKS} | {*SERVER_COLOURS, OTHER_SERVER}
    assert UNKNOWN not in classes
    assert states(dark=False)[2]["colour"] not in classes


def test_no_legend_row_for_unknown_where_nothing_is() -> None:
    picture = power_picture(np.full((3, 3), -80.0), np.ones((3, 3), bool), BOX, unknown="?")
    assert "?" not in [row["text"] for row in picture.rows]


def test_the_busiest_sites_have_colours_of_their_own() -> None:
    names = [f"site {i}" for i in range(11)]
    server = np.repeat(np.arange(11), np.arange(11, 0, -1))[None]
    picture = server_picture(
        server, np.ones(server.shape, bool), BOX, names=names, words=("others", "?")
    )
    assert [row["text"] for row in picture.rows] == [*names[:8], "others"]
    found = pixels(picture)[0]
    assert found[0, :3].tolist() == rgb(SERVER_COLOURS[0])
    assert (found[server[0] >= 8][:, :3] == rgb(OTHER_SERVER)).all()


def test_rows_stand_where_mercator_puts_them() -> None:
    # From 0° to 60° the middle of the picture lies at 35.3°, not at 30°.
    lat = 60 - (np.arange(600) + 0.5) / 10
    power = np.where(lat > 35.3, -80.0, -100.0)[:, None].repeat(2, axis=1)
    picture = power_picture(power, np.ones_like(power, bool), ((0, 0), (60, 1)), unknown="?")
    found = pixels(picture)[:, 0, :3]
    strong = (found == rgb(POWER_LOOKS[0][0])).all(axis=1)
    assert int(strong.sum()) == pytest.approx(300, abs=2)
    assert strong[:298].all()


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        power_picture(np.zeros((2, 2)), np.ones((3, 3), bool), BOX, unknown="?")
