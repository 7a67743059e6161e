"""Exports re-read by other programs: same rows, same bytes, nothing that runs, nothing lost."""

from __future__ import annotations

import io
import json
import math
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.export import SUFFIXES, ExportBundle, to_bytes, write
from geo.errors import InputError

HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> & \'"]]> </script>'
KML = "{http://www.opengis.net/kml/2.2}"


def bundle(name: str = "昆明市") -> ExportBundle:
    """Two regions, one of them with an unknown gap, and one illustrative village."""
    main = pd.DataFrame(
        {
            "adcode": ["530100", "530300"],
            "name_zh": [name, "曲靖市"],
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
        "gaps", "缺口", "Gaps", main, {"villages": villages, "sources": sources},
        {"run_digest": "0123456789abcdef", "stamp_zh": "含示例数据", "stamp_en": "illustrative"},
        polygons,
    )  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_inputs_same_bytes(suffix: str) -> None:
    assert to_bytes(bundle(), suffix) == to_bytes(bundle(), suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_another_process_writes_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    import sys

    script = (
        "import sys, importlib.util, pathlib\n"
        "spec = importlib.util.spec_from_file_location('t', sys.argv[1])\n"
        "t = importlib.util.module_from_spec(spec); spec.loader.exec_module(t)\n"
        "t.write(t.bundle(), pathlib.Path(sys.argv[2]))\n"
    )
    path = tmp_path / f"x{suffix}"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, __file__, path], check=True, cwd=root)
    assert path.read_bytes() == to_bytes(bundle(), suffix)


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


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook(tmp_path: Path) -> None:
    path = write(bundle(), tmp_path / "x.xlsx")
    command = ["soffice", "--headless", "--convert-to", "csv", "--outdir", tmp_path, path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert "昆明市" in (tmp_path / "x.csv").read_text(encoding="utf-8", errors="replace")


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
    import pyarrow.parquet as pq

    path = write(bundle(), tmp_path / "x.parquet")
    frame = gpd.read_parquet(path)
    assert frame.crs.to_epsg() == 4326
    assert frame["gap"].iloc[0] == -12
    assert b"0123456789abcdef" in pq.read_schema(path).metadata[b"tongcun"]


def test_kml_is_styled_and_stamped() -> None:
    root = ET.fromstring(to_bytes(bundle(), ".kml"))
    marks = root.findall(f".//{KML}Placemark")
    styles = {s.get("id") for s in root.findall(f".//{KML}Style")}
    assert [m.find(f"{KML}name").text for m in marks] == [
        "昆明市 Kunming City",
        "曲靖市 Qujing City",
        "v1",
    ]
    for mark in marks:
        assert mark.find(f"{KML}styleUrl").text.removeprefix("#") in styles
    assert "illustrative" in marks[1].find(f"{KML}description").text
    data = {d.get("name"): d.find(f"{KML}value").text for d in marks[0].iter(f"{KML}Data")}
    assert data["source_ids"] == "yn-5g-2020;pack:regions"
    assert data["gap"] == "-12"


def test_geojson_is_rfc7946() -> None:
    content = json.loads(to_bytes(bundle(), ".geojson"))
    assert content["about"]["run_digest"] == "0123456789abcdef"
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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=60))
def test_any_name_survives_every_format(name: str) -> None:
    hostile = bundle(name)
    ET.fromstring(to_bytes(hostile, ".kml"))
    openpyxl.load_workbook(io.BytesIO(to_bytes(hostile, ".xlsx")))
    assert len(pd.read_csv(io.BytesIO(to_bytes(hostile, ".csv")))) == 2
    feature = json.loads(to_bytes(hostile, ".geojson"))["features"][0]
    assert len(feature["properties"]["name_zh"]) == len(name)


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.xlsx"):
        write(bundle(), tmp_path / "x.docx")
    plain = ExportBundle("sources", "来源", "Sources", pd.DataFrame({"id": ["a"]}))
    with pytest.raises(InputError, match="no positions"):
        write(plain, tmp_path / "x.kml")
    assert list(tmp_path.iterdir()) == []


def test_nothing_heavy_is_imported_with_the_module() -> None:
    import sys

    check = (
        "import sys; import data.export; "
        "print([m for m in ('geopandas','xlsxwriter','pyogrio','shapely') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=root
    )
    assert out.stdout.strip() == "[]"
