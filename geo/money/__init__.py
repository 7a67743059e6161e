"""Costs over the years, bills of materials, power supply."""
