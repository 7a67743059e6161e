"""Exports re-read by other programs: same rows, same bytes, nothing that runs, nothing lost."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import math
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings, strategies as st

from data.export.bundle import ExportBundle, about_json, escape_formula, printable
from data.export.writers import PLAIN, SUFFIXES, run_digest, to_bytes, write
from data.wording.catalogue import Bilingual, text
from geo.errors import InputError, StorageError

ROOT = Path(__file__).parents[3]
HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> & \'"]]> </script>'
KML = "{http://www.opengis.net/kml/2.2}"

#: Open fibre data needs the links of a plan.
MAPS = [suffix for suffix in SUFFIXES if not suffix.startswith(".ofds")]

GAPS = Bilingual("缺口", "Gaps")


def bundle(name: str = "昆明市") -> ExportBundle:
    """Two regions, one of them with an unknown gap, and one illustrative village."""
    main = pd.DataFrame(
        {
            "adcode": ["530100", "530300"],
            "name_zh": pd.Series([name, "曲靖市"], dtype=object),
            "name_en": ["Kunming City", "Qujing City"],
            "gap": [-12.0, math.nan],
            "evidence": ["allocated", "illustrative"],
            "source_ids": ["yn-5g-2020;pack:regions", "yn-5g-2020"],
        }
    )
    villages = pd.DataFrame(
        {"village_id": ["v1"], "lon": [102.5], "lat": [25.1], "households": [31],
         "state": ["uncovered"], "evidence": ["illustrative"]}
    )  # fmt: skip
    sources = pd.DataFrame({"id": ["yn-5g-2020"], "quote": ["完成5G基站建设1.9万个"]})
    polygons = gpd.GeoSeries(
        [shapely.box(102, 24, 103, 26), shapely.box(103, 24, 104, 26)], crs=4326
    )
    return ExportBundle(
        "gaps", GAPS, main, {"villages": villages, "sources": sources},
        {"run_digest": "0123456789abcdef", "stamp_zh": "含示例数据", "stamp_en": "illustrative"},
        polygons,
    )  # fmt: skip


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format written by another process, in another time zone, seconds ago."""
    folder = tmp_path_factory.mktemp("elsewhere")
    script = (
        "import sys, importlib.util, pathlib\n"
        "spec = importlib.util.spec_from_file_location('t', sys.argv[1])\n"
        "t = importlib.util.module_from_spec(spec); spec.loader.exec_module(t)\n"
        "folder = pathlib.Path(sys.argv[2])\n"
        "for s in t.MAPS: (folder / f'x{s}').write_bytes(t.to_bytes(t.bundle(), s))\n"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    subprocess.run([sys.executable, "-c", script, __file__, folder], check=True, cwd=ROOT, env=env)
    written = time.time() // 2
    while time.time() // 2 == written:  # zip counts in steps of two seconds
        time.sleep(0.02)
    return folder


@pytest.mark.parametrize("suffix", MAPS)
def test_same_inputs_same_bytes(suffix: str, elsewhere: Path) -> None:
    assert to_bytes(bundle(), suffix) == to_bytes(bundle(), suffix)
    assert to_bytes(bundle(), suffix) == (elsewhere / f"x{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".kml"])
def test_gdal_reads_the_same_rows(suffix: str, tmp_path: Path) -> None:
    path = write(bundle(), tmp_path / f"x{suffix}")
    layer = None if suffix == ".geojson" else "gaps" if suffix == ".gpkg" else 0
    frame = gpd.read_file(path, layer=layer) if layer is not None else gpd.read_file(path)
    assert frame.crs.to_epsg() == 4326
    assert len(frame) == 2
    assert frame.geometry.iloc[0].bounds == pytest.approx((102, 24, 103, 26))
    if suffix != ".kml":
        assert frame["adcode"].tolist() == ["530100", "530300"]
        assert frame["gap"].iloc[0] == -12
        assert math.isnan(frame["gap"].iloc[1])


def test_geopackage_carries_lists_sources_and_provenance(tmp_path: Path) -> None:
    path = write(bundle(), tmp_path / "x.gpkg")
    assert {name for name, _ in pyogrio.list_layers(path)} == {
        "gaps",
        "villages",
        "sources",
        "about",
        "layer_styles",
    }
    with sqlite3.connect(path) as base:
        about = dict(base.execute("SELECT item, value FROM about").fetchall())
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert about["run_digest"] == "0123456789abcdef"
    assert gpd.read_file(path, layer="villages").geometry.iloc[0].x == 102.5


def test_workbook_reads_in_another_program(tmp_path: Path) -> None:
    path = write(bundle(), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["gaps", "villages", "sources", "about"]
    sheet = book["gaps"]
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == list(bundle().main.columns)
    assert sheet["B2"].value == "昆明市"
    assert sheet["D2"].value == -12
    assert sheet["D2"].number_format == "#,##0"
    assert sheet["D3"].value is None
    assert sheet["A2"].value == "530100"
    assert sheet["A3"].fill.fgColor.rgb != sheet["A2"].fill.fgColor.rgb
    about = {row[0].value: row[1].value for row in book["about"].iter_rows()}
    assert about["run_digest"] == "0123456789abcdef"


def test_csv_is_for_excel_and_for_pandas(tmp_path: Path) -> None:
    path = write(bundle(), tmp_path / "x.csv")
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(io.BytesIO(content), dtype={"adcode": str})
    assert frame["gap"].tolist()[0] == -12
    assert math.isnan(frame["gap"].tolist()[1])
    about = json.loads((tmp_path / "x.csv.about.json").read_text(encoding="utf-8"))
    assert about["about"]["run_digest"] == "0123456789abcdef"
    assert about["sources"][0]["quote"] == "完成5G基站建设1.9万个"


def test_parquet_keeps_geometry_and_provenance(tmp_path: Path) -> None:
    path = write(bundle(), tmp_path / "x.parquet")
    frame = gpd.read_parquet(path)
    assert frame.crs.to_epsg() == 4326
    assert frame["gap"].iloc[0] == -12
    assert b"0123456789abcdef" in pq.read_schema(path).metadata[b"tongcun"]


def test_kml_is_styled_and_stamped() -> None:
    root = ET.fromstring(to_bytes(bundle(), ".kml"))
    folders = {f.find(f"{KML}name").text: f for f in root.iter(f"{KML}Folder")}
    assert list(folders) == ["gaps", "villages"]
    assert folders["villages"].find(f".//{KML}styleUrl").text == "#point-uncovered"
    marks = folders["gaps"].findall(f"{KML}Placemark")
    styles = {s.get("id") for s in root.findall(f".//{KML}Style")}
    assert [m.find(f"{KML}name").text for m in marks] == [
        "昆明市 Kunming City",
        "曲靖市 Qujing City",
    ]
    for mark in marks:
        assert mark.find(f"{KML}styleUrl").text.removeprefix("#") in styles
    for mark in root.iter(f"{KML}Placemark"):
        assert "含示例数据" in mark.find(f"{KML}description").text
    assert "ILLUSTRATIVE" in marks[1].find(f"{KML}description").text
    assert "ILLUSTRATIVE" not in marks[0].find(f"{KML}description").text
    data = {d.get("name"): d.find(f"{KML}value").text for d in marks[0].iter(f"{KML}Data")}
    assert data["source_ids"] == "yn-5g-2020;pack:regions"
    assert data["gap"] == "-12"


def test_geojson_is_rfc7946() -> None:
    content = json.loads(to_bytes(bundle(), ".geojson"))
    assert content["about"]["run_digest"] == "0123456789abcdef"
    assert content["tables"]["villages"]["features"][0]["properties"]["village_id"] == "v1"
    assert content["tables"]["sources"][0]["id"] == "yn-5g-2020"
    ring = shapely.LinearRing(content["features"][0]["geometry"]["coordinates"][0])
    assert ring.is_ccw
    assert content["features"][1]["properties"]["gap"] is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", HOSTILE])
def test_text_never_runs(text: str, tmp_path: Path) -> None:
    path = write(bundle(text), tmp_path / "x.xlsx")
    cell = openpyxl.load_workbook(path)["gaps"]["B2"]
    assert cell.data_type == "s"
    assert cell.value == f"'{text}"
    frame = pd.read_csv(io.BytesIO(to_bytes(bundle(text), ".csv")))
    assert frame["name_zh"].iloc[0].startswith("'")
    assert frame["gap"].iloc[0] == -12
    kml = to_bytes(bundle(text), ".kml").decode()
    assert "<script>" not in kml
    assert ET.fromstring(kml) is not None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=60))
def test_any_name_survives_every_text_format(name: str) -> None:
    hostile, shown = bundle(name), printable(name)
    feature = json.loads(to_bytes(hostile, ".geojson"))["features"][0]
    assert feature["properties"]["name_zh"] == shown
    mark = ET.fromstring(to_bytes(hostile, ".kml")).find(f".//{KML}Placemark")
    data = {d.get("name"): d.find(f"{KML}value").text for d in mark.iter(f"{KML}Data")}
    assert data["name_zh"] == shown
    text = to_bytes(hostile, ".csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1][1] == escape_formula(shown)
    assert rows[1][3] == "-12"
    book = openpyxl.load_workbook(io.BytesIO(to_bytes(hostile, ".xlsx")))
    cell = book["gaps"]["B2"]
    assert cell.data_type == "s"
    expected = escape_formula(shown).replace("\r\n", "\n").replace("\r", "\n")
    assert cell.value == expected
    assert book["gaps"]["D2"].value == -12


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
@pytest.mark.parametrize(
    "name", [HOSTILE, "a\x00b\ud800", "\U0002ebf0村", "'); DROP TABLE gaps;--"]
)
def test_hostile_names_survive_binary_formats(name: str, suffix: str, tmp_path: Path) -> None:
    path = write(bundle(name), tmp_path / f"x{suffix}")
    frame = gpd.read_file(path, layer="gaps") if suffix == ".gpkg" else gpd.read_parquet(path)
    assert frame["name_zh"].iloc[0] == printable(name)


def test_rare_ideographs_stay_and_control_characters_go() -> None:
    assert printable("\U0002ebf0\ue010") == "\U0002ebf0\ue010"
    assert printable("a\x00\x1f\ud800\uffff") == "a" + "\ufffd" * 4


def odd_points() -> ExportBundle:
    """Points with every kind of missing cell that pandas knows."""
    main = pd.DataFrame(
        {
            "village_id": ["v1", "v2"],
            "lon": [102.5, math.nan],
            "lat": [25.0, math.nan],
            "state": ["covered", None],
            "count": pd.array([1, None], dtype="Int64"),
            "sure": pd.array([True, None], dtype="boolean"),
            "date": pd.to_datetime(["2020-12-31", None]),
            "kind": pd.Categorical(["a", None]),
            "empty": [None, None],
            "infinite": [math.inf, 1.5],
            "area_m2": [394_100_000_123.0, 0.1],
        }
    )
    return ExportBundle(
        "villages", Bilingual("自然村", "Villages"), main, about={"run_digest": "0"}
    )


@pytest.mark.parametrize("suffix", PLAIN)
def test_unknown_stays_empty(suffix: str, tmp_path: Path) -> None:
    path = write(odd_points(), tmp_path / f"x{suffix}")
    match suffix:
        case ".csv":
            frame = pd.read_csv(path)
        case ".xlsx":
            frame = pd.read_excel(path, engine="openpyxl")
        case ".parquet":
            frame = gpd.read_parquet(path)
        case ".gpkg":
            frame = gpd.read_file(path, layer="villages")
        case _:
            frame = gpd.read_file(path)
    unknown = ["count", "date", "kind", "state"]
    if suffix == ".kml":
        unknown = ["state"]
        assert "nan" not in path.read_text(encoding="utf-8").lower()
        assert pd.isna(frame.geometry.iloc[1])
        data = re.findall(
            r'name="(?:count|date|kind|empty)"><value>(.*?)</value>', path.read_text("utf-8")
        )
        assert data == ["1", "2020-12-31", "a", "", "", "", "", ""]
        return
    assert frame[unknown].iloc[1].isna().all()
    assert math.isnan(frame["infinite"].iloc[0])
    assert frame["area_m2"].tolist() == [394_100_000_123.0, 0.1]
    assert str(frame["date"].iloc[0]).startswith("2020-12-31")


def test_workbook_has_dates_shares_notes_and_stamps(tmp_path: Path) -> None:
    main = pd.DataFrame(
        {
            "adcode": ["530100", "530300"],
            "as_of": ["2020-12-31", ""],
            "covered_share": [0.3249, math.nan],
            "evidence": ["reported", "illustrative"],
        }
    )
    main.loc[1, "as_of"] = None
    plain = ExportBundle("gaps", GAPS, main, about={"run_digest": "0"})
    sheet = openpyxl.load_workbook(write(plain, tmp_path / "x.xlsx"))["gaps"]
    assert sheet["B2"].value == dt.datetime(2020, 12, 31)  # noqa: DTZ001  a date has no zone
    assert sheet["B2"].number_format == "yyyy-mm-dd"
    assert sheet["C2"].number_format == "0.00%"
    assert sheet["C3"].value is None
    assert sheet.auto_filter.ref == "A1:D3"
    assert "行政区划代码" in sheet["A1"].comment.text
    assert "illustrative" in sheet["D1"].comment.text
    assert "示例" in sheet.oddHeader.center.text
    assert sheet.sheet_properties.tabColor is not None
    assert sheet["A2"].font.name == "Microsoft YaHei"


@pytest.mark.parametrize("suffix", PLAIN)
def test_illustrative_rows_are_stamped_even_if_the_caller_forgot(suffix: str) -> None:
    forgot = replace(bundle(), about={"run_digest": "0"})
    assert "示例" in forgot.stamp
    content = about_json(forgot) if suffix == ".csv" else to_bytes(forgot, suffix)
    if suffix == ".xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        content = str(list(book["about"].values)).encode()
    assert text("stamp.illustrative", "en").encode() in content


def test_real_rows_are_not_stamped() -> None:
    real = replace(bundle(), extra={}, about={}, main=bundle().main.assign(evidence="reported"))
    assert real.stamp == ""


def test_kml_shades_each_layer_by_its_own_unit_and_hides_no_part(tmp_path: Path) -> None:
    names = ["mobile_5g"] * 3 + ["data_centres"] * 3
    main = pd.DataFrame(
        {
            "name_zh": ["省", "甲", "乙"] * 2,
            "level": ["province", "prefecture", "prefecture"] * 2,
            "layer": names,
            "gap": [300.0, 100.0, 200.0, 3.0, 1.0, math.nan],
        }
    )
    shapes = gpd.GeoSeries([shapely.box(i, 0, i + 1, 1) for i in range(6)], crs=4326)
    path = write(ExportBundle("gaps", GAPS, main, geometry=shapes), tmp_path / "x.kml")
    folders = ET.parse(path).findall(f".//{KML}Folder")
    assert [f.find(f"{KML}name").text for f in folders] == ["mobile_5g", "data_centres"]
    styles = [[s.text for s in f.iter(f"{KML}styleUrl")] for f in folders]
    assert styles == [["#outline", "#fill-0", "#fill-5"], ["#outline", "#fill-0", "#fill-none"]]
    assert "≤ 200" in folders[0].find(f"{KML}description").text
    assert [len(list(f.iter(f"{KML}visibility"))) for f in folders] == [0, 3]
    assert [len(gpd.read_file(path, layer=n)) for n in ("mobile_5g", "data_centres")] == [3, 3]


def test_a_csv_and_its_provenance_belong_together(tmp_path: Path) -> None:
    path = write(bundle(), tmp_path / "x.csv")
    about = json.loads((tmp_path / "x.csv.about.json").read_text(encoding="utf-8"))
    assert about["file"] == "x.csv"
    assert about["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.read_bytes().count(b"\r\n") == 3


def test_a_full_temporary_folder_is_a_storage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(StorageError, match="missing"):
        to_bytes(bundle(), ".gpkg")


def test_too_many_rows_for_a_sheet_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from data.export import xlsx as export_xlsx

    monkeypatch.setattr(export_xlsx, "_MAX_ROWS", 1)
    with pytest.raises(InputError, match="more than a sheet holds"):
        to_bytes(bundle(), ".xlsx")


def test_further_tables_may_not_overwrite_the_main_one() -> None:
    with pytest.raises(ValueError, match="gaps"):
        replace(bundle(), extra={"gaps": pd.DataFrame()})


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.xlsx"):
        write(bundle(), tmp_path / "x.docx")
    plain = ExportBundle("sources", Bilingual("来源", "Sources"), pd.DataFrame({"id": ["a"]}))
    with pytest.raises(InputError, match="no positions"):
        write(plain, tmp_path / "x.kml")
    assert list(tmp_path.iterdir()) == []


def test_nothing_heavy_is_imported_with_the_module() -> None:
    check = (
        "import sys; import data.export.writers; "
        "print([m for m in ('geopandas','xlsxwriter','pyogrio','shapely') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert out.stdout.strip() == "[]"


def test_the_digest_names_the_inputs() -> None:
    assert run_digest({"a": 1, "b": [2]}) == run_digest({"b": [2], "a": 1})
    assert run_digest({"a": 1}) != run_digest({"a": 2})
    assert re.fullmatch("[0-9a-f]{16}", run_digest({}))
