"""A third language is one file: with a generated one, no page shows a word of the first two.

Every sentence of the generated language stands in ⟦brackets⟧ with accented letters. Whatever else
a page shows must be data: names, ids, quotes and sources of the tables (:func:`names`), units and
codes (:data:`UNITS`).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from google.protobuf.message import Message as Proto
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from typer.testing import CliRunner

from cli import cli
from commands.options import LANGUAGE_ENVIRONMENT
from data.provinces.listed import listed_provinces
from data.scenario.coverage_rules import rules
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.pack import TABLES
from data.tables.reader import Pack, pack_names
from data.wording import catalogue
from data.wording.catalogue import LANGUAGES, sentences
from data.wording.glossary import terms
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from ui.map import mapview
from ui.shell.history import History
from ui.shell.i18n import brief_name
from ui.shell.navigation import PAGES
from ui.widgets import background

APP = Path(__file__).resolve().parents[3] / "app.py"
CODE = "qps"
PROVINCE = "yunnan"
LIMIT_S = 300

#: What stays as it is inside a sentence: fields, code, directives, addresses, tags, icons.
_FIXED = re.compile(
    r"\{[^{}]*\}|`[^`]*`|:[a-z]+(?:-[a-z]+)*\[|:material/\w+:|\]\([^)]*\)|<[^>]*>|https?://\S+|\\."
)
_ACCENTS = str.maketrans("aeiouyAEIOUYcnsCNS", "áéíóúýÁÉÍÓÚÝçñšÇÑŠ")
#: Units, codes and names of programs and standards, which no language changes.
_UNITS = """
    km m dB dBm dBi GHz MHz kHz MW kW kV CNY WGS84 RSRP SINR PUE EPSG ITU LE90 AP AC LTE NR
    CSV XLSX KML JSON GeoJSON GPKG GeoParquet Parquet GeoTIFF tif csv xlsx geojson gpkg kml
    parquet json html hgt OpenStreetMap contributors Amap Tianditu
"""
UNITS = frozenset(_UNITS.split())
_WORD = re.compile(r"[A-Za-z\u00c0-\u017f]{2,}|[\u4e00-\u9fff]+")
_MARKUP = re.compile(
    r"`[^`]*`|:material/\w+:|:[a-z]+(?:-[a-z]+)*\[|\]\([^)]*\)|<[^>]*>|https?://\S+|^> .*$",
    re.MULTILINE,
)
#: Fields of the protocol that no reader sees, or that repeat what another says.
_HIDDEN = """
    id form_id format theme component_name js_content js_source_path css_content css_source_path
    html_content raw_value raw_values icon url key element_id column_order editing_mode
    selection_mode type default value min max click_mode deferred_file_id page
