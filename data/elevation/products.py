"""Elevation models recognised by the names of their files: datum and stated accuracy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.wording.catalogue import Bilingual, Message
from geo.earth.terrain import Provenance


@dataclass(frozen=True, slots=True)
class Product:
    """One published elevation model.

    Attributes
    ----------
    name, version
        Name and version of the model.
    pattern
        Regular expression that its publisher's file names match.
    vertical_datum
        Zero of its heights.
    accuracy_m
        Linear error at 90 % [m], of the whole model; None where none is stated.
    source
        Who states it.
    credit
        Line that its licence requires; may be empty.
    """

    name: str
    version: str
    pattern: str
    vertical_datum: str
    accuracy_m: float | None
    source: str
    credit: str = ""


#: Licence for Copernicus DEM GLO-30 and GLO-90: the line to show with everything made of it.
COPERNICUS_CREDIT = (
    "© DLR e.V. 2010–2014 and © Airbus Defence and Space GmbH 2014–2018 provided under COPERNICUS "
    "by the European Union and ESA; all rights reserved"
)
_COPERNICUS = (
    "EGM2008", 4.0,
    "Copernicus DEM Product Handbook: absolute vertical accuracy below 4 m (LE90)",
    COPERNICUS_CREDIT,
)  # fmt: skip
#: The first whose pattern matches is used.
PRODUCTS = (
    Product("Copernicus DEM GLO-30", "unknown", r"Copernicus_DSM_(COG_)?10_[NS]", *_COPERNICUS),
    Product("Copernicus DEM GLO-90", "unknown", r"Copernicus_DSM_(COG_)?30_[NS]", *_COPERNICUS),
    Product(
        "ALOS World 3D 30 m (AW3D30)", "unknown", r"ALPSMLC30_[NS]\d{3}[EW]\d{3}_DSM", "EGM96", 8.2,
        "AW3D30 product description: 5 m root mean square, × 1.645 for 90 %",
    ),
    Product(
        "SRTM (by the name of its tile)", "unknown",
        r"(?i)(srtm_\d\d_\d\d|[NS]\d\d[EW]\d{3}.*\.hgt)", "EGM96", 16.0,
        "SRTM mission requirement: absolute vertical error below 16 m (LE90)",
    ),
)  # fmt: skip


def recognised(names: Iterable[str]) -> Provenance:
    """Return the provenance of an elevation model as its file names reveal it.

    Parameters
    ----------
    names
        Names of its files.

    Returns
    -------
    provenance
        Name, datum, accuracy and credit; "unknown" where the files differ or their names match no
        model.

    Examples
    --------
    >>> recognised(["Copernicus_DSM_COG_30_N25_00_E102_00_DEM.tif"]).name
    'Copernicus DEM GLO-90'
    >>> recognised(["own.tif"]).vertical_datum
    'unknown'
    """
    found = {_product(name) for name in names}
    if len(found) != 1:
        known = ", ".join(sorted(product.name if product else "unknown" for product in found))
        return Provenance(
            remarks=(Message("elevation.several", {"names": known}),) if known else ()
        )
    product = found.pop()
    if product is None:
        return Provenance()
    return Provenance(
        product.name, product.version, product.vertical_datum, product.accuracy_m, product.source,
        remarks=(Bilingual(product.credit, product.credit),) if product.credit else (),
    )  # fmt: skip


def _product(name: str) -> Product | None:
    stem = Path(name).name
    return next((product for product in PRODUCTS if re.match(product.pattern, stem)), None)
