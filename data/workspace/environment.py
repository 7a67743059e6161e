"""Environment variables and file names of a workspace."""

from __future__ import annotations

from data.home import ENVIRONMENT

__all__ = ("CATALOGUE_ENVIRONMENT", "CATALOGUE_FILE", "ENVIRONMENT")

#: Environment variable with the URL of a team's catalogue.
CATALOGUE_ENVIRONMENT = "TONGCUN_CATALOGUE"
#: File of the catalogue inside the folder.
CATALOGUE_FILE = "catalogue.sqlite"
