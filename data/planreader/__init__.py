"""Reads a plan's text into statements: what is built, what is planned, how much, until when.

Rules and a lexicon as data, no network: ``lexicon.toml`` names metrics, units and qualifiers.
"""

from data.planreader.reading import read
from data.planreader.statement import PlanStatement as Statement

__all__ = ["Statement", "read"]
