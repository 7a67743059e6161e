"""Names that another program might run, cut or turn around, in every format that leaves the desk.

What stands in a file is read back by another program, not by the code that wrote it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import ezdxf
import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pypdf
import pytest
import shapely
from lxml import etree

from data.export.bundle import ExportBundle, ReadingSheet, printable
from data.export.report.document import Paragraph, ReportDocument, ReportTable, shown
from data.export.report.writers import SUFFIXES as REPORTS, to_bytes as report_bytes
from data.export.writers import SUFFIXES, write
from data.forms.fields import FORMS, FormContent
from data.forms.filling import filled
from data.forms.template import form_template
from data.wording.catalogue import Bilingual

NAMES = (
    "<script>alert(1)</script>", '=cmd|"/C calc"!A0', "+1+1", "@SUM(A1)", "../../etc/passwd",
    "C:\\a\\b", "长" * 300, "村🏔️𠮷", "\u202eאב\u202c村", "a$[gap]b", "{\\fArial;x}\\P%%c",
    "'\"&;--", "#eval(1) $x$ *y*", "]]>", "tab\tand\nline",
)  # fmt: skip


def bundle() -> ExportBundle:
    """Return a plan whose sites, counties, scenario and sheet have such names."""
    count = len(NAMES)
    sites = pd.DataFrame(
        {
            "candidate_id": NAMES, "rank": range(1, count + 1), "prefecture_zh": "西州",
            "county_zh": NAMES, "lon": [100.1 + i / 50 for i in range(count)], "lat": 25.1,
            "year": 2027.0, "evidence": "declared",
        }
    )  # fmt: skip
    routes = pd.DataFrame(
        {"route_id": [f"r{i}" for i in range(count)], "kind": "fibre", "from_id": NAMES,
         "to_id": "n", "route_km": 7.5, "year": 2027.0, "evidence": "modelled"}
    )  # fmt: skip
    ends = [[(lon, 25.1), (100.0, 25.0)] for lon in sites["lon"]]
    lines = gpd.GeoSeries([shapely.LineString(pair) for pair in ends], crs=4326)
    sheet = ReadingSheet(NAMES[0], NAMES[1], NAMES, ("县",), tuple((name,) for name in NAMES))
    return ExportBundle(
        "sites", Bilingual(NAMES[0], NAMES[1]), sites, {"routes": routes},
        {"run_digest": "0123456789abcdef", "scenario": NAMES[4]}, shapes={"routes": lines},
        reading=(sheet,),
    )  # fmt: skip


def document() -> ReportDocument:
    table = ReportTable(NAMES[0], ("县", "数"), tuple((name, "1") for name in NAMES))
    blocks = (*(Paragraph(name) for name in NAMES), table)
    return ReportDocument("zh", NAMES[0], NAMES[1], ((NAMES[2], NAMES[3]),), "2026-11-30",
                          (NAMES[4], NAMES[5]), NAMES[7], "{page} / {pages}", "目录", ("表", "图"),
                          blocks)  # fmt: skip


def workbook_texts(content: bytes) -> str:
    """Return every text of a workbook; no cell is a formula or a link."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    return "\n".join(str(cell.value) for cell in cells if cell.value is not None)


def xml_texts(content: bytes) -> str:
    """Return every text of a document; none of its elements is a script."""
    root = etree.fromstring(content)
    assert not [one for one in root.iter() if str(one.tag).rpartition("}")[2] == "script"]
    return "\n".join(root.itertext())


def layer_texts(path: Path, layer: str) -> str:
    frame = pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
    # A text longer than a field of MapInfo goes on in the next column.
    parts = frame[[name for name in frame if name.startswith(("county_zh", "ofds_id"))]].fillna("")
    return "\n".join(parts.astype(str).agg("".join, axis=1))


def qgis_texts(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert Path(name).name == name
            if name.endswith(".qgs"):
                xml_texts(archive.read(name))
    return layer_texts(path.with_suffix(".gpkg"), "sites")


def drawing_texts(path: Path) -> str:
    """Return the texts of a drawing; it writes a tab and the end of a line as ^I and ^J."""
    blocks: Any = ezdxf.readfile(path).modelspace().query("INSERT")
    tags = [tag for block in blocks for tag in block.attribs if "COUNTY_ZH" in tag.dxf.tag]
    return "".join(tag.dxf.text for tag in tags).replace("^I", "\t").replace("^J", "\n")


def csv_texts(path: Path) -> str:
    cells = pd.read_csv(path)["county_zh"]
    assert not cells.str.match(r"[=+\-@\t\r]").any()
    return "\n".join(cells)


#: Format → texts of a file, read by another program.
READ: dict[str, Callable[[Path], str]] = {
    ".csv": csv_texts,
    ".xlsx": lambda path: workbook_texts(path.read_bytes()),
    ".geojson": lambda path: "\n".join(
        one["properties"]["county_zh"] for one in json.loads(path.read_bytes())["features"]
    ),
    ".gpkg": lambda path: layer_texts(path, "sites"),
    ".kml": lambda path: xml_texts(path.read_bytes()),
    ".parquet": lambda path: "\n".join(gpd.read_parquet(path)["county_zh"]),
    ".kmz": lambda path: xml_texts(zipfile.ZipFile(path).read("doc.kml")),
    ".dxf": drawing_texts,
    ".ofds.json": lambda path: "\n".join(
        one["id"] for one in json.loads(path.read_bytes())["networks"][0]["nodes"]
    ),
    ".ofds.gpkg": lambda path: layer_texts(path, "nodes"),
    ".qgz": qgis_texts,
    ".tab": lambda path: layer_texts(path, "x"),
}


def test_every_format_is_walked() -> None:
    assert set(READ) == set(SUFFIXES)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_name_is_run_or_cut(suffix: str, tmp_path: Path) -> None:
    read = plain(READ[suffix](write(bundle(), tmp_path / f"x{suffix}")))
    assert [name for name in NAMES if plain(printable(name)) not in read] == []


@pytest.mark.parametrize("suffix", REPORTS)
def test_no_name_of_a_report_is_run_or_cut(suffix: str) -> None:
    content = io.BytesIO(report_bytes(document(), suffix))
    if suffix == ".pdf":
        pages = pypdf.PdfReader(content)
        assert not [key for key in ("/OpenAction", "/AA", "/Names") if key in pages.root_object]
        read = "".join(page.extract_text() for page in pages.pages)
    else:
        word = docx.Document(content)
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        read = "\n".join([*(part.text for part in word.paragraphs), *cells])
    # A font may lack a sign, which a PDF then shows as a box.
    names = [name for name in NAMES if suffix != ".pdf" or "🏔" not in name]
    assert [name for name in names if plain(shown(name)) not in plain(read)] == []


@pytest.mark.parametrize("kind", FORMS)
def test_no_name_of_a_form_is_run_or_cut(kind: str) -> None:
    field = next(iter(FORMS[kind].columns))
    content = FormContent({}, tuple({field: name} for name in NAMES))
    read = plain(workbook_texts(filled(form_template(kind), kind, content).content))
    assert [name for name in NAMES if plain(printable(name)) not in read] == []


def plain(text: str) -> str:
    """Return a text without what breaks its lines: a page breaks a long name anywhere."""
    return "".join(text.split())
