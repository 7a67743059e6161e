"""Words that files use, read from the TOML file beside the module that needs them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

#: Name of the file in each package that has one.
FILE = "vocabulary.toml"


@cache
def vocabulary(package: str) -> dict[str, Any]:
    """Return the words of a package of :mod:`data.doctor`.

    Parameters
    ----------
    package
        Name of the folder, such as ``headers``.

    Returns
    -------
    words
        Tables and lists of :data:`FILE`; not to be changed.

    Examples
    --------
    >>> vocabulary("checks")["date"]["year"]
    '年'
    """
    path = Path(__file__).with_name(package) / FILE
    return tomllib.loads(path.read_text(encoding="utf-8"))
