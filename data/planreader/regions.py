"""Names of regions in a plan: whose figure it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

#: Code and name of the 31 provinces of the mainland, GB/T 2260.
PROVINCES = {
    "110000": "北京", "120000": "天津", "130000": "河北", "140000": "山西", "150000": "内蒙古",
    "210000": "辽宁", "220000": "吉林", "230000": "黑龙江", "310000": "上海", "320000": "江苏",
    "330000": "浙江", "340000": "安徽", "350000": "福建", "360000": "江西", "370000": "山东",
    "410000": "河南", "420000": "湖北", "430000": "湖南", "440000": "广东", "450000": "广西",
    "460000": "海南", "500000": "重庆", "510000": "四川", "520000": "贵州", "530000": "云南",
    "540000": "西藏", "610000": "陕西", "620000": "甘肃", "630000": "青海", "640000": "宁夏",
    "650000": "新疆",
}  # fmt: skip
_KINDS = (
    "傣族景颇族自治州", "哈尼族彝族自治州", "土家族苗族自治州", "布依族苗族自治州",
    "苗族侗族自治州", "壮族苗族自治州", "藏族羌族自治州", "蒙古族藏族自治州", "傈僳族自治州",
    "白族自治州", "彝族自治州", "傣族自治州", "藏族自治州", "回族自治州", "蒙古自治州",
    "哈萨克自治州", "柯尔克孜自治州", "朝鲜族自治州", "自治州", "地区", "新区", "市", "盟", "州",
)  # fmt: skip
#: Behind a short name these words make it the name of something else.
_NOT_A_REGION = (
    r"(?!高新|经开|经济技术|综合|分公司|公司|大学|学院|通信|国际|机场|信息产业园|工业园|保税|电信|"
    r"移动公司|联通|铁塔|证券|银行|海关|海关|关于|规划|计划|行动|出入口|节点|枢纽|集群|试点|速度)"
)


@dataclass(frozen=True)
class RegionNames:
    """Names by which a text calls the regions of a province.

    Parameters
    ----------
    codes
        Name → six-digit code; short forms included.
    """

    codes: dict[str, str]

    def found(self, text: str) -> list[tuple[int, str, str]]:
        """Return the regions that a text names.

        Parameters
        ----------
        text
            A clause.

        Returns
        -------
        found
            Place, code and name, in the order of the text.
        """
        if not self.codes:
            return []
        return [
            (match.start(), self.codes[match[1]], match[1])
            for match in _pattern(tuple(self.codes)).finditer(text)
        ]


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted(names, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, ordered))}){_NOT_A_REGION}")


def region_names(regions: Iterable[tuple[str, str]]) -> RegionNames:
    """Return the names of regions with their short forms.

    Parameters
    ----------
    regions
        Code and full name.

    Returns
    -------
    names
        昆明市 is also called 昆明, 怒江傈僳族自治州 also 怒江州 and 怒江. Counties keep their
        full name only: 东 of 东区 means nothing.
    """
    codes: dict[str, str] = {}
    for code, name in regions:
        codes.setdefault(name, code)
        if not code.endswith("00"):
            continue
        for kind in _KINDS:
            if name.endswith(kind) and len(name) - len(kind) >= 2:
                short = name.removesuffix(kind)
                codes.setdefault(short, code)
                if kind.endswith("州"):
                    codes.setdefault(f"{short}州", code)
                break
    return RegionNames(codes)


def province_of(text: str) -> str:
    """Return the code of the province that a title or head of a document names most.

    Parameters
    ----------
    text
        The beginning of the document.

    Returns
    -------
    code
        Six digits, or empty where none is named.
    """
    counts = {code: text.count(name) for code, name in PROVINCES.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""
