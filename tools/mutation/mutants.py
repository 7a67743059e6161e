"""The small changes: comparisons, arithmetic, logic, constants, arguments, statements."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
}  # fmt: skip
_NAMES = {"min": "max", "floor": "ceil", "minimum": "maximum", "any": "all", "head": "tail",
          "argmin": "argmax", "first": "last", "isnan": "isfinite", "isna": "notna"}  # fmt: skip
_NAMES |= {after: before for before, after in _NAMES.items()}
#: Never entered: what is said to people, types, decorators.
_SKIPPED = (ast.Raise, ast.JoinedStr)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutant:
    """One changed module.

    Attributes
    ----------
    id
        Module, function and the change, such as ``geo.gaps.gap:gap: a - b → a + b``; of equal
        changes in one function the later ones are numbered. It outlives changes elsewhere.
    line
        Line of the change in the file.
    tree
        The changed module.
    """

    id: str
    line: int
    tree: ast.Module


def mutants(source: str, module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module.

    Parameters
    ----------
    source
        Text of the module.
    module
        Its dotted name.

    Yields
    ------
    mutant
        In the order of the text.
    """
    plain = ast.parse(source)
    sites = [site for site in _sites(plain, "", []) if _changes(_at(plain, site[1]))]
    seen: dict[str, int] = {}
    for where, path in sites:
        before = _at(plain, path)
        for after in _changes(before):
            tree = copy.deepcopy(plain)
            _put(tree, path, after)
            said = f"{module}:{where}: {_text(before)} → {_text(after)}"
            seen[said] = seen.get(said, 0) + 1
            number = f" #{seen[said]}" if seen[said] > 1 else ""
            yield Mutant(said + number, before.lineno, ast.fix_missing_locations(tree))


_Path = list[tuple[str, int | None]]


def _sites(node: ast.AST, where: str, path: _Path) -> Iterator[tuple[str, _Path]]:
    """Yield function and path of every node inside a function that may be changed."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or isinstance(child, _SKIPPED) or _is_text(child):
                continue
            here = [*path, (field, index)]
            inside = where
            if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
                inside = f"{where}.{child.name}" if where else child.name
            elif where:
                yield where, here
            yield from _sites(child, inside, here)


def _is_text(node: ast.AST) -> bool:
    """Return whether a statement is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> list[ast.AST]:
    """Return the nodes that may replace one."""
    change = _CHANGES.get(type(node))
    return [] if change is None else change(node)


def _compare(node: ast.Compare) -> list[ast.AST]:
    if len(node.ops) == 1:
        others = _COMPARE[type(node.ops[0])]
        return [ast.Compare(node.left, [other()], node.comparators) for other in others]
    lefts = [node.left, *node.comparators]
    parts = zip(lefts, node.ops, node.comparators, strict=False)
    return [ast.Compare(left, [op], [right]) for left, op, right in parts]


def _arithmetic(node: ast.BinOp | ast.AugAssign) -> list[ast.AST]:
    other = copy.copy(node)
    other.op = _ARITHMETIC[type(node.op)]()
    return [other]


def _condition(node: ast.If | ast.While) -> list[ast.AST]:
    """Return the opposite; of a comparison that is a change of its own."""
    if isinstance(node.test, ast.Compare | ast.Constant):
        return []
    other = copy.copy(node)
    other.test = ast.UnaryOp(ast.Not(), node.test)
    return [other]


def _other_logic(node: ast.BoolOp) -> list[ast.AST]:
    return [ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)]


def _no_cell_set(node: ast.Assign) -> list[ast.AST]:
    return [ast.Pass()] if isinstance(node.targets[0], ast.Subscript) else []


def _constants(node: ast.Constant) -> list[ast.AST]:
    if isinstance(node.value, bool):
        return [ast.Constant(not node.value)]
    if isinstance(node.value, int | float):
        return [ast.Constant(node.value + 1), ast.Constant(node.value - 1)]
    if isinstance(node.value, str):
        return [ast.Constant("" if node.value else "mutant")]
    return []


def _calls(node: ast.Call) -> list[ast.AST]:
    """Return the call of the opposite function, and the call without each of its options."""
    found: list[ast.AST] = []
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _NAMES:
        func = copy.copy(node.func)
        setattr(func, "attr" if isinstance(func, ast.Attribute) else "id", _NAMES[name])
        found.append(ast.Call(func, node.args, node.keywords))
    for left_out in node.keywords:
        kept = [keyword for keyword in node.keywords if keyword is not left_out]
        found.append(ast.Call(node.func, node.args, kept))
    return found


_CHANGES: dict[type[ast.AST], Callable[[Any], list[ast.AST]]] = {
    ast.Compare: _compare,
    ast.BinOp: _arithmetic,
    ast.AugAssign: _arithmetic,
    ast.BoolOp: _other_logic,
    ast.UnaryOp: lambda node: [node.operand],
    ast.IfExp: lambda node: [node.body, node.orelse],
    ast.If: _condition,
    ast.While: _condition,
    ast.Constant: _constants,
    ast.Call: _calls,
    ast.Expr: lambda _node: [ast.Pass()],
    ast.Assign: _no_cell_set,
    ast.Continue: lambda _node: [ast.Break()],
    ast.Break: lambda _node: [ast.Continue()],
}


def _at(tree: ast.AST, path: _Path) -> ast.expr | ast.stmt:
    node = tree
    for field, index in path:
        value = getattr(node, field)
        node = value if index is None else value[index]
    return node  # type: ignore[return-value]  # a path leads to an expression or statement


def _put(tree: ast.AST, path: _Path, new: ast.AST) -> None:
    *above, (field, index) = path
    parent = _at(tree, above)
    if index is None:
        setattr(parent, field, copy.deepcopy(new))
    else:
        getattr(parent, field)[index] = copy.deepcopy(new)


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 90 else f"{text[:60]} … {text[-25:]}"
