"""Allocation of totals over regions, gaps with intervals, yearly build-out."""
