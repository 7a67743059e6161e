"""Parts of the page on yearly needs."""