"""
_UNSEEN = frozenset(_HIDDEN.split())
_COLOUR = re.compile("#[0-9A-Fa-f]{6}")
#: Keys of a chart whose text a reader sees.
_SEEN_IN_CHARTS = frozenset({"title", "text", "labelExpr", "values", "domain"})


#: Columns of the packs that hold codes.
_CODES = frozenset(
    {"adcode", "parent", "sha256", "unit", "layer", "kind", "table", "per", "currency_or_unit"}
)
#: How a page shortens English names.
_SHORT = {"Autonomous Prefecture": "AP", "Autonomous County": "AC", " City": ""}
_TEXTS_OF_RULES = {"title_en", "source", "note_en"}


def pseudo(sentence: str) -> str:
    """Return a sentence in the generated language."""
    parts, end = [], 0
    for fixed in _FIXED.finditer(sentence):
        parts += [sentence[end : fixed.start()].translate(_ACCENTS), fixed.group()]
        end = fixed.end()
    return f"⟦{''.join(parts)}{sentence[end:].translate(_ACCENTS)}⟧"


def generated(tree: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the lines of the file of the generated language."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from () if above else (f"[{key}]",)
            yield from generated(value, f"{above}{key}." if above else " ")
        elif (above.strip(), key) == ("", "names"):
            yield f'names = "{value}"'
        else:
            yield f"{above.strip()}{json.dumps(key)} = {json.dumps(pseudo(value))}"


@pytest.fixture(scope="module", autouse=True)
def third_language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Add the generated language as a file of a folder that the catalogue is pointed at."""
    folder = tmp_path_factory.mktemp("wording")
    for path in catalogue.FOLDER.glob("*.toml"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    tree = tomllib.loads((folder / "en.toml").read_text(encoding="utf-8"))
    (folder / f"{CODE}.toml").write_text("\n".join(generated(tree)), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "FOLDER", folder)
        found = catalogue._languages()
        assert found[CODE] == "⟦Éñglíšh⟧"
        patch.setitem(LANGUAGES, CODE, found[CODE])
        sentences.cache_clear()
        yield
    sentences.cache_clear()


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    monkeypatch.setattr(background, "PATIENCE_S", 300.0)
    return Workspace(tmp_path)


@cache
def names() -> list[str]:
    """Return all that is data, the longest first: cells of the packs, rules, budgets' sources.

    Codes of a list of words (evidence, level, kind …) are no data: a page translates them.
    """
    found = {"Tongcun 通村", "中文", "English"} | {item.name_en for item in listed_provinces()}
    for pack in map(Pack.load, pack_names()):
        found.add(str(pack.meta["name_en"]))
        for table in TABLES.values():
            frame = pack.table(table.name)
            free = [c for c in table.columns if c.kind == "text" and not c.words]
            hidden = ("_id", "_zh")  # the generated language asks for names in English
            for name in {c.name for c in free if not c.name.endswith(hidden)} - _CODES:
                found |= {str(value) for value in frame[name].dropna().unique()}
            found.add(f"pack:{table.name}")
        # Units as the ledger has them: they stand beside the figure of a source.
        for name in ("targets", "observations"):
            found |= {unit for unit in pack.table(name)["unit"] if "_" in unit or " " in unit}
    for long, short in (
        ("Autonomous Prefecture", "AP"),
        ("Autonomous County", "AC"),
        (" City", ""),
    ):
        found |= {name.replace(long, short) for name in found}
    found |= {brief_name(name) for name in found if name.isascii()}
    found |= {text for term in terms("en") for text in (term.word, term.definition)}
    for rule in rules().values():
        texts = rule.model_dump(include=_TEXTS_OF_RULES)
        found |= {str(value) for value in texts.values()}
    budgets = pd.read_csv(Path(catalogue.__file__).parents[1] / "scenario/link_presets.csv")
    found |= set(budgets["source_en"])
    whole = {text for text in found if _WORD.search(text)}
    return sorted(whole, key=len, reverse=True)


@cache
def codes() -> frozenset[str]:
    """Return cells of the ledger, the unit costs and the licences that a page shows as they are."""
    found = set()
    for pack in map(Pack.load, pack_names()):
        for table in ("targets", "observations"):
            frame = pack.table(table)
            found |= {str(v) for name in ("layer", "kind", "unit") for v in frame[name].unique()}
        costs = pack.table("unit_costs")
        units, per = costs["currency_or_unit"].astype(str), costs["per"].fillna("").astype(str)
        found |= {*units, *per, *per.str.removeprefix("per "), *(units + " " + per)}
        found |= set(pack.table("SOURCES")["table"])
    return frozenset(found)


@cache
def untranslated(text: str) -> tuple[str, ...]:
    """Return the words of a text that are neither of the generated language nor data."""
    before = ""
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    rest = _MARKUP.sub(" ", re.sub(r"\\(\W|_)", r"\1", text))
    for name in names() if words_of(rest) else ():
        rest = rest.replace(name, " ")
    parts = (part.strip() for part in rest.split("·"))
    return tuple(word for part in parts if part not in codes() for word in words_of(part))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text without units, ids and figures."""
    plain = re.sub(r"[\w:.-]*\d[\w:.-]*", " ", text)
    return tuple(word for word in _WORD.findall(plain) if word not in UNITS)


# -- what stands on a page


def shown(app: AppTest) -> Iterator[tuple[str, str]]:
    """Yield where and what: every text that a reader can see on a page."""
    for element in elements(app._tree):
        proto = getattr(element, "proto", None)
        if proto is None:
            continue
        kind = type(proto).__name__
        if kind == "Html":
            yield from ((kind, text) for text in in_html(proto.body))
            continue
        if kind == "BidiComponent":
            yield from ((f"{kind}.json", text) for text in in_json(json.loads(proto.json or "{}")))
        elif hasattr(proto, "spec"):
            yield from ((f"{kind}.spec", text) for text in in_chart(json.loads(proto.spec)))
        elif kind == "Arrow" or hasattr(proto, "arrow_data") or hasattr(proto, "columns"):
            yield from ((f"{kind}", text) for text in in_table(element, proto))
        else:
            yield from in_proto(proto, kind)


def elements(block: Any) -> Iterator[Any]:
    yield block
    for child in getattr(block, "children", {}).values():
        yield from elements(child)


def in_proto(message: Proto, where: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        if field.name in _UNSEEN:
            continue
        values = value if isinstance(value, list) or hasattr(value, "append") else [value]
        for item in values:
            if isinstance(item, Proto):
                yield from in_proto(item, f"{where}.{field.name}")
            elif isinstance(item, str):
                yield f"{where}.{field.name}", item


def in_html(body: str) -> Iterator[str]:
    """Yield the texts between tags and in tooltips; style sheets and scripts are not shown."""
    plain = re.sub(r"<(style|script)\b.*?</\1>", "", body, flags=re.DOTALL)
    for found in re.finditer(r'(?:title|aria-label)="([^"]*)"|>([^<]+)<', f">{plain}<"):
        yield unescape(found[1] or found[2] or "")


def in_chart(tree: Any, key: str = "") -> Iterator[str]:
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from in_chart(value, key if key == "values" else name)
    elif isinstance(tree, list):
        for value in tree:
            yield from in_chart(value, key)
    elif isinstance(tree, str) and key in _SEEN_IN_CHARTS:
        yield tree


def in_table(element: Any, proto: Any) -> Iterator[str]:
    """Yield headers and cells; a column with a label of its own shows that."""
    labels = {}
    hidden = set()
    if getattr(proto, "columns", ""):
        for name, options in json.loads(proto.columns).items():
            labels[name] = (options or {}).get("label")
            hidden |= {name} if (options or {}).get("hidden") else set()
    frame = element.value
    for name in frame.columns:
        if name in hidden:
            continue
        yield str(labels.get(name) or name)
        if not pd.api.types.is_numeric_dtype(frame[name]):
            yield from sorted({str(value) for value in frame[name].dropna()})


def in_json(tree: Any, key: str = "") -> Iterator[str]:
    """Yield the texts of a map's overlay; its codes, colours and addresses are not shown."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from in_json(value, str(name))
    elif isinstance(tree, list):
        for value in tree:
            yield from in_json(value, key)
    elif (
        isinstance(tree, str)
        and not _COLOUR.fullmatch(tree)
        and key
        not in {
            "url",
            "file",
            "digest",
            "place",
            "ahead",
            "kind",
            "selected",
            "id",
            "shape",
            "colour",
            "state",
            "key",
            "look",
            "names",
        }
    ):
        yield tree


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=LIMIT_S)
    app.session_state["_map_seen"] = True
    for key, value in {"lang": CODE, "province": PROVINCE, **query}.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page) if page else ""
    return app.run()


