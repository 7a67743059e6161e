"""No page shows a word of the other language, a word of the terminal or a code of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.tables.reader import Pack, pack_names
from data.wording.catalogue import sentences
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from layers.registry import layers
from tests.ui.pages import test_third_language as walk
from tests.ui.pages.test_third_language import UNITS, opened, shown
from ui.shell.navigation import PAGES
from ui.widgets import background

#: An option of the terminal, or a name with an underscore.
CODE = re.compile(r"(?<![\w-])--[a-z][a-z-]+|(?<![\w./:-])[a-z0-9]+(?:_[a-z0-9]+)+(?![\w.])")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Two English words in a row: one alone may be a name or a unit.
ENGLISH = re.compile(r"[A-Za-z][a-z]+ [a-z]{2,}(?: [a-z]{2,})*")


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    monkeypatch.setattr(background, "PATIENCE_S", 300.0)
    monkeypatch.setattr(background, "watch", lambda: None)
    return Workspace(tmp_path)


def without_data(text: str) -> str:
    """Return a text without markup, quotes, addresses and names that are data."""
    rest = walk._MARKUP.sub(" ", re.sub(r"\\(\W|_)", r"\1", text))
    if any(kind.search(rest) for kind in (CHINESE, ENGLISH, CODE)):
        for name in walk.names():
            rest = rest.replace(name, " ")
    return rest


def leaks(text: str, language: str) -> list[str]:
    """Return what does not belong on a page of a language."""
    rest = without_data(text)
    found = [
        code for code in CODE.findall(walk._MARKUP.sub(" ", text)) if code in rest or code[0] == "-"
    ]
    if language == "zh":
        found += [
            words for words in ENGLISH.findall(rest)
            if not all(word in UNITS for word in words.split())
        ]  # fmt: skip
        return found
    names = {str(name) for pack in map(Pack.load, pack_names()) for name in pack.meta.values()}
    return found + [rest] * bool(CHINESE.search(rest) and rest.strip() not in names)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", [path for name, path in PAGES.items() if name != "plan"])
def test_no_page_leaks(page: str, language: str) -> None:
    app = opened("" if page == "overview" else page, lang=language)
    assert not app.exception
    found = list(shown(app))
    assert len(found) > 20
    assert [
        (where, bad, text[:160]) for where, text in found if (bad := leaks(text, language))
    ] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("typed", ["泸水", "0,0", "25.0,140", "31.2,121.5"])
def test_no_refused_site_leaks(typed: str, language: str) -> None:
    app = opened("what-if", lang=language)
    app.text_input(key="site_typed").set_value(typed)
    app.button(key="add").click().run()
    (error,) = app.error
    assert leaks(str(error.value).replace(typed, ""), language) == []
    assert sentences(language)["error.repair"] in str(error.value)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["../x", "", "a" * 61])
def test_no_refused_name_of_a_scenario_leaks(name: str, language: str) -> None:
    app = opened("what-if", lang=language)
    app.text_input(key="save_name").set_value(name)
    app.button(key="save").click().run()
    for error in app.error:
        assert leaks(str(error.value).replace(name or " ", ""), language) == []


def test_the_check_sees_a_leak() -> None:
    assert leaks("位置：--site", "zh") == ["--site"]
    assert leaks("village_id", "en") == ["village_id"]
    assert leaks("目标 share of all", "zh")
    assert leaks("Gap of 建设", "en")
    assert not any(
        leaks(item.title(language), language) for item in layers() for language in ("zh", "en")
    )
