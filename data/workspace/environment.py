"""Environment variables and file names of a workspace."""

from __future__ import annotations

#: Environment variable that overrides the folder.
ENVIRONMENT = "TONGCUN_WORKSPACE"
#: Environment variable with the URL of a team's catalogue.
CATALOGUE_ENVIRONMENT = "TONGCUN_CATALOGUE"
#: File of the catalogue inside the folder.
CATALOGUE_FILE = "catalogue.sqlite"
