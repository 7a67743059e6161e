"""Small files that planners and public sources have, each with its right outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from data.doctor.base import ImportChoice
from data.doctor.engine import examine
from data.tables.reader import Pack

CASES = Path(__file__).parent / "cases"
PACK = Pack.load("yunnan")


@dataclass(frozen=True)
class Outcome:
    """What an examination finds: table, rows read and kept, rules that speak, meanings."""

    kind: str
    read: int
    kept: int
    rules: frozenset[str] = frozenset()
    mapped: dict[str, str] = field(default_factory=dict)
    choice: ImportChoice = field(default_factory=ImportChoice)


OUTCOMES = {
    "text/01_repair_all.csv": Outcome("natural_villages", 2, 2, frozenset({"untrimmed"})),
    "text/02_station_sheet_site_id_only.csv": Outcome(
        "base_stations", 5, 5, mapped={"站址编号": "site_id"}
    ),
    "text/04a_serial_2023.csv": Outcome("natural_villages", 3, 3),
    "text/04b_serial_2024_resorted.csv": Outcome("natural_villages", 3, 3),
    "text/05_opencellid_headerless_460.csv": Outcome("base_stations", 4, 4),
    "text/10_line_break_in_remark.csv": Outcome("natural_villages", 2, 2),
    "text/11_gps_header.csv": Outcome(
        "natural_villages", 4, 4, mapped={"GPS经度": "lon", "GPS纬度": "lat"}
    ),
    "text/19_enodeb_cell_latitude_header.csv": Outcome(
        "base_stations", 9, 9, mapped={"eNodeB Longitude": "lon", "Cell ID": "cell_id"}
    ),
    "others/22_ofds_node_long_extra.geojson": Outcome("fibre_nodes", 1, 1),
    "others/23_regions_datav_style.geojson": Outcome("regions", 1, 1),
    "text/24_villages_without_households.csv": Outcome("natural_villages", 2, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_file_has_its_right_outcome(name: str) -> None:
    right = OUTCOMES[name]
    found = examine(CASES / name, PACK, right.choice)
    assert found.kind == right.kind
    counts = found.counts
    assert (counts.read, counts.accepted + counts.repaired) == (right.read, right.kept)
    assert set(found.findings.counts()["rule"]) == right.rules
    assert right.mapped.items() <= found.headers.mapped.items()


def test_a_serial_number_is_no_id_and_ids_follow_the_village() -> None:
    first, second = (
        examine(CASES / "text" / name, PACK).accepted.set_index("name")["village_id"]
        for name in ("04a_serial_2023.csv", "04b_serial_2024_resorted.csv")
    )
    assert first.to_dict() == second.to_dict()
    assert first.is_unique


def test_sectors_without_cells_are_rows_of_one_station() -> None:
    found = examine(CASES / "text/02_station_sheet_site_id_only.csv", PACK)
    stations = found.accepted["station_id"].tolist()
    assert stations == ["YN0001-5G", "YN0001-5G", "YN0002-5G", "YN0003-4G", "YN0004-4G"]
    assert found.offered == {}


def test_a_remark_keeps_its_line_break() -> None:
    found = examine(CASES / "text/10_line_break_in_remark.csv", PACK)
    assert found.accepted["备注"].tolist() == ["第一行\n第二行", '说"好"']
