"""Helpers for every other package, without nets or notebooks."""
