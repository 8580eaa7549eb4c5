"""Acting: what a role may do, a form for each command, a preview of it, and its confirmation that counts once."""
