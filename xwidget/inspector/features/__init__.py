"""Capabilities of the panel, each with its traits and commands."""
