"""The workbook in LibreOffice: opened, converted, no name lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from data.export.writers import write
from tests.data.export.test_writers import bundle


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook(tmp_path: Path) -> None:
    path = write(bundle(), tmp_path / "x.xlsx")
    # Fields end at a comma (44), text stands in quotes (34), characters are UTF-8 (76): without
    # this the text has the character set of the locale. A profile of its own: the user's may be
    # read-only, or in use.
    utf8 = "csv:Text - txt - csv (StarCalc):44,34,76"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", utf8, "--outdir", tmp_path, path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert "昆明市" in (tmp_path / "x.csv").read_text(encoding="utf-8")
