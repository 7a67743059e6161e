"""A second file adds: what it covers is replaced, the rest stays, and rows are known again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.import_orders import ImportOrder, import_files
from data.importing import catalogue
from data.ledger.villages import village_changes, village_states
from geo.errors import DataError, InputError

CASES = Path(__file__).parent / "doctor" / "cases"
HEAD = "自然村,县,经度,纬度,户数,备注\n"


def put(
    folder: Path, files: Sequence[Path], *, scope: str = "county", date: str = "", **choice: str
) -> list[str]:
    order = ImportOrder(
        ImportChoice(**{"crs": "WGS84", **choice}), FileOrigin("declared", date), scope=scope
    )
    lines: list[str] = []
    import_files(
        files, "yunnan", order, folder=folder, write_line=lambda line: lines.append(line.text("en"))
    )
    return lines


def kept(folder: Path, kind: str = "natural_villages") -> pd.DataFrame:
    with catalogue(folder) as store:
        found = store.table("yunnan", kind)
    assert found is not None
    return pd.DataFrame(found)


def file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    return path


ONE = "甲村,石林县,103.290123,24.770456,30,有桥"
TWO = "乙村,石林县,103.300123,24.780456,45,"
OTHER = "丙村,宜良县,103.150123,24.920456,52,"


def test_two_files_of_one_command_are_both_in_force(tmp_path: Path) -> None:
    put(tmp_path, [CASES / "text/03a_county_one.csv", CASES / "text/03b_county_two.csv"])
    assert sorted(kept(tmp_path)["name"]) == ["乙村", "甲村"]
    with catalogue(tmp_path) as store:
        record = store.in_force("yunnan")["natural_villages"]
        assert record.file_name == "03a_county_one.csv + 1"
        store.undo("yunnan", "natural_villages")
        assert store.table("yunnan", "natural_villages") is None


def test_a_second_county_leaves_the_first_and_says_so(tmp_path: Path) -> None:
    put(tmp_path, [file(tmp_path, "a.csv", ONE, TWO)])
    lines = put(tmp_path, [file(tmp_path, "b.csv", OTHER)])
    assert any("1 rows are new, 0 are replaced, 0 others" in line for line in lines)
    assert sorted(kept(tmp_path)["name"]) == sorted(["甲村", "乙村", "丙村"])


@pytest.mark.parametrize(
    ("scope", "names"),
    [("county", ["丙村", "乙村"]), ("append", ["丙村", "乙村", "甲村"]), ("all", ["乙村"])],
)
def test_the_scope_says_what_goes(tmp_path: Path, scope: str, names: list[str]) -> None:
    put(tmp_path, [file(tmp_path, "a.csv", ONE, TWO, OTHER)])
    put(tmp_path, [file(tmp_path, "b.csv", TWO.replace("45", "46"))], scope=scope)
    table = kept(tmp_path).set_index("name")
    assert sorted(table.index) == sorted(names)
    assert table.loc["乙村", "households"] == 46


def test_a_row_is_known_by_name_and_county_or_by_place(tmp_path: Path) -> None:
    put(tmp_path, [file(tmp_path, "a.csv", ONE, TWO)])
    before = kept(tmp_path).set_index("name")["village_id"]
    moved = "甲村,石林县,103.295000,24.775000,31,"
    unnamed = ",石林县,103.300123,24.780456,47,新"
    put(tmp_path, [file(tmp_path, "b.csv", moved, unnamed)], scope="append")
    after = kept(tmp_path).set_index("village_id")
    assert set(after.index) == set(before)
    first, second = after.loc[before["甲村"]], after.loc[before["乙村"]]
    assert (first["households"], first["备注"]) == (31, "有桥")
    assert (second["households"], second["name"], second["备注"]) == (47, "乙村", "新")


def test_all_sheets_and_all_folders_are_one_import(tmp_path: Path) -> None:
    put(tmp_path, [CASES / "others/08_several_sheets.xlsx"])
    sheets = kept(tmp_path)
    assert set(sheets["township"]) == {"甲乡", "乙乡"}
    put(tmp_path, [CASES / "others/09_kml_folders.kml"], scope="all", kind="natural_villages")
    folders = kept(tmp_path)
    assert sorted(folders["name"]) == sorted(["甲村", "乙村", "丙村", "丁村"])


def test_a_resorted_sheet_changes_no_village(tmp_path: Path) -> None:
    put(tmp_path, [CASES / "text/04a_serial_2023.csv"], date="2023-12-31")
    put(tmp_path, [CASES / "text/04b_serial_2024_resorted.csv"], date="2024-12-31")
    with catalogue(tmp_path) as store:
        changes = village_changes(store, "yunnan")
        states = village_states(store, "yunnan", "2024-12-31")
    assert changes["before"].isna().all()
    assert (len(changes), len(states)) == (3, 3)


def test_an_undated_earlier_file_gets_no_date_from_a_later_one(tmp_path: Path) -> None:
    put(tmp_path, [CASES / "text/04a_serial_2023.csv"])
    dated = tmp_path / "b.csv"
    dated.write_text("自然村,县,经度,纬度,户数,是否有4G\n丁村,宜良县,103.150123,24.920456,30,是")
    put(tmp_path, [dated], date="2024-12-31")
    with catalogue(tmp_path) as store:
        assert len(village_states(store, "yunnan", "2024-12-31")) == 1


def test_an_undecided_system_is_not_committed(tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", ONE)
    with pytest.raises(DataError, match="undecided") as caught:
        put(tmp_path, [path], crs="")
    assert caught.value.exit_code == 1
    with catalogue(tmp_path) as store:
        assert store.history() == []


def test_a_title_row_decides_the_system(tmp_path: Path) -> None:
    path = tmp_path / "titled.csv"
    path.write_text("泸水市自然村，坐标系：GCJ-02（高德）,,,,,\n" + HEAD + ONE, encoding="utf-8")
    put(tmp_path, [path], crs="")
    shifted = kept(tmp_path).iloc[0]
    assert shifted["lon"] != 103.290123
    assert abs(shifted["lon"] - 103.290123) < 0.01


def test_every_repair_on_offer_is_made(tmp_path: Path) -> None:
    order = ImportOrder(
        ImportChoice(crs="WGS84", repairs=frozenset({"all"})), FileOrigin("declared", "")
    )
    import_files([CASES / "text/01_repair_all.csv"], "yunnan", order, folder=tmp_path)
    assert sorted(kept(tmp_path)["name"]) == ["乙村", "甲村"]


def test_an_unknown_scope_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="scope"):
        put(tmp_path, [file(tmp_path, "a.csv", ONE)], scope="village")
