"""The documents: complete, without a dead link, without a call outside; their commands run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from data.tables.imports import IMPORTABLE
from data.tables.pack import TABLES
from data.wording.catalogue import text
from tests.terminal import run_here
from tools import documents
from ui.shell.navigation import PAGES

pytest.importorskip("mkdocs", reason="builds the documents")

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TWINS = ("", "zh/")
FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


# -- the built pages


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build as ``make docs`` does: a dead link or a page outside the menu is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return folder


class Asked(HTMLParser):
    """Collect what a browser loads by itself for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        link = given.get("href") if tag == "link" and given.get("rel") != "canonical" else None
        self.found += [value for value in (given.get("src"), link) if value]


def test_no_page_asks_another_machine(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(PAGES)
    for page in pages:
        asked = Asked()
        asked.feed(page.read_text(encoding="utf-8"))
        assert asked.found, page
        assert not [address for address in asked.found if "//" in address], page


# -- completeness


def test_every_command_and_option_is_documented() -> None:
    found = documents.terminal()
    for name, command in documents.commands():
        assert f"\n## {name}\n" in found
        assert (command.help or "").strip(), f"{name} has no help"
        without = [part.name for part in command.params if not getattr(part, "help", None)]
        assert not without, f"{name}: no help for {without}"


def test_every_column_is_documented() -> None:
    found = documents.tables()
    for table in (*TABLES.values(), *IMPORTABLE.values()):
        assert f"\n### {table.name}\n" in found
        for column in table.columns:
            assert f"| `{column.name}` |" in found
            assert column.meaning("en").strip()


@pytest.mark.parametrize(("folder", "language"), [("", "en"), ("zh/", "zh")])
def test_every_page_has_its_guide(folder: str, language: str) -> None:
    guide = (DOCS / f"{folder}pages.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", guide, re.MULTILINE)
    assert sorted(headings) == sorted(text(f"page.{page}", language) for page in PAGES)


def test_every_setting_of_the_environment_is_documented() -> None:
    known = re.compile(r"\"(TONGCUN_[A-Z_]+)\"")
    packages = ("geo", "data", "layers", "planning", "commands", "ui")
    files = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    used = {name for path in files for name in known.findall(path.read_text(encoding="utf-8"))}
    described = (DOCS / "deployment.md").read_text(encoding="utf-8")
    assert used
    assert not {name for name in used if f"`{name}`" not in described}


# -- the tutorial


def blocks(folder: str, language: str) -> list[str]:
    page = (DOCS / f"{folder}tutorial.md").read_text(encoding="utf-8")
    return [body for named, body in FENCE.findall(page) if named == language]


def test_the_twins_give_the_same_commands() -> None:
    english, chinese = (blocks(folder, "sh") for folder in TWINS)
    assert english[:-1] == chinese[:-1]
    assert english[-1].replace(" en ", " zh ") == chinese[-1]


def test_every_command_of_the_tutorial_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other in an empty folder, as a reader does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TONGCUN_WORKSPACE", str(tmp_path / "workspace"))
    (sentence,) = blocks("", "text")
    Path("plan.txt").write_text(sentence, encoding="utf-8")
    commands = [shlex.split(line) for block in blocks("", "sh") for line in block.splitlines()]
    assert len(commands) >= 6
    for program, *arguments in commands:
        assert program == "tongcun"
        run_here(*arguments)
        assert list(tmp_path.glob(f"{Path(arguments[-1]).stem}*"))
    assert "140000" in Path("proposals.csv").read_text(encoding="utf-8")
    assert "yn-5g-2025-new" in Path("sources.csv").read_text(encoding="utf-8")
    assert "533300" in Path("gaps.csv").read_text(encoding="utf-8")
