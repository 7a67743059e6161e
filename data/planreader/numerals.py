"""Numbers as plans write them: 14万, 1.9 亿, 二十五万, 百分之八十五, 八成, 三分之一."""

from __future__ import annotations

import re
from dataclasses import dataclass

from data.planreader.phrases import pattern, phrase

_DIGIT = {sign: value for value, sign in enumerate(phrase("numerals.digits"))} | {
    phrase("numerals.zero"): 0, phrase("numerals.two"): 2
}  # fmt: skip
_SMALL = dict(zip(phrase("numerals.scales"), (10, 100, 1000), strict=True))
_LARGE = dict(zip(phrase("numerals.large_scales"), (10_000, 100_000_000), strict=True))
#: Signs of the private-use area, found where a font's decimal point was lost.
_LOST = pattern("numerals.lost")
#: A number with its magnitude and, behind it, 余 or 多.
_NUMBER = pattern("numerals.number")


@dataclass(frozen=True)
class Number:
    """A number found in a text.

    Attributes
    ----------
    value
        In units of one; a percentage written in words is a fraction.
    start, end
        Its place [characters].
    share
        True if the words make a fraction of it (百分之, 成, 分之).
    more
        True if 余 or 多 follows: the value is exceeded.
    other
        The second reading where a sign of the text was lost, or None.
    chinese
        True if it is written in Chinese numerals.
    """

    value: float
    start: int
    end: int
    share: bool = False
    more: bool = False
    other: float | None = None
    chinese: bool = False


def chinese_value(numeral: str) -> float | None:
    """Return the value of a Chinese numeral, None if it is none.

    Parameters
    ----------
    numeral
        Such as 一百二十万 or 二〇二五.

    Returns
    -------
    value
        Its value.

    Examples
    --------
    >>> chinese_value("一百二十万"), chinese_value("二〇二五"), chinese_value("两千五百")
    (1200000.0, 2025.0, 2500.0)
    """
    if all(sign in _DIGIT for sign in numeral):
        return float("".join(str(_DIGIT[sign]) for sign in numeral))
    total = section = digit = 0
    for sign in numeral:
        if sign in _DIGIT:
            digit = _DIGIT[sign]
        elif sign in _SMALL:
            section += (digit or 1) * _SMALL[sign]
            digit = 0
        elif sign in _LARGE:
            if not section and not digit and not total:
                return None
            total = (total + section + digit) * _LARGE[sign]
            section = digit = 0
        else:
            return None
    return float(total + section + digit)


def _scaled(text: str, scale: str | None) -> float:
    factor = 1.0
    for sign in scale or "":
        factor *= _SMALL.get(sign) or _LARGE[sign]
    # Twelve digits: 2.3 × 10,000 is 23,000.
    return float(f"{float(text.replace(',', '').replace(' ', '')) * factor:.12g}")


def numbers(text: str) -> list[Number]:
    """Return the numbers of a text in their order.

    Parameters
    ----------
    text
        Text with half-width digits.

    Returns
    -------
    found
        One entry per number; a lone 一 or a word like 万 is none.

    Examples
    --------
    >>> [number.value for number in numbers("新建5G基站14万个，八成以上自然村")]
    [5.0, 140000.0, 0.8]
    """
    return [number for match in _NUMBER.finditer(text) if (number := _number(match)) is not None]


def _number(match: re.Match[str]) -> Number | None:
    if match["arabic"] is not None:
        return _arabic(match)
    if (scale := match["magnitude"]) is not None:
        # 万余个: one 万 and more.
        return Number(_scaled("1", scale), *match.span(), more=True)
    if (numeral := match["chinese"]) is not None:
        value = chinese_value(numeral)
        if value is None or numeral in phrase("numerals.bare"):
            return None
        more = match["more_chinese"] is not None
        return Number(value, *match.span(), more=more, chinese=True)
    share = _share(match)
    return None if share is None else Number(share, *match.span(), share=True)


def _arabic(match: re.Match[str]) -> Number:
    digits, more = match["arabic"], match["more"] is not None
    lost = _LOST.search(digits)
    if lost is None:
        return Number(_scaled(digits, match["scale"]), *match.span(), more=more)
    value = _scaled(digits.replace(lost[0], "."), match["scale"])
    other = _scaled(digits.replace(lost[0], ""), match["scale"])
    return Number(value, *match.span(), more=more, other=other)


def _share(match: re.Match[str]) -> float | None:
    """Return the fraction that 百分之, 成 or 分之 makes."""
    if (percent := match["percent"]) is not None:
        value = chinese_value(percent) if percent[0] in phrase("numerals.signs") else float(percent)
        return None if value is None else value / 100
    if (tenths := match["tenths"]) is not None:
        return _DIGIT[tenths] / 10 + (0.05 if match["half"] else 0)
    parts, taken = chinese_value(match["denominator"]), chinese_value(match["numerator"])
    return taken / parts if parts and taken else None
