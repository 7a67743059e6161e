"""Elevation models: reading, mosaics, windows, download."""
