"""Forms of universal service: fields, templates and how they are filled."""
