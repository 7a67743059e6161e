"""A comparison of scenarios as files, sheets and drawings."""
