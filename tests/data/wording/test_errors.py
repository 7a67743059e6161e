"""An error for a planner is a code with arguments: its words stand in every language's file."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from data.wording.catalogue import LANGUAGES, fields, sentences
from geo import errors
from geo.errors import InputError, PlannerError, UnknownNameError

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("geo", "data", "layers", "planning", "ui", "commands")
PARTS = ("what", "where", "repair")
CODE = re.compile(r"[a-z]\w*\.\w+")
GROUP = re.compile(r"[a-z]\w*\.")
#: Words between blanks or at both ends of a text: a sentence, not a name or an option.
PROSE = re.compile(r"[A-Za-z]{2,} [A-Za-z]|^[A-Z]?[a-z]+ | [a-z]{2,}$")
#: Errors that fill the fields themselves.
OTHERS = {"UnknownNameError", "ScenarioConflictError", "InfeasibleError"}


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in paths
    )


@cache
def classes() -> frozenset[str]:
    """Return the names of the errors for planners."""
    found = {"PlannerError"}
    defined = [
        (node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    for _ in range(4):
        found |= {name for name, bases in defined if bases & found}
    return frozenset(found)


def built(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls that build an error."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in classes()
        ):
            yield node


def codes(node: ast.expr) -> Iterator[str]:
    """Yield the constant texts of an expression, and the beginnings of its computed texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*codes(node.body), *codes(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        first = node.values[0]
        yield str(first.value) if isinstance(first, ast.Constant) else ""


def wrong_codes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield, with its line, every text that is no code of the catalogue."""
    known = sentences("en")
    for call in built(tree):
        kind = call.func.id if isinstance(call.func, ast.Name) else ""
        for code in codes(call.args[0]) if call.args else ():
            if kind == "UnknownNameError":
                right = f"fault.kind.{code}" in known
            else:
                right = any(key.startswith(f"fault.{code}") for key in known)
                right = right and bool(CODE.fullmatch(code) or GROUP.fullmatch(code))
            if not right:
                yield call.lineno, code


def prose(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield, with its line, every text of the arguments that is a piece of a sentence."""
    for call in built(tree):
        for part in ast.walk(call):
            if (
                isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and PROSE.search(part.value)
            ):
                yield call.lineno, part.value


def lacking(tree: ast.Module) -> Iterator[tuple[int, str, set[str]]]:
    """Yield, with its line and code, the fields that an error does not fill."""
    known = sentences("en")
    for call in built(tree):
        given = {keyword.arg for keyword in call.keywords}
        if not call.args or None in given or getattr(call.func, "id", "") in OTHERS:
            continue
        for code in filter(CODE.fullmatch, codes(call.args[0])):
            texts = [known.get(f"fault.{code}.{part}", "") for part in PARTS]
            if missing := {name for text in texts for name in fields(text)} - given:
                yield call.lineno, code, missing


def test_every_error_is_a_code_of_the_catalogue() -> None:
    wrong = [(where, *one) for where, tree in trees() for one in wrong_codes(tree)]
    assert not wrong


def test_no_error_has_english_words_in_its_arguments() -> None:
    wrong = [(where, *one) for where, tree in trees() for one in prose(tree)]
    assert not wrong


def test_errors_fill_the_fields_of_their_sentences() -> None:
    wrong = [(where, *one) for where, tree in trees() for one in lacking(tree)]
    assert not wrong


def test_a_sentence_in_an_error_is_found() -> None:
    source = 'raise InputError("is no number", where="a")\nraise DataError(f"{x} is wrong")\n'
    source += 'raise InputError("plan.no_place", repair="give a place")\n'
    tree = ast.parse(source)
    assert [line for line, _ in wrong_codes(tree)] == [1, 2]
    assert [line for line, _ in prose(tree)] == [1, 2, 3]
    assert list(lacking(ast.parse('raise RangeError("siting.share", where="x")')))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_says_what_is_wrong(language: str) -> None:
    known = sentences(language)
    whats = {key.rsplit(".", 1)[0] for key in known if key.startswith("fault.")}
    whats = {key for key in whats if not key.startswith("fault.kind")}
    assert len(whats) > 300
    assert not [key for key in whats if not known.get(f"{key}.what")]


#: Words that are the same in every language: names, codes, formats, options, units, parameters.
SAME = re.compile(
    r"\{[^{}]*\}|`[^`]*`|--[\w-]+|\w*\d[\w.-]*|\.\w+|\w+[._/]\w+|\w+://\S*|\b[A-Z]{2,}\w*"
)
NAMES = """
    GeoTIFF GeoPackage GeoParquet Parquet Shapefile MapInfo GeoJSON QGIS Copernicus PostgreSQL Excel
    Tongcun Add Layer OpenStreetMap Word cells observe region province date value evidence and
    source own layer utf all los nlos rma uma low base high need share name adcode order dem
    population windows big
    lon kHz GHz dBm dB hgt place start km kW MiB ft sha mm min zip gz thinned inf
"""


def test_chinese_errors_hold_no_english_words() -> None:
    names = set(NAMES.split())
    wrong = {
        key: words
        for key, sentence in sentences("zh").items()
        if key.startswith("fault")
        if (
            words := [
                word
                for word in re.findall(r"[A-Za-z]{2,}", SAME.sub(" ", sentence))
                if word not in names
            ]
        )
    }
    assert not wrong


def test_errors_are_said_in_the_readers_language() -> None:
    error = UnknownNameError("layer", "fibr", ["fibre", "mobile_4g"])
    assert str(error) == "unknown layer 'fibr' — did you mean 'fibre'? known: fibre, mobile_4g"
    assert error.said("zh") == ("未知图层“fibr”", "", "是否为“fibre”？可用：fibre, mobile_4g")
    broken = InputError("targets.whole", where="targets.4g", own=2.5, unit="个")
    assert broken.said("zh") == ("目标 2.5 [个] 不是整数", "targets.4g", "改为 2")


def test_errors_have_words_whichever_module_is_imported_first() -> None:
    code = "from data.clock import today; today()"
    asked = {**os.environ, "TONGCUN_TODAY": "soon"}
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=asked,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "'soon' is no date — give YYYY-MM-DD" in told.stderr


def test_a_code_without_words_does_not_hide_the_error() -> None:
    assert PlannerError("no words", where="here").said("zh") == ("no words", "here", "")
    assert str(PlannerError("a.b", x=1)) == "a.b (x=1)"


def test_errors_of_the_tree_are_exported_once() -> None:
    assert {name for name in vars(errors) if name.endswith("Error")} <= classes()
