"""Words for people stand in data/wording: code outside docstrings and comments holds no Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("geo", "data", "layers", "planning", "commands", "ui")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
#: File → what stands there in Chinese, and is a name in every language.
NAMES = {
    "app.py": {"Tongcun 通村"},
    "cli.py": {"Tongcun 通村"},
    "layers/map/tiles.py": {
        "© 高德地图 Amap",
        "© 天地图 Tianditu",
    },
}


def texts(source: str) -> Iterator[str]:
    """Yield every text of a module that is no docstring."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if id(node) not in docstrings and isinstance(node, ast.Constant):
            yield str(node.value)


def test_code_holds_no_chinese() -> None:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    for path in (*ROOT.glob("*.py"), *paths):
        kept = NAMES.get(path.relative_to(ROOT).as_posix(), set())
        found = [text for text in texts(path.read_text(encoding="utf-8")) if HAN.search(text)]
        wrong = [text for text in found if not any(name in text for name in kept)]
        assert not wrong, f"{path.relative_to(ROOT)} holds {wrong}: move it to data/wording"


def test_names_are_still_there() -> None:
    for name, kept in NAMES.items():
        found = list(texts((ROOT / name).read_text(encoding="utf-8")))
        assert all(any(text in whole for whole in found) for text in kept)


def test_only_docstrings_are_left_out() -> None:
    source = '"""村"""\ndef f():\n    """户"""\n    return f"{1}站", "缆"\n'
    assert [text for text in texts(source) if HAN.search(text)] == ["缆", "站"]
