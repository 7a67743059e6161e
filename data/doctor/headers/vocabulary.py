"""Words and units that files use, and the declared ones that they mean."""

from __future__ import annotations

import unicodedata

from data.tables.pack import Column

#: Declared word → what files write for it; the first is the one shown in Chinese.
SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "technology": {
        "2G": ("2G", "gsm", "gprs", "edge", "cdma", "cdma1x"),
        "3G": ("3G", "umts", "wcdma", "tdscdma", "cdma2000", "evdo", "hspa"),
        "4G": ("4G", "lte", "fdd", "tdd", "ltefdd", "ltetdd", "fddlte", "tddlte", "tdlte", "lted",
               "ltef", "4glte", "lte4g", "nbiot", "emtc", "eutran"),
        "5G": ("5G", "nr", "5gnr", "nr5g", "sa", "nsa", "5gsa", "5gnsa", "nrtdd", "nrfdd"),
    },
    "status": {
        # Order of the Open Fibre Data Standard beside the field's own words.
        "proposed": ("规划", "拟建", "待建"),
        "planned": ("储备", "立项"),
        "under_construction": ("在建", "建设中", "施工", "施工中", "underconstruction"),
        "operational": ("已开通", "开通", "在网", "在用", "运行", "运行中", "正常", "已建", "建成",
                        "已建成", "已投产", "active", "inservice", "onair"),
        "decommissioned": ("已拆除", "拆除", "停用", "退网", "报废", "inactive", "retired"),
    },
    "evidence": {
        "measured": ("实测", "测试", "测量"),
        "reported": ("上报", "统计"),
        "declared": ("申报", "填报"),
        "allocated": ("分摊",),
        "modelled": ("预测", "仿真", "modeled"),
        "assumed": ("假设",),
        "illustrative": ("示例",),
    },
    "level": {
        "province": ("省", "省级"),
        "prefecture": ("州市", "市", "州", "地级", "市级", "city"),
        "county": ("县", "县级", "区县", "district"),
    },
    "kind": {
        "county": ("县城", "县", "区县", "县级"),
        "township": ("乡镇", "乡", "镇", "街道", "town"),
        "site": ("站址", "基站", "站点"),
        "target": ("目标",),
        "baseline": ("基数", "基线"),
        "built": ("已建", "建成"),
        "share": ("占比", "比例"),
        "plan": ("规划", "计划"),
    },
    "basis": {
        "cumulative": ("累计",),
        "increment": ("新增", "增量"),
        "share": ("占比", "比例"),
        "count": ("数量", "个数"),
        "level": ("水平",),
        "flow": ("流量", "当期"),
    },
    "qualifier": {
        "=": ("等于",),
        "~": ("约", "大约", "左右"),
        ">": ("超过", "大于", "以上"),
        ">=": ("不少于", "不低于", "≥", "至少"),
    },
}  # fmt: skip

TRUE = ("是", "有", "已", "y", "yes", "true", "t", "1", "√", "✓", "✔", "已通", "已覆盖", "通")
FALSE = ("否", "无", "未", "n", "no", "false", "f", "0", "×", "✗", "✘", "未通", "未覆盖", "没有")
#: Cells that say that nothing is known.
UNKNOWN = ("", "-", "--", "—", "——", "/", "\\", "n/a", "na", "#n/a", "nan", "null", "none", "nil",
           "未知", "不详", "暂无", "缺失", "?")  # fmt: skip

#: Spellings of one unit.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "m": ("m", "米", "metre", "meter", "metres", "meters"),
    "km": ("km", "公里", "千米", "皮长公里", "kilometre", "kilometer"),
    "mm": ("mm", "毫米"),
    "cm": ("cm", "厘米", "公分"),
    "ft": ("ft", "英尺", "feet"),
    "°": ("°", "度", "deg", "degree", "degrees"),
    "km²": ("km²", "km2", "平方公里", "平方千米"),
    "person": ("person", "persons", "人", "口", "名"),
    "household": ("household", "households", "户", "家"),
    "unit": ("unit", "units", "个"),
    "fibre": ("fibre", "fibres", "fiber", "芯"),
    "rack": ("rack", "racks", "架", "个机架", "个", "标准机架"),
    "10⁴": ("万", "万人", "万户", "万个", "万架", "万芯", "10⁴", "10^4"),
    "10³": ("千", "千人", "千户", "千个", "10³", "10^3", "thousand"),
    "Hz": ("hz",),
    "kHz": ("khz",),
    "MHz": ("mhz", "兆赫", "兆"),
    "GHz": ("ghz", "吉赫"),
    "V": ("v", "伏"),
    "kV": ("kv", "千伏"),
    "kW": ("kw", "千瓦"),
    "MW": ("mw", "兆瓦"),
    "dBm": ("dbm",),
}
_COUNTS = ("person", "household", "unit", "fibre", "rack")
#: Declared unit → unit written → what a number is multiplied by.
FACTORS: dict[str, dict[str, float]] = {
    "m": {"km": 1e3, "cm": 1e-2, "mm": 1e-3, "ft": 0.3048},
    "km": {"m": 1e-3},
    "MHz": {"GHz": 1e3, "kHz": 1e-3, "Hz": 1e-6},
    "kV": {"V": 1e-3},
    "MW": {"kW": 1e-3},
    **{unit: {"10⁴": 1e4, "10³": 1e3} for unit in _COUNTS},
}


def fold(word: str) -> str:
    """Return a word in half width and lower case, without spaces, hyphens and underscores.

    Examples
    --------
    >>> fold(" ＴＤ-LTE ")
    'tdlte'
    """
    half = unicodedata.normalize("NFKC", word).lower()
    return "".join(half.replace("-", "").replace("_", "").split()) or "".join(half.split())


def declared_words(column: Column) -> dict[str, str]:
    """Return folded word of a file → declared word, for a column with listed words."""
    synonyms = SYNONYMS.get(column.name, {})
    return {
        fold(written): word for word in column.words for written in (word, *synonyms.get(word, ()))
    }


def shown_words(column: Column, language: str) -> str:
    """Return the words that a column allows, as a planner writes them."""
    synonyms = SYNONYMS.get(column.name, {})
    words = column.words if language == "en" else [synonyms.get(w, (w,))[0] for w in column.words]
    return (" / " if language == "en" else "、").join(words)


def factor(declared: str, written: str) -> float | None:
    """Return what a number in the unit ``written`` is multiplied by; None for an unknown unit.

    Examples
    --------
    >>> factor("m", "公里"), factor("household", "户"), factor("person", "万人"), factor("m", "x")
    (1000.0, 1.0, 10000.0, None)
    """
    folded = unicodedata.normalize("NFC", written).strip().lower()
    if not folded or folded == declared.lower():
        return 1.0
    known = [unit for unit, spellings in _SPELLINGS.items() if folded in spellings]
    if declared in known:
        return 1.0
    factors = FACTORS.get(declared, {})
    return next((factors[unit] for unit in known if unit in factors), None)
