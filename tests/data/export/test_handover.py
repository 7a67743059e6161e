"""Formats for the programs of others: read back by other programs, hostile names included."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from data.export.bundle import ExportBundle
from data.export.writers import to_bytes, write
from data.wording.catalogue import Bilingual
from geo.errors import InputError

KML = "{http://www.opengis.net/kml/2.2}"
#: Names that a village of an imported list may have.
NAMES = (
    "上关村", "<script>alert(1)</script>", '=cmd|"/c calc"!A1', "../../etc/passwd", "长" * 300,
    "村🏔️𠮷", "\u202eאב\u202c村", "a$[gap]b", "{\\fArial;x}\\P%%c", "'\"&;--",
)  # fmt: skip


def plan() -> ExportBundle:
    """Return sites with such names, a line, villages of each state and a plain table."""
    count = len(NAMES)
    sites = pd.DataFrame(
        {
            "site": range(1, count + 1), "name_zh": NAMES, "year": 2026,
            "lon": [100.1 + i / 10 for i in range(count)], "lat": 25.1, "power": "grid",
            "evidence": ["illustrative"] + ["declared"] * (count - 1), "source_ids": "pack:sites",
        }
    )  # fmt: skip
    routes = pd.DataFrame({"route_id": ["r1"], "kind": ["fibre"], "evidence": ["modelled"]})
    lines = gpd.GeoSeries([shapely.LineString([(100.1, 25.1), (100.2, 25.1)])], crs=4326)
    villages = pd.DataFrame(
        {"village_id": ["v1", "v2", "v3"], "lon": [100.1, 100.2, float("nan")],
         "lat": [25.1, 25.2, float("nan")], "state": ["covered", "uncovered", "unknown"],
         "evidence": "declared"}
    )  # fmt: skip
    sources = pd.DataFrame({"id": ["a"], "quote": ["引" * 600]})
    return ExportBundle(
        "sites", Bilingual("站址", "Sites"), sites,
        {"routes": routes, "villages": villages, "sources": sources},
        {"run_digest": "0123456789abcdef", "scenario": NAMES[1]}, shapes={"routes": lines},
    )  # fmt: skip


# -- KMZ


class Tags(HTMLParser):
    """Collect the tags and the text of a balloon, as a browser reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_kmz_is_one_document_with_folders_in_both_languages_and_its_own_icon() -> None:
    archive = zipfile.ZipFile(io.BytesIO(to_bytes(plan(), ".kmz")))
    assert archive.namelist() == ["doc.kml", "files/dot.png"]
    root = ET.fromstring(archive.read("doc.kml"))
    folders = [folder.find(f"{KML}name").text for folder in root.iter(f"{KML}Folder")]
    assert folders == [
        "站址清单 list of sites",
        "光缆路由 fibre routes",
        "自然村 Natural villages",
    ]
    assert {icon.text for icon in root.iter(f"{KML}href")} == {"files/dot.png"}
    assert archive.read("files/dot.png").startswith(b"\x89PNG")


def test_the_balloons_of_a_kmz_show_every_text_and_run_none(tmp_path: Path) -> None:
    root = ET.fromstring(zipfile.ZipFile(io.BytesIO(to_bytes(plan(), ".kmz"))).read("doc.kml"))
    marks = root.find(f".//{KML}Folder").findall(f"{KML}Placemark")
    for mark, name in zip(marks, NAMES, strict=True):
        html = mark.find(f"{KML}description").text
        read = Tags()
        read.feed(html)
        assert read.tags <= {"p", "b", "table", "tr", "td"}
        assert name in read.words
        assert "$[" not in html
    balloons = {style.find(f"{KML}text").text for style in root.iter(f"{KML}BalloonStyle")}
    assert balloons == {"$[description]"}
    frame = gpd.read_file(write(plan(), tmp_path / "x.kmz"), layer=0)
    assert frame["name_zh"].tolist() == list(NAMES)


# -- MapInfo


def test_mapinfo_tables_keep_every_name_and_every_unknown(tmp_path: Path) -> None:
    bundle = plan()
    path = write(bundle, tmp_path / "方案.tab")
    frame = gpd.read_file(path)
    assert frame.crs.to_epsg() == 4326
    parts = [name for name in frame.columns if name.startswith("name_zh")]
    assert frame[parts].fillna("").sum(axis=1).tolist() == list(NAMES)
    assert frame.geometry.x.tolist() == pytest.approx(bundle.main["lon"].tolist(), abs=1e-6)
    assert "charset UTF-8" in path.read_text(encoding="utf-8")
    villages = gpd.read_file(tmp_path / "方案-villages.tab")
    assert villages["lon"].tolist() == ["100.1", "100.2", ""]
    assert villages.geometry.isna().tolist() == [False, False, True]
    quote = pyogrio.read_dataframe(tmp_path / "方案-sources.tab", read_geometry=False)
    assert "".join(quote.iloc[0, 1:]) == "引" * 600
    about = pyogrio.read_dataframe(tmp_path / "方案-about.tab", read_geometry=False)
    assert about.set_index("item")["value"]["run_digest"] == "0123456789abcdef"


