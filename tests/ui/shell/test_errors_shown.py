"""An error that a planner meets on a Chinese page holds no English word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from data.atomic import storage_errors
from data.doctor.crs.position import read_position
from data.doctor.process import guarded
from data.doctor.report.templates import template
from data.elevation.mosaic import open_dem
from data.elevation.tile import described
from data.importing import catalogue
from data.ledger.statements import parse_date
from data.observing import region_code
from data.scenario.coverage_rules import rule
from data.scenario.plan_settings import PlanSettings, changed
from data.scenario.presets import preset
from data.scenario.scenario import Scenario, parse_site
from data.tables.reader import Pack
from data.workspace.folder import Workspace, checked_name
from geo.errors import PlannerError
from geo.sentence import Message, Several
from geo.siting import SitingProblem, solve
from layers.registry import layer
from planning.gaps import gap_table, with_target_date
from planning.needs import NeedOptions, need_table
from planning.village import village_facts

PLAN = PlanSettings()
#: Words in a row: names of layers, fields and formats stand alone.
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")


def _content(name: str, content: bytes) -> Callable[[Pack], object]:
    return lambda _pack: guarded.read(content, name=name)


def _change(**values: object) -> Callable[[Pack], object]:
    return lambda _pack: changed(PLAN, {name.replace("__", "."): of for name, of in values.items()})


def _undo(pack: Pack) -> object:
    with catalogue() as store:
        return store.undo(pack.name, "villages")


def _no_folder(pack: Pack) -> None:
    with storage_errors(pack.folder / "none" / "a.csv"):
        (pack.folder / "none" / "a.csv").write_text("", encoding="utf-8")


def _solve(**limits: object) -> Callable[[Pack], object]:
    problem = {"coverage": [[1, 0], [0, 1]], "weights": [5, 7], "costs": [1, 2], **limits}
    return lambda _pack: solve(SitingProblem(**problem))


#: Files of an import, fields of a form, words of an address, limits of a plan.
WRONG: dict[str, Callable[[Pack], object]] = {
    "empty file": _content("村.csv", b""),
    "damaged zip": _content("村.zip", b"PK\x03\x04" + bytes(50)),
    "broken JSON": _content("村.json", b'[{"a": 1'),
    "broken KML": _content("村.kml", b"<kml><Document>"),
    "site": lambda _pack: parse_site("x"),
    "swapped site": lambda _pack: parse_site("102.7,25.0"),
    "height of a site": lambda _pack: parse_site("25.0,102.7,900"),
    "preset of a site": lambda _pack: parse_site("25.0,102.7,30,4g_999"),
    "position": lambda _pack: read_position("此处"),
    "date": lambda _pack: parse_date("昨天"),
    "years": _change(years__count=0),
    "text for a number": _change(sites="许多"),
    "unknown field": _change(colour=1),
    "unknown goal": _change(objective="最好"),
    "no preset": _change(presets=()),
    "scenario": lambda _pack: Scenario.from_json("{", where="方案"),
    "name": lambda _pack: checked_name("../x"),
    "no scenario": lambda _pack: Workspace.open().load("没有"),
    "undo": _undo,
    "folder": _no_folder,
    "preset": lambda _pack: preset("4g_1801"),
    "rule": lambda _pack: rule("miit"),
    "layer": lambda _pack: layer("fibr"),
    "template": lambda _pack: template("villages", suffix=".doc"),
    "level": lambda pack: gap_table(pack, level="township"),
    "target date": lambda pack: with_target_date(
        pack, Scenario(province=pack.name), ["all"], "2021-01-01"
    ),
    "overlay": lambda pack: need_table(
        pack, Scenario(province=pack.name), layer("policy_zones"), options=NeedOptions()
    ),
    "region": lambda pack: region_code(pack, "无此县"),
    "village": lambda pack: village_facts(pack, "无此村"),
    "elevation": lambda pack: described(pack.folder / "none.tif"),
    "no elevation": lambda _pack: open_dem([]),
    "budget": _solve(budget=-1),
    "limits": _solve(budget=0.5, fixed=[0]),
    "shares": _solve(p=1, groups=["a", "b"], least_share={"a": 1.0, "b": 1.0}),
    "goal of shares": _solve(least_share={"a": 1.0}),
}


def caught(call: Callable[[Pack], object], pack: Pack) -> PlannerError:
    """Return the error that a call raises."""
    with pytest.raises(PlannerError) as error:
        call(pack)
    return error.value


def foreign(sentence: object) -> Iterator[str]:
    """Yield what other programs said: reasons of the system and of libraries stay as they are."""
    if isinstance(sentence, Several):
        for part in sentence.sentences:
            yield from foreign(part)
    elif isinstance(sentence, Message):
        for name, value in sentence.arguments.items():
            yield from (str(value),) if name in ("reason", "error") else foreign(value)


@pytest.mark.parametrize("case", WRONG)
def test_an_error_in_chinese_holds_no_english_word(case: str, toy_listed: Pack) -> None:
    error = caught(WRONG[case], toy_listed)
    what, where, repair = error.said("zh")
    assert re.search(r"[\u4e00-\u9fff]", what)
    shown = "" if where.startswith(("--", "/")) else where
    for words in foreign(error.parts[0]):
        what = what.replace(words, "")
    repair = re.sub(r"`[^`]*`", "", repair)
    assert not ENGLISH.search(f"{what} {shown} {repair}")


def _page() -> None:
    from data.scenario.scenario import parse_site
    from geo.errors import PlannerError
    from ui.shell.frame import explain

    try:
        parse_site("102.7,25.0")
    except PlannerError as error:
        explain(error)


def test_a_page_says_it_in_its_language() -> None:
    page = AppTest.from_function(_page, default_timeout=60).run()
    assert "超出 ±90：经纬度可能写反" in page.error[0].value