def check(app: AppTest) -> None:
    assert not app.exception
    found = list(shown(app))
    assert sum("⟦" in text for _, text in found) > 5
    wrong = [(where, words, text[:200]) for where, text in found if (words := untranslated(text))]
    assert wrong == []


@pytest.mark.parametrize("page", [path for name, path in PAGES.items() if name != "plan"])
def test_no_page_shows_a_word_of_another_language(page: str) -> None:
    check(opened("" if page == "overview" else page))


@pytest.mark.parametrize("page", ["coverage", "path", "rules", "what-if"])
def test_no_page_over_terrain_shows_one(page: str, workspace: Workspace) -> None:
    workspace.save(Scenario(name="x1", province=PROVINCE, demonstration_terrain=True))
    check(opened(page, scenario="x1"))


def test_no_plan_shows_one() -> None:
    app = AppTest.from_file(str(APP), default_timeout=LIMIT_S)
    app.session_state["_map_seen"] = True
    app.query_params["lang"], app.query_params["province"] = CODE, "gansu"
    app.session_state["_plan_jobs"] = {}
    app._page_hash = calc_hash("sources")
    app.run()
    settings = PlanSettings.model_validate({"sites": 20, "frontier_points": 3})
    scenario = Scenario(province="gansu", plan=settings)
    app.session_state["_histories"] = {"gansu": History(scenario)}
    app._page_hash = calc_hash("plan")
    check(app.run())
    app.button(key="plan_run").click().run()
    assert app.session_state["_plan_jobs"]["gansu"].done.wait(LIMIT_S)
    check(app.run())


