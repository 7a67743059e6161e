"""Change the code in small ways and see whether a test notices: ``make test-mutation``."""
