"""Checks of a pack, all faults at once: files, columns, regions, ledgers and sources."""
