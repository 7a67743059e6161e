"""Who sits before the page: identity, the gate before the server, the page to sign in."""
