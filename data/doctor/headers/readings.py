"""How one header is written: letters, the unit and the coordinate system that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from data.doctor.names.forms import plain

#: Longer headers are read by their first characters.
READ = 240

BRACKETS = re.compile(r"[(\[{<【〔〖](?P<inside>[^()\[\]{}<>【】〔〕〖〗]*)[)\]}>】〕〗]")
_UNITS = (
    "万人|万户|万元|万|千米|公里|皮长公里|芯公里|毫米|厘米|米|度|人|户|个|架|芯|条|年|千伏|伏|兆瓦|千瓦|瓦|"
    "km2|km²|km|dbm|dbi|db|khz|mhz|ghz|hz|mw|kw|kva|kv|v|w|m|mm|cm|deg|degrees?|°|º|′|%|metres?|meters?"
)
UNIT = re.compile(_UNITS, re.IGNORECASE)
_ENDING = re.compile(
    rf"(?P<stem>.+?)(?:[/_\s,:-]\s*|(?<=[一-鿿]))(?P<unit>{_UNITS})", re.IGNORECASE
)
#: Coordinate system → how headers name it.
SYSTEMS = {
    "WGS84": r"wgs[-_ ]?(?:19)?84",
    "GCJ-02": r"gcj[-_ ]?0?2|火星|高德|腾讯|amap",
    "BD-09": r"bd[-_ ]?0?9(?:ll)?|百度|baidu",
    "CGCS2000": r"cgcs[-_ ]?2000|国家2000|2000国家大地|大地2000",
    "Xian 80": r"(?:西安|xi'?an)[-_ ]?(?:19)?80",
    "Beijing 54": r"(?:北京|beijing)[-_ ]?(?:19)?54",
}
SYSTEM = re.compile(
    "|".join(f"(?P<s{i}>{text})" for i, text in enumerate(SYSTEMS.values()))
    + r"(?P<rest>坐标系?|坐标|系)?"
)
#: Remarks in brackets that leave a header's meaning as it is.
HARMLESS = frozenset(
    {"必填", "选填", "可选", "可空", "是", "否", "有", "无", "小数", "十进制", "度分秒", "小数度",
     "6位小数", "六位小数", "下拉选择", "文本", "数字", "日期", "y", "n", "yes", "no", "0", "1",
     "true", "false", "decimal", "dms", "required", "optional", "yyyymmdd", "yyyy-mm-dd"}
)  # fmt: skip
_NUMBERING = re.compile(r" \(\d+\)$")
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a header: the letters that are looked up, and the unit that was cut off."""

    letters: str
    unit: str = ""


def letters(text: str) -> str:
    """Return the letters and digits of a plain text."""
    return _NOT_LETTERS.sub("", text)


def readings(header: str) -> Iterable[Reading]:
    """Yield the ways to read a header, the most literal first.

    Brackets are left out only if they hold units, systems or how to fill the column in:
    下倾角(机械) is read as 机械下倾角, never as 下倾角.
    """
    written = _NUMBERING.sub("", header[:READ])
    text = plain(written)
    yield Reading(letters(text))
    for each in dict.fromkeys((text, SYSTEM.sub("", text))):
        remarks = [part for match in BRACKETS.finditer(each) for part in _parts(match["inside"])]
        bare = BRACKETS.sub("", each).strip()
        if not all(UNIT.fullmatch(part) or part in HARMLESS for part in remarks):
            yield Reading(letters("".join(remarks) + bare))
            continue
        yield Reading(letters(bare))
        ending = _ENDING.fullmatch(bare)
        if ending:
            whole = BRACKETS.sub("", unicodedata.normalize("NFKC", written)).strip()
            own = _ENDING.fullmatch(whole) or ending  # MW is not mW
            yield Reading(letters(ending["stem"]), own["unit"])


def _parts(remark: str) -> list[str]:
    whole = remark.strip()
    parts = [whole] if UNIT.fullmatch(whole) else re.split(r"[:,;、/\s]+|单位", whole)
    return [part for part in parts if part]


def unit_of(header: str) -> str:
    """Return the unit in a header's brackets, as written."""
    half = unicodedata.normalize("NFKC", header[:READ])
    parts = [part for match in BRACKETS.finditer(half) for part in _parts(match["inside"])]
    return next((part for part in parts if UNIT.fullmatch(part)), "")


def system_of(header: str) -> str:
    """Return the coordinate system that a header names, or empty."""
    match = SYSTEM.search(plain(header[:READ]))
    if not match:
        return ""
    return next(name for i, name in enumerate(SYSTEMS) if match[f"s{i}"])
