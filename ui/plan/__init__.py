"""Parts of the page on plans."""
