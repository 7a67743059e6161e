"""Rules that no tool checks: sizes, docstrings, no call outside, documents that agree."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from layers.registry import layers

ROOT = Path(__file__).resolve().parent.parent
CODE = ("geo", "data", "layers", "planning", "ui", "commands", "tools", "bench", "tests")
PAGES = sorted(path for path in (ROOT / "ui/pages").glob("*.py") if path.stem != "__init__")
TWINS = (ROOT / "README.md", ROOT / "README.zh.md")

#: Hosts that hand out libraries, fonts or tiles: nothing of ours may load from there.
CDN = re.compile(
    r"//[\w.-]*(?:cdn|unpkg|jsdelivr|jquery\.com|googleapis|gstatic|cloudflare|fontawesome)"
)
FENCE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def modules() -> list[Path]:
    inside = [path for room in CODE for path in (ROOT / room).rglob("*.py")]
    return sorted([*inside, *ROOT.glob("*.py")])


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def code_lines(path: Path) -> int:
    """Return the lines of a module without its docstrings."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return lines(path) - sum(
        (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
        for node in ast.walk(parse(path))
        if isinstance(node, kinds)
        and node.body
        and ast.get_docstring(node, clean=False) is not None
    )


def test_modules_stay_small() -> None:
    assert not [(path.name, code_lines(path)) for path in modules() if code_lines(path) > 440]


def test_a_function_fits_a_screen() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        f"{path.name}: {node.name}"
        for path in modules()
        for node in ast.walk(parse(path))
        if isinstance(node, kinds) and _length(node) >= 55
    ]
    assert not long


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring."""
    first = node.body[0]
    documented = ast.get_docstring(node, clean=False) is not None
    lines_of_text = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno - lines_of_text


def test_the_web_door_has_no_logic() -> None:
    assert lines(ROOT / "app.py") <= 60


def test_there_are_pages() -> None:
    assert len(PAGES) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_is_one_show(page: Path) -> None:
    assert lines(page) <= 130
    public = [
        node.name
        for node in parse(page).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert public == ["show"]


def test_frames_are_not_walked_row_by_row() -> None:
    slow = re.compile(r"\.iterrows\(|\.apply\([^)]*axis\s*=\s*(?:1|[\"']columns)")
    rooms = [path for path in modules() if "tests" not in path.parts]
    assert not [path.name for path in rooms if slow.search(path.read_text(encoding="utf-8"))]


def test_nothing_loads_from_a_cdn() -> None:
    suffixes = {".py", ".js", ".css", ".html", ".toml", ".json"}
    files = [*modules(), *ROOT.glob("*.toml")]
    for folder in ("ui", "layers", "planning", "static", ".streamlit"):
        found = [path for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
        files += [path for path in found if "node_modules" not in path.parts]
    here = Path(__file__)
    for path in files:
        if path != here:
            assert not CDN.search(path.read_text(encoding="utf-8")), path.relative_to(ROOT)


def test_private_hooks_stand_in_one_module_per_library() -> None:
    """Each has a test that names the release which broke it (tests/pins.py)."""
    homes = {
        "geo/compiled.py", "layers/map/folium_internals.py", "ui/shell/streamlit_internals.py"
    }  # fmt: skip
    hook = re.compile(r"SLF001|streamlit\.(?:runtime|navigation)|\bst\.runtime|folium\.template")
    paths = [path for path in modules() if not {"tests", "bench"} & set(path.parts)]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if hook.search(path.read_text(encoding="utf-8"))
    }
    assert found == homes


def undocumented(node: ast.AST, where: str) -> Iterator[str]:
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, kinds) and not child.name.startswith("_"):
            if ast.get_docstring(child) is None:
                yield f"{where}.{child.name}"
            if isinstance(child, ast.ClassDef):
                yield from undocumented(child, f"{where}.{child.name}")


@pytest.mark.parametrize("room", ["geo", "data", "layers", "planning", "ui"])
def test_every_public_name_has_a_docstring(room: str) -> None:
    paths = [path for path in (ROOT / room).rglob("*.py") if "packs" not in path.parts]
    assert not [name for path in paths for name in undocumented(parse(path), path.stem)]


# -- requirements


def declared(file: str) -> dict[str, str]:
    """Return requirement → reason."""
    found = {}
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        requirement, _, reason = line.partition("#")
        if requirement.strip() and not requirement.startswith("-"):
            found[re.split(r"[<>=~! ;[]", requirement)[0].lower()] = reason.strip()
    return found


def test_what_is_imported_is_declared() -> None:
    distributions = packages_distributions()
    # folium's own half, and the optional extra, whose module test_architecture names.
    known = set(declared("requirements.in")) | {"branca", "distributed"}
    for path in modules():
        if {"tests", "bench", "tools", "packs"} & set(path.relative_to(ROOT).parts):
            continue
        for node in ast.walk(parse(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                owners = {owner.lower() for owner in distributions.get(name.split(".")[0], [])}
                assert not owners or owners & known, f"{path.name}: {name} is not declared"


def test_every_requirement_is_pinned_and_only_that() -> None:
    for stem in ("requirements", "requirements-dev"):
        pins = (ROOT / f"{stem}.txt").read_text(encoding="utf-8")
        pinned = declared(f"{stem}.txt")
        assert set(declared(f"{stem}.in")) <= set(pinned)
        assert all("==" in line for line in pins.splitlines())
        assert not re.search(r"https?:|file:|--|@", pins)


def test_tests_run_on_what_the_application_runs_on() -> None:
    """`make test` installs the second list alone, so it holds every pin of the first.

    A package may be for one system there and for all here.
    """
    runtime, dev = (
        {
            re.split("[;#]", line)[0].strip()
            for line in (ROOT / name).read_text("utf-8").splitlines()
        }
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert runtime <= dev, f"missing from requirements-dev.txt: {runtime - dev}; run make lock"


# -- documents


@pytest.mark.parametrize("readme", TWINS, ids=lambda path: path.name)
def test_the_readme_begins_with_the_two_commands(readme: Path) -> None:
    first = FENCE.findall(readme.read_text(encoding="utf-8"))[0]
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make run", "make test"]


def test_the_readmes_are_twins() -> None:
    english, chinese = (HEADING.findall(path.read_text(encoding="utf-8")) for path in TWINS)
    assert english == chinese


def test_every_layer_is_documented() -> None:
    text = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    assert not [item.key for item in layers() if f"`{item.key}`" not in text]


def test_every_make_command_that_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in (*TWINS, ROOT / "CONTRIBUTING.md", ROOT / "docs/benchmarks.md"):
        named = set(re.findall(r"\bmake ([a-z-]+)", " ".join(_code(path))))
        assert named <= targets, f"{path.name}: {sorted(named - targets)}"


def _code(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return FENCE.findall(text) + re.findall(r"`([^`\n]+)`", text)


def test_links_between_documents_lead_somewhere() -> None:
    """The pages under ``docs`` lead to generated ones, too: there mkdocs checks."""
    for path in ROOT.glob("*.md"):
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (path.parent / target).exists(), f"{path.name} → {target}"


def test_the_changelog_has_the_coming_version_first() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## ", text, re.MULTILINE)


def test_streamlit_is_told_to_stay_at_home() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"].get("enableXsrfProtection", True)
