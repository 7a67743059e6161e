"""QGIS projects: parsed here, and opened by QGIS where the machine has it."""

from __future__ import annotations

import json
import math
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data.export.bundle import ExportBundle
from data.export.handover import qgis_styles
from data.export.writers import write
from data.wording.catalogue import Bilingual
from layers.map import symbols
from layers.map.palette import colours

#: Python of the system: the one that has the modules of QGIS, where they are installed.
SYSTEM_PYTHON = shutil.which("python3", path="/usr/bin") or ""
#: What QGIS says of a project: name, validity, rows, class labels, whether it is shown.
SCRIPT = """
import json, sys
from qgis.core import QgsApplication, QgsProject
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()
project = QgsProject.instance()
read = project.read(sys.argv[1])
layers = [
    [node.parent().name(), node.name(), node.layer().isValid(), node.layer().featureCount(),
     [item.label() for item in node.layer().renderer().legendSymbolItems()]
     if node.layer().isSpatial() else [], node.itemVisibilityChecked()]
    for node in project.layerTreeRoot().findLayers()
]
print("FOUND" + json.dumps([read, project.crs().authid(), layers]))
"""


def gaps() -> ExportBundle:
    """Return a gap list of two layers with villages, a name in each that XML must escape."""
    main = pd.DataFrame(
        {
            "name_zh": ["<b>&甲", "乙"] * 2, "layer": ["mobile_5g"] * 2 + ["it's"] * 2,
            "metric": ["base_stations"] * 4, "gap": [100.0, 200.0, 3.0, math.nan],
            "evidence": "allocated",
        }
    )  # fmt: skip
    shapes = gpd.GeoSeries([shapely.box(100 + i, 25, 101 + i, 26) for i in range(4)], crs=4326)
    villages = pd.DataFrame({"village_id": ["v1"], "lon": [100.5], "lat": [25.5],
                             "state": ["uncovered"], "evidence": ["declared"]})  # fmt: skip
    return ExportBundle("gaps", Bilingual("缺口", "Gaps"), main,
                        {"villages": villages, "sources": pd.DataFrame({"id": ["a"]})},
                        {"run_digest": "0"}, shapes)  # fmt: skip


def test_the_classes_are_those_of_the_screen() -> None:
    ink = colours(dark=False)
    assert list(qgis_styles.FILLS) == [ink[step] for step in symbols.STEPS]
    assert [
        ink["no-target"], ink["card"], ink["covered"]
    ] == [qgis_styles.NO_FIGURE, qgis_styles.BORDER, qgis_styles.MET]  # fmt: skip
    assert list(qgis_styles.YEARS) == [ink["planned"], ink["built"]]
    shown = [(state["colour"], state["shape"]) for state in symbols.states(dark=False)]
    assert [*qgis_styles.STATES.values()] == shown
    for figures in ([1.0, 2, 3, 4, math.nan], [0.0, 0, 0], [], [5.0] * 9 + [1e6], range(100)):
        assert qgis_styles.class_limits(figures) == symbols.class_limits(figures)


def test_a_project_names_groups_and_styles_the_layers_of_its_package(tmp_path: Path) -> None:
    path = write(gaps(), tmp_path / "缺口.qgz")
    archive = zipfile.ZipFile(path)
    assert archive.namelist() == ["缺口.qgs"]
    root = ET.fromstring(archive.read("缺口.qgs"))
    sources = [layer.findtext("datasource") for layer in root.iter("maplayer")]
    assert sources[0] == "./缺口.gpkg|layername=villages"
    assert sources[1].endswith("""|subset="layer" = 'mobile_5g' AND "metric" = 'base_stations'""")
    assert all(len(layer.findtext("id")) > 10 for layer in root.iter("maplayer"))
    with sqlite3.connect(tmp_path / "缺口.gpkg") as base:
        rows = base.execute("SELECT f_table_name, useAsDefault, styleQML FROM layer_styles")
        styles = rows.fetchall()
    assert [row[:2] for row in styles] == [("villages", 1), ("gaps", 1), ("gaps", 0)]
    assert all(ET.fromstring(qml).find("renderer-v2") is not None for _, _, qml in styles)


def has_qgis() -> bool:
    if not SYSTEM_PYTHON:
        return False
    asked = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def test_qgis_opens_the_project(tmp_path: Path) -> None:
    if not has_qgis():
        pytest.skip("QGIS is not installed (Debian: python3-qgis)")
    path = write(gaps(), tmp_path / "缺口.qgz")
    env = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([SYSTEM_PYTHON, "-c", SCRIPT, path], capture_output=True, text=True,
                          check=True, env=env, timeout=120)  # fmt: skip
    read, system, layers = json.loads(done.stdout.partition("FOUND")[2].splitlines()[0])
    assert read
    assert system == "EPSG:4326"
    assert [layer[:2] for layer in layers] == [
        ["地图 Map", "自然村 Natural villages"],
        ["缺口 Gaps", "5G基站总数 all 5G base stations"],
        ["缺口 Gaps", "it's base_stations"],
        ["表 Tables", "来源 Sources"],
    ]
    assert [layer[2:4] for layer in layers] == [[True, 1], [True, 2], [True, 2], [True, 1]]
    assert layers[0][4] == ["未覆盖 uncovered", "已覆盖 covered", "未知 unknown"]
    assert [layer[5] for layer in layers] == [True, True, False, True]
