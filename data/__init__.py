"""Packs, tables, imports, scenarios, the ledger, and exported files."""
