"""The doctor's whole way: one village list in every dialect becomes one and the same table."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings, strategies as st

from data.doctor.base import ROW, ImportChoice
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.engine import STEPS
from data.doctor.report.rejects import rejected_file
from data.export.bundle import ExportBundle
from data.export.writers import to_bytes
from data.tables.common import LAT, LON
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual
from geo.earth.crs import geodesic_m, wgs84_to_gcj02
from geo.errors import InputError, PlannerError, UnknownNameError
from tests.data.doctor import making
from tests.data.doctor.examining import examine, of_rule

YUNNAN = Pack.load("yunnan")
TODAY = dt.date(2026, 11, 20)


@lru_cache(maxsize=1)
def villages() -> pd.DataFrame:
    """Real places as if they were villages: 120 of them, in 60 counties and more."""
    places = YUNNAN.table("places").dropna(subset=["name_zh"])
    places = places.drop_duplicates(["name_zh"]).sample(120, random_state=5)
    return pd.DataFrame(
        {
            "村编号": [f"V{i:04d}" for i in range(120)],
            "村名": places["name_zh"].to_numpy(),
            "县代码": places["adcode"].to_numpy(),
            "经度": places["lon"].round(6).to_numpy(),
            "纬度": places["lat"].round(6).to_numpy(),
            "户数": np.arange(20, 140),
            "4G": ["有", "无", "未知"] * 40,
            "备注": ["=1+1", "普通", ""] * 40,
        }
    )


def as_csv(encoding: str = "utf-8", **options: object) -> bytes:
    return str(villages().to_csv(index=False, **options)).encode(encoding)


def as_xlsx() -> bytes:
    rows = villages().astype(object).to_numpy().tolist()
    title: list[list[object]] = [["云南省自然村台账"], ["填报单位：某县", None]]
    return making.workbook(
        ("说明", [["请勿修改"]], []),
        ("台账", [*title, list(villages().columns), *rows], ["A1:H1"]),
    )


def as_gdal(driver: str, suffix: str, *, crs: str = "EPSG:4326", **options: object) -> bytes:
    frame = villages()
    points = gpd.points_from_xy(frame["经度"], frame["纬度"])
    data = gpd.GeoDataFrame(frame.drop(columns=["经度", "纬度"]), geometry=points, crs="EPSG:4326")
    files = making.written(driver, suffix, data=data.to_crs(crs), **options)
    return making.zipped(files) if len(files) > 1 else next(iter(files.values()))


def as_gcj02() -> bytes:
    frame = villages().copy()
    frame["经度"], frame["纬度"] = wgs84_to_gcj02(frame["经度"], frame["纬度"])
    return frame.to_csv(index=False).encode("gb18030")


DIALECTS = {
    "utf8.csv": as_csv,
    "bom.csv": lambda: as_csv("utf-8-sig"),
    "gbk.csv": lambda: as_csv("gb18030"),
    "utf16.txt": lambda: as_csv("utf-16", sep="\t"),
    "semicolon.csv": lambda: as_csv(sep=";"),
    "tab.tsv": lambda: as_csv("gb18030", sep="\t"),
    "gcj02.csv": as_gcj02,
    "book.xlsx": as_xlsx,
    "points.geojson": lambda: as_gdal("GeoJSON", ".geojson"),
    "points.gpkg": lambda: as_gdal("GPKG", ".gpkg"),
    "zone.gpkg": lambda: as_gdal("GPKG", ".gpkg", crs="EPSG:4543"),
    "shape.zip": lambda: as_gdal("ESRI Shapefile", ".shp", encoding="GBK"),
    "points.kml": lambda: as_gdal("KML", ".kml"),
    "wrong-suffix.xlsx": as_csv,
}


def examined(content: bytes, name: str, **choice: object) -> Diagnosis:
    return examine(
        content, YUNNAN, ImportChoice(kind="natural_villages", **choice),
        origin=FileOrigin("measured", "2026-06-30", TODAY), name=name,
    )  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_gives_the_same_table(name: str) -> None:
    found = examined(DIALECTS[name](), name)
    wanted = villages()
    assert (found.counts.read, found.counts.rejected) == (120, 0), found.findings.counts()
    got = found.accepted
    assert got["households"].tolist() == wanted["户数"].tolist()
    if name != "points.kml":  # GDAL writes its own names there
        assert got["village_id"].tolist() == wanted["村编号"].tolist()
        assert got["has_4g"].isna().sum() == 40
        assert int(got["has_4g"].sum()) == 40
    off = geodesic_m(got[LON], got[LAT], wanted["经度"], wanted["纬度"])
    assert float(np.max(off)) < 1.0
    assert set(got["evidence"]) == {"measured"}
    assert set(got["as_of"]) == {"2026-06-30"}
    assert set(got["source"]) == {name}
    assert got["adcode"].isin(YUNNAN.regions("county")["adcode"]).all()
    # What no column holds is kept under its own name; a formula that was never computed is empty.
    if name != "book.xlsx":
        assert got["备注"].dropna().iloc[0] == "=1+1"


def test_the_steps_are_told_in_order() -> None:
    told: list[str] = []
    examine(
        as_csv(), YUNNAN, ImportChoice(kind="natural_villages"), name="a.csv", progress=told.append
    )
    assert tuple(told) == STEPS


def test_the_kind_is_seen_from_the_headers() -> None:
    found = examine(as_csv(), YUNNAN, name="a.csv")
    assert found.kind == "natural_villages"
    assert found.kinds[0][1] > found.kinds[1][1]


def test_dirty_rows_are_rejected_mended_and_come_back() -> None:
    frame = villages().head(30).astype(object)
    frame.loc[3, "户数"] = -4
    frame.loc[5, "村编号"] = str(frame.loc[4, "村编号"])
    frame.loc[7, ["经度", "纬度"]] = [0, 0]
    frame.loc[9, ["经度", "纬度"]] = frame.loc[9, ["纬度", "经度"]].tolist()
    frame.loc[11, "村名"] = "=HYPERLINK(1)"
    content = frame.to_csv(index=False).encode("gb18030")
    found = examined(content, "dirty.csv")
    assert found.rejected == {5, 7, 9, 11}
    assert found.counts.read == 30 == found.counts.accepted + found.counts.rejected
    assert {"new_id", "swap_lonlat"} <= set(found.offered)

    mended = examined(content, "dirty.csv", repairs=frozenset({"new_id", "swap_lonlat"}))
    assert mended.repaired == {7, 11}
    assert mended.rejected == {5, 9}
    assert (mended.counts.accepted, mended.counts.repaired) == (26, 2)

    for suffix in (".csv", ".xlsx"):
        rejected = rejected_file(found, suffix)
        again = examined(rejected, f"again{suffix}")
        assert [str(name) for name in again.raw.frame.columns if name != ROW] == list(frame)
        assert again.counts.read == 4
        # The repeated id stands alone in this file.
        assert len(again.rejected) == 3, again.findings.findings()
    text = rejected_file(found, ".csv").decode("utf-8-sig")
    assert text.splitlines()[0].startswith("拒绝原因,村编号,村名")
    assert "原第 5 行" in text


def test_rejected_geometries_keep_their_system() -> None:
    frame = making.frame().head(2)
    bad = gpd.GeoDataFrame(
        {"村名": ["甲", "乙"], "户数": [-1, 20]}, geometry=frame.geometry, crs="EPSG:4326"
    ).to_crs("EPSG:4543")  # fmt: skip
    files = making.written("GPKG", ".gpkg", data=bad)
    found = examined(next(iter(files.values())), "a.gpkg")
    assert found.rejected == {1}
    text = rejected_file(found, ".csv", "en").decode("utf-8-sig")
    assert "SRID=4543;POINT" in text
    again = examined(text.replace("甲,-1", "甲,25").encode(), "again.csv")
    assert again.raw.sniffed.declared_crs == "EPSG:4543"
    assert again.counts.accepted == 1
    assert abs(float(again.accepted[LON].iloc[0]) - making.LON[0]) < 1e-6


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".geojson", ".gpkg", ".parquet"])
def test_what_is_exported_comes_back_the_same(suffix: str) -> None:
    columns = ["village_id", "name", "lon", "lat", "households", "has_4g", "as_of"]
    first = examined(as_csv(), "a.csv").accepted
    table = first[columns].assign(name=["=1+1", "@x", "-村", "正常"] * 30)
    bundle = ExportBundle("natural_villages", Bilingual("自然村", "Villages"), table)
    found = examined(to_bytes(bundle, suffix), f"export{suffix}")
    assert found.counts.rejected == 0, found.findings.counts()
    pd.testing.assert_frame_equal(
        found.accepted[columns].reset_index(drop=True).astype(object),
        table.reset_index(drop=True).astype(object),
        check_exact=False, rtol=0, atol=1e-9,
    )  # fmt: skip


def test_own_boundaries_and_routes_come_in() -> None:
    box = shapely.box(100.1, 25.5, 100.4, 25.8)
    regions = gpd.GeoDataFrame(
        {"adcode": ["532901"], "名称": ["大理市"]}, geometry=[box], crs="EPSG:4326"
    )
    content = making.written("GeoJSON", ".geojson", data=regions)["villages.geojson"]
    found = examine(content, YUNNAN, ImportChoice(kind="regions"), name="r.geojson")
    assert found.counts.rejected == 0, found.findings.findings()
    assert found.accepted["geometry"].iloc[0].equals(box)
    line = shapely.LineString([(100.1, 25.5), (100.2, 25.5)])
    routes = gpd.GeoDataFrame({"芯数": [24]}, geometry=[line], crs="EPSG:4326")
    content = making.written("GeoJSON", ".geojson", data=routes)["villages.geojson"]
    found = examine(content, YUNNAN, ImportChoice(kind="fibre_routes"), name="f.geojson")
    assert found.counts.rejected == 0, found.findings.findings()
    assert found.accepted["length_km"].iloc[0] == pytest.approx(10.05, abs=0.05)


def test_a_list_of_cells_without_a_header_comes_in() -> None:
    found = examine(making.cells_csv(500), YUNNAN, name="460.csv")
    assert found.kind == "base_stations"
    assert found.raw.sniffed.format == "opencellid"
    outside = of_rule(found.findings, "outside_region")
    assert found.counts.rejected == len(set(outside.frame["row"]))
    assert set(found.accepted["technology"]) == {"4G"}


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "empty"),
        (b"\n\n", "a.csv", "no rows"),
        (b"PK\x03\x04 cut", "a.xlsx", "."),
        (making.zipped({"../../etc/passwd": b"x,y\n1,2\n"}), "a.zip", "."),
        (making.zipped({"a.csv": b"0" * 70_000_000}), "a.zip", "."),
        (b"\x00\x01\x02\x03" * 100, "a.bin", "."),
        ("村名,户数\n".encode(), "a.csv", "no rows"),
        ("甲,乙\n一,二\n".encode(), "a.csv", "."),
    ],
)
def test_bad_files_are_refused_in_one_sentence(content: bytes, name: str, said: str) -> None:
    with pytest.raises(PlannerError, match=said) as caught:
        examine(content, YUNNAN, name=name)
    assert caught.value.repair
    assert "Traceback" not in str(caught.value)


def test_choices_that_cannot_be_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="table"):
        examine(as_csv(), YUNNAN, ImportChoice(kind="castles"), name="a.csv")
    with pytest.raises(InputError, match="raster"):
        examine(as_csv(), YUNNAN, ImportChoice(kind="dem"), name="a.csv")
    with pytest.raises(UnknownNameError, match="evidence"):
        FileOrigin("guessed")
    with pytest.raises(InputError, match="date"):
        FileOrigin("declared", "2026-13-01")


CELLS = st.one_of(
    st.text(max_size=12), st.floats().map(str), st.integers(-(10**12), 10**12).map(str),
    st.sampled_from(["", "=1+1", "<b>", "25°30′", "N25", "1e999", "NaN", "万", "一百", "\x00"]),
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_no_cell_breaks_the_doctor(rows: list[tuple[str, str, str, str]]) -> None:
    """Whatever stands in the cells: one clear refusal, or counts that add up."""
    stream = io.StringIO()
    pd.DataFrame(rows, columns=["村名", "经度", "纬度", "户数"]).to_csv(stream, index=False)
    try:
        found = examined(stream.getvalue().encode("utf-8", "surrogatepass"), "fuzz.csv")
    except PlannerError:
        return
    counts = found.counts
    assert counts.read == counts.accepted + counts.repaired + counts.rejected
    assert len(found.accepted) == counts.accepted + counts.repaired
    assert np.isfinite(found.accepted[[LON, LAT]].to_numpy(float)).all()


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.zip", "a.kml", "a.gpkg"]))
def test_no_bytes_break_the_doctor(content: bytes, name: str) -> None:
    try:
        examined(content, name)
    except PlannerError:
        return


def test_truncated_files_are_refused() -> None:
    for name in ("points.gpkg", "shape.zip", "book.xlsx"):
        content = DIALECTS[name]()
        for share in (0.3, 0.7, 0.95):
            try:
                found = examined(content[: int(len(content) * share)], name)
            except PlannerError:
                continue
            assert found.counts.read <= 120


def test_a_workbook_of_empty_rows_is_refused_in_bounded_time() -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    stream = io.BytesIO(making.workbook(("a", [["x"]], [])))
    with zipfile.ZipFile(stream) as archive:
        parts = {item: archive.read(item) for item in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with pytest.raises(PlannerError, match="1,048,576"):
        examined(making.zipped(parts), "a.xlsx")


def test_formats_are_those_that_gdal_here_can_write() -> None:
    drivers = pyogrio.list_drivers()
    assert {"GPKG", "GeoJSON", "KML", "ESRI Shapefile"} <= set(drivers)
