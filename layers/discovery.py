"""Where layers are looked for: this folder, and those named by the environment. Imports nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

LAYERS_DIR = Path(__file__).parent
#: Environment variable with further folders of layer files, separated as in PATH. A layer file is
#: code and is run: name only folders whose files you trust.
LAYERS_ENVIRONMENT = "TONGCUN_LAYERS"
_DEFINES = re.compile(r"^LAYER\s*(?::\s*\w+\s*)?=", re.MULTILINE)


def layer_folders() -> tuple[Path, ...]:
    """Return the folders of layer files: the built-in one, then those of the environment.

    Returns
    -------
    folders
        In the order they are searched.
    """
    named = os.environ.get(LAYERS_ENVIRONMENT, "").split(os.pathsep)
    return (LAYERS_DIR, *(Path(text).absolute() for text in named if text))


def layer_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that define ``LAYER``, by name; none if it is no folder.

    Parameters
    ----------
    folder
        Folder with Python files.

    Returns
    -------
    files
        Paths, sorted by name.

    Examples
    --------
    >>> [path.stem for path in layer_files(LAYERS_DIR)][:2]
    ['backbone', 'data_centres']
    """
    return tuple(path for path in sorted(folder.glob("*.py")) if _DEFINES.search(_text(path)))


def layer_keys() -> tuple[str, ...]:
    """Return the keys of all layers by name, without running their files.

    Returns
    -------
    keys
        Names of the files, which are the keys.
    """
    return tuple(sorted({path.stem for folder in layer_folders() for path in layer_files(folder)}))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
