"""The catalogue: versions, undo and redo, two processes, kills, damage, migration, PostgreSQL."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data import atomic
from data.tables.common import Counts
from data.workspace.catalogue import Catalogue, ImportRecord
from data.workspace.environment import CATALOGUE_FILE
from data.workspace.store import SCHEMA_VERSION
from geo.errors import DataError, InputError, StorageError, UnknownNameError
from tests.data.postgres import forget_all

FORK = multiprocessing.get_context("fork")


def table(n: int) -> pd.DataFrame:
    return pd.DataFrame({"village_id": [f"v{i}" for i in range(n)], "households": range(1, n + 1)})


def commit(store: Catalogue, rows: pd.DataFrame, kind: str = "natural_villages") -> ImportRecord:
    return store.commit(
        province="toy", kind=kind, table=rows, file_name=f"{len(rows)}.csv",
        file_sha256="ab" * 32, evidence="measured", as_of="2024-06-30",
        crs={"crs": "GCJ-02", "status": "decided"}, counts=Counts(len(rows) + 1, len(rows), 0, 1),
        choices={"encoding": "gb18030"}, who="李",
    )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Catalogue]:
    monkeypatch.delenv("TONGCUN_CATALOGUE", raising=False)
    if request.param == "sqlite":
        with Catalogue(tmp_path) as opened:
            yield opened
        return
    url = request.getfixturevalue("postgres")
    with Catalogue(tmp_path, url) as opened:
        yield opened
    forget_all(url)


def test_an_import_is_kept_as_it_was_said(store: Catalogue) -> None:
    made = commit(store, table(3))
    (read,) = store.history("toy")
    assert read == made
    assert (read.who, read.evidence, read.as_of, read.rows) == ("李", "measured", "2024-06-30", 3)
    assert (read.read, read.accepted, read.repaired, read.rejected) == (4, 3, 0, 1)
    assert read.crs == {"crs": "GCJ-02", "status": "decided"}
    assert read.choices == {"encoding": "gb18030"}
    found = store.table("toy", "natural_villages")
    assert found is not None
    pd.testing.assert_frame_equal(found, table(3))


def test_undo_and_redo_walk_through_the_versions(store: Catalogue) -> None:
    kind = "natural_villages"
    for n in (1, 2, 3):
        commit(store, table(n))
    steps = [store.undo("toy", kind) for _ in range(3)]
    assert [None if step is None else step.rows for step in steps] == [2, 1, None]
    assert store.table("toy", kind) is None
    with pytest.raises(InputError, match="nothing was imported"):
        store.undo("toy", kind)
    assert [store.redo("toy", kind).rows for _ in range(3)] == [1, 2, 3]
    with pytest.raises(InputError, match="nothing was undone"):
        store.redo("toy", kind)


def test_an_import_after_an_undo_drops_the_redo_and_keeps_the_history(store: Catalogue) -> None:
    commit(store, table(1))
    commit(store, table(2))
    store.undo("toy", "natural_villages")
    commit(store, table(5))
    with pytest.raises(InputError, match="nothing was undone"):
        store.redo("toy", "natural_villages")
    assert [record.rows for record in store.history()] == [5, 2, 1]
    back = store.undo("toy", "natural_villages")
    assert back is not None
    assert back.rows == 1


def test_kinds_and_provinces_do_not_meet(store: Catalogue) -> None:
    commit(store, table(1))
    commit(store, table(2), kind="sites")
    assert {kind: record.rows for kind, record in store.in_force("toy").items()} == {
        "natural_villages": 1,
        "sites": 2,
    }
    assert store.in_force("elsewhere") == {}
    with pytest.raises(UnknownNameError, match="natural_villages"):
        commit(store, table(1), kind="natural_vilages")


def test_geometry_comes_back(store: Catalogue) -> None:
    shape = gpd.GeoDataFrame(
        {"road_id": ["r"]}, geometry=[shapely.LineString([(102, 25), (103, 26)])], crs="EPSG:4326"
    )
    commit(store, shape, kind="roads")
    found = store.table("toy", "roads")
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.geometry.iloc[0].equals(shape.geometry.iloc[0])


def test_the_stamp_follows_every_step(store: Catalogue) -> None:
    commit(store, table(1))
    stamps = [store.stamp()]
    time.sleep(0.02)
    store.undo("toy", "natural_villages")
    stamps.append(store.stamp())
    time.sleep(0.02)
    commit(store, table(2))
    stamps.append(store.stamp())
    assert len(set(stamps)) == 3


def test_a_team_reads_what_another_machine_imported(tmp_path: Path, postgres: str) -> None:
    with Catalogue(tmp_path / "one", postgres) as one:
        record = commit(one, table(4), kind="sites")
    with Catalogue(tmp_path / "other", postgres) as other:
        found = other.table("toy", "sites")
        assert found is not None
        assert len(found) == 4
        other.path(record).write_bytes(b"damaged")
        assert len(other.read(record)) == 4
    forget_all(postgres)


def test_reading_makes_nothing(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "new") as opened:
        assert opened.history() == []
        assert opened.in_force("toy") == {}
        with pytest.raises(InputError, match="import a file first"):
            opened.undo("toy", "sites")
    assert not (tmp_path / "new").exists()


def _many(folder: Path, n: int) -> None:
    with Catalogue(folder) as opened:
        for i in range(n):
            commit(opened, table(i + 1))


def test_two_processes_import_at_once(tmp_path: Path) -> None:
    both = [FORK.Process(target=_many, args=(tmp_path, 12)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0
    with Catalogue(tmp_path) as opened:
        records = opened.history()
        assert sorted(record.rows for record in records) == sorted([*range(1, 13)] * 2)
        assert len({record.id for record in records}) == 24
        for record in records:
            assert len(opened.read(record)) == record.rows


def test_a_kill_at_any_moment_leaves_a_good_state(tmp_path: Path) -> None:
    # 30 random points; what the catalogue names is whole, and what was said stays said.
    chance = random.Random(5)
    said = 0
    # How long a few commits take here, so that a busy machine kills in the middle of them too.
    times = []
    for _ in range(3):
        start = time.perf_counter()
        process = FORK.Process(target=_many, args=(tmp_path, 2))
        process.start()
        process.join()
        times.append(time.perf_counter() - start)
    some = min(times)
    for _ in range(30):
        process = FORK.Process(target=_many, args=(tmp_path, 1000))
        process.start()
        time.sleep(chance.uniform(0.1, 0.9) * some)
        process.kill()
        process.join()
        with Catalogue(tmp_path) as opened:
            records = opened.history()
            assert len(records) >= said
            said = len(records)
            if records:
                assert len(opened.read(records[0])) == records[0].rows
    assert said > 2
    with Catalogue(tmp_path) as opened:
        for record in opened.history():
            assert len(opened.read(record)) == record.rows
        assert commit(opened, table(7)).rows == 7


def test_a_full_disk_leaves_the_last_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalogue(tmp_path) as opened:
        commit(opened, table(2))

        def full(_path: Path) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(atomic, "_flush", full)
        with pytest.raises(StorageError, match="disk is full"):
            commit(opened, table(3))
        assert [record.rows for record in opened.history()] == [2]


def test_a_damaged_table_is_told_and_can_be_undone(tmp_path: Path) -> None:
    with Catalogue(tmp_path) as opened:
        commit(opened, table(2))
        record = commit(opened, table(3))
        opened.path(record).write_bytes(b"PAR1")
        with pytest.raises(DataError, match=r"3\.csv is damaged.*undo"):
            opened.table("toy", "natural_villages")
        opened.undo("toy", "natural_villages")
        found = opened.table("toy", "natural_villages")
        assert found is not None
        assert len(found) == 2


@pytest.mark.parametrize("content", [b"no data base at all", b"SQLite format 3\0" + b"\xff" * 200])
def test_a_file_that_is_no_catalogue_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CATALOGUE_FILE).write_bytes(content)
    with Catalogue(tmp_path) as opened, pytest.raises((DataError, StorageError)):
        commit(opened, table(1))
    assert (tmp_path / CATALOGUE_FILE).read_bytes() == content


def test_a_newer_schema_is_refused_and_kept(tmp_path: Path) -> None:
    with Catalogue(tmp_path) as opened:
        commit(opened, table(1))
    with sqlite3.connect(tmp_path / CATALOGUE_FILE) as raw:
        raw.execute("UPDATE tongcun_meta SET schema_version = ?", (SCHEMA_VERSION + 1,))
    raw.close()
    before = (tmp_path / CATALOGUE_FILE).read_bytes()
    with Catalogue(tmp_path) as opened, pytest.raises(DataError, match="newer Tongcun"):
        opened.history()
    assert (tmp_path / CATALOGUE_FILE).read_bytes() == before


def test_an_older_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    with Catalogue(tmp_path) as opened:
        commit(opened, table(1))
    with sqlite3.connect(tmp_path / CATALOGUE_FILE) as raw:
        raw.execute("ALTER TABLE tongcun_imports DROP COLUMN choices")
        raw.execute("ALTER TABLE tongcun_imports DROP COLUMN dropped")
        raw.execute("UPDATE tongcun_meta SET schema_version = 1")
    raw.close()
    with Catalogue(tmp_path) as opened:
        (record,) = opened.history()
        assert (record.rows, record.choices, record.dropped) == (1, {}, False)
        assert commit(opened, table(2)).id == 2


def test_a_workspace_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    with (
        Catalogue(tmp_path / "file" / "workspace") as opened,
        pytest.raises(StorageError, match="file"),
    ):
        commit(opened, table(1))


@pytest.mark.parametrize("url", ["mysql://u:geheim@h/d", "nonsense geheim", "sqlite:///x"])
def test_another_address_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError) as caught:
        Catalogue(tmp_path, url)
    assert "geheim" not in str(caught.value)


def test_a_server_that_is_away_is_told_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql://u:geheim@/d?host={tmp_path}"
    with Catalogue(tmp_path, url) as opened, pytest.raises(StorageError) as caught:
        opened.history()
    assert "geheim" not in str(caught.value)
    assert caught.value.repair


def test_a_catalogue_of_length_zero_is_a_fault(tmp_path: Path) -> None:
    with Catalogue(tmp_path) as store:
        commit(store, table(3))
    file = tmp_path / CATALOGUE_FILE
    file.write_bytes(b"")
    with Catalogue(tmp_path) as store, pytest.raises(DataError, match="empty: it was cut off"):
        store.history()
    with Catalogue(tmp_path) as store, pytest.raises(DataError, match="empty: it was cut off"):
        commit(store, table(3))
    assert file.stat().st_size == 0
