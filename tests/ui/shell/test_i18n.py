"""One catalogue, two languages: nothing missing, nothing unused, the same fields in both."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from geo.evidence import EVIDENCE_CLASSES
from layers.base import LEVELS, RULES
from layers.villages import STATES
from ui.shell.i18n import LANGUAGES, LOCALE_DIR, catalogue, interval, number

ROOT = Path(__file__).resolve().parents[3]
NAN = float("nan")


def asked_for() -> tuple[set[str], set[str]]:
    """Return the keys, and the beginnings of computed keys, that the code asks for."""
    keys: set[str] = set()
    groups: set[str] = set()
    for path in (ROOT / "app.py", *(ROOT / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id != "t" or not node.args:
                continue
            key = node.args[0]
            if isinstance(key, ast.Constant):
                keys.add(str(key.value))
            elif isinstance(key, ast.JoinedStr):
                assert isinstance(key.values[0], ast.Constant), f"{path}: name the group first"
                groups.add(str(key.values[0].value))
            else:
                # A choice between two constants.
                found = [n.value for n in ast.walk(key) if isinstance(n, ast.Constant)]
                keys.update(
                    str(value) for value in found if isinstance(value, str) and "." in value
                )
    return keys, groups


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_asked_for_stands_in_the_catalogue(language: str) -> None:
    keys, groups = asked_for()
    known = catalogue(language)
    assert not keys - known.keys()
    assert all(any(key.startswith(group) for key in known) for group in groups)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_unused(language: str) -> None:
    keys, groups = asked_for()
    unused = {
        key
        for key in catalogue(language)
        if key not in keys and not any(key.startswith(group) for group in groups)
    }
    assert not unused


def test_languages_have_the_same_keys_and_fields() -> None:
    first, *others = (catalogue(language) for language in LANGUAGES)
    for other in others:
        assert first.keys() == other.keys()
        for key in first:
            assert fields(first[key]) == fields(other[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_field_are_all_translated(language: str) -> None:
    known = catalogue(language)
    wanted = {f"evidence.{w}" for w in EVIDENCE_CLASSES}
    wanted |= {f"evidence_about.{w}" for w in EVIDENCE_CLASSES}
    wanted |= {f"rule.{r}" for r in RULES} | {f"rule_about.{r}" for r in RULES}
    wanted |= {f"level.{level}" for level in LEVELS} | {f"state.{s}" for s in STATES}
    assert not wanted - known.keys()


def test_english_holds_no_chinese_and_chinese_ends_no_sentence_like_english() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert not [key for key, text in catalogue("en").items() if chinese.search(text)]
    assert [path.stem for path in sorted(LOCALE_DIR.glob("*.toml"))] == sorted(LANGUAGES)


def test_unknown_is_a_dash_and_never_zero() -> None:
    assert number(NAN) == number(None) == interval(NAN, NAN) == "—"
    assert (number(0), number(1_234_567.0)) == ("0", "1,234,567")
    assert (interval(NAN, 8), interval(1, NAN), interval(1, 2)) == ("≤ 8", "≥ 1", "1 – 2")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
