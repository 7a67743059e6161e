"""Site presets: a technology and band with the radius it reaches and where that figure is from."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.wording.catalogue import text
from geo.errors import DataError, UnknownNameError

_FILE = Path(__file__).parent / "presets.csv"


@dataclass(frozen=True, slots=True)
class Preset:
    """One technology and band.

    Attributes
    ----------
    layer
        Layer whose base stations the site adds to.
    radius_m, radius_weak_m
        Distance reached at the stated level, and at the weak level [m].
    basis
        Code of how the radius is derived.
    source
        Where the figures come from.
    """

    key: str
    layer: str
    radius_m: float
    radius_weak_m: float
    basis: str
    source: str

    def title(self, language: str) -> str:
        """Return the name of the preset in a language.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        title
            Technology and band.
        """
        return text(f"preset.{self.key}", language)

    def about(self, language: str) -> str:
        """Return how the radius is derived, in a language.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        basis
            One sentence.
        """
        return text(f"preset_basis.{self.basis}", language)


@lru_cache(maxsize=1)
def presets() -> dict[str, Preset]:
    """Return the presets by key, in the order of the file.

    Returns
    -------
    presets
        Key → preset.

    Raises
    ------
    DataError
        If the file is missing or broken.
    """
    try:
        with _FILE.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return {
            row["key"]: Preset(
                key=row["key"],
                layer=row["layer"],
                radius_m=float(row["radius_m"]),
                radius_weak_m=float(row["radius_weak_m"]),
                basis=row["basis"],
                source=row["source"],
            )
            for row in rows
        }
    except (OSError, UnicodeDecodeError, KeyError, ValueError, TypeError) as error:
        raise DataError("presets.unreadable", where=str(_FILE), error=error) from error


def preset(key: str) -> Preset:
    """Return one preset.

    Parameters
    ----------
    key
        Key of the preset, such as ``4g_1800``.

    Returns
    -------
    preset
        The preset.

    Raises
    ------
    UnknownNameError
        If there is no such preset; the message gives the nearest known key.
    DataError
        If the file is missing or broken.
    """
    known = presets()
    if key not in known:
        raise UnknownNameError("preset", key, known)
    return known[key]
