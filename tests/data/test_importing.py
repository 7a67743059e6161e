"""From a file to what the pages compute: tables in force, rasters, the ledger of the villages."""

from __future__ import annotations

import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.import_orders import ImportOrder, import_files
from data.importing import RasterFile, commit_raster, commit_tables, imported_table
from data.ledger.villages import village_changes, village_states
from data.tables.reader import Pack
from data.wording.catalogue import Message
from data.workspace.catalogue import Catalogue
from data.workspace.effective import catalogue_stamp, effective_pack
from geo.errors import DataError, InputError, PlannerError
from planning.gaps import gap_table
from tests.data.doctor.examining import commit_table, examine

PACK = Pack.load("yunnan")
MEASURED = FileOrigin("measured", "2024-06-30")


def villages(rows: pd.DataFrame, date: str = "2024-06-30") -> bytes:
    frame = pd.DataFrame(
        {
            "自然村编号": rows["village_id"], "经度": rows["lon"], "纬度": rows["lat"],
            "户数": rows["households"], "是否有4G": rows["has_4g"].map({True: "是", False: "否"}),
            "数据日期": date, "备注": "=1+1",
        }
    )  # fmt: skip
    return frame.to_csv(index=False).encode("gb18030")


def imported(store: Catalogue, content: bytes, **choice: str) -> int:
    chosen = ImportChoice(crs="EPSG:4326", **choice)
    found = examine(content, PACK, chosen, origin=MEASURED, name="f.csv")
    return commit_table(store, found).id