@pytest.mark.parametrize("layer", ["mobile_5g", "natural_villages"])
def test_no_map_shows_an_english_sentence(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script of a map is code: there, no sentence of the English file may stand."""
    drawn: list[str] = []
    address = vars(mapview)["media_address"]

    def noted(content: bytes, kind: str, *, key: str) -> str:
        drawn.extend([content.decode()] if "json" in kind else [])
        return str(address(content, kind, key=key))

    monkeypatch.setattr(mapview, "media_address", noted)
    opened("", layer=layer)
    assert any(json.dumps("⟦")[1:-1] in script for script in drawn)
    english = {s for s in sentences("en").values() if " " in s and len(s) > 8 and "{" not in s}
    assert not [s for s in english for script in drawn if s in script]


def test_the_terminal_speaks_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_ENVIRONMENT, CODE)
    for command in (
        ["whatif", "-p", PROVINCE, "-s", "25.1,99.2"],
        ["dem", "info", "-p", PROVINCE],
        ["imports"],
    ):
        done = CliRunner().invoke(cli, command)
        assert done.exit_code == 0
        last = done.stdout.strip().splitlines()[-1]
        assert "⟦" in last
        assert not untranslated(last)


def test_the_report_on_a_file_speaks_it_too(tmp_path: Path) -> None:
    """A third language has its templates, its messages and its report on a list with faults."""
    given = tmp_path / "in.csv"
    report, blank = tmp_path / "out.csv", tmp_path / "blank.csv"
    given.write_text("village_id,lon,lat,households\na1,102.7,25,-5\na1,,25,7\n", encoding="utf-8")
    order = ["--kind", "natural_villages", "--dry-run", "--language", CODE, "--report", str(report)]
    done = CliRunner().invoke(cli, ["import", str(given), "-p", PROVINCE, *order])
    assert done.exit_code == 0, done.output
    found = pd.read_csv(report, dtype=str).fillna("")
    told = [text for name in found for text in found[name].unique() if "⟦" in text]
    assert len(told) > 5
    assert [text for text in told if untranslated(text)] == []
    made = CliRunner().invoke(cli, ["template", "natural_villages", str(blank), "--language", CODE])
    assert made.exit_code == 0
    assert "⟦" in blank.read_text(encoding="utf-8-sig")


def test_the_check_sees_what_is_not_translated() -> None:
    assert untranslated("⟦Gáp⟧ of 建设 5 km Kunming City") == ("of", "建设")
    assert list(in_chart({"title": "Gap", "mark": {"type": "bar"}, "values": [{"a": "x y"}]}))
