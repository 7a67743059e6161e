"""Leave GDAL only the driver that a file needs.

GDAL tries all its drivers on a file; some of them open other files, run commands or contact
servers. Its Python libraries cannot switch drivers off once they are loaded, its own interface
in C can.
"""

from __future__ import annotations

import ctypes
import importlib.util
import threading
from collections.abc import Collection
from functools import cache
from pathlib import Path

#: Set in the process that reads one file and ends.
ONE_FILE = threading.Event()
#: Drivers with which pyogrio and rasterio may read a file.
VECTOR_DRIVERS = frozenset(
    {"GeoJSON", "TopoJSON", "GPKG", "ESRI Shapefile", "LIBKML", "MapInfo File", "DXF"}
)
RASTER_DRIVERS = frozenset({"GTiff", "SRTMHGT", "VRT"})
#: Settings of GDAL: no servers, no folders listed, no side files, no drivers from other folders.
SETTINGS = {
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_ENABLE_PARTIAL_REPROJECTION": "NO",
}


def keep_drivers(package: str, names: Collection[str]) -> tuple[str, ...]:
    """Remove all other drivers from the GDAL of a package, for good.

    Parameters
    ----------
    package
        ``pyogrio`` or ``rasterio``.
    names
        Drivers that stay.

    Returns
    -------
    left
        Drivers that are left; empty where the package uses a GDAL of the system, which is not
        changed.
    """
    if package == "rasterio":
        # It registers its drivers when it is first used, and never again.
        import rasterio

        with rasterio.Env():
            pass
    else:
        __import__(package)
    library = _library(package)
    if library is None:
        return ()
    drivers = [library.GDALGetDriver(i) for i in range(library.GDALGetDriverCount())]
    left = []
    for driver in drivers:
        name = library.GDALGetDriverShortName(driver).decode()
        if name in names:
            left.append(name)
        else:
            library.GDALDeregisterDriver(driver)
    return tuple(left)


@cache
def _library(package: str) -> ctypes.CDLL | None:
    """Return the library that a package has loaded; wheels carry it in one of three places."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    folders = (home.parent / f"{package}.libs", home / ".dylibs", home / ".libs")
    found = [path for folder in folders for path in folder.glob("*gdal*")]
    if not found:
        return None
    library = ctypes.CDLL(str(found[0]))
    library.GDALGetDriver.restype = ctypes.c_void_p
    library.GDALGetDriverShortName.argtypes = [ctypes.c_void_p]
    library.GDALGetDriverShortName.restype = ctypes.c_char_p
    library.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    return library


def keep_driver(package: str, name: str) -> None:
    """Leave one driver, if this process reads one file only.

    Parameters
    ----------
    package
        ``pyogrio`` or ``rasterio``.
    name
        The driver that stays; with VRT those of its tiles.
    """
    if ONE_FILE.is_set():
        # A raster is copied into a GeoTIFF, whatever it is read with.
        copied = {"GTiff"} if package == "rasterio" else set()
        keep_drivers(package, RASTER_DRIVERS if name == "VRT" else {name, *copied})
