"""Benchmarks: ``make bench`` measures and rewrites ``docs/benchmarks.md``."""
