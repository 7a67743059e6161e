"""Declared tables of packs and imports, and their reader."""
