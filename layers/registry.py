"""Finds the layers: every file that defines ``LAYER``, here and in the folders of the environment.

A folder named by ``TONGCUN_LAYERS`` adds layers without a change to this package.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from data.ledger.metrics import LEDGER_METRICS
from data.scenario.presets import preset
from data.wording.catalogue import sentences, text
from geo.errors import DataError, UnknownNameError
from layers.base import Layer, Metric
from layers.discovery import LAYERS_DIR, LAYERS_ENVIRONMENT, layer_files, layer_folders
from layers.offers import SiteRadio


def layers(*folders: Path) -> tuple[Layer, ...]:
    """Return every layer in menu order.

    Parameters
    ----------
    *folders
        Folders that are searched; default the built-in one and those of ``TONGCUN_LAYERS``.

    Returns
    -------
    layers
        Sorted by ``order``, then by key.

    Raises
    ------
    DataError
        If a folder is missing, a file cannot be run or defines no layer, or a key is not the
        file's name or occurs twice.
    """
    return _layers(folders or layer_folders())


def layer(key: str) -> Layer:
    """Return one layer.

    Parameters
    ----------
    key
        Name of the layer's file.

    Returns
    -------
    layer
        Its record.

    Raises
    ------
    UnknownNameError
        If there is none of that key; the message has the nearest known one.
    """
    known = {item.key: item for item in layers()}
    if key not in known:
        raise UnknownNameError("layer", key, known, where="--layer")
    return known[key]


def ledger_metrics() -> dict[str, set[str]]:
    """Return what the rows of a pack's ledgers may count, per layer.

    Returns
    -------
    metrics
        Key of a layer → metrics that the vocabulary has for it and that its own metrics read.
    """
    found = {}
    for item in layers():
        own = [metric.ledger for metric in item.metrics if metric.ledger.layer in ("", item.key)]
        found[item.key] = {
            *LEDGER_METRICS.get(item.key, ()),
            *(key for keys in own for key in keys.all),
        }
    return found


def gap_layers() -> tuple[Layer, ...]:
    """Return the layers that have a gap, in menu order.

    Returns
    -------
    layers
        Those with metrics.
    """
    return tuple(item for item in layers() if not item.is_overlay)


def need_layers() -> tuple[Layer, ...]:
    """Return the layers that have a need per year, in menu order.

    Returns
    -------
    layers
        Those of which a metric has a need.
    """
    return tuple(
        item for item in layers() if any(item.need_of(m) is not None for m in item.metrics)
    )


def metric_of(layer_key: str, metric_key: str = "") -> tuple[Layer, Metric]:
    """Return a layer with one of its metrics, as the rows of a gap table name them.

    Parameters
    ----------
    layer_key
        Key of a layer.
    metric_key
        Key of one of its metrics; empty for the default.

    Returns
    -------
    pair
        The layer and the metric.
    """
    found = layer(layer_key)
    return found, found.metric(metric_key)


def radio_of(preset_key: str) -> SiteRadio | None:
    """Return the radio of the layer that a site preset adds to; None where it has none.

    Parameters
    ----------
    preset_key
        Key of a site preset.

    Returns
    -------
    radio
        Technology and cost item.

    Raises
    ------
    UnknownNameError
        If there is no such preset, or its layer is none of the program.
    """
    return layer(preset(preset_key).layer).radio


def technology_of(preset_key: str) -> str:
    """Return the radio technology of a site preset, such as ``5G``; empty where it has none.

    Parameters
    ----------
    preset_key
        Key of a site preset.

    Returns
    -------
    technology
        Generation as the tables write it.

    Examples
    --------
    >>> technology_of("5g_700")
    '5G'
    """
    radio = radio_of(preset_key)
    return "" if radio is None else radio.technology


def unit_name(unit: str, language: str) -> str:
    """Return how a unit of count is shown in a language; the key where nobody names it.

    Parameters
    ----------
    unit
        Key of a unit of count.
    language
        Code of a language of the locale.

    Returns
    -------
    name
        Plain text, plural.

    Examples
    --------
    >>> unit_name("rack", "en")
    'standard racks'
    """
    if f"unit.{unit}" in sentences(language):
        return text(f"unit.{unit}", language)
    namers = (item.unit_message(unit) for item in layers())
    named = next((message for message in namers if message.own), None)
    return unit if named is None else named.text(language)


@lru_cache(maxsize=8)
def _layers(folders: tuple[Path, ...]) -> tuple[Layer, ...]:
    found: dict[str, Layer] = {}
    for folder in folders:
        if not folder.is_dir():
            raise DataError("layers.no_folder", where=str(folder), environment=LAYERS_ENVIRONMENT)
        for path in layer_files(folder):
            item = _load(path)
            if item.key in found:
                raise DataError("layers.twice", where=str(path), key=item.key)
            found[item.key] = item
    return tuple(sorted(found.values(), key=lambda item: (item.order, item.key)))


def _load(path: Path) -> Layer:
    module = _module(path)
    found = getattr(module, "LAYER", None)
    if not isinstance(found, Layer):
        raise DataError("layers.no_layer", where=str(path))
    if found.key != path.stem:
        raise DataError("layers.key", where=str(path), key=found.key, stem=path.stem)
    return found


def _module(path: Path) -> ModuleType:
    if path.parent == LAYERS_DIR:
        return importlib.import_module(f"layers.{path.stem}")
    name = f"_layer_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DataError("layers.not_imported", where=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        # The file is the planner's own: whatever it raises is a fault of that file.
        raise DataError(
            "layers.not_run", where=str(path), reason=f"{type(error).__name__}: {error}"
        ) from error
    return module
