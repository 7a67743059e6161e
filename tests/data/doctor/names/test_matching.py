"""Names of regions as people write them: each is its own region, or reported."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from data.doctor.base import ROW, Finding
from data.doctor.names.forms import _SIMPLIFIED, plain, short_names
from data.doctor.names.gazetteer import RENAMED
from data.doctor.names.matching import SUGGESTED, ResolvedNames, resolve_names
from data.tables.found_packs import PACKS_DIR

COLUMNS = ["adcode", "level", "name_zh", "name_en", "parent"]
REGIONS = {
    name: pd.read_parquet(PACKS_DIR / name / "regions.parquet", columns=COLUMNS)
    for name in ("yunnan", "gansu")
}
BOTH = pd.concat(REGIONS.values(), ignore_index=True)
PROVINCES = pytest.mark.parametrize("province", REGIONS)
LEVELS = pytest.mark.parametrize("level", ["prefecture", "county"])


def resolve(regions: pd.DataFrame = REGIONS["yunnan"], **cells: object) -> ResolvedNames:
    return resolve_names(pd.DataFrame([cells]), regions)


def only(found: ResolvedNames) -> tuple[str | None, list[str]]:
    """Return the code of the first row, and the rules that reported it."""
    return found.adcode.iloc[0], [finding.rule for finding in found.findings]


def of_level(province: str, level: str) -> pd.DataFrame:
    regions = REGIONS[province]
    return regions[regions["level"] == level].reset_index(drop=True)


def renamed() -> pd.DataFrame:
    return pd.read_csv(RENAMED, dtype=str, keep_default_na=False)


def test_the_packs_hold_all_regions() -> None:
    assert Counter(REGIONS["yunnan"]["level"]) == {"county": 129, "prefecture": 16, "province": 1}
    assert Counter(REGIONS["gansu"]["level"]) == {"county": 87, "prefecture": 14, "province": 1}


@PROVINCES
@LEVELS
@pytest.mark.parametrize("column", ["name_zh", "name_en"])
def test_every_full_name_is_its_own_region(province: str, level: str, column: str) -> None:
    own = of_level(province, level)
    found = resolve_names(own[[column]].rename(columns={column: level}), REGIONS[province])
    assert found.adcode.tolist() == own["adcode"].tolist()
    assert set(found.level) == {level}
    assert found.findings == []


@PROVINCES
@LEVELS
@pytest.mark.parametrize("column", ["name_zh", "name_en"])
def test_every_short_name_is_its_own_region_or_ambiguous(
    province: str, level: str, column: str
) -> None:
    own = of_level(province, level)
    forms = [
        (form, code)
        for name, code in zip(own[column], own["adcode"], strict=True)
        for form in short_names(plain(name))
    ]
    assert len(forms) >= len(own) / 2
    frame = pd.DataFrame(forms, columns=[level, "expected"])
    found = resolve_names(frame, REGIONS[province])
    unsure = {finding.row - 1 for finding in found.findings}
    assert {finding.rule for finding in found.findings} <= {"ambiguous_name"}
    for row, (code, expected) in enumerate(zip(found.adcode, frame["expected"], strict=True)):
        assert code == (None if row in unsure else expected), frame[level][row]
    ambiguous = {frame[level][row] for row in unsure}
    expected_ambiguous = {
        ("yunnan", "county", "name_en"): {"yiliang", "yiliang county"},
        ("gansu", "county", "name_zh"): {"临夏"},
        ("gansu", "county", "name_en"): {"linxia"},
    }
    assert ambiguous == expected_ambiguous.get((province, level, column), set())


@PROVINCES
def test_a_short_name_beside_its_prefecture_is_certain(province: str) -> None:
    counties, prefectures = of_level(province, "county"), of_level(province, "prefecture")
    above = prefectures.set_index("adcode")["name_zh"].map(lambda name: short_names(name)[-1])
    rows = [
        (above[parent], (short_names(name) or (name,))[-1], code)
        for name, parent, code in zip(
            counties["name_zh"], counties["parent"], counties["adcode"], strict=True
        )
    ]
    frame = pd.DataFrame(rows, columns=["prefecture", "county", "expected"])
    found = resolve_names(frame, BOTH)
    wrong = frame[found.adcode.to_numpy() != frame["expected"].to_numpy()]
    assert set(wrong["county"]) <= {"临夏"}  # a city and a county of one prefecture
    whole = frame["prefecture"] + frame["county"]
    joined = resolve_names(pd.DataFrame({"county": whole}), BOTH)
    certain = joined.adcode.notna().to_numpy()
    assert (joined.adcode[certain] == frame["expected"][certain]).all()
    assert certain.mean() > 0.95


def test_the_two_provinces_share_names() -> None:
    assert only(resolve(BOTH, county="安宁")) == (None, ["ambiguous_name"])
    assert only(resolve(BOTH, county="安宁区")) == ("620105", [])
    assert only(resolve(BOTH, county="安宁市")) == ("530181", [])
    assert only(resolve(BOTH, province="云南", county="安宁")) == ("530181", [])
    assert only(resolve(BOTH, prefecture="兰州", county="安宁")) == ("620105", [])
    (finding,) = resolve(BOTH, county="安宁").findings
    assert "530181" in finding.why.text("zh")
    assert "620105" in finding.why.text("en")
    assert finding.severity == "error"


@pytest.mark.parametrize(
    ("cells", "code", "rules"),
    [
        ({"prefecture": "大理州"}, "532900", []),
        ({"prefecture": "大理"}, "532900", []),
        ({"county": "大理"}, "532901", []),
        ({"prefecture": "大理市"}, "532901", ["wrong_column"]),
        ({"prefecture": "大理市", "county": "大理市"}, "532901", ["wrong_column"]),
        ({"prefecture": "大理市", "county": "祥云县"}, None, ["names_disagree"]),
        ({"county": "大理州"}, "532900", ["wrong_column"]),
        ({"prefecture": "云南省", "county": "安宁"}, "530181", ["wrong_column"]),
        ({"prefecture": "楚雄州", "county": "祥云县"}, None, ["names_disagree"]),
        ({"prefecture": "昆明市", "county": "市辖区"}, "530100", []),
        ({"county": "云南省大理白族自治州祥云县"}, "532923", []),
        ({"county": "昆明市盘龙区"}, "530103", []),
        ({"county": "大理/祥云"}, "532923", []),
        ({"county": "红河州红河县"}, "532529", []),
        ({"prefecture": "西双版纳洲", "county": "勐腊县"}, None, ["unknown_name"]),
        ({"prefecture": "拉萨市", "county": "城关区"}, None, ["unknown_name"]),
        ({"province": "四川省", "county": "盘龙区"}, None, ["unknown_name"]),
        ({"county": "拉萨市城关区"}, None, ["unknown_name"]),
        ({"prefecture": "版纳"}, "532800", []),
        ({"county": "盘龙"}, "530103", []),
        ({"county": "盘龙县"}, None, ["unknown_name"]),
        ({"county": "五花区"}, None, ["unknown_name"]),
        ({"prefecture": "Honghe Hani & Yi Autonomous Prefecture"}, "532500", []),
        ({"county": "LVCHUN"}, "532531", []),
        ({"county": "Pu’er"}, "530800", ["wrong_column"]),
        ({"prefecture": "Kunming", "county": "yiliang"}, "530125", []),
        ({"county": None}, None, []),
        ({"county": "  "}, None, []),
        ({"county": "-", "prefecture": "nan"}, None, []),
    ],
)
def test_names_as_they_are_written(
    cells: dict[str, object], code: str | None, rules: list[str]
) -> None:
    assert only(resolve(**cells)) == (code, rules)


@pytest.mark.parametrize(
    ("cells", "code", "rules"),
    [
        ({"county": "酒泉市"}, "620900", ["wrong_column"]),
        ({"prefecture": "酒泉地区", "county": "酒泉市"}, "620902", ["former_name"]),
        ({"county": "酒泉"}, None, ["ambiguous_name"]),
        ({"prefecture": "嘉峪关市"}, "620200", []),
        ({"county": "嘉峪关市"}, "620200", []),
        ({"adcode": "620200"}, "620200", []),
        ({"county": "东乡"}, "622926", []),
        ({"county": "积石山县"}, "622927", []),
        ({"county": "临夏市-城关镇"}, "622901", []),
        ({"prefecture": "临夏", "county": "临夏"}, None, ["ambiguous_name"]),
        ({"prefecture": "临夏州", "county": "临夏县"}, "622921", []),
        ({"county": "环县"}, "621022", []),
        ({"county": "环"}, None, ["unknown_name"]),
    ],
)
def test_names_of_gansu(cells: dict[str, object], code: str | None, rules: list[str]) -> None:
    assert only(resolve(REGIONS["gansu"], **cells)) == (code, rules)


@pytest.mark.parametrize(
    ("text", "code"),
    [("瀾滄縣", "530828"), ("祿勸縣", "530128"), ("鹽津縣", "530623"), ("綏江縣", "530626"),
     ("彝良縣", "530628"), ("寧洱縣", "530821"), ("騰衝市", "530581"), ("臨翔區", "530902"),
     ("雲龍縣", "532929"), ("維西縣", "533423"), ("隴川縣", "533124"), ("芒 市", "533103"),
     ("盤龍區　", "530103"), ("\u00a0盘龙区 ", "530103"), ("盘\u3000龙区", "530103")],
)  # fmt: skip
def test_traditional_characters_and_spaces(text: str, code: str) -> None:
    assert only(resolve(county=text)) == (code, [])


def test_every_name_in_traditional_characters() -> None:
    back = {simple: chr(other) for other, simple in reversed(_SIMPLIFIED.items())}
    traditional = str.maketrans({ord(simple): other for simple, other in back.items()})
    for province, regions in REGIONS.items():
        counties = of_level(province, "county")
        names = counties["name_zh"].map(lambda name: f" {name.translate(traditional)}　")
        assert (names.str.strip() != counties["name_zh"]).mean() > 0.9  # not so 芒市
        found = resolve_names(pd.DataFrame({"county": names}), regions)
        assert found.adcode.tolist() == counties["adcode"].tolist()


# -- codes


@pytest.mark.parametrize(
    ("code", "expected"),
    [("530102", "530102"), ("530102.0", "530102"), ("530102003", "530102"),
     ("530102003201", "530102"), ("530102003201.0", "530102"), (530102, "530102"),
     (530102.0, "530102"), ("５３０１０２", "530102"), (" 530102 ", "530102"), ("5301", "530100"),
     ("53", "530000"), ("530000", "530000"), ("530100000000", "530100"), (530102003201, "530102")],
)  # fmt: skip
def test_codes_of_any_length(code: object, expected: str) -> None:
    assert only(resolve(adcode=code)) == (expected, [])
    if isinstance(code, str) and len(code) > 4:
        assert only(resolve(county=code))[0] == expected


@pytest.mark.parametrize("code", ["510104", "53010", "5.30102E+11", "abc", "5301020", "999999999"])
def test_codes_that_are_none(code: str) -> None:
    assert only(resolve(adcode=code)) == (None, ["unknown_code"])
    assert only(resolve(adcode=code, county="盘龙区")) == ("530103", ["unknown_code"])


def test_code_and_names() -> None:
    assert only(resolve(adcode="530103", county="盘龙")) == ("530103", [])
    assert only(resolve(adcode="530100", county="盘龙区")) == ("530103", [])
    assert only(resolve(adcode="530103", prefecture="昆明")) == ("530103", [])
    assert only(resolve(adcode="530102", county="盘龙区")) == (None, ["code_disagrees"])
    assert only(resolve(adcode="530111", county="昆明经开区")) == ("530111", ["unknown_name"])
    assert only(resolve(adcode="530628", county="yiliang")) == ("530628", [])
    assert only(resolve(adcode="530628", prefecture="大理", county="盘龙区")) == (
        None, ["names_disagree"],
    )  # fmt: skip


# -- former names


def test_every_renamed_code_and_name_is_understood() -> None:
    table = renamed()
    known = set(BOTH["adcode"])
    assert len(table) > 80
    assert set(table["new_adcode"]) <= known
    found = resolve_names(table[["old_adcode"]].rename(columns={"old_adcode": "adcode"}), BOTH)
    assert found.adcode.tolist() == table["new_adcode"].tolist()
    assert all(finding.severity == "note" for finding in found.findings)
    told = {finding.row - 1 for finding in found.findings}
    assert {row for row, code in enumerate(table["old_adcode"]) if code not in known} == told


def test_former_names_are_read_and_said() -> None:
    table = renamed()
    names = table[(table["old_name"] != table["new_name"]) & (table["old_name"] != "")]
    for old, new, level in zip(
        names["old_name"], names["new_adcode"],
        np.where(names["old_adcode"].str.endswith("00"), "prefecture", "county"), strict=True,
    ):  # fmt: skip
        code, rules = only(resolve(BOTH, **{str(level): old}))
        if rules == ["former_name"]:
            assert code == new
        else:  # today another region's name: never read as the former one
            assert rules in (["wrong_column"], ["ambiguous_name"], [])
            assert code != new or old == "嘉峪关市市辖区"
    assert only(resolve(county="禄丰县")) == ("532302", ["former_name"])
    assert only(resolve(county="中甸")) == ("533401", ["former_name"])
    assert only(resolve(prefecture="思茅地区", county="普洱县")) == ("530821", ["former_name"])
    assert only(resolve(prefecture="思茅")) == (None, ["ambiguous_name"])
    assert only(resolve(prefecture="思茅", county="澜沧县")) == ("530828", [])


# -- findings and frames


def test_findings_point_at_the_row_of_the_file() -> None:
    frame = pd.DataFrame(
        {"county": ["盘龙区", "五花区", "禄丰县"], ROW: [5, 6, 9]}, index=[30, 10, 20]
    )
    before = frame.copy()
    found = resolve_names(frame, REGIONS["yunnan"])
    pd.testing.assert_frame_equal(frame, before)
    assert found.adcode.index.tolist() == [30, 10, 20]
    assert [f.row for f in found.findings] == [6, 9]
    assert [f.value for f in found.findings] == ["五花区", "禄丰县"]
    assert [f.severity for f in found.findings] == ["error", "note"]
    first = found.findings[0]
    assert isinstance(first, Finding)
    assert "五华区" in first.why.text("zh")
    assert first.column == "county"
    assert first.how.text("zh")
    assert first.how.text("en")


def test_missing_cells_name_nothing() -> None:
    frame = pd.DataFrame(
        {
            "adcode": [530103.0, np.nan, np.nan, np.nan],
            "prefecture": [None, "大理州", None, "昆明"],
            "county": ["盘龙区", None, np.nan, "安宁"],
        }
    )
    found = resolve_names(frame, REGIONS["yunnan"])
    assert found.adcode.tolist() == ["530103", "532900", None, "530181"]
    assert found.findings == []


def test_no_column_or_no_row() -> None:
    for frame in (pd.DataFrame({"户数": [1, 2]}), pd.DataFrame({"county": []})):
        found = resolve_names(frame, REGIONS["yunnan"])
        assert len(found.adcode) == len(frame)
        assert found.adcode.isna().all()
        assert found.findings == []


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_whatever_is_written_is_a_region_or_reported(texts: list[str]) -> None:
    frame = pd.DataFrame({"prefecture": texts, "county": texts[::-1]})
    found = resolve_names(frame, REGIONS["yunnan"])
    assert set(found.adcode.dropna()) <= set(REGIONS["yunnan"]["adcode"])
    assert found.adcode.isna().tolist() == found.level.isna().tolist()
    errors = [finding.row - 1 for finding in found.findings if finding.severity == "error"]
    assert len(set(errors)) == len(errors)
    assert all(found.adcode.iloc[row] is None for row in errors)


@given(
    st.sampled_from(BOTH[BOTH["level"] == "county"]["name_zh"].tolist()),
    st.sampled_from(["删", "换"]),
    st.integers(0, 20),
)
def test_a_slip_is_never_read_as_another_region(name: str, slip: str, at: int) -> None:
    """One character less or wrong: the region meant, or a report; never another region."""
    place = at % len(name)
    text = name[:place] + ("" if slip == "删" else "囧") + name[place + 1 :]
    code, rules = only(resolve(BOTH, county=text))
    meant = set(BOTH[(BOTH["name_zh"] == name) & (BOTH["level"] == "county")]["adcode"])
    names = {
        region: {full, *short_names(full)}
        for region, full in zip(BOTH["adcode"], BOTH["name_zh"], strict=True)
    }
    assert code in meant or code is None or text in names[code] or rules == ["former_name"]
    assert code is not None or rules


@pytest.mark.parametrize("text", ["云" * 300, "云南省" * 100, "大理/" * 99, "5" * 300, "a-" * 150])
def test_long_cells_are_quick(text: str) -> None:
    begun = time.perf_counter()
    code, rules = only(resolve(county=text))
    assert code is None
    assert rules == ["unknown_name"]
    assert time.perf_counter() - begun < 0.5


def test_many_rows_are_quick() -> None:
    counties = of_level("yunnan", "county")
    above = of_level("yunnan", "prefecture").set_index("adcode")["name_zh"]
    pick = np.random.default_rng(5).integers(0, len(counties), 134_000)
    frame = pd.DataFrame(
        {
            "prefecture": counties["parent"].map(above).to_numpy()[pick],
            "county": counties["name_zh"].to_numpy()[pick],
        }
    )
    begun = time.perf_counter()
    found = resolve_names(frame, REGIONS["yunnan"])
    assert time.perf_counter() - begun < 1.5  # 0.1 s on a free core
    assert (found.adcode.to_numpy() == counties["adcode"].to_numpy()[pick]).all()


def test_many_unknown_names_get_few_suggestions() -> None:
    frame = pd.DataFrame({"county": [f"五华{chr(0x4E00 + i)}区" for i in range(2 * SUGGESTED)]})
    found = resolve_names(frame, REGIONS["yunnan"])
    assert len(found.findings) == len(frame)
    assert sum("是否" in finding.why.text("zh") for finding in found.findings) == SUGGESTED


@pytest.mark.parametrize(
    ("name", "short"),
    [("酉阳土家族苗族自治县", "酉阳"), ("黔东南苗族侗族自治州", "黔东南"),
     ("伊犁哈萨克自治州", "伊犁"),
     ("莫力达瓦达斡尔族自治旗", "莫力达瓦"), ("和布克赛尔蒙古自治县", "和布克赛尔")],
)  # fmt: skip
def test_the_short_name_of_an_autonomous_region_names_no_people(name, short):
    assert short_names(name)[-1] == short
