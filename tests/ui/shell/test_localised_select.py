"""Words of a choice change with the language: the browser must be told so."""

from __future__ import annotations

import ast
from pathlib import Path

UI = Path(__file__).resolve().parents[3] / "ui"


def test_a_choice_with_words_is_drawn_by_the_helper_that_tells_them_anew() -> None:
    direct = [
        f"{path.relative_to(UI)}:{call.lineno}"
        for path in sorted(UI.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "selectbox"
        and not (isinstance(call.func.value, ast.Name) and call.func.value.id == "localised_select")
        # Figures with a unit read the same in both languages.
        and any(
            word.arg == "format_func" and not isinstance(word.value, ast.Lambda)
            for word in call.keywords
        )
    ]
    assert direct == []
