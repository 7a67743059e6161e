"""The report in LibreOffice: opened and converted, every name and row still there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from data.export.report.document import Heading, Paragraph, ReportDocument, ReportTable
from data.export.report.writers import write

ROWS = 120


def document() -> ReportDocument:
    rows = tuple((f"row{i:03d}", f"{i:,}") for i in range(ROWS))
    blocks = (
        Heading("怒江傈僳族自治州", 1),
        Paragraph("兰坪白族普米族自治县"),
        ReportTable("各县缺口", ("地区", "数"), rows, frozenset({1})),
    )
    return ReportDocument(
        language="zh", title="报告", subtitle="云岭", cover=(("范围", "全省"),), date="2026-11-30",
        running=("左", "右"), foot="脚", page="{page} / {pages}", contents="目录",
        labels=("表", "图"), blocks=blocks,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_report(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    write({path: document()})
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8",
               "--outdir", tmp_path, path]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    if "could not be loaded" in done.stdout + done.stderr:
        pytest.skip("LibreOffice is installed without Writer")
    text = (tmp_path / "x.txt").read_text(encoding="utf-8")
    for name in ("怒江傈僳族自治州", "兰坪白族普米族自治县", "表 1 各县缺口"):
        assert name in text
    assert re.findall(r"row\d{3}", text) == [f"row{i:03d}" for i in range(ROWS)]
