"""Joining sites to the fibre: one tree through all of them, with a bound on how cheap it can be."""

from __future__ import annotations

from geo.steiner import Tree, steiner_tree

__all__ = ["Tree", "steiner_tree"]
