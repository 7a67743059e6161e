"""Make the pack of any province of the mainland from published packages and the census of 2020."""
