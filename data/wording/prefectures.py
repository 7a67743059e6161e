"""What a province calls its prefectures: 州（市） where most are 州, 市（州） where few are."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from data.wording.catalogue import text

_FILE = Path(__file__).parent / "terms" / "prefectures.toml"


def prefectures_word(names: Iterable[str]) -> str:
    """Return the Chinese word for the prefectures of a province, the usual kind first.

    Parameters
    ----------
    names
        Chinese names of its prefectures.

    Returns
    -------
    word
        ``市`` where all are cities; empty where no kind is known.

    Examples
    --------
    >>> prefectures_word(["兰州市", "金昌市", "甘南藏族自治州"])
    '市（州）'
    >>> prefectures_word(["昆明市", "大理白族自治州"]), prefectures_word(["南京市"])
    ('州（市）', '市')
    >>> prefectures_word(["万州区", "渝中区", "城口县"])
    '区（县）'
    """
    given = tuple(names)
    for known in _kinds():
        counts = Counter(kind for name in given for end, kind in known.items()
                         if name.endswith(end))  # fmt: skip
        if counts:
            break
    # Sorting keeps the order of the file where counts are equal.
    first, *others = sorted(
        (kind for kind in known.values() if counts[kind]), key=lambda kind: -counts[kind]
    ) or [""]
    if not others:
        return first
    return text("list.first_and_others", "zh", first=first, others="".join(others))


@cache
def _kinds() -> tuple[dict[str, str], ...]:
    return tuple(tomllib.loads(_FILE.read_text(encoding="utf-8")).values())
