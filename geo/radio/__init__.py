"""Radio: path loss, antennas, link budgets, probability of coverage and its calibration."""
