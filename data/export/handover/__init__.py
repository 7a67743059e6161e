"""Formats for the programs of others: Google Earth, QGIS, MapInfo, drawings, open fibre data."""
