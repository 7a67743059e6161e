"""Steiner trees in graphs, with lower bounds."""
