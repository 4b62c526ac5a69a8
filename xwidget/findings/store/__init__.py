"""Findings that are kept: in a file, or on a PostgreSQL server."""
