"""Who is who at the service: users beside the book, passwords, one-time codes, sessions, keys of machines."""
