"""Packs, tables, imports, scenarios, the ledger, and exported files."""

# Errors find their words, whichever module of the package is imported first.
import data.wording.catalogue  # noqa: F401
