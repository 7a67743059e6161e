"""The report of a province or of some regions: what its document says and shows."""
