"""One file per language: nothing missing, nothing unused, fields as the code fills them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from data.tables.imports import IMPORTABLE
from data.tables.pack import TABLES
from data.tables.reader import Pack
from data.wording import catalogue
from data.wording.catalogue import (
    DEFAULT,
    LANGUAGES,
    Message,
    call_prefectures,
    called_prefectures,
    fields,
    sentences,
    text,
)
from data.wording.prefectures import prefectures_word
from geo.evidence import EVIDENCE_CLASSES
from layers.base import LEVELS
from layers.figures import RULES
from layers.villages import STATES

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("geo", "data", "layers", "planning", "ui", "commands")
#: What takes a key first: functions and the class.
CALLS = ("t", "text", "Message", "LayerMessage")
#: Read by the catalogue itself.
OWN = {"language.name"}
KEY = re.compile(r"[a-z]\w*(\.\w+)+")
#: How a computed key begins.
GROUP = re.compile(r"[a-z]\w*\.\w*")


@cache
def constants() -> frozenset[str]:
    """Return every text constant of the product that has the form of a key."""
    return frozenset(
        node.value
        for _, node in nodes()
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and KEY.fullmatch(node.value)
    )


@cache
def computed() -> frozenset[str]:
    """Return the beginning of every computed text of the product that has the form of a key."""
    return frozenset(
        str(node.values[0].value)
        for _, node in nodes()
        if isinstance(node, ast.JoinedStr)
        and node.values
        and isinstance(node.values[0], ast.Constant)
        and GROUP.fullmatch(str(node.values[0].value))
    )


@cache
def requests() -> tuple[tuple[str, ast.Call], ...]:
    """Return, with the file, every call that takes a key."""
    return tuple(
        (where, node)
        for where, node in nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in CALLS
        and node.args
    )


@cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    paths = [ROOT / "app.py", ROOT / "cli.py"]
    paths += [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return tuple(
        (path.relative_to(ROOT).as_posix(), node)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def keys_asked_for() -> set[str]:
    """Return the constant keys of the calls; of a choice between constants, each."""
    return {
        str(part.value)
        for _, call in requests()
        if not isinstance(call.args[0], ast.JoinedStr)
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and KEY.fullmatch(str(part.value))
    }


def groups_asked_for() -> set[str]:
    """Return the beginnings of computed keys, such as ``rule.`` of ``t(f"rule.{rule}")``."""
    found = set()
    for where, call in requests():
        key = call.args[0]
        if isinstance(key, ast.JoinedStr):
            assert isinstance(key.values[0], ast.Constant), f"{where}: name the group first"
            found.add(str(key.values[0].value))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_asked_for_stands_in_the_file(language: str) -> None:
    known = sentences(language)
    assert not (keys_asked_for() | OWN) - known.keys()
    assert all(any(key.startswith(group) for key in known) for group in groups_asked_for())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_unused(language: str) -> None:
    used = keys_asked_for() | constants() | OWN
    used |= {f"fault.{code}.{part}" for code in constants() for part in ("what", "where", "repair")}
    groups = (*computed(), *(f"fault.{group}" for group in computed()))
    assert not [key for key in sentences(language) if key not in used if not key.startswith(groups)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_keys_and_fields_of_the_first(language: str) -> None:
    first, other = sentences(DEFAULT), sentences(language)
    assert first.keys() == other.keys()
    assert not [key for key in first if fields(first[key]) != fields(other[key])]


def given(call: ast.Call) -> Iterator[str]:
    """Yield the names of the arguments that a call fills in."""
    yield from (str(keyword.arg) for keyword in call.keywords)
    for argument in call.args[1:]:
        if isinstance(argument, ast.Dict):
            yield from (str(key.value) for key in argument.keys if isinstance(key, ast.Constant))


def is_readable(call: ast.Call) -> bool:
    """Return whether all names of the arguments stand in the call."""
    starred = any(keyword.arg is None for keyword in call.keywords)
    is_message = isinstance(call.func, ast.Name) and call.func.id == "Message"
    computed = is_message and any(not isinstance(item, ast.Dict) for item in call.args[1:])
    spread = any(isinstance(item, ast.Dict) and None in item.keys for item in call.args[1:])
    return not (starred or computed or spread)


def test_code_fills_exactly_the_fields_of_its_sentences() -> None:
    known = sentences(DEFAULT)
    wrong = [
        (where, call.lineno, key.value)
        for where, call in requests()
        if isinstance(key := call.args[0], ast.Constant)
        and str(key.value) in known
        and is_readable(call)
        and set(given(call)) != fields(known[str(key.value)])
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_field_are_all_translated(language: str) -> None:
    known = sentences(language)
    wanted = {f"evidence.{w}" for w in (*EVIDENCE_CLASSES, "")}
    wanted |= {f"evidence_about.{w}" for w in (*EVIDENCE_CLASSES, "")}
    wanted |= {f"rule.{r}" for r in RULES} | {f"rule_about.{r}" for r in RULES}
    wanted |= {f"level.{level}" for level in LEVELS} | {f"state.{s}" for s in STATES}
    assert not wanted - known.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_declared_table_and_column_has_a_meaning(language: str) -> None:
    for table in (*TABLES.values(), *IMPORTABLE.values()):
        assert table.title(language)
        assert all(column.meaning(language) for column in table.columns)


def test_english_holds_no_chinese() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert not [key for key, sentence in sentences("en").items() if chinese.search(sentence)]


def test_a_language_is_a_file() -> None:
    assert set(LANGUAGES) == {path.stem for path in catalogue.FOLDER.glob("*.toml")}
    assert next(iter(LANGUAGES)) == DEFAULT


@pytest.fixture
def one_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that makes the language ``xx`` of one section ``a``."""
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)

    def write(lines: str) -> None:
        written = f'[list]\ncomma = " + "\n[a]\n{lines}\n'
        (tmp_path / "xx.toml").write_text(written, encoding="utf-8")
        sentences.cache_clear()

    yield write
    monkeypatch.undo()
    sentences.cache_clear()


