"""The house: who may import whom, what each room must not know. Needs nothing but the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from data.tables.imports import IMPORTABLE
from data.tables.pack import TABLES
from geo.links.backhaul import KINDS as BACKHAUL_KINDS
from layers.registry import layers

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("geo", "data", "layers", "planning", "ui", "commands")
DOORS = ("app", "cli")
#: Room or door → the rooms that it may import.
MAY_IMPORT = {
    "geo": {"geo"},
    "data": {"geo", "data"},
    "layers": {"geo", "data", "layers"},
    "planning": {"geo", "data", "layers", "planning"},
    "ui": {"geo", "data", "layers", "planning", "ui"},
    "app": {"geo", "data", "layers", "planning", "ui"},
    "commands": {"geo", "data", "layers", "planning", "commands"},
    "cli": {"geo", "commands"},
}
#: Third party → the only modules that may import it; a folder stands for all inside.
ONLY_IN = {
    "streamlit": ("app.py", "ui/"),
    "folium": ("layers/map/", "ui/map/"),
    "branca": ("layers/map/", "ui/map/"),
    "typer": ("cli.py", "commands/"),
}
#: Provinces by name and code. A province is a folder: no other file knows it.
PROVINCES = re.compile(r"yunnan|gansu|云南|甘肃|530000|620000", re.IGNORECASE)


def sources(owner: str) -> list[Path]:
    """Return the modules of a room or door."""
    if owner in DOORS:
        return [path] if (path := ROOT / f"{owner}.py").exists() else []
    found = (ROOT / owner).rglob("*.py")
    return sorted(found)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    return name_of(path)[:-3].replace("/", ".")


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the dotted names that a module imports, with those it takes out of them."""
    return frozenset(_imports(ast.parse(path.read_text(encoding="utf-8"))))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("owner", MAY_IMPORT)
def test_imports_point_inward(owner: str) -> None:
    ours = {*ROOMS, *DOORS, "tests", "bench"}
    for path in sources(owner):
        wrong = {name for name in imports(path) if name.split(".")[0] in ours - MAY_IMPORT[owner]}
        assert not wrong, f"{name_of(path)} imports {sorted(wrong)}"


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_library_stays_in_its_room(package: str) -> None:
    for path in (path for owner in MAY_IMPORT for path in sources(owner)):
        if any(name.split(".")[0] == package for name in imports(path)):
            assert name_of(path).startswith(ONLY_IN[package]), f"{name_of(path)} imports {package}"


def test_only_layers_know_the_keys_of_layers() -> None:
    """Elsewhere a layer is asked for what it offers; a key that is also a table is compared."""
    tables = {*TABLES, *IMPORTABLE, *BACKHAUL_KINDS}
    keys = {item.key for item in layers()}
    found = []
    for path in (path for package in ("planning", "ui", "commands") for path in sources(package)):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        compared = [
            part
            for node in nodes
            if isinstance(node, ast.Compare) and ".key " in ast.unparse(node)
            for part in ast.walk(node)
        ]
        for parts, wanted in ((nodes, keys - tables), (compared, keys)):
            named = [part for part in parts if isinstance(part, ast.Constant)]
            found += [f"{name_of(path)}: {part.value}" for part in named if part.value in wanted]
    assert not found


def test_no_module_of_layers_imports_a_layer() -> None:
    """The registry alone finds them, by file: so one can be added or taken away."""
    found = {f"layers.{item.key}" for item in layers()}
    assert len(found) >= 7
    for path in sources("layers"):
        assert not imports(path) & found, f"{name_of(path)} imports a layer"


def test_no_room_names_a_province() -> None:
    text_files = [
        path
        for room in ("geo", "layers", "planning", "ui", "commands")
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", ".toml", ".json", ".js", ".html", ".css"}
    ]
    for path in (*text_files, *sources("data"), *sources("app"), *sources("cli")):
        found = PROVINCES.findall(path.read_text(encoding="utf-8"))
        assert not found, f"{name_of(path)} names {sorted(set(found))}"


def run_python(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_geo_needs_no_door_and_no_map() -> None:
    modules = [module_of(path) for path in sources("geo") if path.stem != "__init__"]
    banned = (
        "streamlit",
        "folium",
        "branca",
        "typer",
        "pydantic",
        "layers",
        "data",
        "planning",
        "ui",
    )
    run_python(
        f"import sys, {', '.join(modules)}\n"
        f"found = set({banned!r}) & {{name.split('.')[0] for name in sys.modules}}\n"
        "assert not found, found"
    )


def test_data_layers_and_cli_run_without_the_web_door() -> None:
    rooms = [*sources("data"), *sources("layers"), *sources("planning"), *sources("commands")]
    modules = [module_of(path) for path in rooms if path.stem != "__init__"]
    run_python(f"import sys; sys.modules['streamlit'] = None\nimport cli, {', '.join(modules)}")


def test_the_terminal_door_opens_before_the_heavy_libraries_load() -> None:
    run_python("import sys, cli; assert not {'pandas', 'geopandas', 'folium'} & set(sys.modules)")
