"""Packages: what each may import. Needs nothing but the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

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
    "dask": ("planning/engine.py",),
    "distributed": ("planning/engine.py",),
}
#: Modules and packages of one folder at most.
MOST_ENTRIES = 22
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


def classes() -> dict[str, list[str]]:
    """Return public class → the modules that define it."""
    found: dict[str, list[str]] = {}
    for path in (path for room in ROOMS for path in sources(room)):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(module_of(path))
    return found


def test_every_public_class_has_a_name_of_its_own() -> None:
    twice = {name: where for name, where in classes().items() if len(where) > 1}
    assert not twice


def circles(edges: set[tuple[str, str]]) -> list[set[str]]:
    """Return the sets of names that reach each other along the edges."""
    names = sorted({name for edge in edges for name in edge})
    number = {name: i for i, name in enumerate(names)}
    ends = np.array([[number[a], number[b]] for a, b in edges]).reshape(-1, 2).T
    graph = sp.csr_array((np.ones(len(edges)), ends), shape=(len(names), len(names)))
    count, part = connected_components(graph, connection="strong")
    parts = [{name for name, at in zip(names, part, strict=True) if at == i} for i in range(count)]
    return [part for part in parts if len(part) > 1]


@cache
def imported() -> frozenset[tuple[str, str]]:
    """Return every import of one of our modules by another."""
    graph = grimp.build_graph(*ROOMS, cache_dir=None)
    return frozenset(
        (importer, found)
        for importer in graph.modules
        for found in graph.find_modules_directly_imported_by(importer)
    )


def package_of(module: str) -> str:
    """Return the folder of a module."""
    is_folder = (ROOT / module.replace(".", "/")).is_dir()
    return module if is_folder else module.rpartition(".")[0]


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert not circles(set(imported()))


def test_no_packages_import_each_other_in_a_circle() -> None:
    """A package and one inside it may: the outer one's modules share the inner ones' records."""
    pairs = {(package_of(a), package_of(b)) for a, b in imported()}
    apart = {
        (a, b)
        for a, b in pairs
        if a != b and not f"{a}.".startswith(f"{b}.") and not f"{b}.".startswith(f"{a}.")
    }
    assert not circles(apart)


def test_circles_are_found() -> None:
    assert circles({("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")}) == [{"a", "b", "c"}]
    assert not circles({("a", "b"), ("b", "c"), ("a", "c")})


def test_no_folder_is_a_heap() -> None:
    folders = {path.parent for room in ROOMS for path in sources(room)}
    for folder in sorted(folders):
        entries = [
            entry
            for entry in folder.iterdir()
            if (entry.suffix == ".py" and entry.stem != "__init__")
            or (entry.is_dir() and any(entry.rglob("*.py")))
        ]
        assert len(entries) <= MOST_ENTRIES, f"{name_of(folder)} has {len(entries)} entries"