def test_arguments_are_data(one_language) -> None:
    one_language('say = "{x}!"')
    assert text("a.say", "xx", x="{y} {0.__class__}") == "{y} {0.__class__}!"


@pytest.mark.parametrize("field", ["{x.__class__}", "{x[0]}", "{}", "{0}", "{x:{y.z}}"])
def test_a_field_is_a_plain_name(one_language, field: str) -> None:
    one_language(f'say = "{field}"')
    with pytest.raises(ValueError, match="plain names"):
        text("a.say", "xx", x=1, y=2)


def test_messages_stay_without_language_until_asked(one_language) -> None:
    one_language('inner = "in {n}"\nouter = "out ({why})"\nb.deep = "deep"')
    parts = [Message("a.inner", {"n": 1}), Message("a.b.deep")]
    assert Message("a.outer", {"why": parts[0]}).text("xx") == "out (in 1)"
    assert Message("a.outer", {"why": parts}).text("xx") == "out (in 1 + deep)"


def test_equal_messages_have_one_hash() -> None:
    assert len({Message("a.b", {"n": 1}), Message("a.b", {"n": 1}), Message("a.b", {"n": 2})}) == 2


def test_a_province_calls_its_prefectures_its_own_way() -> None:
    assert text("level.prefecture", "zh") == "州（市）"
    before = called_prefectures()
    call_prefectures("市（州）")
    try:
        assert text("level.prefecture", "zh") == "市（州）"
        assert "各市（州）" in Message("rule_about.past_share").text("zh")
    finally:
        call_prefectures(before)


@pytest.mark.parametrize(("pack", "word"), [("yunnan", "州（市）"), ("gansu", "市（州）")])
def test_the_word_of_a_province_follows_its_prefectures(pack: str, word: str) -> None:
    assert prefectures_word(Pack.load(pack).regions("prefecture")["name_zh"]) == word