@pytest.fixture
def store(tmp_path: Path):
    with Catalogue(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def some() -> pd.DataFrame:
    rows = PACK.table("natural_villages")
    return rows.sample(400, random_state=1).reset_index(drop=True)


def test_a_workspace_without_imports_changes_nothing(tmp_path: Path) -> None:
    assert effective_pack(PACK, tmp_path) is PACK
    assert catalogue_stamp(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_villages_replace_the_packs_own_with_their_evidence(
    store: Catalogue, some: pd.DataFrame
) -> None:
    imported(store, villages(some))
    pack = effective_pack(PACK, store.folder)
    table = pack.table("natural_villages")
    assert set(table["village_id"]) == set(some["village_id"])
    assert set(table["evidence"]) == {"measured"}
    assert pack.digest != PACK.digest
    gaps = gap_table(pack, ["natural_villages"], level="province")
    assert set(gaps["evidence"]) == {"measured"}
    row = pack.table("SOURCES").set_index("table").loc["natural_villages"]
    assert (row["package"], row["file"]) == ("import", "f.csv")
    kept = store.table("yunnan", "natural_villages")
    assert kept is not None
    assert set(kept["备注"]) == {"=1+1"}
    store.undo("yunnan", "natural_villages")
    assert effective_pack(PACK, store.folder).digest == PACK.digest


def test_counties_that_a_table_does_not_list_are_unknown_not_empty(
    store: Catalogue, some: pd.DataFrame
) -> None:
    one = some[some["adcode"] == some["adcode"].iloc[0]].assign(households=30)
    imported(store, villages(one))
    pack = effective_pack(PACK, store.folder)
    rows = gap_table(pack, ["natural_villages"], level="county", as_of="2024-12-31").set_index(
        "adcode"
    )
    assert rows["target"].notna().sum() == 1
    assert rows.loc[one["adcode"].iloc[0], "target"] == len(one)
    assert rows["gap"].notna().sum() == 1
    whole = gap_table(pack, ["natural_villages"], level="province", as_of="2024-12-31").iloc[0]
    assert whole["target"] == len(one)
    assert whole["as_of"] == "2024-06-30"
    assert "1 of 129 counties" in whole["note_en"]
    assert "1/129" in whole["note_zh"]
    own = gap_table(PACK, ["natural_villages"], level="province").iloc[0]
    assert "counties" not in own["note_en"]


def test_an_observation_is_added_and_one_of_the_same_id_replaced(store: Catalogue) -> None:
    own = PACK.table("observations")
    first = own.iloc[[0]].assign(value=own["value"].iloc[0] + 7)
    rows = pd.concat([first, first.assign(id="mine-1")])
    imported(store, rows.to_csv(index=False).encode(), kind="observations")
    table = effective_pack(PACK, store.folder).table("observations").set_index("id")
    assert len(table) == len(own) + 1
    assert table.loc[own["id"].iloc[0], "value"] == first["value"].iloc[0]
    others = own.iloc[1:].set_index("id")
    pd.testing.assert_frame_equal(
        table.loc[others.index, ["adcode", "layer", "value"]],
        others[["adcode", "layer", "value"]],
        check_dtype=False,
    )


def test_a_boundary_replaces_one_county_and_keeps_its_figures(
    store: Catalogue, tmp_path: Path
) -> None:
    regions = PACK.geo("regions")
    county = regions[regions["level"] == "county"].iloc[[0]]
    code = str(county["adcode"].iloc[0])
    smaller = gpd.GeoDataFrame(
        {"adcode": [code], "name_zh": county["name_zh"].to_numpy()},
        geometry=[county.geometry.iloc[0].simplify(0.01)], crs="EPSG:4326",
    )  # fmt: skip
    path = tmp_path / "own.geojson"
    smaller.to_file(path)
    found = examine(path, PACK, ImportChoice(kind="regions"), origin=MEASURED)
    commit_table(store, found)
    after = effective_pack(PACK, store.folder).geo("regions").set_index("adcode")
    before = regions.set_index("adcode")
    assert list(after.index) == list(before.index)
    assert after.loc[code, "population"] == before.loc[code, "population"]
    assert not shapely.equals(after.geometry[code], before.geometry[code])
    rest = [c for c in before.index if c != code]
    assert after.geometry[rest].geom_equals(before.geometry[rest]).all()


def test_export_and_import_give_the_same_table(store: Catalogue, some: pd.DataFrame) -> None:
    found = examine(
        villages(some), PACK, ImportChoice(crs="EPSG:4326"), origin=MEASURED, name="f.csv"
    )
    once = imported_table(found)
    text = pd.DataFrame(once.drop(columns="geometry")).to_csv(index=False).encode()
    chosen = ImportChoice(kind="natural_villages", crs="EPSG:4326")
    found = examine(text, PACK, chosen, origin=MEASURED, name="again.csv")
    again = imported_table(found)
    columns = ["village_id", "adcode", "lon", "lat", "households", "has_4g", "evidence", "as_of"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(once[columns]), pd.DataFrame(again[columns]), check_dtype=False
    )


def test_nothing_accepted_is_nothing_committed(store: Catalogue, some: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no row was accepted"):
        imported(store, villages(some.head(5).assign(households=-1)))
    assert store.history() == []


def test_two_imports_at_once_are_both_kept(store: Catalogue, some: pd.DataFrame) -> None:
    """Each joins its rows to what is in force: the later one must see the earlier one."""
    mine, other = (
        examine(villages(part), PACK, ImportChoice(crs="WGS84"), name="a.csv")
        for part in (some.head(1), some.tail(1))
    )
    with Catalogue(store.folder) as second:
        waiting = threading.Thread(target=commit_tables, args=(second, [other], "append"))
        with store.changing():
            waiting.start()
            waiting.join(1)
            table = imported_table(mine)
            store.commit(
                province="yunnan", kind=mine.kind, table=table, file_name="a.csv",
                file_sha256="a", evidence="declared", as_of="", crs={}, counts=mine.counts,
                choices={},
            )  # fmt: skip
        waiting.join(60)
    kept = store.table("yunnan", mine.kind)
    assert kept is not None
    assert len(kept) == 2


def test_the_ledger_answers_any_day(store: Catalogue, some: pd.DataFrame) -> None:
    early = some.head(10).assign(has_4g=False)
    imported(store, villages(early, "2022-12-31"))
    late = some.head(6).assign(has_4g=[True] * 4 + [False] * 2)
    imported(store, villages(late, "2024-06-30"))
    then = village_states(store, "yunnan", "2023-06-30")
    assert (len(then), int(then["has_4g"].sum())) == (10, 0)
    now = village_states(store, "yunnan", "2024-06-30")
    assert (len(now), int(now["has_4g"].sum())) == (10, 4)
    assert len(village_states(store, "yunnan", "2020-01-01")) == 0
    changes = village_changes(store, "yunnan")
    assert len(changes) == 10 + 4
    last = changes.tail(4)
    assert (set(last["before"]), set(last["after"])) == ({False}, {True})
    assert set(last["as_of"]) == {"2024-06-30"}
    store.undo("yunnan", "natural_villages")
    assert int(village_states(store, "yunnan", "2024-06-30")["has_4g"].sum()) == 0


def raster(path: Path, crs: str | None = "EPSG:4326", west: float = 102.0) -> Path:
    cells = np.arange(120, dtype="int16").reshape(10, 12)
    place = rasterio.transform.from_origin(west, 26.0, 0.1, 0.1)
    with rasterio.open(
        path, "w", driver="GTiff", width=12, height=10, count=1, dtype="int16", crs=crs,
        transform=place, nodata=-32768,
    ) as made:  # fmt: skip
        made.write(cells, 1)
    return path


def test_rasters_stand_beside_each_other(store: Catalogue, tmp_path: Path) -> None:
    for west in (102.0, 100.0):
        file = RasterFile(raster(tmp_path / f"{west}.tif", west=west), "m")
        commit_raster(store, file, PACK, kind="dem", origin=MEASURED)
    rows = store.table("yunnan", "dem")
    assert rows is not None
    assert len(rows) == 2
    with rasterio.open(store.folder / rows["file"].iloc[0]) as kept:
        assert kept.read(1)[0, :3].tolist() == [0, 1, 2]
        assert kept.nodata == -32768
    commit_raster(store, file, PACK, kind="dem", origin=MEASURED)
    again = store.table("yunnan", "dem")
    assert again is not None
    assert len(again) == 2


def test_an_srtm_tile_is_placed_by_its_name(store: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "N25E102.hgt"
    np.full((1201, 1201), 1900, dtype=">i2").tofile(path)
    commit_raster(store, RasterFile(path, "m"), PACK, kind="dem", origin=MEASURED)
    rows = store.table("yunnan", "dem")
    assert rows is not None
    box = rows[["west", "south", "east", "north"]].iloc[0].to_numpy(float)
    assert np.allclose(box, [102, 25, 103, 26], atol=0.001)


@pytest.mark.parametrize("fault", ["no crs", "outside", "cut", "text"])
def test_a_raster_at_fault_is_refused(store: Catalogue, tmp_path: Path, fault: str) -> None:
    west = 12.0 if fault == "outside" else 102.0
    path = raster(tmp_path / "r.tif", None if fault == "no crs" else "EPSG:4326", west)
    if fault == "cut":
        path.write_bytes(path.read_bytes()[:60])
    if fault == "text":
        path.write_bytes(b"not a raster")
    with pytest.raises((DataError, InputError)) as caught:
        commit_raster(store, RasterFile(path, "m"), PACK, kind="dem", origin=MEASURED)
    assert isinstance(caught.value, PlannerError)
    assert caught.value.repair
    assert store.history() == []


def order(kind: str | None = None, *, dry_run: bool = False) -> ImportOrder:
    return ImportOrder(ImportChoice(kind=kind, crs="EPSG:4326"), MEASURED, dry_run=dry_run)


def test_headers_of_two_tables_are_asked_about_not_guessed(
    tmp_path: Path, some: pd.DataFrame
) -> None:
    rows = some.head(30)[["village_id", "lon", "lat", "households"]]
    rows = rows.set_axis(["编号", "经度", "纬度", "户数"], axis=1)
    path = tmp_path / "v.csv"
    path.write_bytes(rows.to_csv(index=False).encode("gb18030"))
    folder = tmp_path / "workspace"
    with pytest.raises(InputError, match="admin_villages / natural_villages") as caught:
        import_files([path], "yunnan", order(), folder=folder)
    assert caught.value.exit_code == 2
    assert "--kind admin_villages / --kind natural_villages" in caught.value.repair
    assert not folder.exists()
    told: list[Message] = []
    dry = order(dry_run=True)
    assert not import_files([path], "yunnan", dry, folder=folder, write_line=told.append)
    assert any("equally: say --kind" in line.text("en") for line in told)
    [made] = import_files([path], "yunnan", order("admin_villages"), folder=folder)
    assert made.kind == "admin_villages"
