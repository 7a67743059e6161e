"""Parts of the pages on gaps: assumptions, ledger, target path."""
