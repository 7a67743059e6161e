"""Coordinate systems, geodesic measures, terrain grids, lines."""
