"""Words and patterns of the plan reader, as ``phrases.toml`` holds them."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("phrases.toml")


@cache
def _tables() -> dict[str, dict[str, object]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def phrase(key: str) -> str:
    """Return words of the file.

    Parameters
    ----------
    key
        Table and name, as in ``dates.half``.

    Returns
    -------
    words
        As in the file.
    """
    table, name = key.split(".")
    return str(_tables()[table][name])


def table(key: str) -> dict[str, str]:
    """Return a table of words.

    Parameters
    ----------
    key
        Name of the table.

    Returns
    -------
    words
        Name → words.
    """
    return {name: str(words) for name, words in _tables()[key].items()}


@cache
def pattern(key: str) -> re.Pattern[str]:
    """Return a pattern of the file.

    Parameters
    ----------
    key
        Table and name.

    Returns
    -------
    pattern
        Compiled; ``{name}`` in it is another pattern of its table.
    """
    name = key.split(".", maxsplit=1)[0]
    words = re.sub(r"\{([a-z_]+)\}", lambda match: phrase(f"{name}.{match[1]}"), phrase(key))
    return re.compile(words)
