"""P.1812 over many paths: the same numbers, whoever asks; limits that are told all at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from geo.compiled import compiled
from geo.errors import RangeError
from geo.radio._p1812_batch import middle_latitude
from geo.radio.p1812 import (
    DELTA_N,
    N0,
    Link,
    Profiles,
    Terminals,
    basic_transmission_loss,
    path_loss,
    predict,
    predict_paths,
    radio,
)

ROOT = Path(__file__).resolve().parents[3]
PATHS = 400
PLACE = {"lat_tx": 25.0, "lat_rx": 25.1, "lon_tx": 102.7, "lon_rx": 102.75}
LINK = {"frequency_GHz": 0.7, "h_tx_m": 35.0, "h_rx_m": 1.5, **PLACE}


def ragged(seed: int = 7, *, covered: bool = True) -> Profiles:
    draw = np.random.default_rng(seed)
    lengths = draw.integers(5, 220, PATHS)
    start = np.concatenate([[0], lengths.cumsum()])
    points = start[-1]
    distance, terrain = np.empty(points), np.empty(points)
    for first, end in pairwise(start):
        steps = draw.uniform(0.05, 0.2, end - first - 1).cumsum()
        distance[first:end] = np.concatenate([[0.0], steps])
        terrain[first:end] = 1900 + draw.normal(0, 12, end - first).cumsum()
    if not covered:
        return Profiles(distance, terrain, start)
    zone = draw.choice([1, 3, 4], points, p=[0.1, 0.2, 0.7])
    return Profiles(distance, terrain, start, draw.uniform(0, 20, points), zone)


def varied(seed: int = 8) -> Link:
    draw = np.random.default_rng(seed)
    return Link(
        frequency_GHz=np.repeat(draw.uniform(0.05, 6, PATHS // 4), 4),
        h_tx_m=draw.uniform(10, 80, PATHS),
        h_rx_m=1.5,
        time_percent=draw.choice([1.0, 10.0, 50.0], PATHS),
        location_percent=draw.uniform(1, 99, PATHS),
        location_sigma_dB=8.0,
        polarization=draw.choice(["horizontal", "vertical"], PATHS),
        delta_N=draw.uniform(30, 90, PATHS),
        lat_tx=draw.uniform(21, 29, PATHS),
        lat_rx=25.1,
        lon_tx=102.7,
        lon_rx=draw.uniform(97, 106, PATHS),
        dist_coast_tx_km=draw.uniform(0, 20, PATHS),
    )


def of_path(link: Link, path: int) -> Link:
    values = {name: getattr(link, name) for name in Link.__slots__}
    return Link(
        **{
            name: value if np.ndim(value) == 0 else np.asarray(value)[path].item()
            for name, value in values.items()
        }
    )


def part(profiles: Profiles, path: int) -> dict[str, np.ndarray | None]:
    first, end = profiles.start[path], profiles.start[path + 1]
    names = ("distance_km", "terrain_m", "clutter_m", "zone")
    return {
        name: None if getattr(profiles, name) is None else getattr(profiles, name)[first:end]
        for name in names
    }


@pytest.mark.parametrize("covered", [True, False])
def test_a_batch_gives_what_each_path_gives_to_the_last_bit(covered) -> None:
    profiles, link = ragged(covered=covered), varied()
    many = predict_paths(profiles, link)
    for path in range(PATHS):
        one = path_loss(**part(profiles, path), link=of_path(link, path))
        assert one.loss_dB == many.loss_dB[path]
        assert one.line_of_sight == many.line_of_sight[path]
        assert (one.edge, one.edge_nu) == (many.edge[path], many.edge_nu[path])
    assert 0 < many.line_of_sight.sum() < PATHS


def test_the_number_of_threads_changes_no_bit() -> None:
    profiles, link = ragged(), varied()
    alone = predict_paths(profiles, link, threads=1)
    for threads in (2, 3, 16):
        many = predict_paths(profiles, link, threads=threads)
        assert many.loss_dB.tobytes() == alone.loss_dB.tobytes()
        assert many.edge_nu.tobytes() == alone.edge_nu.tobytes()
        assert (many.edge == alone.edge).all()


def test_many_visitors_may_ask_at_once() -> None:
    profiles, link = ragged(), varied()
    alone = predict_paths(profiles, link, threads=1).loss_dB.tobytes()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(predict_paths, profiles, link, threads=2) for _ in range(12)]
        assert all(one.result().loss_dB.tobytes() == alone for one in asked)


@compiled
def sampled(distance, terrain, start, terminals, constants, losses):
    """Do as a coverage engine: copy each path into scratch arrays, ask, keep the loss."""
    scratch_km, scratch_m = np.empty(500), np.empty(500)
    zones = np.empty(0, np.int8)
    seen = 0
    for path in range(start.size - 1):
        points = start[path + 1] - start[path]
        for i in range(points):
            scratch_km[i] = distance[start[path] + i]
            scratch_m[i] = terrain[start[path] + i]
        heights = (scratch_m[:points], scratch_m[:0])
        found = predict(scratch_km[:points], heights, zones, terminals, constants)
        losses[path] = found.loss_dB
        seen += found.line_of_sight
    return seen


def test_another_kernel_gets_the_same_bits() -> None:
    profiles = ragged(covered=False)
    place = {"lat_tx": 25.0, "lat_rx": 25.0, "lon_tx": 102.7, "lon_rx": 102.7}
    link = Link(**{**LINK, **place}, time_percent=10)
    expected = predict_paths(profiles, link)
    losses = np.empty(PATHS)
    for path in range(PATHS):
        total = profiles.distance_km[profiles.start[path + 1] - 1]
        middle = middle_latitude(25.0, 102.7, 25.0, 102.7, total)
        bounds = profiles.start[path : path + 2]
        terminals = Terminals(35.0, 1.5, middle, 500.0, 500.0)
        arrays = (profiles.distance_km, profiles.terrain_m, bounds)
        sampled(*arrays, terminals, radio(link), losses[path : path + 1])
    assert losses.tobytes() == expected.loss_dB.tobytes()


def test_a_void_in_the_terrain_gives_no_number_to_another_kernel() -> None:
    distance, terrain = np.linspace(0, 5, 51), np.full(51, 1900.0)
    terrain[20] = np.nan
    terminals = Terminals(35.0, 1.5, 25.0, 500.0, 500.0)
    none = (terrain, terrain[:0])
    found = predict(distance, none, np.empty(0, np.int8), terminals, radio(Link(**LINK)))
    assert np.isnan(found.loss_dB)


def test_the_ridge_that_blocks_is_the_point_of_largest_nu() -> None:
    profiles = ragged(covered=True)
    found = predict_paths(profiles, Link(**LINK))
    radius = 6371 * 157 / (157 - DELTA_N)
    for path in range(PATHS):
        one = part(profiles, path)
        distance, top = one["distance_km"], one["terrain_m"] + one["clutter_m"]
        near = distance[1:-1]
        far = distance[-1] - near
        ends = one["terrain_m"][0] + 35.0, one["terrain_m"][-1] + 1.5
        over = top[1:-1] + 500 * near * far / radius
        over -= (ends[0] * far + ends[1] * near) / distance[-1]
        nu = over * np.sqrt(0.002 * distance[-1] / (0.2998 / 0.7 * near * far))
        assert found.edge[path] == nu.argmax() + 1
        assert found.edge_nu[path] == pytest.approx(nu.max(), abs=1e-9)
        assert found.line_of_sight[path] == (nu.max() < 0)


def test_the_middle_of_the_path_lies_on_the_great_circle() -> None:
    quarter = 6371 * np.pi / 2
    assert middle_latitude(0.0, 0.0, 0.0, 90.0, quarter) == pytest.approx(0.0, abs=1e-12)
    assert middle_latitude(60.0, 0.0, 60.0, 180.0, 2 * quarter / 3) == pytest.approx(90.0)
    assert middle_latitude(-10.0, 5.0, 30.0, 5.0, np.radians(40) * 6371) == pytest.approx(10.0)
    # The program in ITU's software list logs 53.68658428 for ITU's profile b2iseac.
    found = middle_latitude(53.18333333, -6.333333333, 54.16666667, -3.183333333, 235.1)
    assert found == pytest.approx(53.68658428, abs=1e-7)


def test_no_paths_are_no_fault() -> None:
    assert predict_paths(Profiles([], [], [0]), Link(**LINK)).loss_dB.size == 0


def test_importing_compiles_nothing() -> None:
    ask = "from geo.radio import p1812, _p1812_batch as b; print(b.run_span.signatures)"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# -- limits


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("frequency_GHz", (0.029, 6.01, np.nan, -1, "7 GHz")),
        ("time_percent", (0.5, 50.1)),
        ("location_percent", (0.5, 99.5)),
        ("location_sigma_dB", (-0.1, np.inf)),
        ("h_tx_m", (0.9, 3001)),
        ("h_rx_m", (0.9, 3001)),
        ("delta_N", (0, 157, -40)),
        ("N0", (0, np.inf)),
        ("lat_tx", (81,)),
        ("lon_rx", (181,)),
        ("dist_coast_tx_km", (-1, np.nan)),
        ("polarization", ("circular", "Vertical", 1)),
    ],
)
def test_a_value_outside_its_limits_is_named(name, values) -> None:
    distance = np.linspace(0, 5, 51)
    for value in values:
        with pytest.raises(RangeError, match=name):
            basic_transmission_loss(distance, np.zeros(51), **{**LINK, name: value})


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("frequency_GHz", 0.03, 6),
        ("time_percent", 1, 50),
        ("location_percent", 1, 99),
        ("h_tx_m", 1, 3000),
        ("h_rx_m", 1, 3000),
    ],
)
def test_the_limits_themselves_are_valid(name, low, high) -> None:
    distance = np.linspace(0, 5, 51)
    for value in (low, high):
        assert basic_transmission_loss(distance, np.zeros(51), **{**LINK, name: value}) > 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"distance_km": [0, 1, 2, 3], "terrain_m": [0, 0, 0, 0]}, "fewer than 5 points"),
        ({"distance_km": []}, "distances"),
        ({"distance_km": [0.1, 1, 2, 3, 4]}, "begin at distance 0"),
        ({"distance_km": [0, 1, 2, 2, 4]}, "do not rise"),
        ({"distance_km": [0, 1, np.nan, 3, 4]}, "do not rise"),
        ({"distance_km": [0, 3, 2, 1, 4]}, "do not rise"),
        ({"distance_km": [0, 0.05, 0.1, 0.15, 0.2]}, "0.25–3000 km"),
        ({"distance_km": [0, 1, 2, 3, 3001]}, "0.25–3000 km"),
        ({"distance_km": [0, 1, 2, 3, np.inf]}, "0.25–3000 km"),
        ({"terrain_m": [0, 0, np.nan, 0, 0]}, "terrain height"),
        ({"terrain_m": [0, 0, np.inf, 0, 0]}, "terrain height"),
        ({"terrain_m": [0, 0, "sea", 0, 0]}, "terrain_m holds"),
        ({"terrain_m": [0, 0, 0]}, "terrain_m has 3 values for 5"),
        ({"terrain_m": [[0, 0, 0, 0, 0]]}, "2 dimensions"),
        ({"clutter_m": [0, -1, 0, 0, 0]}, "clutter height"),
        ({"clutter_m": [0, np.nan, 0, 0, 0]}, "clutter height"),
        ({"clutter_m": [1]}, "clutter_m has 1 values"),
        ({"zone": [4, 4, 2, 4, 4]}, "zone other than"),
        ({"zone": [4, 4, 260, 4, 4]}, "zone other than"),
        ({"zone": [4, 4, 3.5, 4, 4]}, "zone other than"),
    ],
)
def test_a_faulty_profile_is_named(change, told) -> None:
    profile = {"distance_km": [0, 1, 2, 3, 4], "terrain_m": [0, 0, 0, 0, 0], **change}
    with pytest.raises(RangeError, match=told):
        basic_transmission_loss(**profile, **LINK)


def test_all_faults_stand_in_one_message() -> None:
    with pytest.raises(RangeError) as told:
        basic_transmission_loss(
            [0, 1, 1, 3, 4], [0, 0, np.nan, 0, 0], **{**LINK, "frequency_GHz": 8, "h_tx_m": 0}
        )
    for word in ("frequency_GHz 8", "0.03–6 GHz", "h_tx_m 0", "do not rise", "terrain height"):
        assert word in str(told.value)


def test_a_batch_names_its_faulty_paths() -> None:
    profiles = ragged(covered=False)
    profiles.terrain_m[profiles.start[3] + 1] = np.nan
    profiles.distance_km[profiles.start[9]] = 0.5
    with pytest.raises(RangeError, match=r"profile 3 has a terrain.*profile 9 does not begin"):
        predict_paths(profiles, Link(**LINK))
    with pytest.raises(RangeError, match="h_rx_m has 7 values for 400 paths"):
        predict_paths(ragged(), Link(**{**LINK, "h_rx_m": np.ones(7)}))
    with pytest.raises(RangeError, match="start must be"):
        predict_paths(Profiles(np.arange(9), np.zeros(9), [0, 5]), Link(**LINK))
    with pytest.raises(RangeError, match="threads"):
        predict_paths(ragged(), Link(**LINK), threads=0)


def test_arguments_are_left_as_they_are() -> None:
    profiles = ragged()
    before = profiles.distance_km.copy(), profiles.terrain_m.copy(), profiles.clutter_m.copy()
    predict_paths(profiles, Link(**LINK))
    for then, now in zip(
        before, (profiles.distance_km, profiles.terrain_m, profiles.clutter_m), strict=True
    ):
        assert (then == now).all()


def test_defaults_are_those_that_are_documented() -> None:
    distance = np.linspace(0, 5, 51)
    terrain = np.linspace(1900, 1950, 51)
    expected = basic_transmission_loss(
        distance, terrain, **LINK, time_percent=50, location_percent=50, location_sigma_dB=0,
        polarization="vertical", delta_N=DELTA_N, N0=N0, clutter_m=np.zeros(51),
        zone=np.full(51, 4), dist_coast_tx_km=500, dist_coast_rx_km=500,
    )  # fmt: skip
    assert basic_transmission_loss(distance, terrain, **LINK) == expected
    assert (DELTA_N, N0) == (45.0, 325.0)
