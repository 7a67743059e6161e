"""Who may do what: accounts, roles, shared work and the record of what was done."""
