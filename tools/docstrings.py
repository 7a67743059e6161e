"""Check the sections of public docstrings: ``python -m tools.docstrings``, a part of ``make lint``.

numpydoc finds parameters and returned values without a description, as ``numpydoc_validation`` in
pyproject.toml asks; here a returned value must have a name besides. Types are in the signature
only. A property says in one line what it is.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from numpydoc.hooks.validate_docstrings import DocstringVisitor, parse_config

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("geo", "data", "layers", "planning")

#: First line of a section of returned values: names, as in ``low, high``.
_NAMES = re.compile(r"[A-Za-z_]\w*(, [A-Za-z_]\w*)*")
_RETURNED = re.compile(r"^(?:Returns|Yields)\n-{3,}\n(.*)$", re.MULTILINE)
_PROPERTIES = frozenset({"property", "cached_property"})


def faults(path: Path, name: str) -> Iterator[str]:
    """Yield what is wrong with the docstrings of a module.

    Parameters
    ----------
    path
        The module.
    name
        How messages call it.

    Yields
    ------
    fault
        ``name:line: what``.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    visitor = DocstringVisitor(filepath=name, config=parse_config(ROOT))
    visitor.visit(tree)
    properties = {f"{name}:{node.lineno}" for node in _functions(tree) if _is_property(node)}
    for place, _, code, what in visitor.findings:
        if code != "RT01" or place not in properties:
            yield f"{place}: {what}"
    for node in _functions(tree):
        first = _RETURNED.search(ast.get_docstring(node) or "")
        if first and not _NAMES.fullmatch(first[1]):
            yield f"{name}:{node.lineno}: {first[1]!r} is no name of what is returned"


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = {ast.unparse(decorator).split(".")[-1] for decorator in node.decorator_list}
    return bool(names & _PROPERTIES)


def main() -> int:
    """Print the faults of all packages that are switched on.

    Returns
    -------
    code
        1 if there is any, else 0.
    """
    exempt = parse_config(ROOT)["exclude_files"]
    found: list[str] = []
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not (exempt and exempt.match(name)):
            found += faults(path, name)
    sys.stderr.write("".join(f"{fault}\n" for fault in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
