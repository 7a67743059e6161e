"""The command of the report: one file, a file for each prefecture, clear refusals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import docx
import pytest

from data.scenario.scenario import Scenario
from tests.terminal import ROOT, run_here
from tests.toy import EAST, NAME

pytestmark = pytest.mark.usefixtures("toy_listed")


def test_a_file_for_each_prefecture_is_named_by_it(tmp_path: Path) -> None:
    out = tmp_path / "r.pdf"
    said = run_here("report", "-p", NAME, "--split", "prefecture", "--language", "en", "-o", out)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert len(made) == 2
    assert all(name.startswith("r-") and name.endswith(".pdf") for name in made)
    assert all(name in said.stderr for name in made)


def test_a_scenario_file_brings_its_plan(tmp_path: Path) -> None:
    scenario = tmp_path / "s.json"
    plan = {"sites": 1, "frontier_points": 0}
    scenario.write_text(Scenario(province=NAME, plan=plan).to_json(), encoding="utf-8")
    out = tmp_path / "r.docx"
    run_here("report", "-p", NAME, "--region", EAST, "--scenario", scenario, "-o", out)
    assert out.read_bytes().startswith(b"PK")


def test_a_chapter_compares_scenarios(tmp_path: Path) -> None:
    names = []
    for sites in (1, 2):
        plan = {"sites": sites, "frontier_points": 0, "min_households": 1}
        names.append(tmp_path / f"s{sites}.json")
        text = Scenario(name=f"案 {sites}", province=NAME, plan=plan).to_json()
        names[-1].write_text(text, encoding="utf-8")
    out = tmp_path / "r.docx"
    run_here("report", "-p", NAME, "--scenario", names[0], "--compare", names[1], "-o", out)
    shown = "\n".join(part.text for part in docx.Document(str(out)).paragraphs)
    assert "方案对比" in shown
    assert "B：案 2" in shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--compare", "x"), "give --scenario too"),
        (("--region", "110000"), "110000"),
        (("--scenario", "no such"), "unknown scenario"),
        (("--language", "xx"), "unknown language"),
    ],
)
def test_wrong_options_are_refused_and_nothing_is_written(
    options: tuple[str, str], words: str, tmp_path: Path
) -> None:
    out = tmp_path / "r.pdf"
    said = run_here("report", "-p", NAME, *options, "-o", out, code=2)
    assert words in said.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "step", ["planning.exports.report.report.gap_table", "planning.exports.report.report.report",
             "data.export.report.writers.to_bytes", "data.atomic.os.replace"]
)  # fmt: skip
def test_ctrl_c_is_one_sentence_and_leaves_no_half_file(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_arguments: object, **_options: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(step, stopped)
    said = run_here("report", "-p", NAME, "--region", EAST, "-o", tmp_path / "r.pdf", code=130)
    assert (
        said.stderr == "cancelled; no half-written file is left, and one that is there is whole\n"
    )
    assert not list(tmp_path.iterdir())


def test_a_report_without_a_plan_loads_no_solver() -> None:
    script = (
        "import sys; import planning.exports.report.report, commands.report as c; "
        "c._known(None, None); sys.exit(bool({'numba', 'highspy'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_another_suffix_is_refused_before_the_work(tmp_path: Path) -> None:
    said = run_here("report", "-p", NAME, "-o", tmp_path / "r.odt", code=2)
    assert ".pdf or .docx" in said.stderr
