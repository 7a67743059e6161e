"""What a team shares through PostgreSQL: scenarios and rasters, from one machine to the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
import sqlalchemy as sa

from data.doctor.diagnosis import FileOrigin
from data.importing import RasterFile, commit_raster
from data.scenario.scenario import PlannedSite, Scenario, ScenarioConflictError
from data.tables.reader import Pack
from data.workspace import team
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack, imported_rasters
from data.workspace.environment import CATALOGUE_ENVIRONMENT
from data.workspace.folder import Workspace
from data.workspace.store import PARTS
from geo.errors import DataError, InputError, StorageError, UnknownNameError
from tests.data.postgres import engine_of, forget_all

PLAN = Scenario(name="昭通 方案", province="yunnan", sites=(PlannedSite(lat=27.3, lon=103.7),))


@pytest.fixture
def url(postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv(CATALOGUE_ENVIRONMENT, postgres)
    yield postgres
    forget_all(postgres)


def test_one_saves_and_the_other_loads_changes_and_deletes(url: str, tmp_path: Path) -> None:
    one, other = Workspace(tmp_path / "one"), Workspace(tmp_path / "other")
    assert one.names() == ()
    assert one.save(PLAN) is None
    assert other.names() == (PLAN.name,)
    assert other.load(PLAN.name) == PLAN
    changed = PLAN.model_copy(update={"sites": ()})
    other.save(changed)
    assert one.load(f" {PLAN.name} ").sites == ()
    other.delete(PLAN.name)
    assert one.names() == ()
    with pytest.raises(UnknownNameError):
        one.load(PLAN.name)
    with pytest.raises(UnknownNameError):
        one.delete(PLAN.name)
    assert not (tmp_path / "one").exists()
    assert one.place.startswith("postgresql")


def test_who_joins_rows_waits_for_who_does_so_on_another_machine(url: str, tmp_path: Path) -> None:
    done = threading.Event()

    def join() -> None:
        with Catalogue(tmp_path / "other") as other, other.changing():
            done.set()

    with Catalogue(tmp_path / "one") as one:
        waiting = threading.Thread(target=join)
        with one.changing():
            waiting.start()
            assert not done.wait(1)
        assert done.wait(60)
        waiting.join(60)


def test_another_than_was_loaded_is_not_replaced(url: str, tmp_path: Path) -> None:
    one, other = Workspace(tmp_path / "one"), Workspace(tmp_path / "other")
    one.save(PLAN, replaces="")
    changed = PLAN.model_copy(update={"sites": ()})
    other.save(changed, replaces=PLAN.digest)
    with pytest.raises(ScenarioConflictError) as refused:
        one.save(PLAN.model_copy(update={"targets": {"x": 1}}), replaces=PLAN.digest)
    assert refused.value.there == changed
    assert other.load(PLAN.name) == changed


def test_files_of_the_folder_stay_readable_and_the_teams_go_first(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Workspace(tmp_path)
    with monkeypatch.context() as alone:
        alone.delenv(CATALOGUE_ENVIRONMENT)
        mine.save(PLAN)
        mine.save(PLAN.model_copy(update={"name": "只在这里"}))
        assert mine.place == str(mine.scenarios_dir)
    assert mine.names() == tuple(sorted([PLAN.name, "只在这里"]))
    assert mine.load("只在这里").sites == PLAN.sites
    mine.save(PLAN.model_copy(update={"sites": ()}))
    assert mine.load(PLAN.name).sites == ()
    mine.delete(PLAN.name)
    assert mine.names() == ("只在这里",)


def test_a_server_that_is_away_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CATALOGUE_ENVIRONMENT, f"postgresql://u:geheim@/d?host={tmp_path}")
    for act in (Workspace(tmp_path).names, lambda: Workspace(tmp_path).save(PLAN)):
        with pytest.raises(StorageError) as caught:
            act()
        assert "geheim" not in str(caught.value)


def terrain(folder: Path) -> RasterFile:
    path = folder / "dem.tif"
    place = rasterio.transform.from_origin(102.0, 26.0, 0.01, 0.01)
    cells = np.random.default_rng(1).integers(0, 4000, (100, 120)).astype("int16")
    with rasterio.open(
        path, "w", driver="GTiff", width=120, height=100, count=1, dtype="int16",
        crs="EPSG:4326", transform=place, nodata=-32768,
    ) as made:  # fmt: skip
        made.write(cells, 1)
    return RasterFile(path, "m")


def test_a_raster_reaches_the_other_machine_in_parts(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "PART_BYTES", 5_000)
    pack = Pack.load("yunnan")
    with Catalogue(tmp_path / "one") as one:
        commit_raster(one, terrain(tmp_path), pack, kind="dem", origin=FileOrigin("measured"))
    (here,) = imported_rasters(effective_pack(pack, tmp_path / "one"))
    (there,) = imported_rasters(effective_pack(pack, tmp_path / "other"))
    assert there.path != here.path
    assert there.path.read_bytes() == here.path.read_bytes()
    with engine_of(url).connect() as connection:
        assert len(connection.execute(sa.select(PARTS.c.part)).all()) > 2


def test_a_raster_that_nobody_has_or_that_is_damaged_is_told(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "PART_BYTES", 5_000)
    pack = Pack.load("yunnan")
    with Catalogue(tmp_path / "one") as one:
        commit_raster(one, terrain(tmp_path), pack, kind="dem", origin=FileOrigin("measured"))
    with engine_of(url).begin() as connection:
        connection.execute(sa.delete(PARTS).where(PARTS.c.part == 1))
    with pytest.raises(DataError, match="damaged"):
        imported_rasters(effective_pack(pack, tmp_path / "other"))
    assert not list((tmp_path / "other" / "rasters").iterdir())
    monkeypatch.delenv(CATALOGUE_ENVIRONMENT)
    with Catalogue(tmp_path / "one") as one, pytest.raises(DataError, match="missing"):
        one.fetched("rasters/none.tif")


def test_a_raster_too_large_for_the_data_base_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "LARGEST_BYTES", 1_000)
    with (
        Catalogue(tmp_path / "one") as one,
        pytest.raises(InputError, match="MiB of one file") as caught,
    ):
        commit_raster(
            one, terrain(tmp_path), Pack.load("yunnan"), kind="dem", origin=FileOrigin("measured")
        )
    assert "tiles" in caught.value.repair
