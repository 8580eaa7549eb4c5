"""`airshed serve`: a book over HTTP."""