def test_a_mapinfo_table_in_plain_chinese_opens_in_old_programs(tmp_path: Path) -> None:
    main = pd.DataFrame(
        {"name_zh": ["昆明市"], "长列名" * 9: ["甲"], "长列名" * 9 + "二": ["乙"], "count": [7],
         "lon": [102.7], "lat": [25.0]}
    )  # fmt: skip
    path = write(ExportBundle("sites", Bilingual("站址", "Sites"), main), tmp_path / "x.tab")
    assert b"WindowsSimpChinese" in path.read_bytes()
    assert "昆明市".encode("gbk") in path.with_suffix(".dat").read_bytes()
    frame = gpd.read_file(path)
    assert frame.iloc[0, :4].tolist() == ["昆明市", "甲", "乙", 7]


def test_a_format_of_several_files_is_one_zip_where_one_is_asked_for() -> None:
    archive = zipfile.ZipFile(io.BytesIO(to_bytes(plan(), ".tab", "p")))
    assert {"p.tab", "p.map", "p-routes.tab", "p-about.dat"} <= set(archive.namelist())
    assert archive.testzip() is None


@pytest.mark.parametrize("stem", ["../../etc/x", "C:\\a", "长" * 300, "\u202eb", "...", ""])
@pytest.mark.parametrize("suffix", [".tab", ".qgz"])
def test_no_file_of_an_archive_lies_outside_its_folder(suffix: str, stem: str) -> None:
    archive = zipfile.ZipFile(io.BytesIO(to_bytes(plan(), suffix, stem)))
    names = archive.namelist()
    assert len(set(names)) == len(names) >= 2
    assert not [name for name in names if name.startswith(".") or len(name.encode()) > 255]
    assert not [name for name in names if set(name) & set("/\\:\u202e")]


# -- DXF


def drawing(content: bytes) -> Any:
    return ezdxf.read(io.StringIO(content.decode()))


def test_a_drawing_has_layers_by_kind_in_metres_of_the_zone_that_it_names() -> None:
    read = drawing(to_bytes(plan(), ".dxf"))
    names = {entity.dxf.layer for entity in read.modelspace()}
    assert names == {
        "站址清单 list of sites", "光缆路由 fibre routes fibre", "文件说明 About this file",
        "自然村 Natural villages covered",
        "自然村 Natural villages uncovered",
    }  # fmt: skip
    assert read.header["$INSUNITS"] == 6
    first = read.modelspace().query("INSERT")[0]
    to_degrees = pyproj.Transformer.from_crs("EPSG:4522", "EPSG:4490", always_xy=True).transform
    assert to_degrees(first.dxf.insert.x, first.dxf.insert.y) == pytest.approx((100.1, 25.1))
    assert 34e6 < first.dxf.insert.x < 34.5e6
    about = [text.plain_text() for text in read.modelspace().query("MTEXT")][-1]
    assert "EPSG:4522" in about
    assert "0123456789abcdef" in about
    assert not read.audit().errors


def test_a_drawing_keeps_every_name_and_runs_none() -> None:
    read = drawing(to_bytes(plan(), ".dxf"))
    blocks = [block for block in read.modelspace().query("INSERT")
              if block.has_attrib("NAME_ZH")]  # fmt: skip
    whole = ["".join(tag.dxf.text for tag in block.attribs if tag.dxf.tag.startswith("NAME_ZH"))
             for block in blocks]  # fmt: skip
    assert whole == list(NAMES)
    labels = [text.plain_text() for text in read.modelspace().query("MTEXT")]
    assert labels[: len(NAMES)] == list(NAMES)
    assert not [tag for block in blocks for tag in block.attribs if len(tag.dxf.text) > 250]


def test_a_line_break_ends_no_value_of_a_drawing() -> None:
    main = pd.DataFrame({"name_zh": ["a\n0\nCIRCLE\n8\nX"], "lon": [102.0], "lat": [25.0]})
    content = to_bytes(ExportBundle("sites", Bilingual("站", "Sites"), main), ".dxf")
    assert len(drawing(content).modelspace().query("CIRCLE")) == 0
    assert drawing(content).modelspace().query("INSERT")[0].attribs[0].dxf.text == (
        "a^J0^JCIRCLE^J8^JX"
    )


def test_a_drawing_outside_china_is_refused() -> None:
    main = pd.DataFrame({"name_zh": ["a"], "lon": [2.0], "lat": [48.0]})
    with pytest.raises(InputError, match="Gauss"):
        to_bytes(ExportBundle("sites", Bilingual("站", "Sites"), main), ".dxf")


def test_a_large_drawing_carries_its_texts_as_extended_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from data.export.handover import dxf

    monkeypatch.setattr(dxf, "_FEW", 1)
    blocks = drawing(to_bytes(plan(), ".dxf")).modelspace().query("INSERT")[: len(NAMES)]
    texts = ["".join(tag.value for tag in block.get_xdata("TONGCUN")) for block in blocks]
    whole = [text.replace("NAME_ZH_2=", "") for text in texts]
    assert all(f"NAME_ZH={name}YEAR=2026" in text for name, text in zip(NAMES, whole, strict=True))
    monkeypatch.setattr(dxf, "_MOST", len(NAMES))
    with pytest.raises(InputError, match="more than a drawing"):
        to_bytes(plan(), ".dxf")
