"""The book over HTTP: one writer, many readers, routes from the catalogue of commands."""
