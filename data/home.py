"""Where a planner's own files are: scenarios, imported tables, added provinces."""

from __future__ import annotations

import os
from pathlib import Path

#: Environment variable that overrides the folder.
ENVIRONMENT = "TONGCUN_WORKSPACE"
#: Folder of the provinces that the planner has added.
PROVINCES_FOLDER = "provinces"


def workspace_folder(folder: str | Path | None = None) -> Path:
    """Return the root of the workspace: of the argument, the environment or the operating system.

    Parameters
    ----------
    folder
        Root of the caller's choice; None for the usual one.

    Returns
    -------
    root
        It need not exist.
    """
    chosen = folder or os.environ.get(ENVIRONMENT)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("tongcun", appauthor=False)
