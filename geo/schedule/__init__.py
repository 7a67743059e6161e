"""In which year each site is built, and the bound on any build order."""
