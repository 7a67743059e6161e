"""The coordinate system of an imported file: evidence, likelihood, decision."""
