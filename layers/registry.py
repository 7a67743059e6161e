"""Finds the layers: every file of this folder that defines ``LAYER``."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from geo.errors import DataError, UnknownNameError
from layers.base import Layer

LAYERS_DIR = Path(__file__).parent
_DEFINES = re.compile(r"^LAYER\s*(?::\s*\w+\s*)?=", re.MULTILINE)


@lru_cache(maxsize=4)
def layers(folder: Path = LAYERS_DIR) -> tuple[Layer, ...]:
    """Return every layer of ``folder`` in menu order.

    Raises
    ------
    DataError
        If a file's layer has another key than the file's name, or LAYER is no Layer.
    """
    found = [_load(path) for path in sorted(folder.glob("*.py")) if _is_layer_file(path)]
    return tuple(sorted(found, key=lambda layer: (layer.order, layer.key)))


def layer(key: str, *, folder: Path = LAYERS_DIR) -> Layer:
    """Return one layer or raise :class:`UnknownNameError` with the nearest known key."""
    known = {item.key: item for item in layers(folder)}
    if key not in known:
        raise UnknownNameError("layer", key, known, where="--layer")
    return known[key]


def gap_layers(*, folder: Path = LAYERS_DIR) -> tuple[Layer, ...]:
    """Return the layers that have a gap, in menu order."""
    return tuple(item for item in layers(folder) if not item.is_overlay)


def _is_layer_file(path: Path) -> bool:
    return bool(_DEFINES.search(path.read_text(encoding="utf-8")))


def _load(path: Path) -> Layer:
    module = _module(path)
    found = getattr(module, "LAYER", None)
    if not isinstance(found, Layer):
        raise DataError("LAYER is no Layer", where=str(path), repair="see CONTRIBUTING.md")
    if found.key != path.stem:
        raise DataError(
            f"the layer's key is {found.key!r}",
            where=str(path),
            repair=f"name the file {found.key}.py or the key {path.stem!r}",
        )
    return found


def _module(path: Path) -> ModuleType:
    if path.parent == LAYERS_DIR:
        return importlib.import_module(f"layers.{path.stem}")
    name = f"_layer_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DataError("cannot be imported", where=str(path), repair="see CONTRIBUTING.md")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
