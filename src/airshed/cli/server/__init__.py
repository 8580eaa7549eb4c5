"""The shell as a client of a service: sign in once, then the same commands with --server."""
